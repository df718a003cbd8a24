namespace Tollgate.Sandbox;

/// <summary>What the acquirer knows of one operation.</summary>
internal sealed class BookedOperation
{
    public required MessageKind Kind { get; init; }

    public required string Payment { get; init; }

    public required long Amount { get; init; }

    public required SimulatedReply Reply { get; init; }

    public bool Capture { get; init; }

    public bool Silent { get; init; }

    public bool Reversed { get; set; }

    public bool Approved => Reply.ResponseCode == "00";
}

/// <summary>What the acquirer knows of one payment: amounts in the smallest unit.</summary>
public sealed class BookedPayment
{
    private readonly List<BookLine> lines = [];

    /// <summary>What is or was held.</summary>
    public long Authorised { get; internal set; }

    /// <summary>What was taken.</summary>
    public long Captured { get; internal set; }

    /// <summary>What was released without being taken.</summary>
    public long Released { get; internal set; }

    /// <summary>What was paid back.</summary>
    public long Refunded { get; internal set; }

    /// <summary>How many authorisations were approved and not reversed.</summary>
    public int Authorisations { get; internal set; }

    /// <summary>Whether the captured funds were paid out.</summary>
    public bool Settled { get; internal set; }

    /// <summary>The operation that took it.</summary>
    public string? CapturedBy { get; internal set; }

    /// <summary>The clearing file that has it.</summary>
    public string? ClearedIn { get; internal set; }

    /// <summary>The refund that is being paid out, and its amount.</summary>
    public (string Operation, long Amount)? PendingRefund { get; internal set; }

    /// <summary>Its last dispute.</summary>
    public BookedDispute? Dispute { get; internal set; }

    internal int Disputes { get; set; }

    internal bool OpensDispute { get; set; }

    internal string? ReasonCode { get; set; }

    /// <summary>Everything that was processed, in order.</summary>
    public IReadOnlyList<BookLine> Lines => lines;

    internal void Add(BookLine line) => lines.Add(line);
}
