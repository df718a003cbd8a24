using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>CRes. The final challenge response, which a browser brings back from the issuer; the RReq has the truth. EMV 3DS 2.2.0 table B.4, browser.</summary>
public sealed record ChallengeResponse : Message
{
    /// <summary>A message to be filled.</summary>
    public ChallengeResponse()
        : base(CResFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal ChallengeResponse(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction.</summary>
    public required string ThreeDSServerTransID { get => Text(CResFields.ThreeDSServerTransID)!; init => Put(CResFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the issuer gave the transaction.</summary>
    public required string AcsTransID { get => Text(CResFields.AcsTransID)!; init => Put(CResFields.AcsTransID, value); }

    /// <summary>How the challenge ended: Y or N.</summary>
    public string? TransStatus { get => Text(CResFields.TransStatus); init => Put(CResFields.TransStatus, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(CResFields.MessageExtension);
        init => Put(CResFields.MessageExtension, value);
    }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(CResFields.SdkTransID); init => Put(CResFields.SdkTransID, value); }
}
