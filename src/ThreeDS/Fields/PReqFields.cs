using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>The request for the card ranges. EMV 3DS 2.2.0 table B.6.</summary>
internal static class PReqFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType             = Row("messageType",             OneOf("PReq"), Always),
        MessageVersion          = Row("messageVersion",          VersionNumber, Always),
        ThreeDSServerRefNumber  = Row("threeDSServerRefNumber",  Text(1, 32),   Always),
        ThreeDSServerOperatorID = Row("threeDSServerOperatorID", Text(1, 32),   Optional),
        ThreeDSServerTransID    = Row("threeDSServerTransID",    Uuid,          Always),
        ThreeDSRequestorURL     = Row("threeDSRequestorURL",     Url(2048),     Optional),
        MessageExtension        = Row("messageExtension",        Extensions,    IfAny),
        SerialNum               = Row("serialNum",               Text(1, 20),   Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.PReq, table => new PreparationRequest(table));
}
