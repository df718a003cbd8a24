namespace Tollgate.Core.Risk;

/// <summary>The last instants at which something happened, so many of them: enough to count exactly up to that many over any time.</summary>
internal sealed class RecentTimes
{
    private long[] times = new long[1];
    private int count;

    /// <summary>Adds one; the earliest goes when there are so many.</summary>
    public void Add(long at, int most)
    {
        if (count == most)
        {
            var earliest = Array.IndexOf(times, times.AsSpan(0, count).ToArray().Min());
            times[earliest] = Math.Max(at, times[earliest]);
            return;
        }

        if (count == times.Length)
        {
            Array.Resize(ref times, Math.Min(most, count * 2));
        }

        times[count++] = at;
    }

    /// <summary>Takes one back, if it is still there.</summary>
    public void Remove(long at)
    {
        if (Array.IndexOf(times, at, 0, count) is >= 0 and var found)
        {
            times[found] = times[--count];
        }
    }

    /// <summary>How many came after an instant.</summary>
    public int CountAfter(long instant)
    {
        var found = 0;
        foreach (var at in times.AsSpan(0, count))
        {
            found += at > instant ? 1 : 0;
        }

        return found;
    }
}

/// <summary>The cards that were last seen somewhere, so many of them, each with when it was last seen.</summary>
internal sealed class RecentCards
{
    private (ulong Card, long At)[] cards = new (ulong, long)[1];
    private int count;

    /// <summary>Sees a card; false when it was there already. The one that was not seen for longest goes when there are so many.</summary>
    public bool Add(ulong card, long at, int most)
    {
        var oldest = 0;
        for (var i = 0; i < count; i++)
        {
            if (cards[i].Card == card)
            {
                cards[i].At = Math.Max(cards[i].At, at);
                return false;
            }

            oldest = cards[i].At < cards[oldest].At ? i : oldest;
        }

        if (count == most)
        {
            cards[oldest] = (card, at);
            return true;
        }

        if (count == cards.Length)
        {
            Array.Resize(ref cards, Math.Min(most, count * 2));
        }

        cards[count++] = (card, at);
        return true;
    }

    /// <summary>Forgets a card.</summary>
    public void Remove(ulong card)
    {
        for (var i = 0; i < count; i++)
        {
            if (cards[i].Card == card)
            {
                cards[i] = cards[--count];
                return;
            }
        }
    }

    /// <summary>How many were seen after an instant, one of them left out.</summary>
    public int CountAfter(long instant, ulong? without = null)
    {
        var found = 0;
        foreach (var (card, at) in cards.AsSpan(0, count))
        {
            found += at > instant && card != without ? 1 : 0;
        }

        return found;
    }
}

/// <summary>Things by key in bounded memory: two generations, of which the older is forgotten when the younger is full. What is looked at stays.</summary>
internal sealed class Generations<TKey, TValue>(int size)
    where TKey : struct, IEquatable<TKey>
    where TValue : class, new()
{
    private Dictionary<TKey, TValue> young = [];
    private Dictionary<TKey, TValue> old = [];

    public int Count => young.Count + old.Count;

    public TValue? Find(TKey key)
    {
        if (young.TryGetValue(key, out var value))
        {
            return value;
        }

        if (old.Remove(key, out value))
        {
            Add(key, value);
        }

        return value;
    }

    public TValue Get(TKey key)
    {
        if (Find(key) is { } found)
        {
            return found;
        }

        var value = new TValue();
        Add(key, value);
        return value;
    }

    private void Add(TKey key, TValue value)
    {
        if (young.Count >= size)
        {
            (old, young) = (young, []);
        }

        young.Add(key, value);
    }
}
