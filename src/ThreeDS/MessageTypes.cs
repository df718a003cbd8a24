namespace Tollgate.ThreeDS;

/// <summary>The types of messages, one or several of them. EMV 3DS 2.2.0 table A.1, messageType.</summary>
[Flags]
public enum MessageTypes
{
    /// <summary>No message.</summary>
    None = 0,

    /// <summary><see cref="AuthenticationRequest"/>.</summary>
    AReq = 1,

    /// <summary><see cref="AuthenticationResponse"/>.</summary>
    ARes = 2,

    /// <summary><see cref="ChallengeRequest"/>.</summary>
    CReq = 4,

    /// <summary><see cref="ChallengeResponse"/>.</summary>
    CRes = 8,

    /// <summary><see cref="ResultsRequest"/>.</summary>
    RReq = 16,

    /// <summary><see cref="ResultsResponse"/>.</summary>
    RRes = 32,

    /// <summary><see cref="PreparationRequest"/>.</summary>
    PReq = 64,

    /// <summary><see cref="PreparationResponse"/>.</summary>
    PRes = 128,

    /// <summary><see cref="ErrorMessage"/>.</summary>
    Erro = 256,
}
