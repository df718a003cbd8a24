namespace Tollgate.Server.Verification;

/// <summary>What must hold of everything that is stored. The order is that of checking.</summary>
internal enum Rule
{
    /// <summary>What is stored of a payment can be read.</summary>
    Readable,

    /// <summary>The events of a payment are numbered from 1 without a gap, and there are as many as its version.</summary>
    EventsComplete,

    /// <summary>Each event follows from what was before, within the invariants of a payment.</summary>
    EventsFollow,

    /// <summary>An event's row says of it what it is: app, time, status before and after.</summary>
    EventRow,

    /// <summary>Every change of status has its place in the feed, and nothing else has one.</summary>
    FeedPosition,

    /// <summary>Every change of status has its webhook when the payment has an endpoint, and nothing else has one.</summary>
    Webhook,

    /// <summary>The ledger has what the events post, line by line, and nothing else.</summary>
    Posted,

    /// <summary>A payment's row is what its events make.</summary>
    Row,

    /// <summary>Refunds are at most captures, captures at most authorisations, and each is the sum of its operations.</summary>
    Amounts,

    /// <summary>What a payment has on each account is what its status says.</summary>
    Balance,

    /// <summary>A dispute's row is what the events make of it.</summary>
    DisputeRow,

    /// <summary>A payment's card is known to the vault, and only while it may be needed.</summary>
    Card,

    /// <summary>An operation does not stay in flight for longer than allowed. A warning: it is not wrong, and somebody must look.</summary>
    InFlightTooLong,

    /// <summary>The acquirer's books say the same as ours.</summary>
    Books,

    /// <summary>What belongs to a payment, dispute or payout belongs to one that exists.</summary>
    Orphan,

    /// <summary>The positions of the feed are handed out once each, and none is left out.</summary>
    FeedGapless,

    /// <summary>The positions of the ledger are handed out once each, and none is left out.</summary>
    LedgerGapless,

    /// <summary>An app has as many payments as are counted.</summary>
    Count,

    /// <summary>A balance is the sum of what the ledger has on its account.</summary>
    BalanceSum,

    /// <summary>The ledger balances: debits are credits, in each currency.</summary>
    LedgerBalanced,

    /// <summary>A payout is what its entries move, follows the one before it, and leaves nothing available.</summary>
    Payout,

    /// <summary>Each entry of the audit log is linked to the one before it, up to where it ends and past each anchor.</summary>
    AuditChain,
}

/// <summary>One rule that does not hold.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Subject">Of what, such as <c>payment 7QK…</c>.</param>
/// <param name="What">What was looked at, such as <c>its status</c>.</param>
/// <param name="Expected">What it should be.</param>
/// <param name="Found">What it is.</param>
internal sealed record Violation(Rule Rule, string Subject, string What, string Expected, string Found)
{
    /// <summary>Whether it is no error in what is stored, and somebody must look all the same.</summary>
    public bool IsWarning => Rule == Rule.InFlightTooLong;

    /// <summary>One line that says it all.</summary>
    public override string ToString() => $"{(IsWarning ? "Warning" : "Violation")} [{Rule}] {Subject}: {What} should be {Expected}, and is {Found}.";
}
