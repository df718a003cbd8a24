using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>What an entry of a timeline is.</summary>
[JsonConverter(typeof(SnakeCaseEnum<TimelineEntryType>))]
public enum TimelineEntryType
{
    /// <summary>Something that happened to the payment.</summary>
    Event,

    /// <summary>What the gateway decided, from which inputs and by which configuration.</summary>
    Decision,

    /// <summary>A message to the acquirer, and what came back.</summary>
    Message,

    /// <summary>Money that moved in the ledger.</summary>
    Ledger,

    /// <summary>The telling of a change of status.</summary>
    Webhook,
}

/// <summary>Everything that is known of one payment, in order of time.</summary>
public sealed record PaymentTimeline
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>What happened, oldest first.</summary>
    public required IReadOnlyList<TimelineEntry> Records { get; init; }
}

/// <summary>One thing that happened to a payment, was decided about it, or came of it.</summary>
public sealed record TimelineEntry
{
    /// <summary>When.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset At { get; init; }

    /// <summary>What kind of entry it is.</summary>
    public required TimelineEntryType Type { get; init; }

    /// <summary>What it is, such as <c>capture_started</c>, <c>hold_period</c> or <c>inquiry</c>.</summary>
    public required string Name { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>The particulars by name. Amounts are in cents.</summary>
    public required IReadOnlyDictionary<string, string> Details { get; init; }
}
