using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>An earlier authentication of the same cardholder: threeDSRequestorPriorAuthenticationInfo, EMV 3DS 2.2.0 table A.11.</summary>
internal static class PriorAuthenticationFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        ThreeDSReqPriorRef           = Row("threeDSReqPriorRef",           Text(1, 36),             Optional),
        ThreeDSReqPriorAuthMethod    = Row("threeDSReqPriorAuthMethod",    Codes("01-04", "80-99"), Optional),
        ThreeDSReqPriorAuthTimestamp = Row("threeDSReqPriorAuthTimestamp", Minute,                  Optional),
        ThreeDSReqPriorAuthData      = Row("threeDSReqPriorAuthData",      Text(1, 2048),           Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(PriorAuthentication), table => new PriorAuthentication(table));
}
