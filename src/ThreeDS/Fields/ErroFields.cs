using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>What is wrong with a message. EMV 3DS 2.2.0 table B.10 and table A.4.</summary>
internal static class ErroFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType          = Row("messageType",          OneOf("Erro"),                                    Always),
        MessageVersion       = Row("messageVersion",       VersionNumber,                                    Always),
        ThreeDSServerTransID = Row("threeDSServerTransID", Uuid,                                             Optional),
        AcsTransID           = Row("acsTransID",           Uuid,                                             Optional),
        DsTransID            = Row("dsTransID",            Uuid,                                             Optional),
        SdkTransID           = Row("sdkTransID",           Uuid,                                             Optional),
        ErrorCode            = Row("errorCode",            Open(Digits(3, 3)),                               Always),
        ErrorComponent       = Row("errorComponent",       OneOf("C", "S", "D", "A"),                        Always),
        ErrorDescription     = Row("errorDescription",     Text(1, 2048),                                    Always),
        ErrorDetail          = Row("errorDetail",          Text(1, 2048),                                    Always),
        ErrorMessageType     = Row("errorMessageType",     OneOf("AReq", "ARes", "CReq", "CRes", "RReq", "RRes", "PReq", "PRes", "Erro"), Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.Erro, table => new ErrorMessage(table));
}
