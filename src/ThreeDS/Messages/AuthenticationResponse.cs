using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>ARes. The issuer's answer to an authentication request. EMV 3DS 2.2.0 table B.2.</summary>
public sealed record AuthenticationResponse : Message
{
    /// <summary>A message to be filled.</summary>
    public AuthenticationResponse()
        : base(AResFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal AuthenticationResponse(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction.</summary>
    public required string ThreeDSServerTransID { get => Text(AResFields.ThreeDSServerTransID)!; init => Put(AResFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the directory server gave the transaction.</summary>
    public required string DsTransID { get => Text(AResFields.DsTransID)!; init => Put(AResFields.DsTransID, value); }

    /// <summary>The identifier the issuer gave the transaction.</summary>
    public required string AcsTransID { get => Text(AResFields.AcsTransID)!; init => Put(AResFields.AcsTransID, value); }

    /// <summary>The answer: Y, A, N, U, R, C for a challenge, D for a decoupled one, I for information only, S (2.3.1) for secure payment confirmation.</summary>
    public string? TransStatus { get => Text(AResFields.TransStatus); init => Put(AResFields.TransStatus, value); }

    /// <summary>Why not.</summary>
    public string? TransStatusReason { get => Text(AResFields.TransStatusReason); init => Put(AResFields.TransStatusReason, value); }

    /// <summary>Whether a mandate demands the challenge.</summary>
    public string? AcsChallengeMandated { get => Text(AResFields.AcsChallengeMandated); init => Put(AResFields.AcsChallengeMandated, value); }

    /// <summary>Whether decoupled authentication will be used.</summary>
    public string? AcsDecConInd { get => Text(AResFields.AcsDecConInd); init => Put(AResFields.AcsDecConInd, value); }

    /// <summary>The identifier the directory server gave the issuer's server.</summary>
    public string? AcsOperatorID { get => Text(AResFields.AcsOperatorID); init => Put(AResFields.AcsOperatorID, value); }

    /// <summary>The approval number EMVCo gave the issuer's server.</summary>
    public required string AcsReferenceNumber { get => Text(AResFields.AcsReferenceNumber)!; init => Put(AResFields.AcsReferenceNumber, value); }

    /// <summary>How the issuer shows the challenge in an app.</summary>
    public JsonFragment? AcsRenderingType { get => Value<JsonFragment>(AResFields.AcsRenderingType); init => Put(AResFields.AcsRenderingType, value); }

    /// <summary>What the issuer signed for the SDK.</summary>
    public string? AcsSignedContent { get => Text(AResFields.AcsSignedContent); init => Put(AResFields.AcsSignedContent, value); }

    /// <summary>Where the browser takes the challenge request.</summary>
    public string? AcsURL { get => Text(AResFields.AcsURL); init => Put(AResFields.AcsURL, value); }

    /// <summary>01 static, 02 dynamic, 03 out of band, 04 decoupled.</summary>
    public string? AuthenticationType { get => Text(AResFields.AuthenticationType); init => Put(AResFields.AuthenticationType, value); }

    /// <summary>The cryptogram that proves the authentication to the scheme, 28 characters.</summary>
    public string? AuthenticationValue { get => Text(AResFields.AuthenticationValue); init => Put(AResFields.AuthenticationValue, value); }

    /// <summary>What a component has to tell all others.</summary>
    public JsonFragment? BroadInfo { get => Value<JsonFragment>(AResFields.BroadInfo); init => Put(AResFields.BroadInfo, value); }

    /// <summary>What the issuer wants the cardholder to read: it is shown when present.</summary>
    public string? CardholderInfo { get => Text(AResFields.CardholderInfo); init => Put(AResFields.CardholderInfo, value); }

    /// <summary>The approval number EMVCo gave the directory server.</summary>
    public required string DsReferenceNumber { get => Text(AResFields.DsReferenceNumber)!; init => Put(AResFields.DsReferenceNumber, value); }

    /// <summary>The electronic commerce indicator, in the scheme's values.</summary>
    public string? Eci { get => Text(AResFields.Eci); init => Put(AResFields.Eci, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(AResFields.MessageExtension);
        init => Put(AResFields.MessageExtension, value);
    }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(AResFields.SdkTransID); init => Put(AResFields.SdkTransID, value); }

    /// <summary>Whether the cardholder trusts the merchant.</summary>
    public string? WhiteListStatus { get => Text(AResFields.WhiteListStatus); init => Put(AResFields.WhiteListStatus, value); }

    /// <summary>Who says so: 01 the 3DS server, 02 the directory server, 03 the issuer.</summary>
    public string? WhiteListStatusSource { get => Text(AResFields.WhiteListStatusSource); init => Put(AResFields.WhiteListStatusSource, value); }
}
