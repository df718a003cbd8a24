using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>The challenge request that a browser takes to the issuer. EMV 3DS 2.2.0 table B.3, browser; an app's elements are kept unread.</summary>
internal static class CReqFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType          = Row("messageType",          OneOf("CReq"),  Always),
        MessageVersion       = Row("messageVersion",       VersionNumber,  Always),
        ThreeDSServerTransID = Row("threeDSServerTransID", Uuid,           Always),
        AcsTransID           = Row("acsTransID",           Uuid,           Always),
        ChallengeWindowSize  = Row("challengeWindowSize",  Codes("01-05"), Browser),
        MessageExtension     = Row("messageExtension",     Extensions,     IfAny),
        SdkTransID           = Row("sdkTransID",           Uuid,           App);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.CReq, table => new ChallengeRequest(table));
}
