using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>How the requestor authenticated the cardholder: threeDSRequestorAuthenticationInfo. EMV 3DS 2.2.0 table A.10.</summary>
internal static class RequestorAuthenticationFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        ThreeDSReqAuthMethod    = Row("threeDSReqAuthMethod",    Codes("01-08", "80-99"), Optional),
        ThreeDSReqAuthTimestamp = Row("threeDSReqAuthTimestamp", Minute,                  Optional),
        ThreeDSReqAuthData      = Row("threeDSReqAuthData",      Text(1, 20000),          Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(RequestorAuthentication), table => new RequestorAuthentication(table));
}
