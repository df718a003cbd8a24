using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;
using static Tollgate.ThreeDS.ProtocolVersion;

namespace Tollgate.ThreeDS;

/// <summary>The issuer's answer to an authentication request. EMV 3DS 2.2.0 table B.2.</summary>
internal static class AResFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        MessageType           = Row("messageType",           OneOf("ARes"),                                    Always),
        MessageVersion        = Row("messageVersion",        VersionNumber,                                    Always),
        ThreeDSServerTransID  = Row("threeDSServerTransID",  Uuid,                                             Always),
        DsTransID             = Row("dsTransID",             Uuid,                                             Always),
        AcsTransID            = Row("acsTransID",            Uuid,                                             Always),
        TransStatus           = Row("transStatus",           OneOf("Y", "N", "U", "A", "C", "D", "R", "I", "S"), Payment),
        TransStatusReason     = Row("transStatusReason",     Codes("01-26", "80-99"),                          NotAuthenticated),
        AcsChallengeMandated  = Row("acsChallengeMandated",  OneOf("Y", "N"),                                  AnyChallenge),
        AcsDecConInd          = Row("acsDecConInd",          OneOf("Y", "N"),                                  DecoupledAnswer, V220),
        AcsOperatorID         = Row("acsOperatorID",         Text(1, 32),                                      Optional),
        AcsReferenceNumber    = Row("acsReferenceNumber",    Text(1, 32),                                      Always),
        AcsRenderingType      = Row("acsRenderingType",      Raw(256),                                         AppChallenge),
        AcsSignedContent      = Row("acsSignedContent",      Text(1, 1000000),                                 AppChallenge),
        AcsURL                = Row("acsURL",                Url(2048),                                        BrowserChallenge),
        AuthenticationType    = Row("authenticationType",    Codes("01-04", "80-99"),                          AnyChallenge),
        AuthenticationValue   = Row("authenticationValue",   Cryptogram,                                       Authenticated),
        BroadInfo             = Row("broadInfo",             Raw(4096),                                        Optional),
        CardholderInfo        = Row("cardholderInfo",        Text(1, 128),                                     Optional),
        DsReferenceNumber     = Row("dsReferenceNumber",     Text(1, 32),                                      Always),
        Eci                   = Row("eci",                   Open(Text(2, 2)),                                 Optional),
        MessageExtension      = Row("messageExtension",      Extensions,                                       IfAny),
        SdkTransID            = Row("sdkTransID",            Uuid,                                             App),
        WhiteListStatus       = Row("whiteListStatus",       OneOf("Y", "N", "E", "P", "R", "U"),              Optional, V220),
        WhiteListStatusSource = Row("whiteListStatusSource", Codes("01-03", "80-99"),                          WhiteList, V220);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(MessageTypes.ARes, table => new AuthenticationResponse(table));
}
