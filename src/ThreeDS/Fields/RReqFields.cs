using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;
using static Tollgate.ThreeDS.ProtocolVersion;

namespace Tollgate.ThreeDS;

/// <summary>The result of a challenge, from the issuer through the directory server to the 3DS server. EMV 3DS 2.2.0 table B.8.</summary>
internal static class RReqFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType           = Row("messageType",           OneOf("RReq"),                       Always),
        MessageVersion        = Row("messageVersion",        VersionNumber,                       Always),
        ThreeDSServerTransID  = Row("threeDSServerTransID",  Uuid,                                Always),
        DsTransID             = Row("dsTransID",             Uuid,                                Always),
        AcsTransID            = Row("acsTransID",            Uuid,                                Always),
        MessageCategory       = Row("messageCategory",       Codes("01-02", "80-99"),             Always),
        TransStatus           = Row("transStatus",           OneOf("Y", "N", "U", "A", "R"),      Payment),
        TransStatusReason     = Row("transStatusReason",     Codes("01-26", "80-99"),             NotAuthenticated),
        AcsRenderingType      = Row("acsRenderingType",      Raw(256),                            App),
        AuthenticationMethod  = Row("authenticationMethod",  Codes("01-11", "80-99"),             Optional),
        AuthenticationType    = Row("authenticationType",    Codes("01-04", "80-99"),             ResultKnown),
        AuthenticationValue   = Row("authenticationValue",   Cryptogram,                          Authenticated),
        ChallengeCancel       = Row("challengeCancel",       Codes("01-08"),                      TimedOut),
        Eci                   = Row("eci",                   Open(Text(2, 2)),                    Optional),
        InteractionCounter    = Row("interactionCounter",    Open(Digits(2, 2)),                  Interactive),
        MessageExtension      = Row("messageExtension",      Extensions,                          IfAny),
        SdkTransID            = Row("sdkTransID",            Uuid,                                App),
        WhiteListStatus       = Row("whiteListStatus",       OneOf("Y", "N", "E", "P", "R", "U"), Optional, V220),
        WhiteListStatusSource = Row("whiteListStatusSource", Codes("01-03", "80-99"),             WhiteList, V220);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.RReq, table => new ResultsRequest(table));
}
