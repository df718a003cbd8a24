namespace Tollgate.ThreeDS;

/// <summary>The error codes. EMV 3DS 2.2.0 table A.4.</summary>
public static class ErrorCode
{
    /// <summary>Not JSON, or a message that this component does not take.</summary>
    public const string InvalidMessage = "101";

    /// <summary>A version that is not supported.</summary>
    public const string VersionNotSupported = "102";

    /// <summary>Sent too often.</summary>
    public const string TooManyMessages = "103";

    /// <summary>A required element is missing.</summary>
    public const string ElementMissing = "201";

    /// <summary>A critical extension is not recognised.</summary>
    public const string CriticalExtension = "202";

    /// <summary>An element has the wrong format or a value that is not allowed.</summary>
    public const string InvalidFormat = "203";

    /// <summary>An element is there twice.</summary>
    public const string DuplicateElement = "204";

    /// <summary>A transaction identifier is not recognised.</summary>
    public const string TransactionNotRecognised = "301";

    /// <summary>What was encrypted cannot be decrypted.</summary>
    public const string DecryptionFailure = "302";

    /// <summary>Access denied, or the wrong endpoint.</summary>
    public const string AccessDenied = "303";

    /// <summary>A country or a currency that ISO does not know.</summary>
    public const string InvalidIsoCode = "304";

    /// <summary>The transaction's data are not valid.</summary>
    public const string InvalidTransaction = "305";

    /// <summary>The merchant category code is not valid.</summary>
    public const string InvalidMcc = "306";

    /// <summary>The serial number is not valid.</summary>
    public const string InvalidSerialNumber = "307";

    /// <summary>The transaction timed out.</summary>
    public const string TimedOut = "402";

    /// <summary>A failure that passes.</summary>
    public const string TransientFailure = "403";

    /// <summary>A failure that stays.</summary>
    public const string PermanentFailure = "404";

    /// <summary>The next component cannot be reached.</summary>
    public const string ConnectionFailure = "405";

    /// <summary>Whether an error is told to the directory server; of these five it knows already, or there is nobody to tell.</summary>
    /// <param name="code">The error's code.</param>
    public static bool IsToldToTheDirectoryServer(string code) => code is not (AccessDenied or TimedOut or TransientFailure or PermanentFailure or ConnectionFailure);

    /// <summary>The error in words, for errorDescription.</summary>
    /// <param name="code">The error's code.</param>
    public static string Describe(string code) => code switch
    {
        InvalidMessage => "The message is not valid JSON or not one that this component takes.",
        VersionNotSupported => "The message version is not supported.",
        TooManyMessages => "Messages were sent too often.",
        ElementMissing => "A required element is missing.",
        CriticalExtension => "A critical message extension is not recognised.",
        InvalidFormat => "An element has the wrong format or a value that is not allowed.",
        DuplicateElement => "An element is there more than once.",
        TransactionNotRecognised => "The transaction identifier is not recognised.",
        DecryptionFailure => "The data cannot be decrypted.",
        AccessDenied => "Access denied, or the wrong endpoint.",
        InvalidIsoCode => "The ISO code is not valid.",
        InvalidTransaction => "The transaction data are not valid.",
        InvalidMcc => "The merchant category code is not valid.",
        InvalidSerialNumber => "The serial number is not valid.",
        TimedOut => "The transaction timed out.",
        TransientFailure => "A system failure that passes.",
        PermanentFailure => "A system failure that stays.",
        ConnectionFailure => "The next component cannot be reached.",
        _ => "An error.",
    };
}

/// <summary>Who found an error. EMV 3DS 2.2.0 table A.1, errorComponent.</summary>
public static class Component
{
    /// <summary>The SDK in an app.</summary>
    public const string Client = "C";

    /// <summary>The 3DS server.</summary>
    public const string Server = "S";

    /// <summary>The directory server.</summary>
    public const string DirectoryServer = "D";

    /// <summary>The issuer's access control server.</summary>
    public const string AccessControlServer = "A";
}
