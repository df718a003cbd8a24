using Tollgate.Core.Payments;

namespace Tollgate.Core.StoredCredentials;

/// <summary>
/// What the cardholder's own payment proved, by which later ones without the cardholder are recognised. It is kept with the card token, whose first payment
/// has it, and frozen on each payment that the merchant initiates. The authentication's value (CAVV) is not in it: that is good for one authorisation.
/// </summary>
/// <param name="Payment">The payment that the cardholder made.</param>
/// <param name="At">When, which is when the cardholder agreed.</param>
/// <param name="Amount">How much it was.</param>
/// <param name="SchemeTransactionId">The scheme's identifier of it, when its approval had one.</param>
/// <param name="Eci">The electronic commerce indicator of its authentication.</param>
/// <param name="Version">The protocol version of its authentication.</param>
/// <param name="DirectoryServerTransactionId">The directory server's identifier of its authentication (dsTransID).</param>
public sealed record Agreement(
    PaymentId Payment, DateTimeOffset At, Money Amount, string? SchemeTransactionId, string? Eci, string? Version, string? DirectoryServerTransactionId)
{
    /// <summary>
    /// The agreement that a payment stands on: its own when the cardholder made it, and the one that it continued when the merchant did.
    /// <see langword="null"/> when none is known.
    /// </summary>
    public static Agreement? Of(Payment payment)
    {
        ArgumentNullException.ThrowIfNull(payment);
        if (CredentialTerms.InitiatorOf(payment) == Initiator.Merchant)
        {
            return payment.Facts.Agreement;
        }

        var proof = payment.Authentication;
        return payment.Approval is not { } approval
            ? null
            : new(payment.Id, payment.Facts.CreatedAt, payment.Facts.Amount, approval.SchemeTransactionId, proof?.Eci, proof?.Version, proof?.DirectoryServerTransactionId);
    }

    /// <summary>
    /// The identifier that a payment of the merchant's names: that of the payment to which its reason relates it at once, or else that of the agreement,
    /// which unscheduled payments go back to. Either is better than none.
    /// </summary>
    /// <param name="reason">Why the merchant makes it; <see langword="null"/> for an unscheduled use of what was agreed.</param>
    /// <param name="previous">The payment that the merchant says it continues.</param>
    /// <param name="agreement">The agreement that it stands on.</param>
    public static string? Link(ChargeReason? reason, Payment? previous, Agreement? agreement)
    {
        var related = previous?.Approval?.SchemeTransactionId;
        return reason is null ? agreement?.SchemeTransactionId ?? related : related ?? agreement?.SchemeTransactionId;
    }
}
