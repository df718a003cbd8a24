using System.Globalization;
using System.Xml;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using AuthenticationPolicy = Tollgate.Core.Authentication.AuthenticationPolicy;
using Payment = Tollgate.Core.Payments.Payment;
using PaymentType = Tollgate.Core.Payments.PaymentType;

namespace Tollgate.Server.Payments;

/// <summary>What stood behind an event: the rule, its inputs, and the configuration that it used, as it was then.</summary>
internal static class TimelineDecisions
{
    public static IEnumerable<TimelineEntry> Of(Payment? before, Payment after, PaymentEvent happened)
    {
        var at = happened.At;
        switch (happened)
        {
            case PaymentEvent.Created created:
                return [Session(created.Facts), Shield(created.Facts), Fees(created.Facts), .. Policy(created.Facts), .. TimelineRisk.Of(created.Facts)];
            case PaymentEvent.ChallengeRequired required:
                return [Plan(at, after, "authenticate", "The cardholder is to be authenticated before the payment is authorised.", required.Cause)];
            case PaymentEvent.AuthorisationStarted when before is { ChallengeKey: null, Authentication: null, Skipped: null }:
                return [Plan(at, after, "not_needed", "The payment is authorised without authentication."), .. TimelineCredential.Of(at, after)];
            case PaymentEvent.AuthorisationStarted:
                return TimelineCredential.Of(at, after);
            case PaymentEvent.Authenticated authenticated:
                return [Proof(authenticated.At, authenticated.Result, after)];
            case PaymentEvent.AuthenticationSkipped skipped:
                return [Skip(skipped, after)];
            case PaymentEvent.Authorised authorised:
                return after.Captured.IsPositive ? [Hold(authorised, after), Charged(at, after)] : [Hold(authorised, after)];
            case PaymentEvent.Captured:
                return [Charged(at, after)];
            case PaymentEvent.RefundStarted refund:
                return [Refund(refund, before!)];
            case PaymentEvent.Settled:
                return [Reserve(at, after)];
            case PaymentEvent.DisputeOpened or PaymentEvent.DisputeMoved when after.DisputeCharges != before!.DisputeCharges:
                return [Dispute(at, before, after)];
            default:
                return [];
        }
    }

    private static TimelineEntry Session(PaymentFacts facts) => Decision(
        facts.CreatedAt,
        "session",
        $"The session ends {Words(facts.SessionEndsAt - facts.CreatedAt)} after the payment was created, if it is still pending then.",
        ("length", XmlConvert.ToString(facts.SessionEndsAt - facts.CreatedAt)),
        ("ends_at", WireInstant.Write(facts.SessionEndsAt)));

    private static TimelineEntry Shield(PaymentFacts facts) => Decision(
        facts.CreatedAt,
        "order_shield",
        $"No live payment of the last {Words(OpenPayment.ShieldLength)} had the same order, card, amount, currency and purpose: this is a new one, and an equal charge within that time is this payment.",
        ("window", XmlConvert.ToString(OpenPayment.ShieldLength)),
        ("external_id", facts.ExternalId),
        ("card_last_4", facts.Card.LastFour),
        ("amount", Timeline.Cents(facts.Amount)),
        ("currency", facts.Amount.Currency.Code),
        ("payment_type", WireNames.Of(facts.Type)),
        ("charge_reason", facts.Reason is { } reason ? WireNames.Of(reason) : null));

    private static TimelineEntry Fees(PaymentFacts facts) => Decision(
        facts.CreatedAt,
        "fee_schedule",
        facts.Fees is null ? "The app pays no fees: that holds for this payment whatever is set later." : "The app's fees are frozen on the payment as they were.",
        ("basis_points", Number(facts.Fees?.BasisPoints)),
        ("fixed", Number(facts.Fees?.Fixed)),
        ("tax_basis_points", Number(facts.Fees?.TaxBasisPoints)),
        ("dispute", Number(facts.Fees?.Dispute)),
        ("reserve_basis_points", Number(facts.Fees?.ReserveBasisPoints)),
        ("reserve_days", Number(facts.Fees?.ReserveDays)));

    /// <summary>The policy, where it is not the usual one.</summary>
    private static IEnumerable<TimelineEntry> Policy(PaymentFacts facts) => facts.Policy is not { } policy ? [] :
    [
        Decision(
            facts.CreatedAt,
            "authentication_policy",
            facts.ForcedBy is null
                ? "The policy is the one that was set for the app."
                : "Fraud above the thresholds in two quarters, one after the other, obliges the app to have its cardholders authenticated, whatever was set.",
            ("policy", WireNames.Of(policy)),
            ("policy_configured", WireNames.Of(facts.ForcedBy?.Instead ?? policy)),
            ("earlier_quarter", Figures(facts.ForcedBy?.Earlier)),
            ("latest_quarter", Figures(facts.ForcedBy?.Latest)),
            ("limit", facts.ForcedBy is null ? null : Number(FraudRule.Limit)),
            ("limit_basis_points", facts.ForcedBy is null ? null : Number(FraudRule.LimitInBasisPoints))),
    ];

    private static TimelineEntry Plan(DateTimeOffset at, Payment payment, string plan, string sentence, AuthenticationCause? cause = null) => Decision(
        at,
        "authentication_plan",
        sentence,
        ("policy", WireNames.Of(payment.Facts.Policy ?? AuthenticationPolicy.WhenRequired)),
        ("plan", plan),
        ("because", cause is { } why ? WireNames.Of(why) : null),
        ("payment_type", WireNames.Of(payment.Facts.Type)),
        ("card", payment.Facts.BroughtCard ? "sent with the charge" : "saved"));

