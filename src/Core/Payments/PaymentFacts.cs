using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Ledger;
using Tollgate.Core.Risk;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Core.Payments;

/// <summary>What a payment was created with. It never changes.</summary>
public sealed record PaymentFacts
{
    /// <summary>The identifier on the wire.</summary>
    public required PaymentId Id { get; init; }

    /// <summary>Whose payment it is.</summary>
    public required AppId App { get; init; }

    /// <summary>The merchant's order, at most 255 characters.</summary>
    public required string ExternalId { get; init; }

    /// <summary>What is to be paid.</summary>
    public required Money Amount { get; init; }

    /// <summary>Whether an approved authorisation is captured at once.</summary>
    public required bool CaptureAtOnce { get; init; }

    /// <summary>Who makes the payment.</summary>
    public required PaymentType Type { get; init; }

    /// <summary>Why the merchant makes it; only with <see cref="PaymentType.Unscheduled"/>.</summary>
    public ChargeReason? Reason { get; init; }

    /// <summary>The payment that this one continues; only with <see cref="PaymentType.Unscheduled"/>.</summary>
    public PaymentId? Previous { get; init; }

    /// <summary>The scheme's identifier of the payment that this one continues; sent while the merchant initiates it.</summary>
    public string? PreviousSchemeTransactionId { get; init; }

    /// <summary>What the cardholder agreed to, as the token's first payment has it; only with <see cref="PaymentType.Unscheduled"/>.</summary>
    public Agreement? Agreement { get; init; }

    /// <summary>The card in the vault.</summary>
    public required CardToken Token { get; init; }

    /// <summary>Whether this payment brought the raw card, so that the token lives or dies with it.</summary>
    public required bool BroughtCard { get; init; }

    /// <summary>What may be known of the card.</summary>
    public required CardFacts Card { get; init; }

    /// <summary>Who holds the card.</summary>
    public required Cardholder Cardholder { get; init; }

    /// <summary>Where the browser goes after a challenge: absolute http(s) URL, at most 2048 characters.</summary>
    public required string ReturnUrl { get; init; }

    /// <summary>The merchant's words, at most 1000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Where changes of status are told, the payment's own or else the app's default as it was at creation.</summary>
    public WebhookTarget? Webhook { get; init; }

    /// <summary>The cardholder's browser, for 3-D Secure.</summary>
    public BrowserDetails? Browser { get; init; }

    /// <summary>The cardholder's IP address.</summary>
    public string? IpAddress { get; init; }

    /// <summary>What the app pays for it, as it was at creation; <see langword="null"/> for nothing.</summary>
    public FeeSchedule? Fees { get; init; }

    /// <summary>The app's policy for authentication, as it was at creation; <see langword="null"/> for the usual one, when it is required.</summary>
    public AuthenticationPolicy? Policy { get; init; }

    /// <summary>The fraud that forced that policy on the app.</summary>
    public FraudBreach? ForcedBy { get; init; }

    /// <summary>What our own rules made of it; <see langword="null"/> where nothing is counted.</summary>
    public RiskAssessment? Risk { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the session ends if the payment is still pending: 15 minutes later.</summary>
    public required DateTimeOffset SessionEndsAt { get; init; }
}

/// <summary>Where a payment's changes of status are told.</summary>
/// <param name="EndpointUrl">Absolute URL, at most 2048 characters.</param>
/// <param name="SealedAuthorization">The value of the header <c>Authorization</c>, sealed by the vault; <see langword="null"/> when none is sent.</param>
public sealed record WebhookTarget(string EndpointUrl, byte[]? SealedAuthorization);

/// <summary>The cardholder's browser as the merchant saw it.</summary>
/// <param name="UserAgent">The header <c>User-Agent</c>.</param>
/// <param name="Language">The language tag, IETF BCP 47.</param>
/// <param name="ColorDepth">Bits per pixel.</param>
/// <param name="ScreenHeight">Pixels.</param>
/// <param name="ScreenWidth">Pixels.</param>
/// <param name="JavaEnabled">Whether Java runs (the guide's text says JavaScript, and means Java).</param>
/// <param name="TimeZone">Minutes that UTC is ahead of local time, as JavaScript has it: −600 in Sydney.</param>
/// <param name="AcceptHeader">The header <c>Accept</c>.</param>
/// <param name="JavascriptEnabled">Whether JavaScript runs.</param>
public sealed record BrowserDetails(
    string? UserAgent,
    string? Language,
    int? ColorDepth,
    int? ScreenHeight,
    int? ScreenWidth,
    bool? JavaEnabled,
    int? TimeZone,
    string? AcceptHeader,
    bool? JavascriptEnabled);
