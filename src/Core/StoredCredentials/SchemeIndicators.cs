using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Core.StoredCredentials;

/// <summary>How an authorisation says in the fields of a scheme who begins it, and why.</summary>
/// <param name="EntryMode">How the number was entered, the first two digits of DE22: <c>10</c> for one that is kept, <c>01</c> or Mastercard's <c>81</c> for one that was typed at a checkout.</param>
/// <param name="PosEnvironment">Visa, F126.13: <c>C</c> where a card is kept for unscheduled use, and where it is so used.</param>
/// <param name="MessageReason">Visa, F63.3: why the merchant begins it, four digits.</param>
/// <param name="Category">Mastercard, DE48.22.5: <c>C1xx</c> for the cardholder, <c>M1xx</c> for what was agreed, <c>M2xx</c> for what the trade does.</param>
public sealed record SchemeIndicators(string EntryMode, string? PosEnvironment, string? MessageReason, string? Category)
{
    private const string Typed = "01";
    private const string TypedOnline = "81";
    private const string Kept = "10";

    // A payment of the merchant's without a reason is an unscheduled use of what was agreed (UCOF). Visa names industry practices only; Mastercard has no
    // reauthorisation, and a split or late shipment (M205) is what it comes nearest to.
    private static readonly (ChargeReason? Reason, string? VisaReason, string? VisaEnvironment, string MastercardCategory)[] MerchantRows =
    [
        (null, null, "C", "M101"),
        (ChargeReason.Resubmission, "3901", null, "M208"),
        (ChargeReason.DelayedCharge, "3902", null, "M206"),
        (ChargeReason.Reauthorisation, "3903", null, "M205"),
        (ChargeReason.NoShow, "3904", null, "M207"),
    ];

    /// <summary>The indicators by scheme, initiator, use and reason.</summary>
    /// <param name="brand">The scheme. One without fields of its own here says it by the entry mode and the identifier of the earlier payment.</param>
    /// <param name="initiator">Who begins it.</param>
    /// <param name="use">How the card is used.</param>
    /// <param name="reason">Why the merchant begins it.</param>
    public static SchemeIndicators For(Brand brand, Initiator initiator, CredentialUse use, ChargeReason? reason)
    {
        var first = initiator == Initiator.Cardholder && use == CredentialUse.First;
        var isMerchants = initiator == Initiator.Merchant;
        var row = Array.Find(MerchantRows, r => r.Reason == reason);
        Check.That(row.MastercardCategory is not null, "every reason has its indicators");
        return brand switch
        {
            Brand.Visa when isMerchants => new(Kept, row.VisaEnvironment, row.VisaReason, null),
            Brand.Visa => first ? new(Typed, "C", null, null) : new(Kept, null, null, null),
            Brand.Mastercard or Brand.Maestro => new(first ? TypedOnline : Kept, null, null, isMerchants ? row.MastercardCategory : "C101"),
            _ => new(first ? Typed : Kept, null, null, null),
        };
    }
}
