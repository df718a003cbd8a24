using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Storage;

/// <summary>One event of a change, with the status before and after it, and what it moves in the ledger.</summary>
internal sealed record RecordedEvent(PaymentEvent Event, int Version, PaymentStatus Before, PaymentStatus After, IReadOnlyList<Transfer> Transfers)
{
    /// <summary>Whether it changed the status: then it is told and takes a place in the feed. Being created is not a change.</summary>
    public bool ChangesStatus => Version > 1 && Before != After;
}

/// <summary>A card that comes into the vault.</summary>
internal sealed record NewCard(CardToken Token, AppId App, PaymentId FirstPayment, byte[] Sealed, StoredCardFacts Facts, DateTimeOffset CreatedAt);

/// <summary>A claim that nobody else has: an order's business fields, or an order as such.</summary>
/// <param name="Digest">Keyed digest of what is claimed.</param>
/// <param name="Payment">Who claims it.</param>
/// <param name="ExpiresAt">When the claim ends by itself.</param>
/// <param name="Replaces">The ended payment whose claim this one takes over.</param>
internal sealed record OrderClaim(byte[] Digest, PaymentId Payment, DateTimeOffset ExpiresAt, PaymentId? Replaces);

/// <summary>The reservation of an idempotency key.</summary>
internal sealed record IdempotencyClaim(byte[] KeyDigest, byte[] RequestDigest, PaymentId? Payment, DateTimeOffset At);

/// <summary>The answer that an idempotency key repeats.</summary>
internal sealed record IdempotencyAnswer(byte[] KeyDigest, int StatusCode, byte[] Body);

/// <summary>A webhook that is due.</summary>
/// <param name="Payment">Whose.</param>
/// <param name="Version">Of which event.</param>
/// <param name="Endpoint">Which of the app's further endpoints; empty for the payment's own or the app's default.</param>
/// <param name="Lane">What endpoints are told apart by.</param>
/// <param name="EndpointUrl">Where it goes.</param>
/// <param name="SealedAuthorization">The header that goes with it, sealed.</param>
/// <param name="Body">The body, the same on each try.</param>
internal sealed record NewWebhook(PaymentId Payment, int Version, string Endpoint, long Lane, string EndpointUrl, byte[]? SealedAuthorization, byte[] Body);

/// <summary>One try at a webhook, as the delivery log keeps it.</summary>
/// <param name="At">When.</param>
/// <param name="Took">How long, in milliseconds.</param>
/// <param name="StatusCode">What the endpoint answered, if it did.</param>
/// <param name="Answer">The first KiB of the answer, as text.</param>
/// <param name="Error">Why it failed, in words; <see langword="null"/> when it is delivered.</param>
internal sealed record DeliveryAttempt(DateTimeOffset At, int Took, int? StatusCode, string? Answer, string? Error);

/// <summary>What came of a delivery.</summary>
/// <param name="Webhook">Which webhook, as it was taken.</param>
/// <param name="State">How it stands now.</param>
/// <param name="NextAt">When it is tried again.</param>
/// <param name="Attempt">The try; <see langword="null"/> when it is given back without one.</param>
internal sealed record DeliveryResult(DueWebhook Webhook, DeliveryState State, DateTimeOffset NextAt, DeliveryAttempt? Attempt);

