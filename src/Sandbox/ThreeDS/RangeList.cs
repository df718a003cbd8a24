using System.Globalization;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>The ranges of the directory server, and every change to them since it began: a serial number counts the changes. Thread-safe.</summary>
internal sealed class RangeList(IReadOnlyList<EnrolledRange> initial)
{
    private const long First = 1;

    private readonly Lock gate = new();
    private readonly List<EnrolledRange> ranges = [.. initial];
    private readonly List<RangeChange> changes = [];

    /// <summary>What has changed since a serial number, or everything without one; nothing when there never was such a serial number.</summary>
    public (IReadOnlyList<RangeChange> Changes, string Serial)? Since(string? serial)
    {
        lock (gate)
        {
            var present = (First + changes.Count).ToString(CultureInfo.InvariantCulture);
            if (serial is null)
            {
                return ([.. ranges.Select(range => new RangeChange("A", range))], present);
            }

            return long.TryParse(serial, NumberStyles.None, CultureInfo.InvariantCulture, out var known) && known >= First && known <= First + changes.Count
                ? (changes[(int)(known - First)..], present)
                : null;
        }
    }

    public EnrolledRange? Find(string number)
    {
        lock (gate)
        {
            return ranges.Find(range => range.Contains(number));
        }
    }

    public void Put(EnrolledRange range)
    {
        lock (gate)
        {
            var place = ranges.FindIndex(known => known.Start == range.Start && known.End == range.End);
            if (place < 0)
            {
                ranges.Add(range);
            }
            else
            {
                ranges[place] = range;
            }

            changes.Add(new(place < 0 ? "A" : "M", range));
        }
    }

    public void Remove(EnrolledRange range)
    {
        lock (gate)
        {
            if (ranges.RemoveAll(known => known.Start == range.Start && known.End == range.End) > 0)
            {
                changes.Add(new("D", range));
            }
        }
    }
}

/// <summary>A change to the ranges.</summary>
/// <param name="Action">A added, M modified, D deleted.</param>
/// <param name="Range">The range as it is now, or was.</param>
internal sealed record RangeChange(string Action, EnrolledRange Range);

/// <summary>The identifiers that authentication requests have used: the newest, in memory. Thread-safe.</summary>
internal sealed class SeenIdentifiers(int most = 100_000)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<(string Id, DateTimeOffset At)> byAge = new();

    /// <summary>False when it has been there before.</summary>
    public bool Add(string id, DateTimeOffset now)
    {
        lock (gate)
        {
            while (byAge.TryPeek(out var oldest) && (byAge.Count >= most || oldest.At + Kept < now))
            {
                known.Remove(byAge.Dequeue().Id);
            }

            if (!known.Add(id))
            {
                return false;
            }

            byAge.Enqueue((id, now));
            return true;
        }
    }
}
