using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>RRes. The receipt for a results request. EMV 3DS 2.2.0 table B.9.</summary>
public sealed record ResultsResponse : Message
{
    /// <summary>A message to be filled.</summary>
    public ResultsResponse()
        : base(RResFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal ResultsResponse(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction.</summary>
    public required string ThreeDSServerTransID { get => Text(RResFields.ThreeDSServerTransID)!; init => Put(RResFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the directory server gave the transaction.</summary>
    public required string DsTransID { get => Text(RResFields.DsTransID)!; init => Put(RResFields.DsTransID, value); }

    /// <summary>The identifier the issuer gave the transaction.</summary>
    public required string AcsTransID { get => Text(RResFields.AcsTransID)!; init => Put(RResFields.AcsTransID, value); }

    /// <summary>01 received, 02 no challenge request was sent, 03 the authentication response never arrived.</summary>
    public required string ResultsStatus { get => Text(RResFields.ResultsStatus)!; init => Put(RResFields.ResultsStatus, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(RResFields.MessageExtension);
        init => Put(RResFields.MessageExtension, value);
    }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(RResFields.SdkTransID); init => Put(RResFields.SdkTransID, value); }
}
