using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;

namespace Tollgate.Sandbox;

/// <summary>
/// What the acquirer does about disputes on its own account. What happens in one is in the books before the gateway is told, so that a gateway that has heard,
/// and dies before it can say so, does not hear of something else.
/// </summary>
internal sealed class OwnDisputes(AcquirerBooks books, SandboxBehaviour behaviour)
{
    /// <summary>The reason code of a payment whose authorisation names none: fraud without the card, as Visa has it.</summary>
    public const string VisaFraud = "10.4";

    /// <summary>How each scheme calls what a cardholder says most: it was not me.</summary>
    public static string? ReasonFor(Brand? brand) => brand switch
    {
        Brand.Mastercard or Brand.Maestro => "4837",
        Brand.Amex => "F29",
        Brand.Diners or Brand.Discover => "UA02",
        Brand.Jcb => "546",
        Brand.UnionPay => "4802",
        _ => null,
    };

    public static bool IsDispute(NoticeKind kind) => kind >= NoticeKind.DisputeOpened;

    /// <summary>What evidence brings: it convinces, unless a text says that it shall not.</summary>
    public static bool Convinces(IReadOnlyList<SimulatedEvidence>? evidence)
    {
        var texts = (evidence ?? []).Select(e => e.Text ?? string.Empty).ToList();
        return texts.Exists(t => t.Contains("winning_evidence", StringComparison.Ordinal)) || !texts.Exists(t => t.Contains("losing_evidence", StringComparison.Ordinal));
    }

    /// <summary>What will happen, and when, as far as the books can tell.</summary>
    public (AcquirerNotice Notice, DateTimeOffset At)? Next(string reference, BookedPayment payment)
    {
        if (payment is { OpensDispute: true, Settled: true, Dispute: null })
        {
            var settled = payment.Lines.Last(line => line.Kind == nameof(NoticeKind.Settled)).At;
            return (new(NoticeKind.DisputeOpened, reference, CaseOf(reference, payment)), settled);
        }

        return payment.Dispute switch
        {
            { Untold: { } untold } dispute => (new(untold, reference, dispute.Case), payment.Lines[^1].At),
            { Stage: DisputeStage.EvidenceSubmitted or DisputeStage.Arbitration } dispute =>
                (new(dispute.Wins ? NoticeKind.DisputeWon : NoticeKind.DisputeLost, reference, dispute.Case), dispute.WeighedSince + behaviour.DisputeDecisionDelay),
            _ => null,
        };
    }

    /// <summary>The notice of what somebody wants to happen now; nothing when it cannot.</summary>
    public AcquirerNotice? Choose(NoticeKind kind, string reference, DateTimeOffset now)
    {
        if (books.FindPayment(reference) is not { PendingRefund: null } payment)
        {
            return null;
        }

        if (kind is NoticeKind.DisputeOpened or NoticeKind.InquiryOpened)
        {
            var opening = new AcquirerNotice(kind, reference, CaseOf(reference, payment));
            return Applies(opening) ? opening : null;
        }

        var may = payment.Dispute is { } dispute
            && (dispute.Untold == kind || (dispute is { Opened: true, Untold: null } && dispute.IsOpenAt(now) && (kind != NoticeKind.DisputeMoved || dispute.Next is not null)));
        return may ? new(kind, reference, payment.Dispute!.Case) : null;
    }

    /// <summary>Whether it can still happen.</summary>
    public bool Applies(AcquirerNotice notice)
    {
        if (books.FindPayment(notice.Payment) is not { } payment)
        {
            return false;
        }

        if (notice.Kind is NoticeKind.DisputeOpened or NoticeKind.InquiryOpened)
        {
            return notice.Operation == CaseOf(notice.Payment, payment) && payment.Captured > payment.Refunded && payment.Dispute switch
            {
                null or { Opened: true, Untold: null, Stage: DisputeStage.Won } => true,
                var filed => filed.Untold == notice.Kind,
            };
        }

        return payment.Dispute is { } dispute && dispute.Case == notice.Operation
            && (dispute.Untold == notice.Kind
                || (dispute is { Untold: null, Stage: DisputeStage.EvidenceSubmitted or DisputeStage.Arbitration }
                    && notice.Kind == (dispute.Wins ? NoticeKind.DisputeWon : NoticeKind.DisputeLost)));
    }

    /// <summary>Whether it has to wait until a refund has ended.</summary>
    public bool Waits(AcquirerNotice notice) => notice.Kind is NoticeKind.DisputeOpened or NoticeKind.InquiryOpened
        && books.FindPayment(notice.Payment) is { PendingRefund: not null };

    /// <summary>Writes it down before anybody is told; false when it stands there already.</summary>
    public bool Decide(AcquirerNotice notice, DateTimeOffset now)
    {
        var payment = books.FindPayment(notice.Payment)!;
        var dispute = payment.Dispute;
        var respondBy = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero) + behaviour.DisputePeriod;
        var line = new BookLine { At = now, Kind = string.Empty, Payment = notice.Payment, Case = notice.Operation };
        switch (notice.Kind)
        {
            case NoticeKind.DisputeOpened or NoticeKind.InquiryOpened:
                // Until the gateway has heard, a refund may still take a part of what was to be disputed.
                var left = payment.Captured - payment.Refunded;
                if (dispute?.Untold == notice.Kind && dispute.Amount == left)
                {
                    return false;
                }

                books.Write(line with
                {
                    Kind = DisputeBooks.Filed,
                    Amount = left,
                    ReasonCode = payment.ReasonCode ?? VisaFraud,
                    Stage = (notice.Kind == NoticeKind.DisputeOpened ? DisputeStage.ChargebackOpen : DisputeStage.Inquiry).ToString(),
                    RespondBy = dispute?.Untold == notice.Kind ? dispute.RespondBy : respondBy,
                });
                return true;
            case var told when dispute!.Untold == told:
                return false;
            case NoticeKind.DisputeMoved:
                books.Write(line with { Kind = DisputeBooks.Moving, Stage = dispute.Next!.Value.ToString(), RespondBy = respondBy });
                return true;
            default:
                books.Write(line with { Kind = DisputeBooks.Decided, Wins = notice.Kind == NoticeKind.DisputeWon });
                return true;
        }
    }

    /// <summary>What the gateway is told besides, as it stands in the books.</summary>
    public AcquirerNotice Detailed(AcquirerNotice notice) => books.FindPayment(notice.Payment)?.Dispute is { } dispute
        ? notice with { Dispute = new(dispute.Case, dispute.Amount, dispute.ReasonCode, dispute.Stage, dispute.AwaitsMerchant ? dispute.RespondBy : null) }
        : notice;

    private static string CaseOf(string reference, BookedPayment payment) =>
        payment.Dispute is { Opened: false } filed ? filed.Case : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{reference}-{payment.Disputes + 1}");
}
