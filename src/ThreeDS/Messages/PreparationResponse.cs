using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>PRes. The card ranges. EMV 3DS 2.2.0 table B.7.</summary>
public sealed record PreparationResponse : Message
{
    /// <summary>A message to be filled.</summary>
    public PreparationResponse()
        : base(PResFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal PreparationResponse(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier of this exchange.</summary>
    public required string ThreeDSServerTransID { get => Text(PResFields.ThreeDSServerTransID)!; init => Put(PResFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the directory server gave the exchange.</summary>
    public required string DsTransID { get => Text(PResFields.DsTransID)!; init => Put(PResFields.DsTransID, value); }

    /// <summary>The first version the directory server speaks.</summary>
    public string? DsStartProtocolVersion { get => Text(PResFields.DsStartProtocolVersion); init => Put(PResFields.DsStartProtocolVersion, value); }

    /// <summary>The last version the directory server speaks.</summary>
    public string? DsEndProtocolVersion { get => Text(PResFields.DsEndProtocolVersion); init => Put(PResFields.DsEndProtocolVersion, value); }

    /// <summary>The state of the ranges after this answer.</summary>
    public string? SerialNum { get => Text(PResFields.SerialNum); init => Put(PResFields.SerialNum, value); }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(PResFields.MessageExtension);
        init => Put(PResFields.MessageExtension, value);
    }

    /// <summary>The ranges.</summary>
    public IReadOnlyList<CardRange>? CardRangeData
    {
        get => Value<IReadOnlyList<CardRange>>(PResFields.CardRangeData);
        init => Put(PResFields.CardRangeData, value);
    }
}
