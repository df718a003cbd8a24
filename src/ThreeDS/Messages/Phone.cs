using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>A telephone number. EMV 3DS 2.2.0 table A.1, homePhone.</summary>
public sealed record Phone : Elements
{
    /// <summary>An object to be filled.</summary>
    public Phone()
        : base(PhoneFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal Phone(Table table)
        : base(table)
    {
    }

    /// <summary>The country code, ITU-T E.164.</summary>
    public required string Cc { get => Text(PhoneFields.Cc)!; init => Put(PhoneFields.Cc, value); }

    /// <summary>The rest of the number.</summary>
    public required string Subscriber { get => Text(PhoneFields.Subscriber)!; init => Put(PhoneFields.Subscriber, value); }
}
