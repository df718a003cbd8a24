using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.Server.Authentication;
using Tollgate.Server.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>The issuer's result of a challenge, as a directory server brings it.</summary>
public abstract class Results(Gateway gateway)
{
    protected const string Acs = "b91b3717-9fab-456c-9379-a0986c9cd4de";
    protected const string Ds = "d3e8aae9-b188-4305-9f4b-4db0baae1a00";
    private const string Another = "6c57c18f-e55b-4333-a991-460b04ee0730";
    private const string Passed = """transStatus":"Y","eci":"05","authenticationValue":"AAABBZEEBgAAAAAAAAQGAAAAAAA=","authenticationType":"02","interactionCounter":"01" """;
    private const string Failed = """transStatus":"N","transStatusReason":"01","authenticationType":"02","interactionCounter":"03" """;

    [Fact]
    public async Task A_passed_challenge_authorises_the_payment_with_its_proof()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var answer = await PostAsync(Result(attempt, Passed));
        Assert.Equal(
            $$"""{"messageType":"RRes","messageVersion":"2.2.0","threeDSServerTransID":"{{attempt}}","acsTransID":"{{Acs}}","dsTransID":"{{Ds}}","resultsStatus":"01"}""",
            Sorted(answer));
        var payment = await UntilAsync(uuid, PaymentStatus.Authorised);
        Assert.Equal(
            ("05", "AAABBZEEBgAAAAAAAAQGAAAAAAA=", Ds, Acs, "2.2.0", TransactionStatus.Authenticated),
            (payment.Authentication!.Eci, payment.Authentication.AuthenticationValue, payment.Authentication.DirectoryServerTransactionId,
                payment.Authentication.AcsTransactionId, payment.Authentication.Version, payment.Authentication.Status));
    }

    [Fact]
    public async Task A_failed_challenge_ends_the_payment()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        Assert.Equal("RRes", Text(await PostAsync(Result(attempt, Failed)), "messageType"));
        var payment = await UntilAsync(uuid, PaymentStatus.Failed);
        Assert.Equal(FailureReason.AuthenticationDeclined, payment.End!.Reason);
    }

    [Fact]
    public async Task The_first_result_counts_and_the_others_are_answered_alike()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var first = await PostAsync(Result(attempt, Passed));
        await UntilAsync(uuid, PaymentStatus.Authorised);
        Assert.Equal(first, await PostAsync(Result(attempt, Failed)));
        Assert.Equal(first, await PostAsync(Result(attempt, Passed)));
        Assert.Equal(1, await AuthorisationsAsync(uuid));
    }

    [Fact]
    public async Task Ten_results_at_once_authorise_once()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var answers = await AtOnce.DoAsync(10, _ => PostAsync(Result(attempt, Passed)));
        Assert.Single(answers.Distinct());
        await UntilAsync(uuid, PaymentStatus.Authorised);
        Assert.Equal(1, await AuthorisationsAsync(uuid));
    }

    [Theory]
    [InlineData("threeDSServerTransID")]
    [InlineData("acsTransID")]
    [InlineData("dsTransID")]
    public async Task A_result_that_names_another_authentication_is_none(string wrong)
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var answer = await PostAsync(Result(
            wrong == "threeDSServerTransID" ? Another : attempt, Passed, wrong == "acsTransID" ? Another : Acs, wrong == "dsTransID" ? Another : Ds));
        Assert.Equal(
            ("Erro", "301", wrong, "S", "RReq"),
            (Text(answer, "messageType"), Text(answer, "errorCode"), Text(answer, "errorDetail"), Text(answer, "errorComponent"), Text(answer, "errorMessageType")));
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(uuid)).Status);
    }

    [Fact]
    public async Task An_identifier_of_ours_that_was_never_given_out_is_not_known()
    {
        var (uuid, _) = await ChallengeAsync(gateway);
        var answer = await PostAsync(Result(ServerTransactionId.For(new(uuid), [9, 9, 9, 9, 9]), Passed));
        Assert.Equal(("301", "threeDSServerTransID"), (Text(answer, "errorCode"), Text(answer, "errorDetail")));
    }

    [Fact]
    public async Task A_result_of_an_attempt_that_was_set_aside_is_heard_and_changes_nothing()
    {
        var payment = await ChargeAsync(gateway);
        var runner = gateway.Services.GetRequiredService<PaymentRunner>();
        var aside = gateway.Services.GetRequiredService<AuthenticationRunner>().NewAttempt(payment.Id);
        payment = (await runner.ApplyAsync(payment, at => new PaymentCommand.StartAuthentication(at, aside, "2.2.0"))).Payment!;
        payment = (await runner.ApplyAsync(payment, at => new PaymentCommand.SetAuthenticationAside(at, aside))).Payment!;
        Assert.Equal("RRes", Text(await PostAsync(Result(aside, Failed)), "messageType"));

        var attempt = await ChallengeAsync(gateway, payment);
        Assert.Equal("RRes", Text(await PostAsync(Result(aside, Failed)), "messageType"));
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(payment.Id.Value)).Status);
        await PostAsync(Result(attempt, Passed));
        await UntilAsync(payment.Id.Value, PaymentStatus.Authorised);
    }

    [Fact]
    public async Task A_result_before_its_challenge_is_not_known()
    {
        var payment = await ChargeAsync(gateway);
        var attempt = gateway.Services.GetRequiredService<AuthenticationRunner>().NewAttempt(payment.Id);
        await gateway.Services.GetRequiredService<PaymentRunner>().ApplyAsync(payment, at => new PaymentCommand.StartAuthentication(at, attempt, "2.2.0"));
        Assert.Equal("301", Text(await PostAsync(Result(attempt, Passed)), "errorCode"));
    }

    [Fact]
    public async Task A_result_in_another_version_is_refused()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var answer = await PostAsync(Result(attempt, Passed).Replace("2.2.0", "2.1.0", StringComparison.Ordinal));
        Assert.Equal(("203", "messageVersion"), (Text(answer, "errorCode"), Text(answer, "errorDetail")));
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(uuid)).Status);
    }

    [Theory]
    [InlineData("", "101")]
    [InlineData("nonsense", "101")]
    [InlineData("{\"messageVersion\":\"2.2.0\"}", "201")]
    [InlineData("{\"messageType\":\"AReq\",\"messageVersion\":\"2.2.0\"}", "101")]
    [InlineData("{\"messageType\":\"RReq\",\"messageVersion\":\"1.0.2\"}", "102")]
    [InlineData("{\"messageType\":\"RReq\",\"messageVersion\":\"2.2.0\"}", "201")]
    public async Task What_is_no_result_is_answered_with_an_error(string body, string code) => Assert.Equal(code, Text(await PostAsync(body), "errorCode"));

    [Fact]
    public async Task A_result_must_carry_what_its_status_demands()
    {
        var (uuid, attempt) = await ChallengeAsync(gateway);
        var answer = await PostAsync(Result(attempt, Passed.Replace("\"authenticationValue\":\"AAABBZEEBgAAAAAAAAQGAAAAAAA=\",", string.Empty, StringComparison.Ordinal)));
        Assert.Equal(("201", "authenticationValue"), (Text(answer, "errorCode"), Text(answer, "errorDetail")));
        Assert.Equal(PaymentStatus.Pending, (await gateway.Client.GetPaymentAsync(uuid)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_too_long_is_not_read(bool chunked)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Address, "/3ds/results"))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(new string(' ', 64 * 1024) + "{}")),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Only_who_shows_the_right_certificate_brings_results()
    {
        using var authority = new TestAuthority();
        using var stranger = new TestAuthority("Somebody else");
        using var scheme = authority.ForClient("Directory server");
        using var other = stranger.ForClient("Directory server");
        using var server = authority.ForServer();
        await using var own = gateway.Another(
            "--Tollgate:ThreeDS:ResultsCertificate=" + authority.RootFile,
            "--Kestrel:Certificates:Default:Path=" + authority.WritePfx(server, "geheim"),
            "--Kestrel:Certificates:Default:Password=geheim",
            "--urls=http://127.0.0.1:0;https://127.0.0.1:0");
        await own.InitializeAsync();
        var addresses = own.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var secure = new Uri(addresses.First(a => a.StartsWith("https", StringComparison.Ordinal)) + "/3ds/results");
        var (uuid, attempt) = await ChallengeAsync(own);
        Assert.Equal(HttpStatusCode.Forbidden, (await BringAsync(new(own.Address, "/3ds/results"), null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await BringAsync(secure, null)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await BringAsync(secure, other)).Status);
        var (status, body) = await BringAsync(secure, scheme);
        Assert.Equal((HttpStatusCode.OK, "RRes"), (status, Text(body, "messageType")));
        await UntilAsync(uuid, PaymentStatus.Authorised, own);

        async Task<(HttpStatusCode Status, string Body)> BringAsync(Uri address, X509Certificate2? shown)
        {
            // A connection that is resumed is still of whoever began it.
            var root = X509CertificateLoader.LoadCertificateFromFile(authority.RootFile);
            using var handler = new SocketsHttpHandler
            {
                SslOptions = new()
                {
                    AllowTlsResume = false,
                    ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, null, offline: true),
                    CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
                },
            };
            using var http = new HttpClient(handler);
            using var content = new StringContent(Result(attempt, Passed), Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(address, content, TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    /// <summary>A payment whose cardholder has a challenge to answer.</summary>
    protected static async Task<(string Uuid, string Attempt)> ChallengeAsync(Gateway gateway)
    {
        var payment = await ChargeAsync(gateway);
        return (payment.Id.Value, await ChallengeAsync(gateway, payment));
    }

    protected static string Result(string attempt, string further, string acs = Acs, string ds = Ds) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"messageType":"RReq","messageVersion":"2.2.0","threeDSServerTransID":"{{attempt}}","acsTransID":"{{acs}}","dsTransID":"{{ds}}","messageCategory":"01","{{further.Trim()}}}""");

    protected static string Pass(string attempt) => Result(attempt, Passed);

    private static async Task<Payment> ChargeAsync(Gateway gateway)
    {
        var charged = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111"));
        Assert.NotNull(charged.PayCode?.ThreeDsUrl);
        return (await gateway.Reader.FindAsync(new PaymentId(charged.Uuid)))!;
    }

    private static async Task<string> ChallengeAsync(Gateway gateway, Payment payment)
    {
        var runner = gateway.Services.GetRequiredService<PaymentRunner>();
        var attempt = gateway.Services.GetRequiredService<AuthenticationRunner>().NewAttempt(payment.Id);
        var started = await runner.ApplyAsync(payment, at => new PaymentCommand.StartAuthentication(at, attempt, "2.2.0"));
        await runner.ApplyAsync(started.Payment!, at => new PaymentCommand.StartChallenge(at, attempt, Acs, Ds, "https://acs.example.com/challenge"));
        return attempt;
    }

    private async Task<Payment> UntilAsync(string uuid, PaymentStatus status, Gateway? own = null)
    {
        var where = own ?? gateway;
        await Eventually.GetAsync(async () => (await where.Client.GetPaymentAsync(uuid)).Status, s => s == status, "the end of the payment");
        return (await where.Reader.FindAsync(new PaymentId(uuid)))!;
    }

    private async Task<int> AuthorisationsAsync(string uuid) =>
        (await gateway.Reader.ReadJournalAsync((await gateway.Reader.FindAsync(new PaymentId(uuid)))!)).OfType<PaymentEvent.AuthorisationStarted>().Count();

    private async Task<string> PostAsync(string body)
    {
        var (status, answer) = await gateway.PostAsync("/3ds/results", body);
        Assert.Equal(200, status);
        return answer;
    }

    private static string? Text(string message, string name)
    {
        using var document = JsonDocument.Parse(message);
        return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    /// <summary>An answer with its elements in the order in which this file names them.</summary>
    private static string Sorted(string answer)
    {
        string[] order = ["messageType", "messageVersion", "threeDSServerTransID", "acsTransID", "dsTransID", "resultsStatus"];
        using var document = JsonDocument.Parse(answer);
        return "{" + string.Join(',', document.RootElement.EnumerateObject().OrderBy(p => Array.IndexOf(order, p.Name)).Select(p => $"\"{p.Name}\":{p.Value.GetRawText()}")) + "}";
    }
}

public sealed class ResultsOnSqlite(SqliteGateway gateway) : Results(gateway);

public sealed class ResultsOnPostgres(PostgresGateway gateway) : Results(gateway)
{
    [Fact]
    public async Task A_result_that_cannot_be_kept_is_to_be_brought_again()
    {
        var cluster = new PostgresCluster();
        await cluster.InitializeAsync();
        await using var own = new SqliteGateway().Another("--Tollgate:Database=" + await cluster.CreateDatabaseAsync());
        await own.InitializeAsync();
        own.LosesItsStore = true;
        var (_, attempt) = await ChallengeAsync(own);
        await cluster.DisposeAsync();
        var (status, _) = await own.PostAsync("/3ds/results", Pass(attempt));
        Assert.Equal(503, status);
    }
}
