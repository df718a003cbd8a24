using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Core.Tests.StoredCredentials;

/// <summary>What a payment of the merchant's goes back to.</summary>
public class ChainTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly AuthenticationResult Proof = new("05", "AAABBZEEBgAAAAAAAAQGAAAAAAA=", "f25084f0-5b16-4c0a-ae5d-b24808a95e4b", "2.2.0");

    [Fact]
    public void The_cardholders_payment_is_an_agreement_without_the_value_that_authenticated_it()
    {
        var agreement = Agreement.Of(Approved(PaymentType.Regular, transaction: "100000000000001", proof: Proof));

        Assert.Equal(new Agreement(new("P1"), At, new(1000, Currency.Aud), "100000000000001", "05", "2.2.0", Proof.DirectoryServerTransactionId), agreement);
        Assert.DoesNotContain(Proof.AuthenticationValue!, agreement!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_payment_of_the_merchants_stands_on_the_agreement_that_it_continued()
    {
        var agreed = new Agreement(new("P0"), At.AddDays(-30), new(250, Currency.Aud), "100000000000000", null, null, null);
        var payment = Approved(PaymentType.Unscheduled, transaction: "100000000000001", agreement: agreed);
        Assert.Equal(agreed, Agreement.Of(payment));
        Assert.Null(Agreement.Of(Approved(PaymentType.Unscheduled, transaction: "100000000000001")));
    }

    [Theory]
    // What was agreed goes back to the agreement; what the trade does goes back to the payment that it belongs to.
    [InlineData(null, "previous", "agreed", "agreed")]
    [InlineData(ChargeReason.DelayedCharge, "previous", "agreed", "previous")]
    [InlineData(ChargeReason.NoShow, "previous", "agreed", "previous")]
    // Of one that is missing the other is taken.
    [InlineData(null, "previous", null, "previous")]
    [InlineData(ChargeReason.Resubmission, null, "agreed", "agreed")]
    [InlineData(null, null, "agreed", "agreed")]
    // Without both the chain is broken.
    [InlineData(null, null, null, null)]
    [InlineData(ChargeReason.Reauthorisation, null, null, null)]
    public void The_reason_says_what_is_linked_to(ChargeReason? reason, string? previous, string? agreed, string? link)
    {
        var related = Approved(PaymentType.Regular, transaction: previous);
        var agreement = new Agreement(new("P0"), At, new(250, Currency.Aud), agreed, null, null, null);
        Assert.Equal(link, Agreement.Link(reason, related, agreement));
        Assert.Equal(agreed, Agreement.Link(reason, null, agreement));
        Assert.Equal(previous, Agreement.Link(reason, related, null));
    }

    [Theory]
    [InlineData(PaymentType.Regular, true, false, "cardholder first")]
    [InlineData(PaymentType.Regular, true, true, "cardholder first")]
    [InlineData(PaymentType.Regular, false, false, "cardholder subsequent")]
    [InlineData(PaymentType.Regular, false, true, "cardholder subsequent")]
    [InlineData(PaymentType.Unscheduled, true, false, "merchant subsequent")]
    // The issuer wanted to see the cardholder, and did.
    [InlineData(PaymentType.Unscheduled, true, true, "cardholder first")]
    [InlineData(PaymentType.Unscheduled, false, false, "merchant subsequent")]
    public void Who_begins_a_payment_and_how_the_card_is_used(PaymentType type, bool broughtCard, bool isProved, string expected)
    {
        var terms = CredentialTerms.Of(Approved(type, "100000000000001", proof: isProved ? Proof : null, broughtCard: broughtCard));
        Assert.Equal(expected, $"{terms.Initiator} {terms.Use}".ToLowerInvariant());
        Assert.Equal(terms.Initiator == Initiator.Cardholder, terms.MayProvePresence);
        Assert.Equal(terms.Initiator == Initiator.Merchant, terms.IsBroken);
    }

    private static Payment Approved(
        PaymentType type, string? transaction, AuthenticationResult? proof = null, Agreement? agreement = null, bool broughtCard = true)
    {
        var facts = new PaymentFacts
        {
            Id = new("P1"),
            App = new("app-sandbox"),
            ExternalId = "order-1",
            Amount = new(1000, Currency.Aud),
            CaptureAtOnce = false,
            Type = type,
            Agreement = agreement,
            Token = new("tok_1"),
            BroughtCard = broughtCard,
            Card = new(Brand.Visa, "4242", null, new(2028, 12), "b1946ac9"),
            Cardholder = new("John", "Doe", "john@example.com", "JOHN DOE", new("1 High Street", "Sydney", "NSW", "AU", "2000")),
            ReturnUrl = "https://merchant.example",
            CreatedAt = At,
            SessionEndsAt = At.AddMinutes(15),
        };
        return Payment.Evolve(null, new PaymentEvent.Created(At, facts)) with { Approval = new("000000000001", "A1B2C3", transaction), Authentication = proof };
    }
}
