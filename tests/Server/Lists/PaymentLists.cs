using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Lists;

public abstract class PaymentLists(Gateway gateway)
{
    [Fact]
    public async Task Pages_hold_every_payment_once_newest_first()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var made = (await AtOnce.DoAsync(23, i => own.Client.ChargeAsync(Requests.Charge(amount: 1000 + i)))).Select(p => p.Uuid).ToHashSet();

        var seen = new List<PaymentResponse>();
        for (var page = 1; page <= 5; page++)
        {
            var list = await own.Client.ListPaymentsAsync(new() { Page = page, PerPage = 5 });
            Assert.Equal((23, 5, page, 5), (list.Total, list.TotalPage, list.Page, list.PerPage));
            Assert.Equal(page < 5 ? 5 : 3, list.Records.Count);
            seen.AddRange(list.Records);
        }

        Assert.Equal(made, seen.Select(p => p.Uuid).ToHashSet());
        Assert.Equal(23, seen.Count);
        Assert.Equal(seen.Select(p => p.CreatedAt).OrderDescending(), seen.Select(p => p.CreatedAt));
        var beyond = await own.Client.ListPaymentsAsync(new() { Page = 6, PerPage = 5 });
        Assert.Equal((23, 5, 0), (beyond.Total, beyond.TotalPage, beyond.Records.Count));
        Assert.Equal((20, 2), ((await own.Client.ListPaymentsAsync()).Records.Count, (await own.Client.ListPaymentsAsync()).TotalPage));
        Assert.Equal(seen[0], await own.Client.GetPaymentAsync(seen[0].Uuid));
    }

    [Fact]
    public async Task An_empty_list_is_a_list()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        Assert.Equal("""{"total":0,"total_page":0,"page":1,"per_page":20,"records":[]}""", (await wire.GetAsync(Wire.Cards + "/payments")).Body);
        Assert.Equal("""{"records":[],"next_after":"0","has_more":false}""", (await wire.GetAsync(Wire.Cards + "/events")).Body);
    }

    [Fact]
    public async Task Filters_choose_by_status_order_and_email_and_by_several_at_once()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var email = "somebody.else@example.com";
        var order = Requests.NewOrder();
        var held = await own.Client.ChargeAsync(Requests.Charge() with { Email = email, ExternalId = order });
        var failed = await own.Client.ChargeAsync(Requests.Charge("4000000000000002") with { ExternalId = order });
        var captured = await own.Client.ChargeAsync(Requests.Charge() with { Capture = true, Email = email });

        Assert.Equal([held.Uuid], await UuidsAsync(new() { Status = PaymentStatus.Authorised }));
        Assert.Equal([failed.Uuid], await UuidsAsync(new() { Status = PaymentStatus.Failed }));
        Assert.Empty(await UuidsAsync(new() { Status = PaymentStatus.InDispute }));
        Assert.Equal([failed.Uuid, held.Uuid], await UuidsAsync(new() { ExternalId = order }));
        Assert.Equal([captured.Uuid, held.Uuid], await UuidsAsync(new() { Email = email }));
        Assert.Equal([held.Uuid], await UuidsAsync(new() { Email = email, ExternalId = order, Status = PaymentStatus.Authorised }));
        Assert.Empty(await UuidsAsync(new() { ExternalId = order, Status = PaymentStatus.Waiting }));
        Assert.Empty(await UuidsAsync(new() { ExternalId = order[..^1] }));
        Assert.Empty(await UuidsAsync(new() { ExternalId = "%" }));

        async Task<List<string>> UuidsAsync(PaymentFilter filter) => [.. (await own.Client.ListPaymentsAsync(filter)).Records.Select(p => p.Uuid)];
    }

    [Fact]
    public async Task The_start_date_is_included_and_the_end_date_is_not()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var payments = new List<PaymentResponse>();
        for (var day = 0; day < 3; day++)
        {
            payments.Add(await own.Client.ChargeAsync(Requests.Charge()));
            await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        }

        var middle = payments[1];
        var instant = TimeSpan.FromMilliseconds(1);
        Assert.Equal([2, 1], await PlacesAsync(new() { StartDate = middle.CreatedAt }));
        Assert.Equal([2], await PlacesAsync(new() { StartDate = middle.CreatedAt + instant }));
        Assert.Equal([0], await PlacesAsync(new() { EndDate = middle.CreatedAt }));
        Assert.Equal([1, 0], await PlacesAsync(new() { EndDate = middle.CreatedAt + instant }));
        Assert.Equal([1], await PlacesAsync(new() { StartDate = middle.CreatedAt, EndDate = middle.CreatedAt + instant }));
        Assert.Empty(await PlacesAsync(new() { StartDate = middle.CreatedAt, EndDate = middle.CreatedAt }));

        // A bare day begins at midnight UTC, and a plus sign that nobody escaped is a plus sign.
        var today = middle.CreatedAt.UtcDateTime.Date.ToString("yyyy-MM-dd", null);
        var tomorrow = middle.CreatedAt.UtcDateTime.Date.AddDays(1).ToString("yyyy-MM-dd", null);
        var ofTheDay = await wire.GetAsync($"{Wire.Cards}/payments?start_date={today}&end_date={tomorrow}");
        Assert.Contains(middle.Uuid, ofTheDay.Body, StringComparison.Ordinal);
        Assert.Contains("\"total\":1,", ofTheDay.Body, StringComparison.Ordinal);
        var bare = await wire.GetAsync($"{Wire.Cards}/payments?start_date={WireInstant.Write(middle.CreatedAt)}");
        Assert.Contains("\"total\":2,", bare.Body, StringComparison.Ordinal);

        async Task<List<int>> PlacesAsync(PaymentFilter filter) =>
            [.. (await own.Client.ListPaymentsAsync(filter)).Records.Select(p => payments.FindIndex(q => q.Uuid == p.Uuid))];
    }

    [Theory]
    [InlineData("page=0", """{"errors":{"page":"must be greater than 0"}}""")]
    [InlineData("page=x&per_page=1.5", """{"errors":{"page":"must be an integer","per_page":"must be an integer"}}""")]
    [InlineData("per_page=101", """{"errors":{"per_page":"must be less than or equal to 100"}}""")]
    [InlineData("per_page=0", """{"errors":{"per_page":"must be greater than 0"}}""")]
    [InlineData("status=paid", """{"errors":{"status":"is not included in the list"}}""")]
    [InlineData("start_date=yesterday&end_date=32", """{"errors":{"start_date":"is invalid","end_date":"is invalid"}}""")]
    public async Task A_wrong_filter_is_named(string query, string answer)
    {
        using var wire = new Wire(gateway);
        var found = await wire.GetAsync($"{Wire.Cards}/payments?{query}");
        Assert.Equal((422, answer), (found.Status, found.Body));
    }

    [Fact]
    public async Task Another_app_sees_and_touches_nothing()
    {
        using var wire = new Wire(gateway);
        using var other = new Wire(gateway, AppsOfTests.Other);
        var payment = await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client);
        var captured = await Walks.ToAsync(PaymentStatus.Waiting, gateway.Client);

        Assert.Contains("\"total\":0,", (await other.GetAsync($"{Wire.Cards}/payments?external_id={payment.ExternalId}")).Body, StringComparison.Ordinal);
        Assert.Equal("404 NOT_FOUND", (await other.GetAsync($"{Wire.Cards}/payments/{payment.Uuid}")).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.CaptureAsync(payment.Uuid)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.VoidAsync(payment.Uuid)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.RefundAsync(captured.Uuid)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.SimulateAsync(captured.Uuid, SimulatedEvent.Settled)).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.GetAsync($"/api/v2/sandbox/books/{payment.Uuid}")).Verdict);
        Assert.DoesNotContain(payment.Uuid, (await other.GetAsync($"{Wire.Cards}/events?limit=100")).Body, StringComparison.Ordinal);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        Assert.Equal("200", (await wire.GetAsync($"/v2/cards/payments/{payment.Uuid}")).Verdict);
    }
}

public sealed class PaymentListsOnSqlite(SqliteGateway gateway) : PaymentLists(gateway);

public sealed class PaymentListsOnPostgres(PostgresGateway gateway) : PaymentLists(gateway);
