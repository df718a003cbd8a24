using System.Diagnostics;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox.Tests;

public sealed class TestCardTests : IDisposable
{
    // The card; its answer as ISO 8583 writes it (00 is yes), with the raw card and by token.
    private const string Cards = """
        4242424242424242 | 00 | 00
        5555555555554444 | 00 | 00
        2223003122003222 | 00 | 00
        378282246310005  | 00 | 00
        6011111111111117 | 00 | 00
        30569309025904   | 00 | 00
        3530111333300000 | 00 | 00
        6200000000000005 | 00 | 00
        4111111111111111 | 00 | 00
        4000000000003055 | 00 | 00
        4000000000003220 | 00 | 00
        4000008400001629 | 05 | 05
        4000000000000002 | 05 | 05
        4000000000009995 | 51 | 51
        4000000000000069 | 54 | 54
        4000000000000127 | N7 | N7
        4000000000000119 | 96 | 96
        4000000000009987 | 41 | 41
        4000000000009979 | 43 | 43
        4000000000000259 | 00 | 00
        4000000000000341 | 00 | 05
        4100000000000100 | 00 | 00
        """;

    private readonly World world = new();

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var columns in Cards.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
            {
                rows.Add(columns[0], columns[1], columns[2]);
            }

            return rows;
        }
    }

    public void Dispose() => world.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_test_card_does_what_the_contract_says(string card, string rawCode, string tokenCode)
    {
        Assert.Equal(rawCode, (await world.AuthoriseAsync(card, "raw", payment: "raw")).ResponseCode);
        Assert.Equal(tokenCode, (await world.AuthoriseAsync(card, "token", byToken: true, payment: "token")).ResponseCode);
        Assert.Equal(rawCode == "00" ? 1000 : 0, world.BooksOf("raw").Authorised);
        Assert.Equal(tokenCode == "00" ? 1000 : 0, world.BooksOf("token").Authorised);
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
}
