using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Money;

public abstract class StatusTable(Gateway gateway)
{
    // 1000 cents, captured and settled before a refund; 400 of them in partially_refunded. "no" is 422 with the code in the heading; anything else is 200
    // and the status that follows. A dispute runs out of time when the clock is moved, and by no event.
    private const string Table =
        """
        status             | capture | void   | refund         | settled  | refund_completed | refund_rejected | expired        | dispute_opened | dispute_won | dispute_lost | dispute_inquiry | dispute_escalated
        pending            | no      | no     | no             | no       | no               | no              | expired        | no             | no          | no           | no              | no
        authorised         | waiting | failed | no             | no       | no               | no              | expired        | no             | no          | no           | no              | no
        waiting            | no      | no     | return_pending | received | no               | no              | no             | in_dispute     | no          | no           | in_dispute      | no
        received           | no      | no     | return_pending | no       | no               | no              | no             | in_dispute     | no          | no           | in_dispute      | no
        expired            | no      | no     | no             | no       | no               | no              | no             | no             | no          | no           | no              | no
        return_pending     | no      | no     | no             | no       | return_received  | return_rejected | return_expired | no             | no          | no           | no              | no
        partially_refunded | no      | no     | return_pending | no       | no               | no              | no             | in_dispute     | no          | no           | in_dispute      | no
        return_received    | no      | no     | no             | no       | no               | no              | no             | no             | no          | no           | no              | no
        return_expired     | no      | no     | return_pending | no       | no               | no              | no             | in_dispute     | no          | no           | in_dispute      | no
        return_rejected    | no      | no     | return_pending | no       | no               | no              | no             | in_dispute     | no          | no           | in_dispute      | no
        failed             | no      | no     | no             | no       | no               | no              | no             | no             | no          | no           | no              | no
        in_dispute         | no      | no     | no             | no       | no               | no              | no             | no             | received    | dispute_lost | no              | in_dispute
        dispute_lost       | no      | no     | no             | no       | no               | no              | no             | no             | no          | no           | no              | no
        """;

    private const string Fields =
        """
        status             | is_refundable | paid_amount | refund_information | expired_at | token | pay_code
        pending            | true          | 0           | -                  | set        | set   | 3ds_url
        authorised         | true          | 0           | -                  | -          | set   | -
        waiting            | true          | 0           | -                  | -          | set   | -
        received           | true          | 1000        | -                  | -          | set   | -
        expired            | false         | 0           | -                  | -          | -     | session_expired
        return_pending     | true          | 1000        | 1000 of 1000       | -          | set   | -
        partially_refunded | true          | 1000        | 400 of 1000        | -          | set   | -
        return_received    | false         | 1000        | 1000 of 1000       | -          | set   | -
        return_expired     | true          | 1000        | 0 of 1000          | -          | set   | -
        return_rejected    | true          | 1000        | 0 of 1000          | -          | set   | -
        failed             | false         | 0           | -                  | -          | -     | issuer_declined
        in_dispute         | false         | 1000        | -                  | -          | set   | -
        dispute_lost       | false         | 1000        | -                  | -          | set   | -
        """;

    // Nothing settles or is paid out by itself while the table is filled in.
    private static readonly string[] Slow = ["--Tollgate:Sandbox:SettlementDelay=20.00:00:00", "--Tollgate:Sandbox:RefundDelay=20.00:00:00"];

    [Fact]
    public async Task Every_call_in_every_status_is_answered_as_the_table_says()
    {
        await using var own = gateway.Another(Slow);
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var rows = Rows(Table);
        var calls = rows[0][1..];
        var found = new List<string[]> { rows[0] };
        foreach (var status in Enum.GetValues<PaymentStatus>())
        {
            var answers = await Task.WhenAll(calls.Select(async call =>
            {
                var payment = await Walks.ToAsync(status, own.Client);
                Assert.Equal(status, payment.Status);
                var answer = await CallAsync(wire, call, payment.Uuid);
                var after = await own.Client.GetPaymentAsync(payment.Uuid);
                if (answer.Status == 200)
                {
                    return Name(after.Status);
                }

                Assert.Equal(status, after.Status);
                return answer.Verdict == RefusalOf(call) ? "no" : answer.Verdict;
            }));
            found.Add([Name(status), .. answers]);
        }

        Assert.Equal(rows.Select(r => string.Join(" | ", r)), found.Select(r => string.Join(" | ", r)));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task Every_status_shows_the_fields_that_the_table_says()
    {
        await using var own = gateway.Another(Slow);
        await own.InitializeAsync();
        var rows = Rows(Fields);
        var found = new List<string> { string.Join(" | ", rows[0]) };
        foreach (var status in Enum.GetValues<PaymentStatus>())
        {
            var walked = await Walks.ToAsync(status, own.Client);
            var payment = await own.Client.GetPaymentAsync(walked.Uuid);
            Assert.Equal(walked, payment);
            var refund = payment.RefundInformation is { } r ? $"{r.RefundAmount} of {r.TotalAmount}" : "-";
            found.Add(string.Join(
                " | ",
                Name(payment.Status),
                payment.IsRefundable ? "true" : "false",
                payment.PaidAmount,
                refund,
                payment.ExpiredAt is null ? "-" : "set",
                payment.Token is null ? "-" : "set",
                payment.PayCode is { } code ? code.ErrorCode ?? (code.ThreeDsUrl is null ? "empty" : "3ds_url") : "-"));
            Assert.True(payment.ExpiredAt is null || payment.ExpiredAt == payment.CreatedAt + TimeSpan.FromMinutes(15));
        }

        Assert.Equal(rows.Select(row => string.Join(" | ", row)), found);
    }

    private static Task<WireAnswer> CallAsync(Wire wire, string call, string uuid) => call switch
    {
        "capture" => wire.CaptureAsync(uuid),
        "void" => wire.VoidAsync(uuid),
        "refund" => wire.RefundAsync(uuid),
        _ => wire.PostAsync(Wire.Cards + "/simulate", $$"""{"uuid":"{{uuid}}","event":"{{call}}"}"""),
    };

    private static string RefusalOf(string call) => call switch
    {
        "capture" => "422 PAYMENT_NOT_CAPTURABLE",
        "void" => "422 PAYMENT_NOT_VOIDABLE",
        "refund" => "422 PAYMENT_NOT_REFUNDABLE",
        _ => "422 EVENT_NOT_APPLICABLE",
    };

    private static List<string[]> Rows(string table) => [.. table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries))];

    private static string Name(PaymentStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}

public sealed class StatusTableOnSqlite(SqliteGateway gateway) : StatusTable(gateway);

public sealed class StatusTableOnPostgres(PostgresGateway gateway) : StatusTable(gateway);
