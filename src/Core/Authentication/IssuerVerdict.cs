namespace Tollgate.Core.Authentication;

/// <summary>What an issuer answered to a request for authentication (ARes), or how a challenge ended (RReq).</summary>
public sealed record IssuerVerdict
{
    /// <summary>Its word.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>Electronic commerce indicator, two digits, when it gave one.</summary>
    public string? Eci { get; init; }

    /// <summary>CAVV or AAV, 28 characters of base64, when it gave one.</summary>
    public string? AuthenticationValue { get; init; }

    /// <summary>Why, two digits. EMV 3DS, transStatusReason.</summary>
    public string? StatusReason { get; init; }

    /// <summary>How a challenge was broken off, two digits. EMV 3DS, challengeCancel.</summary>
    public string? ChallengeCancel { get; init; }

    /// <summary>What the issuer has to say to the cardholder, at most 128 characters; it must be shown.</summary>
    public string? CardholderInfo { get; init; }

    /// <summary>The issuer's identifier (acsTransID), a UUID.</summary>
    public required string AcsTransactionId { get; init; }

    /// <summary>The directory server's identifier (dsTransID), a UUID.</summary>
    public required string DirectoryServerTransactionId { get; init; }

    /// <summary>Where the browser is sent for a challenge (acsURL).</summary>
    public string? ChallengeUrl { get; init; }

    /// <summary>The protocol version, such as <c>2.2.0</c>.</summary>
    public required string Version { get; init; }
}
