using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Verification;

/// <summary>Everything that is stored of one payment, as its rows have it.</summary>
internal sealed class PaymentRecord
{
    public required string Uuid { get; init; }

    public required string App { get; init; }

    public required int Version { get; init; }

    public required int Status { get; init; }

    public required string Token { get; init; }

    public required string ExternalId { get; init; }

    public required string Email { get; init; }

    public required long CreatedAt { get; init; }

    public required long? DueAt { get; init; }

    public required long? UnsettledSince { get; init; }

    /// <summary>What it was created with; <see langword="null"/> when that cannot be read.</summary>
    public required PaymentFacts? Facts { get; init; }

    /// <summary>What changes of it, as JSON.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>What the vault has of its card.</summary>
    public StoredCardState Card { get; init; } = StoredCardState.NotAsked;

    /// <summary>In the order of their versions.</summary>
    public List<EventEntry> Events { get; } = new(8);

    /// <summary>In the order of versions and lines.</summary>
    public List<LedgerEntry> Ledger { get; } = new(8);

    /// <summary>The versions that have a webhook, in order.</summary>
    public List<int> Webhooks { get; } = [];

    /// <summary>Those that are to be sent yet, in the order of their versions.</summary>
    public List<WaitingWebhook> WaitingWebhooks { get; } = [];

    /// <summary>The versions whose webhooks have a body, in order.</summary>
    public List<int> WebhookBodies { get; } = [];

    public List<DisputeEntry> Disputes { get; } = [];

    /// <summary>The row that the journal writes for a payment, without what belongs to it.</summary>
    public static PaymentRecord Of(Payment payment) => new()
    {
        Uuid = payment.Id.Value,
        App = payment.Facts.App.Value,
        Version = payment.Version,
        Status = (int)payment.Status,
        Token = payment.Facts.Token.Value,
        ExternalId = payment.Facts.ExternalId,
        Email = payment.Facts.Cardholder.Email,
        CreatedAt = JournalRows.Millis(payment.Facts.CreatedAt),
        DueAt = JournalRows.DueAt(payment),
        UnsettledSince = JournalRows.UnsettledSince(payment),
        Facts = payment.Facts,
        State = JournalRows.State(payment),
    };
}

/// <summary>What the vault has of a payment's card.</summary>
internal enum StoredCardState
{
    /// <summary>Nobody asked.</summary>
    NotAsked,

    /// <summary>The app has no such card.</summary>
    Missing,

    /// <summary>The sealed number.</summary>
    Sealed,

    /// <summary>The card without its number.</summary>
    Destroyed,
}

/// <summary>One event as it is stored.</summary>
/// <param name="Version">The payment's version after it.</param>
/// <param name="Type">Its type.</param>
/// <param name="App">Whose it is.</param>
/// <param name="Position">Its place in the feed.</param>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Before">The status before it.</param>
/// <param name="After">The status after it.</param>
/// <param name="Event">The event itself; <see langword="null"/> when it cannot be read.</param>
internal readonly record struct EventEntry(int Version, string Type, string App, long? Position, long At, int Before, int After, PaymentEvent? Event);

/// <summary>One line of the ledger as it is stored.</summary>
internal readonly record struct LedgerEntry(int Version, int Line, string App, int Kind, int Debit, int Credit, long Amount, string Currency, long At)
{
    /// <summary>The line as the journal writes it.</summary>
    public static LedgerEntry Of(LedgerRow row) => Of(row.Version, row.Line, row.App, row.Transfer, row.At);

    public static LedgerEntry Of(int version, int line, string app, Transfer transfer, long at) => new(
        version, line, app, (int)transfer.Kind, (int)transfer.Debit, (int)transfer.Credit, transfer.Amount.Minor, transfer.Amount.Currency.Code, at);

    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(TransferKind)Kind} of {Amount} {Currency}, {(Account)Debit} to {(Account)Credit}, app {App}, at {At}");
}

/// <summary>A webhook that is to be sent yet.</summary>
/// <param name="Version">The version of the change that it tells.</param>
/// <param name="Endpoint">To whom; empty for the one of the payment or the app.</param>
/// <param name="IsDue">Whether it has its turn; else it waits for the one before it.</param>
internal readonly record struct WaitingWebhook(int Version, string Endpoint, bool IsDue);

/// <summary>One dispute as it is stored.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="App">Whose it is.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="OpenedAt">When it was opened, in milliseconds.</param>
/// <param name="Evidence">How many pieces of evidence are stored for it.</param>
/// <param name="Dispute">The dispute itself; <see langword="null"/> when it cannot be read.</param>
internal readonly record struct DisputeEntry(string Id, string App, int Stage, long OpenedAt, int Evidence, Dispute? Dispute);
