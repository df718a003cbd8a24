using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;

namespace Tollgate.Server.Tests.Browser;

/// <summary>What comes through the customer's browser proves nothing: only the issuer's own result does.</summary>
public abstract class WordsOfTheBrowser(Gateway gateway)
{
    [Fact]
    public async Task A_browser_that_says_it_has_passed_the_challenge_is_only_back_from_it()
    {
        var (payment, page, session) = await ChallengedAsync();
        var passed = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"messageType":"CRes","transStatus":"Y"}""")).TrimEnd('=');

        Assert.Equal(200, await ComeBackAsync(page, passed, session));
        Assert.Single(await Proof.JournalOfAsync(gateway, payment.Uuid), e => e is PaymentEvent.ChallengeReturned);
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        Assert.Equal(0, (await gateway.Client.GetBooksAsync(payment.Uuid)).Authorisations);
    }

    [Fact]
    public async Task A_browser_that_brings_other_session_data_is_not_back()
    {
        var (payment, page, session) = await ChallengedAsync();
        var (_, _, ofAnother) = await ChallengedAsync();
        var changed = (session[0] == 'A' ? 'B' : 'A') + session[1..];
        foreach (var wrong in (string?[])[null, string.Empty, "x", "====", changed, session + "AAAA", ofAnother, new string('A', 5000)])
        {
            Assert.Equal(400, await ComeBackAsync(page, "e30", wrong));
        }

        Assert.DoesNotContain(await Proof.JournalOfAsync(gateway, payment.Uuid), e => e is PaymentEvent.ChallengeReturned);

        // It is not stuck either: the challenge is still there.
        using var http = gateway.Raw();
        Assert.Equal(303, (await PlainBrowser.WalkAsync(http, page, "123456")).Status);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task An_attempt_that_is_anothers_is_replaced_by_one_of_our_own()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001000"));
        var other = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001000"));
        using var http = gateway.Raw();
        var page = await http.GetStringAsync(other.PayCode!.ThreeDsUrl, TestContext.Current.CancellationToken);
        var attempt = page.Split("data-attempt=\"")[1].Split('"')[0];
        using var form = new FormUrlEncodedContent([new("attempt", attempt), new("method", "Y"), new("screen_width", "-7"), new("language", "<script>")]);
        using var answer = await http.PostAsync(payment.PayCode!.ThreeDsUrl + "/start", form, TestContext.Current.CancellationToken);

        Assert.Equal(303, (int)answer.StatusCode);
        var started = Assert.Single((await Proof.JournalOfAsync(gateway, payment.Uuid)).OfType<PaymentEvent.AuthenticationStarted>());
        Assert.NotEqual(attempt, started.Attempt);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task The_address_of_an_answer_that_is_loaded_again_leads_to_the_page()
    {
        var (_, page, _) = await ChallengedAsync();
        using var http = gateway.Raw();
        foreach (var part in (string[])["/start", "/challenge"])
        {
            using var answer = await http.GetAsync(page + part, TestContext.Current.CancellationToken);
            Assert.Equal(303, (int)answer.StatusCode);
            Assert.Equal(page, new Uri(new(page + part), answer.Headers.Location!).AbsoluteUri);
            using var unknown = await http.GetAsync(page + "A" + part, TestContext.Current.CancellationToken);
            Assert.Equal(404, (int)unknown.StatusCode);
        }
    }

    private async Task<(PaymentResponse Payment, string Page, string Session)> ChallengedAsync()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091"));
        var page = payment.PayCode!.ThreeDsUrl!;
        using var http = gateway.Raw();
        await PlainBrowser.WalkAsync(http, page);
        var shown = await http.GetStringAsync(page, TestContext.Current.CancellationToken);
        return (payment, page, shown.Split("name=\"threeDSSessionData\" value=\"")[1].Split('"')[0]);
    }

    private async Task<int> ComeBackAsync(string page, string cres, string? session)
    {
        using var http = gateway.Raw();
        var fields = new Dictionary<string, string> { ["cres"] = cres };
        if (session is not null)
        {
            fields.Add("threeDSSessionData", session);
        }

        using var form = new FormUrlEncodedContent(fields);
        using var answer = await http.PostAsync(page + "/challenge", form, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}

public sealed class WordsOfTheBrowserOnSqlite(SqliteGateway gateway) : WordsOfTheBrowser(gateway);

public sealed class WordsOfTheBrowserOnPostgres(PostgresGateway gateway) : WordsOfTheBrowser(gateway);