/// <summary>A webhook taken for delivery.</summary>
/// <param name="Payment">Whose.</param>
/// <param name="Version">Of which event.</param>
/// <param name="Endpoint">Which of the app's further endpoints; empty for the payment's own or the app's default.</param>
/// <param name="App">The app.</param>
/// <param name="Lane">What endpoints are told apart by.</param>
/// <param name="EndpointUrl">Where it goes.</param>
/// <param name="SealedAuthorization">The header that goes with it, sealed.</param>
/// <param name="Body">The body.</param>
/// <param name="Attempts">How often it was tried in vain.</param>
/// <param name="Round">How often since it was made, or asked for again.</param>
/// <param name="RoundAt">When it was made, or asked for again.</param>
internal sealed record DueWebhook(
    PaymentId Payment,
    int Version,
    string Endpoint,
    AppId App,
    long Lane,
    string EndpointUrl,
    byte[]? SealedAuthorization,
    byte[] Body,
    int Attempts,
    int Round,
    DateTimeOffset RoundAt)
{
    /// <summary>The identifier that goes with it: that of its event, unless it is a sample's.</summary>
    public string Id { get; init; } = WebhookComposer.EventId(Payment.Value, Version);

    /// <summary>Which it is.</summary>
    public WebhookKey Key => new(Payment, Version, Endpoint);
}

/// <summary>An endpoint's lane, and how many webhooks may be taken from it.</summary>
internal readonly record struct LaneRoom(long Lane, int Room);

/// <summary>An endpoint with webhooks that wait, and when the first of them is due.</summary>
internal readonly record struct WaitingLane(long Lane, DateTimeOffset NextAt);

/// <summary>An endpoint that is told nothing any more, and why.</summary>
internal sealed record DisabledEndpoint(AppId App, long Lane, string EndpointUrl, DateTimeOffset At, string Reason);

/// <summary>How a webhook stands.</summary>
internal enum DeliveryState
{
    Waiting,
    Delivered,
    GivenUp,
}

/// <summary>A piece of evidence that comes into the vault.</summary>
/// <param name="Dispute">Whose it is.</param>
/// <param name="Number">Its place among that dispute's, from 1.</param>
/// <param name="Category">What it proves.</param>
/// <param name="FileName">The file's name; <see langword="null"/> for a text.</param>
/// <param name="ContentType">The file's media type; <see langword="null"/> for a text.</param>
/// <param name="Bytes">Its size as sent.</param>
/// <param name="Sealed">What was sent, sealed.</param>
internal sealed record NewEvidence(DisputeId Dispute, int Number, string Category, string? FileName, string? ContentType, int Bytes, byte[] Sealed);

/// <summary>How a record of a clearing file, or a capture without one, differs from our books.</summary>
internal enum DiscrepancyKind
{
    /// <summary>The file has a capture that we do not know.</summary>
    MissingHere = 1,

    /// <summary>We have a capture that should have been in a file by now.</summary>
    MissingThere = 2,

    /// <summary>The amounts differ.</summary>
    AmountDiffers = 3,

    /// <summary>The capture was cleared before.</summary>
    Twice = 4,
}

/// <summary>A file of the acquirer that lists what it has cleared; it is imported once.</summary>
/// <param name="Id">The acquirer's reference of the file.</param>
/// <param name="Digest">SHA-256 of its content.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="Total">What they add up to, in the smallest unit.</param>
internal sealed record NewClearingFile(string Id, byte[] Digest, int Records, long Total);

/// <summary>One record of a clearing file that has been dealt with; one that did not match may match later, once.</summary>
internal sealed record NewClearingRecord(string FileId, int Line, string PaymentUuid, string Operation, long Amount, long Cost, string Currency, bool Matched);

/// <summary>Something to look into. Its identifier follows from what it is about, so that it is found once.</summary>
internal sealed record NewDiscrepancy(
    string Id, DiscrepancyKind Kind, string? FileId, int? Line, string PaymentUuid, string Operation, long? Ours, long? Theirs, string Currency);

/// <summary>How a discrepancy was put right.</summary>
internal sealed record DiscrepancyResolution(string Id, string How, string Note);

/// <summary>Everything that one step writes, all of it or nothing. What a change does not need is left null.</summary>
internal sealed class Change
{
    private byte[]? facts;
    private byte[]? state;
    private byte[][]? bodies;

    public required AppId App { get; init; }

    /// <summary>Now, for what the change records.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The payment as it is after the change.</summary>
    public Payment? Payment { get; init; }

    /// <summary>Which version its row must have; 0 when it is new.</summary>
    public int ExpectedVersion { get; init; }

