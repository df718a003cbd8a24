using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>RReq. The result of a challenge, from the issuer through the directory server to the 3DS server. EMV 3DS 2.2.0 table B.8.</summary>
public sealed record ResultsRequest : Message
{
    /// <summary>A message to be filled.</summary>
    public ResultsRequest()
        : base(RReqFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal ResultsRequest(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction.</summary>
    public required string ThreeDSServerTransID { get => Text(RReqFields.ThreeDSServerTransID)!; init => Put(RReqFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the directory server gave the transaction.</summary>
    public required string DsTransID { get => Text(RReqFields.DsTransID)!; init => Put(RReqFields.DsTransID, value); }

    /// <summary>The identifier the issuer gave the transaction.</summary>
    public required string AcsTransID { get => Text(RReqFields.AcsTransID)!; init => Put(RReqFields.AcsTransID, value); }

    /// <summary>01 payment, 02 no payment.</summary>
    public required string MessageCategory { get => Text(RReqFields.MessageCategory)!; init => Put(RReqFields.MessageCategory, value); }

    /// <summary>The result: Y, A, N, U or R.</summary>
    public string? TransStatus { get => Text(RReqFields.TransStatus); init => Put(RReqFields.TransStatus, value); }

    /// <summary>Why not.</summary>
    public string? TransStatusReason { get => Text(RReqFields.TransStatusReason); init => Put(RReqFields.TransStatusReason, value); }

    /// <summary>How the issuer showed the challenge in an app.</summary>
    public JsonFragment? AcsRenderingType { get => Value<JsonFragment>(RReqFields.AcsRenderingType); init => Put(RReqFields.AcsRenderingType, value); }

    /// <summary>How the cardholder was authenticated: 01 static passcode, 02 SMS, 03 key fob, and more.</summary>
    public string? AuthenticationMethod { get => Text(RReqFields.AuthenticationMethod); init => Put(RReqFields.AuthenticationMethod, value); }

    /// <summary>01 static, 02 dynamic, 03 out of band, 04 decoupled.</summary>
    public string? AuthenticationType { get => Text(RReqFields.AuthenticationType); init => Put(RReqFields.AuthenticationType, value); }

    /// <summary>The cryptogram that proves the authentication to the scheme, 28 characters.</summary>
    public string? AuthenticationValue { get => Text(RReqFields.AuthenticationValue); init => Put(RReqFields.AuthenticationValue, value); }

    /// <summary>Why the challenge was broken off: 01 by the cardholder, 03 to 05 timeouts, 06 error, 07 unknown, 08 SDK timeout.</summary>
    public string? ChallengeCancel { get => Text(RReqFields.ChallengeCancel); init => Put(RReqFields.ChallengeCancel, value); }

    /// <summary>The electronic commerce indicator, in the scheme's values.</summary>
    public string? Eci { get => Text(RReqFields.Eci); init => Put(RReqFields.Eci, value); }

    /// <summary>How often the cardholder tried.</summary>
    public string? InteractionCounter { get => Text(RReqFields.InteractionCounter); init => Put(RReqFields.InteractionCounter, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(RReqFields.MessageExtension);
        init => Put(RReqFields.MessageExtension, value);
    }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(RReqFields.SdkTransID); init => Put(RReqFields.SdkTransID, value); }

    /// <summary>Whether the cardholder trusts the merchant.</summary>
    public string? WhiteListStatus { get => Text(RReqFields.WhiteListStatus); init => Put(RReqFields.WhiteListStatus, value); }

    /// <summary>Who says so: 01 the 3DS server, 02 the directory server, 03 the issuer.</summary>
    public string? WhiteListStatusSource { get => Text(RReqFields.WhiteListStatusSource); init => Put(RReqFields.WhiteListStatusSource, value); }
}
