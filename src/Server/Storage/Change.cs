using Tollgate.Core;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage;

/// <summary>One event of a change, with the status before and after it.</summary>
internal sealed record RecordedEvent(PaymentEvent Event, int Version, PaymentStatus Before, PaymentStatus After)
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
internal sealed record NewWebhook(PaymentId Payment, int Version, string EndpointUrl, byte[]? SealedAuthorization, byte[] Body);

/// <summary>What came of a delivery.</summary>
/// <param name="Payment">Whose webhook.</param>
/// <param name="Version">Of which event.</param>
/// <param name="State">How it stands now.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="NextAt">When it is tried again.</param>
/// <param name="Error">Why it failed, in words.</param>
internal sealed record DeliveryResult(PaymentId Payment, int Version, DeliveryState State, int Attempts, DateTimeOffset NextAt, string? Error);

/// <summary>How a webhook stands.</summary>
internal enum DeliveryState
{
    Waiting,
    Delivered,
    GivenUp,
}

/// <summary>Everything that one step writes, all of it or nothing. What a change does not need is left null.</summary>
internal sealed class Change
{
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

    public IdempotencyClaim? Idempotency { get; init; }

    public IdempotencyAnswer? Answer { get; init; }

    public DeliveryResult? Delivery { get; init; }
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

    /// <summary>A payment has the identifier already.</summary>
    IdentifierTaken,

    /// <summary>The payment has another version than expected.</summary>
    VersionMoved,

    /// <summary>The card is deleted or was never there.</summary>
    CardGone,
}

/// <summary>What became of a change.</summary>
/// <param name="Conflict">Why it was not made; <see cref="Conflict.None"/> when it was.</param>
/// <param name="Claim">For <see cref="Conflict.OrderTaken"/>, which claim.</param>
internal readonly record struct CommitResult(Conflict Conflict, OrderClaim? Claim = null);
