namespace Tollgate.Core.Authentication;

/// <summary>How far an attempt at authentication has come.</summary>
public enum AttemptStage
{
    /// <summary>The issuer is asked.</summary>
    Asked,

    /// <summary>The cardholder has a challenge to answer.</summary>
    Challenging,

    /// <summary>The browser is back from the challenge, and the issuer's result is awaited.</summary>
    Returned,

    /// <summary>It has ended, one way or another.</summary>
    Ended,
}

/// <summary>One attempt at authenticating the cardholder of a payment: one threeDSServerTransID.</summary>
public sealed record AuthenticationAttempt
{
    /// <summary>How long an issuer has to answer a request; then another attempt may be made.</summary>
    public static TimeSpan AnswerTime { get; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the cardholder has for a challenge.</summary>
    public static TimeSpan ChallengeTime { get; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the issuer's result may come after the browser; then the payment fails.</summary>
    public static TimeSpan ResultTime { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Our identifier of it (threeDSServerTransID), a UUID that <see cref="ServerTransactionId"/> makes.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol version, such as <c>2.2.0</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When the issuer was asked.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How far it has come.</summary>
    public AttemptStage Stage { get; init; }

    /// <summary>The issuer's identifier (acsTransID), since the challenge began.</summary>
    public string? AcsTransactionId { get; init; }

    /// <summary>The directory server's identifier (dsTransID), since the challenge began.</summary>
    public string? DirectoryServerTransactionId { get; init; }

    /// <summary>Where the browser is sent for the challenge.</summary>
    public string? ChallengeUrl { get; init; }

    /// <summary>When the challenge began.</summary>
    public DateTimeOffset? ChallengedAt { get; init; }

    /// <summary>When the browser came back from it.</summary>
    public DateTimeOffset? ReturnedAt { get; init; }

    /// <summary>What the issuer has to say to the cardholder; it must be shown.</summary>
    public string? CardholderInfo { get; init; }

    /// <summary>When it ends though nobody says so.</summary>
    public DateTimeOffset? EndsAt => Stage switch
    {
        AttemptStage.Challenging => ChallengedAt + ChallengeTime,
        AttemptStage.Returned => ReturnedAt + ResultTime,
        _ => null,
    };

    /// <summary>Whether the issuer is being asked at an instant: its answer may still come.</summary>
    public bool IsAsking(DateTimeOffset now) => Stage == AttemptStage.Asked && now < StartedAt + AnswerTime;
}
