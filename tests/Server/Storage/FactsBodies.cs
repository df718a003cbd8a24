using System.Text;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Tests.Storage;

/// <summary>The short way of reading what a payment was created with says what the serializer says, or nothing.</summary>
public class FactsBodies
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, 123, TimeSpan.Zero);

    private static readonly PaymentFacts Plain = new()
    {
        Id = new("2PW24DDRY9ZUBB2V"),
        App = new("app-sandbox"),
        ExternalId = "order-1",
        Amount = new(1000, Currency.Aud),
        CaptureAtOnce = false,
        Type = PaymentType.Regular,
        Token = new("tok_038fbe644e57bc264020"),
        BroughtCard = true,
        Card = new(Brand.Visa, "4242", null, new(2028, 12), "b1946ac9"),
        Cardholder = new("Zoë", "O\"Doe", "zoe@example.com", "ZOE DOE", new("1 High Street", "Sydney", "NSW", "AU", "2000")),
        ReturnUrl = "https://merchant.example/thanks?a=1&b=2",
        CreatedAt = At,
        SessionEndsAt = At.AddMinutes(15),
    };

    private static readonly PaymentFacts Full = Plain with
    {
        CaptureAtOnce = true,
        Type = PaymentType.Unscheduled,
        Reason = Enum.GetValues<ChargeReason>()[^1],
        Previous = new("2PW24DD33TSAPQ4K"),
        PreviousSchemeTransactionId = "100000000000001",
        Agreement = new(new("2PW24DD33TSAPQ4K"), At.AddDays(-40), new(250, Currency.Aud), "100000000000001", "05", "2.2.0", "f25084f0-5b16-4c0a-ae5d-b24808a95e4b"),
        BroughtCard = false,
        Card = Plain.Card with { Brand = Enum.GetValues<Brand>()[^1], Country = "AU" },
        Description = "Größe <1>",
        Webhook = new("https://merchant.example/hook", [1, 2, 255]),
        Browser = new("Mozilla/5.0", "en-AU", 24, 1080, 1920, false, -600, "text/html", true),
        IpAddress = "203.0.113.7",
        Fees = new(175, 30, 1000, 2500, 500, 90),
        Policy = AuthenticationPolicy.Always,
        ForcedBy = new(AuthenticationPolicy.WhenRequired, new(new(2025, 4), 5_000_001, 2_500_000_000), new(new(2026, 1), 6_000_000, 30_000_000_000)),
        Risk = new() { Mode = RiskMode.Enforce, Verdict = RiskVerdict.Refuse, Cause = RiskCause.Retry, Because = "advice_wait", Until = At.AddHours(1), Counters = "card_attempts=2", Card = "00ffeeddccbbaa99" },
    };

    private static IEnumerable<PaymentFacts> Usual =>
    [
        Plain,
        Full,
        Full with { Browser = new(null, null, null, null, null, null, null, null, null), Webhook = new("https://merchant.example/hook", null) },
        Full with { Fees = FeeSchedule.None },
        Full with { Risk = new() { Mode = RiskMode.Monitor, Verdict = RiskVerdict.Allow, Cause = RiskCause.Nothing } },
        Full with { Agreement = new(new("2PW24DD33TSAPQ4K"), At, new(250, Currency.Aud), null, null, null, null) },
    ];

    [Fact]
    public void What_the_journal_writes_is_read_the_short_way_and_is_the_same()
    {
        foreach (var facts in Usual)
        {
            var body = JsonSerializer.SerializeToUtf8Bytes(facts, StorageJson.Default.PaymentFacts);
            var read = FactsBody.TryRead(body);
            Assert.NotNull(read);
            Assert.Equal(Encoding.UTF8.GetString(body), Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(read, StorageJson.Default.PaymentFacts)));
            Assert.Equal(Same(facts), Same(read));
        }
    }

    [Fact]
    public void No_property_of_a_payment_is_forgotten()
    {
        var body = JsonSerializer.SerializeToElement(Full, StorageJson.Default.PaymentFacts);
        Assert.Equal(typeof(PaymentFacts).GetProperties().Length, body.EnumerateObject().Count());
        Assert.Equal(typeof(BrowserDetails).GetProperties().Length, body.GetProperty("browser").EnumerateObject().Count());
        Assert.Equal(typeof(Agreement).GetProperties().Length, body.GetProperty("agreement").EnumerateObject().Count());
        Assert.Equal(typeof(FraudBreach).GetProperties().Length, body.GetProperty("forced_by").EnumerateObject().Count());
        Assert.Equal(typeof(RiskAssessment).GetProperties().Length, body.GetProperty("risk").EnumerateObject().Count());
        Assert.Equal(typeof(FraudFigures).GetProperties().Length, body.GetProperty("forced_by").GetProperty("latest").EnumerateObject().Count());
        Assert.Equal(typeof(WebhookTarget).GetProperties().Length, body.GetProperty("webhook").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("\"order-1\"", "\"order-1\",\"external_id\":\"order-2\"")]
    [InlineData("\"order-1\"", "\"order-1\",\"note\":1")]
    [InlineData("\"external_id\"", "\"external\\u005fid\"")]
    [InlineData("\"Regular\"", "\"regular\"")]
    [InlineData("\"Regular\"", "0")]
    [InlineData("\"Sydney\"", "\"Sydney\",\"district\":null")]
    public void What_is_unusual_is_what_the_serializer_reads(string usual, string unusual)
    {
        var body = Changed(usual, unusual);
        Assert.Null(FactsBody.TryRead(body));
        var expected = JsonSerializer.Deserialize(body, StorageJson.Default.PaymentFacts)!;
        Assert.Equal(expected, StorageJson.ReadFacts(body));
    }

    [Theory]
    [InlineData("\"external_id\":\"order-1\",", "")]
    [InlineData("\"order-1\"", "7")]
    [InlineData("\"1000 AUD\"", "\"1000 ZZZ\"")]
    [InlineData("\"1000 AUD\"", "\"AUD\"")]
    [InlineData("false", "\"no\"")]
    [InlineData("\"Regular\"", "\"Sometimes\"")]
    [InlineData("2028", "\"2028\"")]
    [InlineData("}}", "}")]
    [InlineData("15:00", "never")]
    public void What_is_damaged_is_refused(string whole, string damaged) => Assert.ThrowsAny<JsonException>(() => StorageJson.ReadFacts(Changed(whole, damaged)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    public void What_is_no_payment_is_refused(string body) => Assert.ThrowsAny<JsonException>(() => StorageJson.ReadFacts(Encoding.UTF8.GetBytes(body)));

    private static byte[] Changed(string from, string to)
    {
        var body = JsonSerializer.Serialize(Plain, StorageJson.Default.PaymentFacts);
        Assert.Contains(from, body, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(body.Replace(from, to, StringComparison.Ordinal));
    }

    // Bytes are compared by what they are.
    private static (PaymentFacts, string) Same(PaymentFacts facts) => (facts with { Webhook = null }, facts.Webhook is null
        ? string.Empty
        : $"{facts.Webhook.EndpointUrl} {(facts.Webhook.SealedAuthorization is { } seal ? Convert.ToHexString(seal) : "none")}");
}
