using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Money;

public abstract class IdempotencyKeys(Gateway gateway)
{
    [Fact]
    public async Task The_same_key_and_body_give_the_first_answer_byte_for_byte_on_every_call()
    {
        using var wire = new Wire(gateway);
        var order = Requests.Charge();
        var charge = await TwiceAsync(key => wire.ChargeAsync(order, key), 200);
        var token = Requests.Token(charge.Payment.Token!.Id);
        await TwiceAsync(key => wire.CreatePaymentAsync(token, key), 200);
        var voided = await gateway.Client.ChargeAsync(Requests.Charge());
        await TwiceAsync(key => wire.VoidAsync(voided.Uuid, key), 200);
        await TwiceAsync(key => wire.CaptureAsync(charge.Payment.Uuid, 700, key), 200);
        var refund = await TwiceAsync(key => wire.RefundAsync(charge.Payment.Uuid, 300, key), 200);

        // The money was moved once for each, though each was asked for twice.
        Assert.Equal(300, refund.Refund.RefundAmount);
        await gateway.Client.SimulateAsync(new() { Uuid = charge.Payment.Uuid, Event = SimulatedEvent.RefundCompleted });
        var books = await gateway.Client.GetBooksAsync(charge.Payment.Uuid);
        Assert.Equal((1, 1000, 700, 300), (books.Authorisations, books.Authorised, books.Captured, books.Refunded));
        await Proof.HoldsAsync(gateway, charge.Payment.Uuid, voided.Uuid);
    }

    [Fact]
    public async Task An_issuer_that_wants_to_see_the_cardholder_is_heard_by_a_request_with_a_key()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge("4000000000003089") with
        {
            BrowserDetails = new()
            {
                UserAgent = "Browser",
                AcceptHeader = "*/*",
                Language = "en",
                ColorDepth = 24,
                ScreenHeight = 900,
                ScreenWidth = 1440,
                TimeZone = -600,
                JavaEnabled = false,
                JavascriptEnabled = true,
            },
        };
        var answer = await TwiceAsync(key => wire.ChargeAsync(request, key), 200);
        Assert.Equal(PaymentStatus.Pending, answer.Payment.Status);
        Assert.NotNull(answer.Payment.PayCode!.ThreeDsUrl);
        using var http = gateway.Raw();
        Assert.Contains("attempt", await http.GetStringAsync(answer.Payment.PayCode.ThreeDsUrl, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_answer_is_repeated_though_the_payment_has_moved_on()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, key);
        await wire.VoidAsync(first.Payment.Uuid);

        var again = await wire.ChargeAsync(request, key);

        Assert.Equal((first.Status, first.Body, true), (again.Status, again.Body, again.Replayed));
        Assert.Equal(PaymentStatus.Authorised, again.Payment.Status);
    }

