using System.Collections.Frozen;

namespace Tollgate.ThreeDS;

/// <summary>The field table: one part for each message.</summary>
internal static class Tables
{
    /// <summary>The parts, in the order of <see cref="MessageTypes"/>.</summary>
    public static readonly Table[] All =
    [
        AReqFields.Table, AResFields.Table,
        CReqFields.Table, CResFields.Table,
        RReqFields.Table, RResFields.Table,
        PReqFields.Table, PResFields.Table,
        ErroFields.Table,
    ];

    private static readonly FrozenDictionary<string, Table> ByType = All.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    public static Table? Find(string type) => ByType.GetValueOrDefault(type);
}
