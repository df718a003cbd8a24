using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>A telephone number. EMV 3DS 2.2.0 table A.1, homePhone.</summary>
internal static class PhoneFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        Cc             = Row("cc",             Digits(1, 3),  Always),
        Subscriber     = Row("subscriber",     Digits(1, 15), Always);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(Phone), table => new Phone(table));
}
