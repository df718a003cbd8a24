using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>CReq. The challenge request that a browser takes to the issuer. EMV 3DS 2.2.0 table B.3, browser; an app's elements are kept unread.</summary>
public sealed record ChallengeRequest : Message
{
    /// <summary>A message to be filled.</summary>
    public ChallengeRequest()
        : base(CReqFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal ChallengeRequest(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction.</summary>
    public required string ThreeDSServerTransID { get => Text(CReqFields.ThreeDSServerTransID)!; init => Put(CReqFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the issuer gave the transaction.</summary>
    public required string AcsTransID { get => Text(CReqFields.AcsTransID)!; init => Put(CReqFields.AcsTransID, value); }

    /// <summary>The frame: 01 250x400, 02 390x400, 03 500x600, 04 600x400, 05 the whole page.</summary>
    public string? ChallengeWindowSize { get => Text(CReqFields.ChallengeWindowSize); init => Put(CReqFields.ChallengeWindowSize, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(CReqFields.MessageExtension);
        init => Put(CReqFields.MessageExtension, value);
    }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(CReqFields.SdkTransID); init => Put(CReqFields.SdkTransID, value); }
}
