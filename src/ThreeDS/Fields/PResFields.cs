using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>The card ranges. EMV 3DS 2.2.0 table B.7.</summary>
internal static class PResFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType            = Row("messageType",            OneOf("PRes"),                                    Always),
        MessageVersion         = Row("messageVersion",         VersionNumber,                                    Always),
        ThreeDSServerTransID   = Row("threeDSServerTransID",   Uuid,                                             Always),
        DsTransID              = Row("dsTransID",              Uuid,                                             Always),
        DsStartProtocolVersion = Row("dsStartProtocolVersion", VersionNumber,                                    Until220),
        DsEndProtocolVersion   = Row("dsEndProtocolVersion",   VersionNumber,                                    Until220),
        SerialNum              = Row("serialNum",              Text(1, 20),                                      Optional),
        MessageExtension       = Row("messageExtension",       Extensions,                                       IfAny),
        CardRangeData          = Row("cardRangeData",          ListOf<CardRange>(CardRangeFields.Table, int.MaxValue), Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.PRes, table => new PreparationResponse(table));
}