    public IReadOnlyList<RecordedEvent> Events { get; init; } = [];

    public IReadOnlyList<NewWebhook> Webhooks { get; init; } = [];

    public NewCard? NewCard { get; init; }

    /// <summary>A card that must still be there.</summary>
    public CardToken? NeedsCard { get; init; }

    /// <summary>A card whose sealed number nobody needs any more.</summary>
    public CardToken? DestroysCard { get; init; }

    /// <summary>A card that is forgotten for new payments.</summary>
    public CardToken? DeletesCard { get; init; }

    /// <summary>A security code that waits for the challenge.</summary>
    public byte[]? SealedCode { get; init; }

    /// <summary>Whether the security code of this payment has had its use.</summary>
    public bool DeletesCode { get; init; }

    public IReadOnlyList<OrderClaim> Claims { get; init; } = [];

    /// <summary>What is to be counted against abuse.</summary>
    public IReadOnlyList<RiskMark> RiskMarks { get; init; } = [];

    public IdempotencyClaim? Idempotency { get; init; }

    public IdempotencyAnswer? Answer { get; init; }

    /// <summary>What came of deliveries; a change that has some has nothing else.</summary>
    public IReadOnlyList<DeliveryResult> Deliveries { get; init; } = [];

    /// <summary>The payment's dispute, when this change opened or moved it.</summary>
    public Dispute? Dispute { get; init; }

    public IReadOnlyList<NewEvidence> Evidence { get; init; } = [];

    /// <summary>A clearing file whose import begins.</summary>
    public NewClearingFile? ClearingFile { get; init; }

    public NewClearingRecord? ClearingRecord { get; init; }

    public NewDiscrepancy? Discrepancy { get; init; }

    /// <summary>A discrepancy that must still be open.</summary>
    public DiscrepancyResolution? Resolution { get; init; }

    /// <summary>What the audit log tells of it, in the same commit: when that cannot be written, nothing is done.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    /// <summary>What the payment was created with, as it is stored.</summary>
    public byte[] StoredFacts => facts ??= JournalRows.Facts(Payment!);

    /// <summary>What changes of the payment, as it is stored.</summary>
    public byte[] StoredState => state ??= JournalRows.State(Payment!);

    /// <summary>The events' bodies, as they are stored.</summary>
    public IReadOnlyList<byte[]> StoredEvents => bodies ??= [.. Events.Select(e => StorageJson.WriteEvent(e.Event))];

    /// <summary>Makes what is stored of it as JSON now: whoever brings a change does that, so that the one who writes for all need not.</summary>
    public void Prepare()
    {
        if (Payment is not null)
        {
            _ = (ExpectedVersion == 0 ? StoredFacts : null, StoredState, StoredEvents);
        }
    }
}

/// <summary>Why a change was not made. In the order of checking.</summary>
internal enum Conflict
{
    /// <summary>It was made, and is durable.</summary>
    None,

    /// <summary>The idempotency key is taken.</summary>
    IdempotencyKeyTaken,

    /// <summary>An order claim is taken.</summary>
    OrderTaken,

    /// <summary>A payment, a card or another payment's dispute has the identifier already.</summary>
    IdentifierTaken,

    /// <summary>The payment has another version than expected.</summary>
    VersionMoved,

    /// <summary>The card is deleted or was never there.</summary>
    CardGone,

    /// <summary>The clearing file, or this record of it, has been dealt with.</summary>
    ClearedBefore,

    /// <summary>The discrepancy is resolved, or was never there.</summary>
    DiscrepancyClosed,
}

/// <summary>What became of a change.</summary>
/// <param name="Conflict">Why it was not made; <see cref="Conflict.None"/> when it was.</param>
/// <param name="Claim">For <see cref="Conflict.OrderTaken"/>, which claim.</param>
internal readonly record struct CommitResult(Conflict Conflict, OrderClaim? Claim = null);
