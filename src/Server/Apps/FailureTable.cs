namespace Tollgate.Server.Apps;

/// <summary>
/// Counts failures by key, and locks a key out for longer and longer. It has a fixed number of places, four to a row, so that no flood of keys makes it grow: a
/// new key takes the place of the one in its row that matters least.
/// </summary>
/// <param name="rows">How many rows.</param>
/// <param name="limit">At how many failures a key is locked out.</param>
internal sealed class FailureTable(int rows, int limit)
{
    private const int Width = 4;

    /// <summary>How long after its last failure a key is forgotten.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    /// <summary>The longest that a key is locked out (PCI DSS 8.3.4: at least thirty minutes once the tries are used up for good).</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);

    private readonly Lock turn = new();
    private readonly Place[] places = new Place[rows * Width];
    private int taken;

    private struct Place
    {
        public ulong Key;
        public bool IsTaken;
        public int Failures;
        public int LockedBefore;
        public DateTimeOffset LastAt;
        public DateTimeOffset LockedUntil;
    }

    /// <summary>Until when a key is locked out; nothing when it is not.</summary>
    public DateTimeOffset? LockedUntil(ulong key, DateTimeOffset now)
    {
        if (Volatile.Read(ref taken) == 0)
        {
            return null;
        }

        lock (turn)
        {
            var at = Find(key);
            return at >= 0 && places[at].LockedUntil > now ? places[at].LockedUntil : null;
        }
    }

    /// <summary>Counts a failure; until when the key is locked out, if it is by this one.</summary>
    public DateTimeOffset? Fail(ulong key, DateTimeOffset now)
    {
        lock (turn)
        {
            var at = Find(key);
            if (at < 0)
            {
                at = Take(key, now);
            }

            ref var place = ref places[at];
            if (now > Later(place.LastAt, place.LockedUntil) + Window)
            {
                place.Failures = 0;
                place.LockedBefore = 0;
            }

            place.LastAt = now;
            if (++place.Failures < limit)
            {
                return null;
            }

            // Each further failure after a lock-out is one too many, and locks out for twice as long.
            var span = First * Math.Pow(2, Math.Min(place.LockedBefore, 10));
            place.LockedBefore++;
            place.LockedUntil = now + (span < Longest ? span : Longest);
            return place.LockedUntil;
        }
    }

    /// <summary>Forgets what a key failed at: it has proved itself.</summary>
    public void Forgive(ulong key)
    {
        if (Volatile.Read(ref taken) == 0)
        {
            return;
        }

        lock (turn)
        {
            var at = Find(key);
            if (at >= 0)
            {
                places[at] = default;
                taken--;
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private int Row(ulong key) => (int)(key % (ulong)rows) * Width;

    private int Find(ulong key)
    {
        var row = Row(key);
        for (var i = row; i < row + Width; i++)
        {
            if (places[i].IsTaken && places[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    private int Take(ulong key, DateTimeOffset now)
    {
        var row = Row(key);
        var chosen = row;
        for (var i = row; i < row + Width; i++)
        {
            if (!places[i].IsTaken)
            {
                taken++;
                chosen = i;
                break;
            }

            if (Later(places[i].LastAt, places[i].LockedUntil) < Later(places[chosen].LastAt, places[chosen].LockedUntil))
            {
                chosen = i;
            }
        }

        places[chosen] = new() { Key = key, IsTaken = true, LastAt = now };
        return chosen;
    }
}
