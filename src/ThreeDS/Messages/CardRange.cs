using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>A range of card numbers and how they are authenticated: an item of cardRangeData. EMV 3DS 2.2.0 table A.6.</summary>
public sealed record CardRange : Elements
{
    /// <summary>An object to be filled.</summary>
    public CardRange()
        : base(CardRangeFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal CardRange(Table table)
        : base(table)
    {
    }

    /// <summary>The first card number.</summary>
    public required string StartRange { get => Text(CardRangeFields.StartRange)!; init => Put(CardRangeFields.StartRange, value); }

    /// <summary>The last card number.</summary>
    public required string EndRange { get => Text(CardRangeFields.EndRange)!; init => Put(CardRangeFields.EndRange, value); }

    /// <summary>A add, D delete, M change; without it, add.</summary>
    public string? ActionInd { get => Text(CardRangeFields.ActionInd); init => Put(CardRangeFields.ActionInd, value); }

    /// <summary>The first version the issuer speaks; 2.3.1 has a list of versions in its place.</summary>
    public string? AcsStartProtocolVersion
    {
        get => Text(CardRangeFields.AcsStartProtocolVersion);
        init => Put(CardRangeFields.AcsStartProtocolVersion, value);
    }

    /// <summary>The last version the issuer speaks.</summary>
    public string? AcsEndProtocolVersion { get => Text(CardRangeFields.AcsEndProtocolVersion); init => Put(CardRangeFields.AcsEndProtocolVersion, value); }

    /// <summary>The first version the directory server speaks for the range.</summary>
    public string? DsStartProtocolVersion { get => Text(CardRangeFields.DsStartProtocolVersion); init => Put(CardRangeFields.DsStartProtocolVersion, value); }

    /// <summary>The last version the directory server speaks for the range.</summary>
    public string? DsEndProtocolVersion { get => Text(CardRangeFields.DsEndProtocolVersion); init => Put(CardRangeFields.DsEndProtocolVersion, value); }

    /// <summary>Where the 3DS method is, if the issuer has one.</summary>
    public string? ThreeDSMethodURL { get => Text(CardRangeFields.ThreeDSMethodURL); init => Put(CardRangeFields.ThreeDSMethodURL, value); }

    /// <summary>What the issuer offers: 01 authentication, 02 attempts, 03 decoupled, 04 trusted merchants, 80 to 99 by the directory server.</summary>
    public IReadOnlyList<string>? AcsInfoInd
    {
        get => Value<IReadOnlyList<string>>(CardRangeFields.AcsInfoInd);
        init => Put(CardRangeFields.AcsInfoInd, value);
    }
}
