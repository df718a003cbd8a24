using System.Diagnostics;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox.Tests;

public sealed class TestCardTests : IDisposable
{
    // The card; its answer as ISO 8583 writes it (00 is yes), with the raw card and by token; and whether its issuer wants to see the cardholder:
    // on a regular payment, on an unscheduled one by raw card, on an unscheduled one by token.
    private const string Cards = """
        4242424242424242 | 00 | 00 | Nothing      | Nothing   | Nothing
        5555555555554444 | 00 | 00 | Nothing      | Nothing   | Nothing
        2223003122003222 | 00 | 00 | Nothing      | Nothing   | Nothing
        378282246310005  | 00 | 00 | Nothing      | Nothing   | Nothing
        6011111111111117 | 00 | 00 | Nothing      | Nothing   | Nothing
        30569309025904   | 00 | 00 | Nothing      | Nothing   | Nothing
        3530111333300000 | 00 | 00 | Nothing      | Nothing   | Nothing
        6200000000000005 | 00 | 00 | Nothing      | Nothing   | Nothing
        4111111111111111 | 00 | 00 | Challenge    | Nothing   | Nothing
        4000000000003055 | 00 | 00 | Frictionless | Nothing   | Nothing
        4000000000003220 | 00 | 00 | Challenge    | Challenge | Nothing
        4000008400001629 | 05 | 05 | Challenge    | Nothing   | Nothing
        4000000000000002 | 05 | 05 | Nothing      | Nothing   | Nothing
        4000000000009995 | 51 | 51 | Nothing      | Nothing   | Nothing
        4000000000000069 | 54 | 54 | Nothing      | Nothing   | Nothing
        4000000000000127 | N7 | N7 | Nothing      | Nothing   | Nothing
        4000000000000119 | 96 | 96 | Nothing      | Nothing   | Nothing
        4000000000009987 | 41 | 41 | Nothing      | Nothing   | Nothing
        4000000000009979 | 43 | 43 | Nothing      | Nothing   | Nothing
        4000000000000259 | 00 | 00 | Nothing      | Nothing   | Nothing
        4000000000000341 | 00 | 05 | Nothing      | Nothing   | Nothing
        4100000000000100 | 00 | 00 | Nothing      | Nothing   | Nothing
        """;

    private readonly World world = new();

    public static TheoryData<string, string, string, IssuerWish, IssuerWish, IssuerWish> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, IssuerWish, IssuerWish, IssuerWish>();
            foreach (var columns in Cards.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
            {
                rows.Add(columns[0], columns[1], columns[2], Enum.Parse<IssuerWish>(columns[3]), Enum.Parse<IssuerWish>(columns[4]), Enum.Parse<IssuerWish>(columns[5]));
            }

            return rows;
        }
    }

    public void Dispose() => world.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_test_card_does_what_the_contract_says(
        string card, string rawCode, string tokenCode, IssuerWish regular, IssuerWish unscheduledRaw, IssuerWish unscheduledToken)
    {
        Assert.Equal(rawCode, (await world.AuthoriseAsync(card, "raw", payment: "raw")).ResponseCode);
        Assert.Equal(tokenCode, (await world.AuthoriseAsync(card, "token", byToken: true, payment: "token")).ResponseCode);
        Assert.Equal(rawCode == "00" ? 1000 : 0, world.BooksOf("raw").Authorised);
        Assert.Equal(tokenCode == "00" ? 1000 : 0, world.BooksOf("token").Authorised);

        var number = World.Parse(card);
        Assert.Equal(regular, SimulatedIssuer.WishFor(number, merchantInitiated: false, byToken: false));
        Assert.Equal(regular, SimulatedIssuer.WishFor(number, merchantInitiated: false, byToken: true));
        Assert.Equal(unscheduledRaw, SimulatedIssuer.WishFor(number, merchantInitiated: true, byToken: false));
        Assert.Equal(unscheduledToken, SimulatedIssuer.WishFor(number, merchantInitiated: true, byToken: true));
    }

    [Fact]
    public async Task A_yes_carries_references_and_a_no_carries_none()
    {
        var yes = await world.AuthoriseAsync();
        Assert.Matches("^[0-9]{12}$", yes.Reference);
        Assert.Matches("^[0-9]{6}$", yes.ApprovalCode);
        Assert.Matches("^[0-9]{15}$", yes.SchemeTransactionId);

        var no = await world.AuthoriseAsync("4000000000000002", "other");
        Assert.Matches("^[0-9]{12}$", no.Reference);
        Assert.Null(no.ApprovalCode);
        Assert.Null(no.SchemeTransactionId);
    }

    [Fact]
    public async Task An_authorisation_without_a_card_is_declined_as_an_invalid_number() => Assert.Equal("14", await world.AskAsync(MessageKind.Authorisation, "auth"));

    [Fact]
    public async Task The_silent_card_is_booked_never_answered_and_not_even_an_inquiry_knows()
    {
        var exchange = world.AuthoriseAsync("4000000000000101");
        Assert.False(exchange.IsCompleted);
        Assert.Equal(1000, world.Books.Authorised);
        Assert.Equal("96", await world.AskAsync(MessageKind.Inquiry, "auth"));

        // It is undone like any other, and then an inquiry does know.
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "auth"));
        Assert.Equal("25", await world.AskAsync(MessageKind.Inquiry, "auth"));
        Assert.Equal((1000, 1000, 0), (world.Books.Authorised, world.Books.Released, world.Books.Authorisations));

        world.Restart();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange);
    }

    [Fact]
    public async Task The_slow_card_is_approved_after_three_seconds()
    {
        var waited = Stopwatch.StartNew();
        Assert.Equal("00", (await world.AuthoriseAsync("4000000000000044")).ResponseCode);
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_challenge_has_three_tries_and_they_survive_a_restart()
    {
        Assert.Equal(CodeVerdict.Wrong, Judge("000000"));
        Assert.Equal(CodeVerdict.Wrong, Judge(""));
        world.Restart();
        Assert.Equal(CodeVerdict.Refused, Judge("1234567"));

        // After the third wrong code the right one comes too late; another payment's challenge is its own.
        Assert.Equal(CodeVerdict.Refused, Judge(SimulatedIssuer.PassingCode));
        Assert.Equal(CodeVerdict.Passed, Judge(SimulatedIssuer.PassingCode, "payment-2"));
    }

    [Fact]
    public void The_right_code_passes_at_the_third_try()
    {
        Assert.Equal(CodeVerdict.Wrong, Judge("654321"));
        Assert.Equal(CodeVerdict.Wrong, Judge(" 123456"));
        Assert.Equal(CodeVerdict.Passed, Judge("123456"));
    }

    [Fact]
    public void A_proof_of_authentication_has_the_form_that_the_schemes_give_it()
    {
        Assert.Equal("02", SimulatedIssuer.Prove(Brand.Mastercard).Eci);
        var proof = SimulatedIssuer.Prove(Brand.Visa);
        Assert.Equal("05", proof.Eci);
        Assert.Equal(28, proof.AuthenticationValue!.Length);
        Assert.True(Guid.TryParseExact(proof.DirectoryServerTransactionId, "D", out _));
        Assert.NotEqual(proof.AuthenticationValue, SimulatedIssuer.Prove(Brand.Visa).AuthenticationValue);
    }

    private CodeVerdict Judge(string code, string payment = World.Pay) => new SimulatedIssuer(world.Acquirer).Judge(payment, code);
}
