using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>The final challenge response, which a browser brings back from the issuer; the RReq has the truth. EMV 3DS 2.2.0 table B.4, browser.</summary>
internal static class CResFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType          = Row("messageType",          OneOf("CRes"),   Always),
        MessageVersion       = Row("messageVersion",       VersionNumber,   Always),
        ThreeDSServerTransID = Row("threeDSServerTransID", Uuid,            Always),
        AcsTransID           = Row("acsTransID",           Uuid,            Always),
        TransStatus          = Row("transStatus",          OneOf("Y", "N"), Browser),
        MessageExtension     = Row("messageExtension",     Extensions,      IfAny),
        SdkTransID           = Row("sdkTransID",           Uuid,            App);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.CRes, table => new ChallengeResponse(table));
}
