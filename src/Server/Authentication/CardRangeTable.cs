using System.Globalization;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>A range of card numbers whose issuer takes part in 3-D Secure.</summary>
/// <param name="Start">The first number, filled up with zeros to 19 digits.</param>
/// <param name="End">The last number, filled up with nines to 19 digits.</param>
/// <param name="Version">The highest version that we and everybody on the way speak; <see langword="null"/> when there is none.</param>
/// <param name="MethodUrl">Where the 3DS method is, when the issuer has one.</param>
/// <param name="Indicators">What the issuer can do and wants: <c>acsInfoInd</c>.</param>
internal sealed record EnrolledRange(ulong Start, ulong End, string? Version, string? MethodUrl, IReadOnlyList<string> Indicators);

/// <summary>What a directory server says of a range: that it has it, or has it no more.</summary>
internal readonly record struct RangeChange(EnrolledRange Range, bool Deletes);

/// <summary>
/// The card ranges of a directory server as they were at one of its serial numbers. It never changes: a newer one takes its place. Where ranges overlap, the
/// narrowest is the one that counts, as an issuer's own range does within that of its processor.
/// </summary>
internal sealed class CardRangeTable
{
    private const int Digits = 19;

    private static readonly string Earliest = ProtocolVersion.V210.ToString();
    private static readonly string Latest = ProtocolVersion.V220.ToString();

    private readonly EnrolledRange[] ranges;

    // The ranges cut into pieces that do not overlap: where each begins and ends, and whose it is.
    private readonly ulong[] starts;
    private readonly ulong[] ends;
    private readonly int[] owners;

    private CardRangeTable(EnrolledRange[] ranges, string? serialNumber)
    {
        this.ranges = ranges;
        SerialNumber = serialNumber;
        (starts, ends, owners) = Cut(ranges);
    }

    /// <summary>None yet.</summary>
    public static CardRangeTable Empty { get; } = new([], null);

    /// <summary>The directory server's number for this state; with it, only what has changed since is asked for.</summary>
    public string? SerialNumber { get; }

    /// <summary>How many ranges there are.</summary>
    public int Count => ranges.Length;

    /// <summary>A number as a range begins with it: filled up with zeros.</summary>
    /// <param name="digits">13 to 19 digits.</param>
    public static ulong FirstOf(ReadOnlySpan<char> digits) => ulong.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture) * TenTo(Digits - digits.Length);

    /// <summary>A number as a range ends with it: filled up with nines.</summary>
    /// <param name="digits">13 to 19 digits.</param>
    public static ulong LastOf(ReadOnlySpan<char> digits) => FirstOf(digits) + (TenTo(Digits - digits.Length) - 1);

    /// <summary>The narrowest range that a number is in.</summary>
    /// <param name="number">Filled up with zeros to 19 digits.</param>
    public EnrolledRange? Find(ulong number)
    {
        var place = Array.BinarySearch(starts, number);
        var piece = place >= 0 ? place : ~place - 1;
        return piece >= 0 && number <= ends[piece] ? ranges[owners[piece]] : null;
    }

    /// <summary>The table after some changes. What is deleted without having been there, or added though it is, is as the directory server has it now.</summary>
    public CardRangeTable Apply(IEnumerable<RangeChange> changes, string? serialNumber)
    {
        var next = ranges.ToDictionary(r => (r.Start, r.End));
        foreach (var (range, deletes) in changes)
        {
            if (deletes)
            {
                next.Remove((range.Start, range.End));
            }
            else
            {
                next[(range.Start, range.End)] = range;
            }
        }

        return new([.. next.Values], serialNumber);
    }

    /// <summary>What a directory server's answer changes; nothing at all when one of its ranges is none.</summary>
    public static IReadOnlyList<RangeChange>? ReadChanges(PreparationResponse answer)
    {
        // A hundred thousand ranges share a handful of addresses and of indicators.
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        var indicators = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var changes = new List<RangeChange>(answer.CardRangeData?.Count ?? 0);
        foreach (var range in answer.CardRangeData ?? [])
        {
            var (start, end) = (FirstOf(range.StartRange), LastOf(range.EndRange));
            if (start > end)
            {
                return null;
            }

            var version = ProtocolVersion.HighestCommon(range, ProtocolVersion.Written, answer);
            var written = version == ProtocolVersion.V220 ? Latest : version == ProtocolVersion.V210 ? Earliest : version?.ToString();
            changes.Add(new(new(start, end, written, Shared(range.ThreeDSMethodURL), SharedList(range.AcsInfoInd)), range.ActionInd == "D"));
        }

        return changes;

        string? Shared(string? address) => address is null ? null : addresses.TryGetValue(address, out var same) ? same : addresses[address] = address;

        IReadOnlyList<string> SharedList(IReadOnlyList<string>? list)
        {
            if (list is null)
            {
                return [];
            }

            var key = string.Join(',', list);
            return indicators.TryGetValue(key, out var same) ? same : indicators[key] = list;
        }
    }

    /// <summary>Walks over all the points at which a range begins or has ended, with the ranges that are open there, narrowest first.</summary>
    private static (ulong[] Starts, ulong[] Ends, int[] Owners) Cut(EnrolledRange[] ranges)
    {
        var order = Enumerable.Range(0, ranges.Length).ToArray();
        Array.Sort(order, (one, other) => ranges[one].Start.CompareTo(ranges[other].Start));
        var points = ranges.Select(r => r.Start).Concat(ranges.Select(r => r.End + 1)).Distinct().Order().ToArray();
        var open = new PriorityQueue<int, ulong>();
        var (starts, ends, owners) = (new List<ulong>(ranges.Length), new List<ulong>(ranges.Length), new List<int>(ranges.Length));
        var next = 0;
        for (var i = 0; i + 1 < points.Length; i++)
        {
            while (next < order.Length && ranges[order[next]].Start == points[i])
            {
                open.Enqueue(order[next], ranges[order[next]].End - ranges[order[next]].Start);
                next++;
            }

            while (open.TryPeek(out var over, out _) && ranges[over].End < points[i])
            {
                open.Dequeue();
            }

            if (!open.TryPeek(out var owner, out _))
            {
                continue;
            }

            if (owners.Count > 0 && owners[^1] == owner && ends[^1] + 1 == points[i])
            {
                ends[^1] = points[i + 1] - 1;
            }
            else
            {
                starts.Add(points[i]);
                ends.Add(points[i + 1] - 1);
                owners.Add(owner);
            }
        }

        return ([.. starts], [.. ends], [.. owners]);
    }

    private static ulong TenTo(int power)
    {
        var result = 1ul;
        for (var i = 0; i < power; i++)
        {
            result *= 10;
        }

        return result;
    }
}
