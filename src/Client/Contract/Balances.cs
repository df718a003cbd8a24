using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>What the app has, currency by currency.</summary>
public sealed record BalanceList
{
    /// <summary>One balance for each currency.</summary>
    public required IReadOnlyList<Balance> Records { get; init; }
}

/// <summary>What the app has in one currency, in the smallest unit.</summary>
public sealed record Balance
{
    /// <summary>The currency.</summary>
    public required string Currency { get; init; }

    /// <summary>Captured, less fees, and not settled.</summary>
    public required long Pending { get; init; }

    /// <summary>Settled: the next payout closes it. Below zero the app owes it.</summary>
    public required long Available { get; init; }

    /// <summary>Settled, and kept back for a time.</summary>
    public required long Reserved { get; init; }

    /// <summary>Held by disputes that are open.</summary>
    public required long Disputed { get; init; }

    /// <summary>What the app owes since a payout found less than nothing available; the next payouts take it first.</summary>
    public required long Owed { get; init; }
}

/// <summary>A part of the statement behind the balances, oldest first.</summary>
public sealed record BalanceEntryList
{
    /// <summary>The entries. A movement between two of the app's accounts has two, and a part never divides them.</summary>
    public required IReadOnlyList<BalanceEntry> Records { get; init; }

    /// <summary>What to send as <c>after</c> to go on from here.</summary>
    public required string NextAfter { get; init; }

    /// <summary>Whether there is more already.</summary>
    public required bool HasMore { get; init; }
}

/// <summary>One movement of one of the app's accounts. The entries of an account add up to its balance.</summary>
public sealed record BalanceEntry
{
    /// <summary>The place in the ledger: what to send as <c>after</c> to get what follows.</summary>
    public required string Cursor { get; init; }

    /// <summary>When it moved.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Why it moved.</summary>
    public required BalanceEntryKind Kind { get; init; }

    /// <summary>Which balance it moved.</summary>
    public required BalanceAccount Account { get; init; }

    /// <summary>By how much, in the smallest unit; below zero it went down.</summary>
    public required long Amount { get; init; }

    /// <summary>The currency.</summary>
    public required string Currency { get; init; }

    /// <summary>The payment that moved it, if one did.</summary>
    public required string? PaymentUuid { get; init; }

    /// <summary>That payment's order.</summary>
    public required string? ExternalId { get; init; }

    /// <summary>The payout that moved it, if one did.</summary>
    public required string? PayoutId { get; init; }
}

/// <summary>A page of payouts, newest first.</summary>
public sealed record PayoutList
{
    /// <summary>How many there are.</summary>
    public required int Total { get; init; }

    /// <summary>How many pages they make.</summary>
    public required int TotalPage { get; init; }

    /// <summary>Which page this is, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>How many a page holds.</summary>
    public required int PerPage { get; init; }

    /// <summary>The payouts.</summary>
    public required IReadOnlyList<Payout> Records { get; init; }
}

/// <summary>The payouts that were closed just now.</summary>
public sealed record ClosedPayouts
{
    /// <summary>One for each currency in which there was something to close.</summary>
    public required IReadOnlyList<Payout> Records { get; init; }
}

/// <summary>What was available, brought to nothing: paid out, or carried as a debt.</summary>
public sealed record Payout
{
    /// <summary>The payout's identifier, <c>po_…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The currency.</summary>
    public required string Currency { get; init; }

    /// <summary>What was paid out, in the smallest unit.</summary>
    public required long Amount { get; init; }

    /// <summary>What was less than nothing, and is owed since.</summary>
    public required long Carried { get; init; }

    /// <summary>What was taken first of what was owed.</summary>
    public required long Recovered { get; init; }

    /// <summary>The cursor after which its entries begin.</summary>
    public required string EntriesAfter { get; init; }

    /// <summary>The cursor of its last entry.</summary>
    public required string EntriesUntil { get; init; }

    /// <summary>When it was closed.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One of the app's own accounts.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BalanceAccount>))]
public enum BalanceAccount
{
    /// <summary>Captured and not settled.</summary>
    Pending,

    /// <summary>Settled, for the next payout.</summary>
    Available,

    /// <summary>Settled and kept back for a time.</summary>
    Reserved,

    /// <summary>Held by open disputes.</summary>
    Disputed,

    /// <summary>What the app owes; it counts against the others.</summary>
    Owed,
}

/// <summary>Why one of the app's accounts moved.</summary>
[JsonConverter(typeof(SnakeCaseEnum<BalanceEntryKind>))]
public enum BalanceEntryKind
{
    /// <summary>A capture.</summary>
    Capture,

    /// <summary>The fee on a capture.</summary>
    Fee,

    /// <summary>The tax on a fee.</summary>
    Tax,

    /// <summary>The captured funds have arrived: from pending to available.</summary>
    Available,

    /// <summary>A refund was asked for.</summary>
    Refund,

    /// <summary>A refund was rejected or expired.</summary>
    RefundReturned,

    /// <summary>A dispute opened and holds its amount.</summary>
    DisputeHeld,

    /// <summary>The fee for a dispute.</summary>
    DisputeFee,

    /// <summary>A dispute was won: what it held is available again.</summary>
    DisputeWon,

    /// <summary>A dispute was lost: what it held is gone.</summary>
    DisputeLost,

    /// <summary>A part is kept back for a time.</summary>
    Reserve,

    /// <summary>That time is over.</summary>
    ReserveReleased,

    /// <summary>What was available was paid out.</summary>
    Payout,

    /// <summary>A payout found less than nothing available: it is owed since.</summary>
    DebtCarried,

    /// <summary>A payout first took what was owed.</summary>
    DebtRecovered,
}
