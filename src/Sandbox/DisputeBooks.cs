using Tollgate.Core.Disputes;

namespace Tollgate.Sandbox;

/// <summary>What the acquirer knows of a dispute.</summary>
public sealed class BookedDispute
{
    /// <summary>Its reference of the case.</summary>
    public required string Case { get; init; }

    /// <summary>The scheme's reason code.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>How much is disputed, in the smallest unit.</summary>
    public long Amount { get; internal set; }

    /// <summary>How far it has come, but for the deadline.</summary>
    public DisputeStage Stage { get; internal set; }

    /// <summary>Until when the merchant may answer, while it is the merchant's turn.</summary>
    public DateTimeOffset RespondBy { get; internal set; }

    /// <summary>Whether the gateway knows of it.</summary>
    public bool Opened { get; internal set; }

    /// <summary>What has happened in it, and the gateway has not heard.</summary>
    public NoticeKind? Untold { get; internal set; }

    /// <summary>Whether the scheme took the money back before it was decided.</summary>
    internal bool MoneyTaken { get; set; }

    /// <summary>Whether the merchant was asked a second time.</summary>
    internal bool AskedAgain { get; set; }

    /// <summary>Whether the evidence convinces.</summary>
    internal bool Wins { get; set; }

    /// <summary>Since when it is for the other side or the scheme to decide.</summary>
    internal DateTimeOffset WeighedSince { get; set; }

    internal bool AwaitsMerchant => Stage is DisputeStage.Inquiry or DisputeStage.ChargebackOpen or DisputeStage.PreArbitration;

    /// <summary>Where it goes when it is not decided; nothing when it can only be decided.</summary>
    internal DisputeStage? Next => Stage switch
    {
        DisputeStage.Inquiry => DisputeStage.ChargebackOpen,
        DisputeStage.EvidenceSubmitted when !MoneyTaken => DisputeStage.ChargebackOpen,
        DisputeStage.ChargebackOpen => DisputeStage.PreArbitration,
        DisputeStage.EvidenceSubmitted when !AskedAgain => DisputeStage.PreArbitration,
        DisputeStage.EvidenceSubmitted or DisputeStage.PreArbitration => DisputeStage.Arbitration,
        _ => null,
    };

    /// <summary>How far it has come at an instant. Nobody has to be told that the merchant's time is over: the gateway has a clock.</summary>
    public DisputeStage StageAt(DateTimeOffset now) => AwaitsMerchant && Opened && Untold is null && now >= RespondBy ? DisputeStage.Expired : Stage;

    /// <summary>How much of the payment is gone by it at an instant, in the smallest unit.</summary>
    public long TakenAt(DateTimeOffset now) => Opened && StageAt(now) is var stage && stage != DisputeStage.Won && (MoneyTaken || stage > DisputeStage.Won) ? Amount : 0;

    internal bool IsOpenAt(DateTimeOffset now) => StageAt(now) < DisputeStage.Won;
}

/// <summary>How the lines of a dispute change what is booked of its payment.</summary>
internal static class DisputeBooks
{
    /// <summary>A dispute that the gateway is to be told of.</summary>
    public const string Filed = "DisputeFiled";

    /// <summary>A stage that the gateway is to be told of.</summary>
    public const string Moving = "DisputeMoving";

    /// <summary>An end that the gateway is to be told of.</summary>
    public const string Decided = "DisputeDecided";

    /// <summary>Takes a line in; false when it is about something else.</summary>
    public static bool Apply(BookedPayment payment, BookLine line)
    {
        var dispute = payment.Dispute;
        switch (line.Kind)
        {
            case Filed:
                var stage = Enum.Parse<DisputeStage>(line.Stage!);
                payment.Disputes += dispute?.Case == line.Case ? 0 : 1;
                payment.Dispute = new()
                {
                    Case = line.Case!,
                    ReasonCode = line.ReasonCode!,
                    Amount = line.Amount,
                    Stage = stage,
                    RespondBy = line.RespondBy,
                    MoneyTaken = stage == DisputeStage.ChargebackOpen,
                    Untold = stage == DisputeStage.ChargebackOpen ? NoticeKind.DisputeOpened : NoticeKind.InquiryOpened,
                };
                return true;
            case Moving:
                dispute!.Stage = Enum.Parse<DisputeStage>(line.Stage!);
                dispute.MoneyTaken = true;
                dispute.AskedAgain |= dispute.Stage == DisputeStage.PreArbitration;
                dispute.RespondBy = line.RespondBy;
                dispute.WeighedSince = line.At;
                dispute.Untold = NoticeKind.DisputeMoved;
                return true;
            case Decided:
                (dispute!.Stage, dispute.Untold) = line.Wins ? (DisputeStage.Won, NoticeKind.DisputeWon) : (DisputeStage.Lost, NoticeKind.DisputeLost);
                return true;
            case nameof(NoticeKind.InquiryOpened) or nameof(NoticeKind.DisputeOpened) or nameof(NoticeKind.DisputeMoved)
                or nameof(NoticeKind.DisputeWon) or nameof(NoticeKind.DisputeLost):
                Hear(dispute!);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The merchant has answered.</summary>
    public static void Answer(BookedDispute dispute, MessageKind kind, BookLine line)
    {
        Hear(dispute);
        dispute.Stage = kind == MessageKind.DisputeAcceptance ? DisputeStage.Accepted : DisputeStage.EvidenceSubmitted;
        dispute.Wins = line.Wins;
        dispute.WeighedSince = line.At;
    }

    private static void Hear(BookedDispute dispute) => (dispute.Opened, dispute.Untold) = (true, null);
}
