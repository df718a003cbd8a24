using System.Globalization;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Verification;

/// <summary>What an acquirer's own books say of one payment, in the smallest unit.</summary>
/// <param name="Authorisations">How many authorisations were approved and not undone.</param>
/// <param name="Authorised">What is or was held.</param>
/// <param name="Captured">What was taken.</param>
/// <param name="Released">What was released without being taken.</param>
/// <param name="Refunded">What was paid back.</param>
/// <param name="Returning">What is being paid back.</param>
/// <param name="Settled">Whether the captured funds were paid out.</param>
/// <param name="Dispute">How its last dispute stands, in words; <see langword="null"/> for none.</param>
internal readonly record struct AcquirerPosition(
    int Authorisations, long Authorised, long Captured, long Released, long Refunded, long Returning, bool Settled, string? Dispute = null)
{
    /// <summary>Something has happened in a dispute that the acquirer has not told us yet.</summary>
    public const string NotTold = "a dispute of which we were not told yet";

    /// <summary>How a dispute stands, in words.</summary>
    public static string DescribeDispute(string @case, string reasonCode, long amount, DisputeStage stage, long taken) =>
        string.Create(CultureInfo.InvariantCulture, $"{@case} ({reasonCode}) about {amount}, {stage}, {taken} taken");

    /// <summary>What the books should say of a payment of ours; nothing while an operation is in flight, because then nobody knows.</summary>
    public static AcquirerPosition? Expected(Payment payment)
    {
        if (payment.InFlight is not null)
        {
            return null;
        }

        var (authorised, captured) = (payment.Authorised.Minor, payment.Captured.Minor);
        var released = payment.End is not null ? authorised : captured > 0 ? authorised - captured : 0;
        return new(
            authorised > 0 ? 1 : 0, authorised, captured, released, payment.Refunded.Minor, payment.Refund?.Amount.Minor ?? 0, payment.SettledAt is not null,
            payment.Dispute is not { } dispute ? null : DescribeDispute(
                dispute.Case, dispute.ReasonCode, dispute.Amount.Minor, dispute.Stage, dispute.MoneyTaken && dispute.Stage != DisputeStage.Won ? dispute.Amount.Minor : 0));
    }

    /// <summary>
    /// Whether the books say the same, but for what the acquirer has still to tell of a dispute. When the funds arrived is reconciliation's to compare, and
    /// an operator may have written a difference off.
    /// </summary>
    public bool Agrees(AcquirerPosition books) => this == books with { Settled = Settled, Dispute = books.Dispute == NotTold ? Dispute : books.Dispute };

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Authorisations} authorisations, {Authorised} authorised, {Captured} captured, {Released} released, {Refunded} refunded, {Returning} on the way back, {(Settled ? "settled" : "not settled")}, {Dispute ?? "no dispute"}");
}

/// <summary>An acquirer's own books, to hold ours against: the sandbox's file, or what a real acquirer sends.</summary>
internal interface IAcquirerStatement
{
    /// <summary>What time it was at the acquirer when the books were read.</summary>
    DateTimeOffset Now { get; }

    /// <summary>Every payment that the acquirer knows.</summary>
    IEnumerable<string> Payments { get; }

    /// <summary>What the books say of a payment; all nothing when they do not know it.</summary>
    AcquirerPosition Find(string payment);
}
