namespace Tollgate.Core.Ledger;

/// <summary>
/// The accounts of double entry, kept per app. The numbers are stored and never change. Debits raise an account whose normal side is
/// the debit side, and lower the others.
/// </summary>
public enum Account
{
    /// <summary>Debit side. Captures that the acquirer owes us.</summary>
    SchemeReceivable = 1,

    /// <summary>Debit side. What is in the settlement account at the bank.</summary>
    BankCash = 2,

    /// <summary>Debit side. What interchange, scheme and acquirer keep, and differences that were written off.</summary>
    SchemeCost = 3,

    /// <summary>Credit side. What the app pays us for our service.</summary>
    FeeRevenue = 4,

    /// <summary>Credit side. The tax on those fees, which we owe the state.</summary>
    GstPayable = 5,

    /// <summary>Credit side. Captured for the app and not settled.</summary>
    MerchantPending = 6,

    /// <summary>Credit side. Settled and available for a payout; below zero the app owes us.</summary>
    MerchantPayable = 7,

    /// <summary>Credit side. Settled and kept back for a time.</summary>
    MerchantReserve = 8,

    /// <summary>Debit side. What the app owes us from a payout that found less than nothing available.</summary>
    MerchantNegative = 9,

    /// <summary>Credit side. Refunds that were taken from the app and are not paid out.</summary>
    RefundClearing = 10,

    /// <summary>Debit side. What schemes took back in disputes that are open.</summary>
    DisputeHold = 11,

    /// <summary>Credit side. What was taken from the app for disputes that are open: the other side of <see cref="DisputeHold"/>.</summary>
    MerchantDisputeProvision = 12,

    /// <summary>Debit side, no money. What issuers hold.</summary>
    AuthMemoDebit = 13,

    /// <summary>Credit side, no money. The other side of <see cref="AuthMemoDebit"/>.</summary>
    AuthMemoCredit = 14,
}

/// <summary>Why money moves between two accounts. The numbers are stored and never change.</summary>
public enum TransferKind
{
    /// <summary>An issuer holds the amount.</summary>
    Hold = 1,

    /// <summary>The hold is captured, voided or has lapsed.</summary>
    HoldReleased = 2,

    /// <summary>The amount was captured.</summary>
    Capture = 3,

    /// <summary>Our fee on a capture.</summary>
    Fee = 4,

    /// <summary>The tax on a fee.</summary>
    Tax = 5,

    /// <summary>The captured funds have arrived.</summary>
    Settlement = 6,

    /// <summary>What was kept of them on the way.</summary>
    SettlementCost = 7,

    /// <summary>What the app may now have paid out.</summary>
    Available = 8,

    /// <summary>A refund was asked for.</summary>
    Refund = 9,

    /// <summary>It was paid out to the cardholder.</summary>
    RefundPaidOut = 10,

    /// <summary>It was rejected, or expired: the amount is the app's again.</summary>
    RefundReturned = 11,

    /// <summary>A scheme took a disputed amount back.</summary>
    Chargeback = 12,

    /// <summary>The disputed amount is taken from the app while the dispute is open.</summary>
    DisputeHeld = 13,

    /// <summary>Our fee for a dispute.</summary>
    DisputeFee = 14,

    /// <summary>The disputed amount came back.</summary>
    DisputeWon = 15,

    /// <summary>The disputed amount is gone.</summary>
    DisputeLost = 16,

    /// <summary>A part is kept back for a time.</summary>
    Reserve = 17,

    /// <summary>That time is over.</summary>
    ReserveReleased = 18,

    /// <summary>What was available was paid out.</summary>
    Payout = 19,

    /// <summary>A payout found less than nothing available: the app owes us that.</summary>
    DebtCarried = 20,

    /// <summary>A payout first took what the app owed us.</summary>
    DebtRecovered = 21,
}

/// <summary>One movement of double entry: the same amount on the debit side of one account and on the credit side of another.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Debit">The account on whose debit side it stands.</param>
/// <param name="Credit">The account on whose credit side it stands.</param>
/// <param name="Amount">How much; always more than nothing.</param>
public sealed record Transfer(TransferKind Kind, Account Debit, Account Credit, Money Amount);
