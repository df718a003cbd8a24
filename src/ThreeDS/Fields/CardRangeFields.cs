using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>A range of card numbers and how they are authenticated: an item of cardRangeData. EMV 3DS 2.2.0 table A.6.</summary>
internal static class CardRangeFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        StartRange              = Row("startRange",              Digits(13, 19),              Always),
        EndRange                = Row("endRange",                Digits(13, 19),              Always),
        ActionInd               = Row("actionInd",               OneOf("A", "D", "M"),        Optional),
        AcsStartProtocolVersion = Row("acsStartProtocolVersion", VersionNumber,               Until220),
        AcsEndProtocolVersion   = Row("acsEndProtocolVersion",   VersionNumber,               Until220),
        DsStartProtocolVersion  = Row("dsStartProtocolVersion",  VersionNumber,               Optional),
        DsEndProtocolVersion    = Row("dsEndProtocolVersion",    VersionNumber,               Optional),
        ThreeDSMethodURL        = Row("threeDSMethodURL",        Url(256),                    Optional),
        AcsInfoInd              = Row("acsInfoInd",              CodesList("01-04", "80-99"), Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(CardRange), table => new CardRange(table));
}
