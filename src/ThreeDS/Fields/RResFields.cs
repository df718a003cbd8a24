using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>The receipt for a results request. EMV 3DS 2.2.0 table B.9.</summary>
internal static class RResFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType          = Row("messageType",          OneOf("RRes"),           Always),
        MessageVersion       = Row("messageVersion",       VersionNumber,           Always),
        ThreeDSServerTransID = Row("threeDSServerTransID", Uuid,                    Always),
        DsTransID            = Row("dsTransID",            Uuid,                    Always),
        AcsTransID           = Row("acsTransID",           Uuid,                    Always),
        ResultsStatus        = Row("resultsStatus",        Codes("01-03", "80-99"), Always),
        MessageExtension     = Row("messageExtension",     Extensions,              IfAny),
        SdkTransID           = Row("sdkTransID",           Uuid,                    App);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.RRes, table => new ResultsResponse(table));
}
