namespace Tollgate.Sandbox.Tests;

/// <summary>What the issuer makes of the authentication in an authorisation, and the acquirer of who initiates it.</summary>
public sealed class AuthenticatedAuthorisationTests : IDisposable
{
    private const string Cavv = "AAABBZEEBgAAAAAAAAQGAAAAAAA=";
    private const string DsTransId = "d3e8aae9-b188-4305-9f4b-4db0baae1a00";

    private readonly World world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData("4000002500003155", "-", "1A")]
    [InlineData("4000002500003155", "05", "00")]
    [InlineData("4000002500003155", "06", "00")]
    [InlineData("4000002500003155", "07", "1A")]
    [InlineData("4000002760003184", "-", "1A")]
    [InlineData("4000002760003184", "05", "00")]
    [InlineData("5200000000002235", "-", "65")]
    [InlineData("5200000000002235", "02", "00")]
    [InlineData("5200000000002235", "01", "00")]
    [InlineData("5200000000002235", "00", "65")]
    [InlineData("4000008260003178", "-", "51")]
    [InlineData("4000008260003178", "05", "51")]
    [InlineData("4242424242424242", "05", "00")]
    public async Task Some_issuers_decline_until_the_cardholder_is_authenticated(string card, string eci, string code) =>
        Assert.Equal(code, await SendAsync(Order(card) with { Authentication = eci == "-" ? null : new(eci, eci is "07" or "00" ? null : Cavv, DsTransId, "2.2.0") }));

    [Theory]
    [InlineData("4000002500003155", "00")]
    [InlineData("5200000000002235", "00")]
    [InlineData("4000002760003184", "1A")]
    public async Task What_the_merchant_initiates_needs_no_cardholder_but_for_one_card(string card, string code) =>
        Assert.Equal(code, await SendAsync(ByMerchant(card)));

    [Fact]
    public async Task A_merchant_has_no_security_code_and_no_proof()
    {
        Assert.True(Core.Cards.CardVerificationCode.TryParse("123", Core.Cards.Brand.Visa, out var code));
        Assert.Equal("30", await SendAsync(ByMerchant(World.Visa) with { Code = code }));
        Assert.Equal("30", await SendAsync(ByMerchant(World.Visa) with { Authentication = new("05", Cavv, DsTransId, "2.2.0") }));

        Assert.Equal("30", await SendAsync(ByMerchant(World.Visa) with { StoredCredential = false, Code = code }));
        Assert.Equal("00", await SendAsync(ByMerchant(World.Visa)));
        Assert.Equal("00", await SendAsync(Order(World.Visa) with { Code = code, Authentication = new("05", Cavv, DsTransId, "2.2.0") }));
    }

    [Theory]
    [InlineData("02", Cavv, DsTransId, "2.2.0")]
    [InlineData("05", null, DsTransId, "2.2.0")]
    [InlineData("05", "AAAB", DsTransId, "2.2.0")]
    [InlineData("05", Cavv, "1", "2.2.0")]
    [InlineData("05", Cavv, DsTransId, "1.0.2")]
    public async Task A_proof_that_is_not_of_the_scheme_s_form_is_a_format_error(string eci, string? value, string directoryServerTransactionId, string version) =>
        Assert.Equal("30", await SendAsync(Order(World.Visa) with { Authentication = new(eci, value, directoryServerTransactionId, version) }));

    [Fact]
    public async Task The_books_have_what_was_said_of_the_card_and_survive_a_restart()
    {
        Assert.Equal("00", await SendAsync(ByMerchant(World.Visa)));
        world.Restart();
        var line = Assert.Single(world.BooksOf(World.Pay).Lines);
        Assert.Equal(ByMerchant(World.Visa).Credential, line.Credential);
        Assert.Equal((false, false), (line.WithCode, line.WithAuthentication));
    }

    private static SimulatedMessage Order(string card) => new()
    {
        Kind = MessageKind.Authorisation,
        Operation = Guid.NewGuid().ToString("N"),
        Payment = World.Pay,
        Amount = 1000,
        Card = World.Parse(card),
    };

    private static SimulatedMessage ByMerchant(string card) => Order(card) with
    {
        StoredCredential = true,
        Credential = new() { Initiator = SimulatedInitiator.Merchant, Use = "subsequent", EntryMode = "10", MessageReason = "3901", PreviousTransaction = "123456789012345" },
    };

    private async Task<string> SendAsync(SimulatedMessage message) => (await world.Acquirer.ExchangeAsync(message)).ResponseCode;
}
