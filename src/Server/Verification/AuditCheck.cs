using System.Globalization;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Verification;

/// <summary>
/// Walks the chain of the audit log from its first entry to its end, and names the first link that does not hold: what comes after a broken link proves nothing.
/// </summary>
/// <param name="chain">Makes the links again; without the key only that each names the one before it is checked.</param>
/// <param name="anchors">What was kept elsewhere of where the chain ended.</param>
internal sealed class AuditCheck(AuditChain? chain, IReadOnlyList<AuditAnchor> anchors)
{
    private readonly Dictionary<long, List<AuditAnchor>> anchored = anchors.GroupBy(a => a.Position).ToDictionary(g => g.Key, g => g.ToList());

    /// <summary>How many entries there were up to the end, or to the first bad link.</summary>
    public long Entries { get; private set; }

    /// <summary>The first link that does not hold, and each anchor that does not.</summary>
    public IEnumerable<Violation> Run(AuditHead head, IEnumerable<AuditRow> rows)
    {
        var last = AuditChain.Origin;
        foreach (var row in rows)
        {
            if (Problem(row, last) is { } problem)
            {
                yield return problem;
                yield break;
            }

            last = new(row.Position, row.Hash);
            Entries++;
            foreach (var anchor in anchored.GetValueOrDefault(row.Position) ?? [])
            {
                if (!anchor.Hash.AsSpan().SequenceEqual(row.Hash))
                {
                    yield return new(Rule.AuditChain, Name(row.Position), "its hash", $"{Hex(anchor.Hash)}, as the anchor of {anchor.At:u} has it", Hex(row.Hash));
                }
            }
        }

        if (last.Position != head.Position || !last.Hash.AsSpan().SequenceEqual(head.Hash))
        {
            yield return last.Position < head.Position
                ? new(Rule.AuditChain, Name(last.Position + 1), "it", string.Create(CultureInfo.InvariantCulture, $"there, for the log ends with entry {head.Position}"), "removed")
                : new(Rule.AuditChain, Name(last.Position), "the log's end", string.Create(CultureInfo.InvariantCulture, $"entry {head.Position} with {Hex(head.Hash)}"), Hex(last.Hash));
        }

        foreach (var anchor in anchors.Where(a => a.Position > last.Position))
        {
            yield return new(
                Rule.AuditChain,
                Name(last.Position + 1),
                "it",
                string.Create(CultureInfo.InvariantCulture, $"there, for the anchor of {anchor.At:u} has seen entry {anchor.Position}"),
                "removed");
        }
    }

    private Violation? Problem(AuditRow row, AuditHead last)
    {
        if (row.Position != last.Position + 1)
        {
            return new(Rule.AuditChain, Name(last.Position + 1), "it", "there", "removed, or one was inserted before it");
        }

        if (!row.Previous.AsSpan().SequenceEqual(last.Hash))
        {
            return new(Rule.AuditChain, Name(row.Position), "the hash of the entry before it", Hex(last.Hash), Hex(row.Previous));
        }

        return chain?.HashOf(row) is { } hash && !hash.AsSpan().SequenceEqual(row.Hash)
            ? new(Rule.AuditChain, Name(row.Position), "its hash", "that of what it says", "another: the entry was changed, or inserted")
            : null;
    }

    private static string Name(long position) => string.Create(CultureInfo.InvariantCulture, $"entry {position} of the audit log");

    private static string Hex(byte[] hash) => Convert.ToHexStringLower(hash);
}
