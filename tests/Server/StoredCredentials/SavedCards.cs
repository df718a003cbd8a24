using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.StoredCredentials;

/// <summary>What the acquirer hears of saved cards, by its own books, and what the timeline says of it.</summary>
public abstract class SavedCards(Gateway gateway)
{
    [Theory]
    [InlineData("4242424242424242", "01", "C", null)]
    [InlineData("5555555555554444", "81", null, "C101")]
    [InlineData("378282246310005", "01", null, null)]
    public async Task A_card_is_said_to_be_kept_when_its_holder_gives_it_and_to_have_been_kept_when_its_holder_pays_again(string card, string entryMode, string? environment, string? category)
    {
        var first = await gateway.Client.ChargeAsync(Requests.Charge(card));
        var again = await gateway.Client.CreatePaymentAsync(Requests.Token(first.Token!.Id));

        Assert.Equal(
            new() { Initiator = "cardholder", Use = "first", EntryMode = entryMode, PosEnvironment = environment, Category = category, WithSecurityCode = true, WithAuthentication = false },
            await SaidAsync(first));
        Assert.Equal(new() { Initiator = "cardholder", Use = "subsequent", EntryMode = "10", Category = category, WithSecurityCode = false, WithAuthentication = false }, await SaidAsync(again));
        Assert.Null(await DecisionAsync(first));
        Assert.Equal(("cardholder", false), ((await DecisionAsync(again))!["initiator"], (await DecisionAsync(again))!.ContainsKey("chain")));
    }

