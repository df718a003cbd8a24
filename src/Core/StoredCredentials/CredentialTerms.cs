using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;

namespace Tollgate.Core.StoredCredentials;

/// <summary>Who begins a payment.</summary>
public enum Initiator
{
    /// <summary>The cardholder, at a checkout (CIT).</summary>
    Cardholder,

    /// <summary>The merchant, on what was agreed with the cardholder (MIT).</summary>
    Merchant,
}

/// <summary>How a card is used that is kept.</summary>
public enum CredentialUse
{
    /// <summary>For the first time: the cardholder gives it, and it is kept from then on.</summary>
    First,

    /// <summary>Again, after it was kept.</summary>
    Subsequent,
}

/// <summary>What an authorisation says of the kept card that it uses: who begins it, why, and what it continues.</summary>
public sealed record CredentialTerms
{
    /// <summary>Who begins it.</summary>
    public required Initiator Initiator { get; init; }

    /// <summary>How the card is used.</summary>
    public required CredentialUse Use { get; init; }

    /// <summary>Whether the card comes from a token.</summary>
    public required bool ByToken { get; init; }

    /// <summary>Why the merchant begins it; <see langword="null"/> for an unscheduled use of what was agreed, and when the cardholder does.</summary>
    public ChargeReason? Reason { get; init; }

    /// <summary>All that in the fields of the card's scheme.</summary>
    public required SchemeIndicators Indicators { get; init; }

    /// <summary>The scheme's identifier of the payment that it continues; only when the merchant begins it.</summary>
    public string? SchemeTransactionId { get; init; }

    /// <summary>What the cardholder agreed to; only when the merchant begins it.</summary>
    public Agreement? Agreement { get; init; }

    /// <summary>Whether the issuer cannot tell what it continues.</summary>
    public bool IsBroken => Initiator == Initiator.Merchant && SchemeTransactionId is null;

    /// <summary>
    /// Whether proofs of the cardholder's presence may go with it: the security code and the authentication's value. With a payment of the merchant's they
    /// never do, for the cardholder is not there.
    /// </summary>
    public bool MayProvePresence => Initiator == Initiator.Cardholder;

    /// <summary>The terms of a payment's authorisation.</summary>
    public static CredentialTerms Of(Payment payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var facts = payment.Facts;
        var initiator = InitiatorOf(payment);
        var use = initiator == Initiator.Cardholder && facts.BroughtCard ? CredentialUse.First : CredentialUse.Subsequent;
        var reason = initiator == Initiator.Merchant ? facts.Reason : null;
        return new()
        {
            Initiator = initiator,
            Use = use,
            ByToken = !facts.BroughtCard,
            Reason = reason,
            Indicators = SchemeIndicators.For(facts.Card.Brand, initiator, use, reason),
            SchemeTransactionId = initiator == Initiator.Merchant ? facts.PreviousSchemeTransactionId : null,
            Agreement = initiator == Initiator.Merchant ? facts.Agreement : null,
        };
    }

    /// <summary>
    /// Who begins a payment. One that came as unscheduled, with a raw card whose issuer wanted to see the cardholder, was begun by the cardholder once that
    /// happened: its authorisation takes the proof along, and later payments go back to it.
    /// </summary>
    public static Initiator InitiatorOf(Payment payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        var isSeen = payment.Facts.BroughtCard && payment.Authentication is AuthenticationResult { AuthenticationValue: not null };
        return payment.Facts.Type == PaymentType.Unscheduled && !isSeen ? Initiator.Merchant : Initiator.Cardholder;
    }
}