    [Fact]
    public async Task A_declined_charge_is_repeated_as_declined_and_not_tried_again()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge("4000000000009995"), NewKey());
        var first = await wire.ChargeAsync(request, key);

        var again = await wire.ChargeAsync(request, key);

        Assert.Equal(PaymentStatus.Failed, first.Payment.Status);
        Assert.Equal((first.Body, true), (again.Body, again.Replayed));
        Assert.Single((await gateway.Client.GetBooksAsync(first.Payment.Uuid)).Entries);
    }

    [Fact]
    public async Task A_charge_that_awaits_its_challenge_is_repeated_with_the_same_address()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge("4111111111111111");
        var answer = await TwiceAsync(key => wire.ChargeAsync(request, key), 200);
        Assert.NotNull(answer.Payment.PayCode!.ThreeDsUrl);
    }

    [Fact]
    public async Task A_quoted_key_is_the_bare_one()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, $"\"{key}\"");
        var again = await wire.ChargeAsync(request, key);
        Assert.Equal((first.Body, true), (again.Body, again.Replayed));
    }

    [Fact]
    public async Task Both_paths_of_the_API_share_their_keys()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, key, "/v2/cards");
        var again = await wire.ChargeAsync(request, key, "/api/v2/cards");
        Assert.Equal((200, first.Body, true), (again.Status, again.Body, again.Replayed));

        key = NewKey();
        var captured = await wire.CaptureAsync(first.Payment.Uuid, null, key, "/api/v2/cards");
        again = await wire.CaptureAsync(first.Payment.Uuid, null, key, "/v2/cards");
        Assert.Equal((200, captured.Body, true), (again.Status, again.Body, again.Replayed));
    }

    [Fact]
    public async Task A_key_with_another_body_or_another_call_is_refused()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, key);

        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.ChargeAsync(request with { Amount = 1001 }, key)).Verdict);
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.ChargeAsync(request with { Description = "Only the words differ" }, key)).Verdict);
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.CaptureAsync(first.Payment.Uuid, null, key)).Verdict);

        // The same body means something else to another call: a void's body is a capture's too.
        key = NewKey();
        Assert.Equal("200", (await wire.CaptureAsync(first.Payment.Uuid, null, key)).Verdict);
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.VoidAsync(first.Payment.Uuid, key)).Verdict);
    }

    [Fact]
    public async Task A_key_belongs_to_one_app()
    {
        using var wire = new Wire(gateway);
        using var other = new Wire(gateway, AppsOfTests.Other);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, key);
        var theirs = await other.ChargeAsync(request, key);
        Assert.False(theirs.Replayed);
        Assert.NotEqual(first.Payment.Uuid, theirs.Payment.Uuid);
    }

    [Fact]
    public async Task While_the_first_runs_the_second_is_told_so()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge("4000000000000044"), NewKey());
        var first = wire.ChargeAsync(request, key);
        await Eventually.GetAsync(
            () => gateway.Client.ListPaymentsAsync(new() { ExternalId = request.ExternalId }), list => list.Total == 1, "the payment");

        var second = await wire.ChargeAsync(request, key);
        var elsewhere = await wire.ChargeAsync(request with { Amount = 2 }, key);

        Assert.False(first.IsCompleted, "The first answered before the second was sent; this test needs it to be slow.");
        Assert.Equal("409 IDEMPOTENCY_KEY_IN_USE", second.Verdict);
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", elsewhere.Verdict);
        var third = await wire.ChargeAsync(request, key + "-other");
        Assert.Equal((200, true), (third.Status, third.Replayed));
        var answered = await first;
        Assert.Equal(answered.Payment.Uuid, third.Payment.Uuid);
        var replay = await wire.ChargeAsync(request, key);
        Assert.Equal((answered.Body, true), (replay.Body, replay.Replayed));
    }

    [Fact]
    public async Task Business_refusals_are_repeated_though_they_would_not_be_refused_now()
    {
        using var wire = new Wire(gateway);
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        var key = NewKey();
        var refused = await wire.RefundAsync(payment.Uuid, null, key);
        Assert.Equal("422 PAYMENT_NOT_REFUNDABLE", refused.Verdict);
        await wire.CaptureAsync(payment.Uuid);

        var again = await wire.RefundAsync(payment.Uuid, null, key);

        Assert.Equal((422, refused.Body, true), (again.Status, again.Body, again.Replayed));
    }

    [Fact]
    public async Task What_an_order_was_refused_for_is_repeated_though_it_would_be_taken_now()
    {
        using var wire = new Wire(gateway, AppsOfTests.Strict);
        var (live, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(live);
        var refused = await wire.ChargeAsync(live with { Amount = 2000 }, key);
        Assert.Equal("""{"errors":{"external_id":"has already been taken"}}""", refused.Body);
        await wire.VoidAsync(first.Payment.Uuid);

        var again = await wire.ChargeAsync(live with { Amount = 2000 }, key);

        Assert.Equal((422, refused.Body, true), (again.Status, again.Body, again.Replayed));
    }

    [Fact]
    public async Task A_capture_that_the_acquirer_declined_is_repeated_as_declined()
    {
        using var wire = new Wire(gateway);
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.Client.InjectFaultAsync(new() { Fault = SandboxFault.Decline, Message = SandboxMessage.Capture, Uuid = payment.Uuid });
        var key = NewKey();

        var first = await wire.CaptureAsync(payment.Uuid, null, key);
        var again = await wire.CaptureAsync(payment.Uuid, null, key);

        Assert.Equal("422 CAPTURE_DECLINED", first.Verdict);
        Assert.Equal((422, first.Body, true), (again.Status, again.Body, again.Replayed));
        Assert.Equal("200", (await wire.CaptureAsync(payment.Uuid, null, NewKey())).Verdict);
    }

    [Fact]
    public async Task The_same_key_fifty_times_at_once_has_one_effect_and_one_answer()
    {
        using var wire = new Wire(gateway);
        var (request, key) = (Requests.Charge(), NewKey());
        var charges = await AtOnce.DoAsync(50, _ => wire.ChargeAsync(request, key));
        var charge = OneAnswer(charges);
        Assert.Equal(1, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = request.ExternalId })).Total);

        key = NewKey();
        OneAnswer(await AtOnce.DoAsync(50, _ => wire.CaptureAsync(charge.Payment.Uuid, 900, key)));
        key = NewKey();
        OneAnswer(await AtOnce.DoAsync(50, _ => wire.RefundAsync(charge.Payment.Uuid, 100, key)));
        await gateway.Client.SimulateAsync(new() { Uuid = charge.Payment.Uuid, Event = SimulatedEvent.RefundCompleted });

        var books = await gateway.Client.GetBooksAsync(charge.Payment.Uuid);
        Assert.Equal((1, 1000, 900, 100), (books.Authorisations, books.Authorised, books.Captured, books.Refunded));
        await Proof.HoldsAsync(gateway, charge.Payment.Uuid);
    }

    [Fact]
    public async Task After_a_day_a_key_is_free_again()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var (request, key) = (Requests.Charge(), NewKey());
        var first = await wire.ChargeAsync(request, key);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.ChargeAsync(request with { Amount = 5 }, key)).Verdict);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        var other = await wire.ChargeAsync(request with { Amount = 5 }, key);

        Assert.Equal((200, false), (other.Status, other.Replayed));
        Assert.NotEqual(first.Payment.Uuid, other.Payment.Uuid);
        var again = await wire.ChargeAsync(request with { Amount = 5 }, key);
        Assert.Equal((other.Body, true), (again.Body, again.Replayed));
    }

    private static string NewKey() => "key-" + Guid.NewGuid().ToString("N");

    private static async Task<WireAnswer> TwiceAsync(Func<string, Task<WireAnswer>> call, int status)
    {
        var key = NewKey();
        var first = await call(key);
        var again = await call(key);
        Assert.Equal((status, false), (first.Status, first.Replayed));
        Assert.Equal((status, first.Body, true), (again.Status, again.Body, again.Replayed));
        return first;
    }

    /// <summary>Everybody got the one answer, or was told that it is still being worked out.</summary>
    private static WireAnswer OneAnswer(WireAnswer[] answers)
    {
        Assert.All(answers, answer => Assert.Contains(answer.Verdict, (string[])["200", "409 IDEMPOTENCY_KEY_IN_USE", "409 OPERATION_IN_FLIGHT"]));
        var done = answers.Where(a => a.Status == 200).ToList();
        Assert.Single(done, answer => !answer.Replayed);
        Assert.Single(done.Select(a => a.Body).Distinct());
        return done[0];
    }
}

public sealed class IdempotencyKeysOnSqlite(SqliteGateway gateway) : IdempotencyKeys(gateway);

public sealed class IdempotencyKeysOnPostgres(PostgresGateway gateway) : IdempotencyKeys(gateway);
