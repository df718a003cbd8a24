namespace Tollgate.Core.Authentication;

/// <summary>What cardholder authentication (EMV 3-D Secure) proved; it travels with the authorisation.</summary>
/// <param name="Eci">Electronic commerce indicator, two digits: <c>05</c> or <c>02</c> when authenticated.</param>
/// <param name="AuthenticationValue">CAVV or AAV, 28 characters of base64, when there is one.</param>
/// <param name="DirectoryServerTransactionId">The directory server's identifier of the authentication (dsTransID), a UUID.</param>
/// <param name="Version">The protocol version, such as <c>2.2.0</c>.</param>
public sealed record AuthenticationResult(string Eci, string? AuthenticationValue, string? DirectoryServerTransactionId, string Version)
{
    /// <summary>What the issuer said: authenticated, attempted or informational.</summary>
    public TransactionStatus Status { get; init; }

    /// <summary>Who bears fraud by the scheme's rules, presumably: no more than a presumption, since schemes have exceptions.</summary>
    public LiabilityShift Liability { get; init; }

    /// <summary>The issuer's identifier of the authentication (acsTransID), a UUID; a later one may name it as its prior.</summary>
    public string? AcsTransactionId { get; init; }
}

/// <summary>The issuer's word on the cardholder. EMV 3DS, transStatus.</summary>
public enum TransactionStatus
{
    /// <summary>Y: the cardholder is the cardholder.</summary>
    Authenticated,

    /// <summary>A: could not be tried, and the attempt is proved.</summary>
    Attempted,

    /// <summary>N: the cardholder did not prove to be the cardholder.</summary>
    NotAuthenticated,

    /// <summary>U: it could not be performed.</summary>
    Unavailable,

    /// <summary>R: the issuer rejects, and asks that no authorisation be tried.</summary>
    Rejected,

    /// <summary>I: taken for information only, as the request asked.</summary>
    Informational,

    /// <summary>C: the cardholder must answer a challenge.</summary>
    Challenge,
}

/// <summary>Whether the liability for fraud moved to the issuer.</summary>
public enum LiabilityShift
{
    /// <summary>Nobody can say.</summary>
    Unknown,

    /// <summary>The issuer bears it.</summary>
    Shifted,

    /// <summary>The merchant bears it.</summary>
    NotShifted,
}

/// <summary>Why no usable word came from an issuer.</summary>
public enum AuthenticationFault
{
    /// <summary>No directory server knows the card.</summary>
    NotEnrolled,

    /// <summary>The directory server could not be reached.</summary>
    Unreachable,

    /// <summary>No answer came in time.</summary>
    TimedOut,

    /// <summary>The answer was an error message (Erro).</summary>
    ErrorMessage,

    /// <summary>The answer was not a valid message.</summary>
    InvalidMessage,

    /// <summary>The request could not be made of what the browser said, or was refused as wrong: whoever sent that must gain nothing by it.</summary>
    RequestRefused,

    /// <summary>The answer was about another authentication.</summary>
    WrongIdentifiers,

    /// <summary>No version is common, or what the version requires is not known of the browser.</summary>
    UnsupportedVersion,

    /// <summary>The issuer itself could not perform it (transStatus U).</summary>
    NotPerformed,

    /// <summary>The browser came back from a challenge, and the issuer's result never came.</summary>
    ResultMissing,
}
