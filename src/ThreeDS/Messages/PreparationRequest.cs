using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>PReq. The request for the card ranges. EMV 3DS 2.2.0 table B.6.</summary>
public sealed record PreparationRequest : Message
{
    /// <summary>A message to be filled.</summary>
    public PreparationRequest()
        : base(PReqFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal PreparationRequest(Table table)
        : base(table)
    {
    }

    /// <summary>The approval number EMVCo gave the 3DS server.</summary>
    public required string ThreeDSServerRefNumber { get => Text(PReqFields.ThreeDSServerRefNumber)!; init => Put(PReqFields.ThreeDSServerRefNumber, value); }

    /// <summary>The identifier the directory server gave the 3DS server.</summary>
    public string? ThreeDSServerOperatorID { get => Text(PReqFields.ThreeDSServerOperatorID); init => Put(PReqFields.ThreeDSServerOperatorID, value); }

    /// <summary>The identifier of this exchange.</summary>
    public required string ThreeDSServerTransID { get => Text(PReqFields.ThreeDSServerTransID)!; init => Put(PReqFields.ThreeDSServerTransID, value); }

    /// <summary>Where a test host finds the requestor.</summary>
    public string? ThreeDSRequestorURL { get => Text(PReqFields.ThreeDSRequestorURL); init => Put(PReqFields.ThreeDSRequestorURL, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(PReqFields.MessageExtension);
        init => Put(PReqFields.MessageExtension, value);
    }

    /// <summary>The state of the ranges we have: only what changed since is sent. Without it, all of them.</summary>
    public string? SerialNum { get => Text(PReqFields.SerialNum); init => Put(PReqFields.SerialNum, value); }
}
