using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>What a scheme or a component adds to a message. EMV 3DS 2.2.0 table A.7.</summary>
internal static class MessageExtensionFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        Name                 = Row("name",                 Text(1, 64), Always),
        Id                   = Row("id",                   Text(1, 64), Always),
        CriticalityIndicator = Row("criticalityIndicator", Flag,        Always),
        Data                 = Row("data",                 Raw(8059),   Always);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(MessageExtension), table => new MessageExtension(table));
}