    private static TimelineEntry Proof(DateTimeOffset at, AuthenticationResult result, Payment payment) => Decision(
        at,
        "authentication",
        result.Liability == LiabilityShift.Shifted
            ? "The payment is authorised with the issuer's proof; the issuer is presumed to bear fraud."
            : "The payment is authorised with the issuer's word; the merchant is presumed to bear fraud.",
        ("status", result.Status.ToString().ToLowerInvariant()),
        ("eci", result.Eci),
        ("version", result.Version),
        ("directory_server_transaction_id", result.DirectoryServerTransactionId),
        ("liability_shifted", result.Liability switch { LiabilityShift.Shifted => "yes", LiabilityShift.NotShifted => "no", _ => "unknown" }),
        ("attempt", payment.Attempt?.Id));

    private static TimelineEntry Skip(PaymentEvent.AuthenticationSkipped skipped, Payment payment) => Decision(
        skipped.At,
        "authentication",
        "By the app's policy the payment goes on without authentication; the merchant bears fraud.",
        ("fault", WireNames.Of(skipped.Fault)),
        ("liability_shifted", "no"),
        ("attempt", payment.Attempt?.Id));

    private static TimelineEntry Hold(PaymentEvent.Authorised authorised, Payment payment)
    {
        var (brand, type) = (payment.Facts.Card.Brand, payment.Facts.Type);
        var period = authorised.HoldEndsAt - authorised.At;

        // The table has one row of its own, and one for all others.
        var row = HoldPeriods.For(brand, type) == HoldPeriods.For(brand, PaymentType.Regular) ? "every scheme and initiator without a row of its own" : $"{brand}, {type}";
        return Decision(
            authorised.At,
            "hold_period",
            payment.Captured.IsPositive ? "The amount was captured at once: the hold has nothing left to end." : $"The hold can be captured for {Words(period)}.",
            ("period", XmlConvert.ToString(period)),
            ("ends_at", WireInstant.Write(authorised.HoldEndsAt)),
            ("scheme", brand.WireName()),
            ("payment_type", WireNames.Of(type)),
            ("row", row));
    }

    private static TimelineEntry Charged(DateTimeOffset at, Payment payment)
    {
        var (fee, tax) = (payment.Fee, payment.Fees.Tax(payment.Fee));
        return Decision(
            at,
            "fee",
            $"Our fee on {Timeline.Text(payment.Captured)} is {Timeline.Text(fee)}, and its tax {Timeline.Text(tax)}, by the fees that are frozen on the payment.",
            ("captured", Timeline.Cents(payment.Captured)),
            ("basis_points", Number(payment.Fees.BasisPoints)),
            ("fixed", Number(payment.Fees.Fixed)),
            ("fee", Timeline.Cents(fee)),
            ("tax_basis_points", Number(payment.Fees.TaxBasisPoints)),
            ("tax", Timeline.Cents(tax)));
    }

    private static TimelineEntry Refund(PaymentEvent.RefundStarted refund, Payment before) => Decision(
        refund.At,
        "refund_period",
        $"{Timeline.Text(before.Refundable)} could be refunded. The refund expires {Words(refund.ExpiresAt - refund.At)} after it was asked for, if it is not paid out.",
        ("refundable", Timeline.Cents(before.Refundable)),
        ("asked", Timeline.Cents(refund.Amount)),
        ("merchant_reason", refund.Reason),
        ("period", XmlConvert.ToString(refund.ExpiresAt - refund.At)),
        ("expires_at", WireInstant.Write(refund.ExpiresAt)));

    private static TimelineEntry Reserve(DateTimeOffset at, Payment payment) => Decision(
        at,
        "reserve",
        payment.Reserved.IsPositive
            ? $"{Timeline.Text(payment.Reserved)} is kept back for {Words(TimeSpan.FromDays(payment.Fees.ReserveDays))}; the rest is available."
            : "Nothing is kept back: all of it is available.",
        ("captured", Timeline.Cents(payment.Captured)),
        ("net", Timeline.Cents(payment.Net)),
        ("reserve_basis_points", Number(payment.Fees.ReserveBasisPoints)),
        ("reserved", Timeline.Cents(payment.Reserved)),
        ("ends_at", payment.ReserveEndsAt is { } end ? WireInstant.Write(end) : null));

    private static TimelineEntry Dispute(DateTimeOffset at, Payment before, Payment after) => Decision(
        at,
        "dispute_fee",
        $"The chargeback costs {Timeline.Text(after.DisputeCharges - before.DisputeCharges)}, tax included, by the fees that are frozen on the payment.",
        ("dispute", Number(after.Fees.Dispute)),
        ("tax_basis_points", Number(after.Fees.TaxBasisPoints)),
        ("charged", Timeline.Cents(after.DisputeCharges - before.DisputeCharges)));

    public static TimelineEntry Decision(DateTimeOffset at, string name, string sentence, params ReadOnlySpan<(string Name, string? Value)> details) =>
        Timeline.Entry(at, TimelineEntryType.Decision, name, sentence, details);

    private static string? Figures(FraudFigures? figures) => figures is null
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Quarter}: fraud {figures.Fraud} of sales {figures.Sales}, {FraudRule.BasisPoints(figures)?.ToString("0.00", CultureInfo.InvariantCulture) ?? "no"} basis points");

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Words(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.##} days"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.##} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.##} minutes"),
    };
}