    [Fact]
    public async Task An_unscheduled_payment_goes_back_to_the_payment_that_the_cardholder_made_with_the_token()
    {
        using var wire = new Wire(gateway);
        var first = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        await wire.AnswerChallengeAsync(first);
        var proof = (await gateway.Reader.FindAsync(new PaymentId(first.Uuid)))!.Authentication!;
        var original = await TransactionOfAsync(first);
        Assert.NotNull(proof.AuthenticationValue);

        var merchants = await gateway.Client.CreatePaymentAsync(Requests.Token(first.Token!.Id) with { PaymentType = PaymentType.Unscheduled });
        var later = await gateway.Client.CreatePaymentAsync(
            Requests.Token(first.Token.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = merchants.Uuid });

        // What was agreed goes back to the agreement, however many payments there were since.
        foreach (var payment in (PaymentResponse[])[merchants, later])
        {
            Assert.Equal(
                new()
                {
                    Initiator = "merchant",
                    Use = "subsequent",
                    EntryMode = "10",
                    PosEnvironment = "C",
                    PreviousTransaction = original,
                    OriginalEci = proof.Eci,
                    OriginalVersion = proof.Version,
                    OriginalDirectoryServerTransaction = proof.DirectoryServerTransactionId,
                    WithSecurityCode = false,
                    WithAuthentication = false,
                },
                await SaidAsync(payment));
            var decision = (await DecisionAsync(payment))!;
            Assert.Equal(("merchant", "linked", original, first.Uuid), (decision["initiator"], decision["chain"], decision["scheme_transaction_id"], decision["original_payment_uuid"]));
            Assert.Equal((proof.Eci, proof.Version, "1000"), (decision["original_eci"], decision["original_version"], decision["original_amount"]));
            Assert.DoesNotContain(proof.AuthenticationValue, string.Join(' ', decision.Values), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("4242424242424242", ChargeReason.Resubmission, "3901", null)]
    [InlineData("4242424242424242", ChargeReason.DelayedCharge, "3902", null)]
    [InlineData("4242424242424242", ChargeReason.Reauthorisation, "3903", null)]
    [InlineData("4242424242424242", ChargeReason.NoShow, "3904", null)]
    [InlineData("2223003122003222", ChargeReason.Resubmission, null, "M208")]
    [InlineData("2223003122003222", ChargeReason.DelayedCharge, null, "M206")]
    [InlineData("2223003122003222", ChargeReason.Reauthorisation, null, "M205")]
    [InlineData("2223003122003222", ChargeReason.NoShow, null, "M207")]
    [InlineData("378282246310005", ChargeReason.NoShow, null, null)]
    public async Task A_payment_with_a_reason_goes_back_to_the_payment_to_which_it_belongs(string card, ChargeReason reason, string? visa, string? mastercard)
    {
        var first = await gateway.Client.ChargeAsync(Requests.Charge(card));
        var second = await gateway.Client.CreatePaymentAsync(Requests.Token(first.Token!.Id));
        var request = Requests.Token(first.Token.Id) with { PaymentType = PaymentType.Unscheduled, ChargeReason = reason, PreviousPaymentUuid = second.Uuid };

        var related = await SaidAsync(await gateway.Client.CreatePaymentAsync(request));
        var unrelated = await SaidAsync(await gateway.Client.CreatePaymentAsync(request with { ExternalId = Requests.NewOrder(), PreviousPaymentUuid = null }));

        Assert.Equal(("merchant", "10", null, visa, mastercard), (related.Initiator, related.EntryMode, related.PosEnvironment, related.MessageReason, related.Category));
        Assert.Equal(await TransactionOfAsync(second), related.PreviousTransaction);
        Assert.Equal(related with { PreviousTransaction = await TransactionOfAsync(first) }, unrelated);
    }

    [Fact]
    public async Task A_chain_without_a_beginning_is_broken_and_the_timeline_says_so()
    {
        var charge = Requests.Charge() with { PaymentType = PaymentType.Unscheduled };
        var raw = await gateway.Client.ChargeAsync(charge);
        var byToken = await gateway.Client.CreatePaymentAsync(Requests.Token(raw.Token!.Id) with { PaymentType = PaymentType.Unscheduled });

        foreach (var payment in (PaymentResponse[])[raw, byToken])
        {
            Assert.Equal(PaymentStatus.Authorised, payment.Status);
            Assert.Equal(new() { Initiator = "merchant", Use = "subsequent", EntryMode = "10", PosEnvironment = "C", WithSecurityCode = false, WithAuthentication = false }, await SaidAsync(payment));
            Assert.Equal(("merchant", "broken"), ((await DecisionAsync(payment))!["initiator"], (await DecisionAsync(payment))!["chain"]));
            Assert.Contains(
                (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records, e => e.Message.StartsWith("The chain is broken: no payment is known", StringComparison.Ordinal));
        }

        // Said where it came from, the same payment is recognised.
        var first = await gateway.Client.ChargeAsync(Requests.Charge());
        var linked = await gateway.Client.ChargeAsync(charge with { ExternalId = Requests.NewOrder(), PreviousPaymentUuid = first.Uuid });
        Assert.Equal(await TransactionOfAsync(first), (await SaidAsync(linked)).PreviousTransaction);
        Assert.Equal(("linked", first.Uuid), ((await DecisionAsync(linked))!["chain"], (await DecisionAsync(linked))!["original_payment_uuid"]));
    }

    [Fact]
    public async Task A_raw_card_whose_holder_was_seen_is_charged_by_its_holder()
    {
        using var wire = new Wire(gateway);
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000003220") with { PaymentType = PaymentType.Unscheduled });
        await wire.AnswerChallengeAsync(payment);
        var said = await SaidAsync(payment);
        Assert.Equal(("cardholder", "first", true, true), (said.Initiator, said.Use, said.WithSecurityCode, said.WithAuthentication));

        // And from then on its token has something to go back to.
        var later = await gateway.Client.CreatePaymentAsync(Requests.Token(payment.Token!.Id) with { PaymentType = PaymentType.Unscheduled });
        Assert.Equal(await TransactionOfAsync(payment), (await SaidAsync(later)).PreviousTransaction);
    }

    private async Task<BooksCredential> SaidAsync(PaymentResponse payment) =>
        Assert.Single((await gateway.Client.GetBooksAsync(payment.Uuid)).Entries, e => e.Message == "authorisation").StoredCredential!;

    private async Task<string> TransactionOfAsync(PaymentResponse payment) =>
        (await gateway.Reader.FindAsync(new PaymentId(payment.Uuid)))!.Approval!.SchemeTransactionId!;

    private async Task<IReadOnlyDictionary<string, string>?> DecisionAsync(PaymentResponse payment) =>
        (await gateway.Client.GetTimelineAsync(payment.Uuid)).Records.SingleOrDefault(e => e.Name == "stored_credential")?.Details;
}

public sealed class SavedCardsOnSqlite(SqliteGateway gateway) : SavedCards(gateway);

public sealed class SavedCardsOnPostgres(PostgresGateway gateway) : SavedCards(gateway);
