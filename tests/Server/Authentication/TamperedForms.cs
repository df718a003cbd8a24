using System.Net;
using System.Text.RegularExpressions;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>What the cardholder's browser can change about the start of an authentication must not take the payment past it.</summary>
public abstract partial class TamperedForms(Gateway gateway)
{
    [Fact]
    public async Task An_identifier_that_was_tampered_with_does_not_pass_authentication_by()
    {
        using var http = gateway.Raw();
        foreach (var tamper in (Func<string, string>[])[id => id + " ", id => "\t" + id, id => "0x" + id[2..], id => "+" + id[1..], id => id.ToUpperInvariant()])
        {
            await StaysPendingAsync(http, tamper);
        }
    }

    private async Task StaysPendingAsync(HttpClient http, Func<string, string> tamper)
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        var page = payment.PayCode!.ThreeDsUrl!;
        var attempt = Attempt().Match(await http.GetStringAsync(page, TestContext.Current.CancellationToken)).Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, page + "/start")
        {
            Content = new FormUrlEncodedContent([new("attempt", tamper(attempt)), new("method", "U")]),
        };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        Assert.Contains("id=\"challenge\"", await http.GetStringAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [GeneratedRegex("name=\"attempt\" value=\"([^\"]+)\"")]
    private static partial Regex Attempt();
}

public sealed class TamperedFormsOnSqlite(SqliteGateway gateway) : TamperedForms(gateway);

public sealed class TamperedFormsOnPostgres(PostgresGateway gateway) : TamperedForms(gateway);
