using System.Globalization;
using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Server.Ledger;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Ledger;

public abstract class Statements(Gateway gateway)
{
    [Fact]
    public async Task Parts_of_any_size_are_the_whole_statement_without_gaps()
    {
        await using var own = gateway.Another(MoneyOfApp.Fees);
        await own.InitializeAsync();
        for (var i = 0; i < 4; i++)
        {
            await MoneyOfApp.ReceivedAsync(own.Client);
        }

        await own.Client.ClosePayoutsAsync();
        var whole = (await own.Client.ListBalanceEntriesAsync(limit: 1000)).Records;

        // A capture, its fee, the tax, two of becoming available, of each payment; and the payout.
        Assert.Equal(21, whole.Count);
        foreach (var limit in (int[])[1, 2, 3, 7, 20, 21, 22])
        {
            Assert.Equal(whole, await MoneyOfApp.EntriesAsync(own.Client, limit));
        }

        var cursors = whole.Select(e => long.Parse(e.Cursor, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(cursors.Order(), cursors);
        var end = await own.Client.ListBalanceEntriesAsync(whole[^1].Cursor);
        Assert.Equal((0, whole[^1].Cursor, false), (end.Records.Count, end.NextAfter, end.HasMore));
    }

    [Fact]
    public async Task The_csv_is_the_statement_and_no_formula()
    {
        await using var own = gateway.Another(MoneyOfApp.Fees);
        await own.InitializeAsync();
        string[] orders = ["=HYPERLINK(\"http://example.com\")", "+61 400", "-1", "@SUM(A1)", "plain, with a comma", "a \"quoted\" one", "order-1"];
        foreach (var order in orders)
        {
            await own.Client.ChargeAsync(Requests.Charge(amount: 10_000) with { Capture = true, ExternalId = order });
        }

        using var csv = new MemoryStream();
        await own.Client.DownloadStatementAsync(csv);
        var lines = Encoding.UTF8.GetString(csv.ToArray()).Split("\r\n");
        Assert.Equal("cursor,created_at,kind,account,amount,currency,payment_uuid,external_id,payout_id", lines[0]);
        Assert.Equal(string.Empty, lines[^1]);
        var entries = await MoneyOfApp.EntriesAsync(own.Client);
        Assert.Equal(
            entries.Select(e => $"{e.Cursor},{WireInstant.Write(e.CreatedAt)},{e.Kind.ToString().ToLowerInvariant()},pending,{e.Amount},AUD,{e.PaymentUuid},{Expected(e.ExternalId)},"),
            lines[1..^1]);
        Assert.Contains(entries, e => e.Amount < 0);

        static string Expected(string? order) => order switch
        {
            "=HYPERLINK(\"http://example.com\")" => "\"'=HYPERLINK(\"\"http://example.com\"\")\"",
            "+61 400" => "'+61 400",
            "-1" => "'-1",
            "@SUM(A1)" => "'@SUM(A1)",
            "plain, with a comma" => "\"plain, with a comma\"",
            "a \"quoted\" one" => "\"a \"\"quoted\"\" one\"",
            _ => order!,
        };
    }

    [Theory]
    [InlineData(null, "", "application/json")]
    [InlineData("text/csv", "", "text/csv")]
    [InlineData("text/csv;q=0.5, application/json", "", "application/json")]
    [InlineData("text/csv, */*;q=0.1", "", "text/csv")]
    [InlineData("text/csv", "?format=json", "application/json")]
    [InlineData("application/json", "?format=csv", "text/csv")]
    [InlineData("text/csv;q=0", "", "application/json")]
    public async Task The_format_is_what_was_asked_for(string? accept, string query, string expected)
    {
        using var wire = new RawWire(gateway);
        var answer = await wire.SendAsync(HttpMethod.Get, "/v2/balances/entries" + query, null, accept is null ? [] : [("Accept", accept)]);
        Assert.Equal((200, expected), (answer.Status, answer.ContentType!.Split(';')[0]));
    }

    [Fact]
    public async Task What_is_wrong_with_a_query_is_said_field_by_field()
    {
        using var wire = new RawWire(gateway);
        Assert.Equal(
            RawAnswer.Invalid(
                ("format", "is not included in the list"), ("limit", "must be less than or equal to 1000"), ("after", "is invalid"), ("from", "is invalid"),
                ("to", "is invalid"), ("payout", "does not exist")),
            (await wire.GetAsync("/api/v2/balances/entries?format=xml&limit=1001&after=x&from=yesterday&to=never&payout=po_of_nobody")).ToString());
        Assert.Equal(RawAnswer.Error(404, "NOT_FOUND", "Payout not found."), (await wire.GetAsync("/api/v2/payouts/po_of_nobody")).ToString());
        Assert.Equal(RawAnswer.Invalid(("page", "must be greater than 0"), ("per_page", "must be an integer")), (await wire.GetAsync("/api/v2/payouts?page=0&per_page=x")).ToString());
        using var nobody = RawWire.WithoutCredentials(gateway);
        foreach (var path in (string[])["balances", "balances/entries", "payouts", "payouts/po_1"])
        {
            Assert.Equal(401, (await nobody.GetAsync("/api/v2/" + path)).Status);
        }
    }

    [Fact]
    public async Task From_and_to_cut_the_statement_by_time_and_another_app_sees_none_of_it()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await MoneyOfApp.ReceivedAsync(own.Client);
        var payout = Assert.Single((await own.Client.ClosePayoutsAsync()).Records);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(2));
        var later = (await own.Client.GetSandboxClockAsync()).Now;
        await MoneyOfApp.ReceivedAsync(own.Client);
        var whole = await MoneyOfApp.EntriesAsync(own.Client);
        var before = (await own.Client.ListBalanceEntriesAsync(to: later)).Records;
        var after = (await own.Client.ListBalanceEntriesAsync(from: later)).Records;
        Assert.Equal((4, 3), (before.Count, after.Count));
        Assert.Equal(whole, before.Concat(after));

        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        Assert.Empty((await other.ListBalanceEntriesAsync()).Records);
        Assert.Empty((await other.ListPayoutsAsync()).Records);
        using var wire = new Wire(own, AppsOfTests.Other);
        Assert.Equal("404 NOT_FOUND", (await wire.GetAsync("/api/v2/payouts/" + payout.Id)).Verdict);
        Assert.Equal("""422 {"payout":"does not exist"}""", (await wire.GetAsync("/api/v2/balances/entries?payout=" + payout.Id)).Verdict);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("\tx", "'\tx")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a=b", "a=b")]
    public void A_cell_is_a_text_and_nothing_else(string? text, string expected) => Assert.Equal(expected, StatementCsv.Cell(text));
}

public sealed class StatementsOnSqlite(SqliteGateway gateway) : Statements(gateway);

public sealed class StatementsOnPostgres(PostgresGateway gateway) : Statements(gateway);
