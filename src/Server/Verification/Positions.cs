namespace Tollgate.Server.Verification;

/// <summary>Which positions from 1 to the last one are taken: a bit for each, so that a gap and a double are found in any order of reading.</summary>
internal sealed class Positions(long last)
{
    private const int PageBits = 20;

    // 17 billion positions take two gigabytes; further ones are not followed.
    private const long Most = 1L << 34;

    private readonly long[]?[] pages = new long[]?[(int)((Math.Clamp(last, 0, Most) >> PageBits) + 1)];

    /// <summary>Takes a position; says why not when it cannot be taken. Any number of threads call it.</summary>
    public string? Take(long position)
    {
        if (position < 1 || position > last)
        {
            return $"{position}, outside 1 to {last}";
        }

        if (position > Most)
        {
            return null;
        }

        var page = Volatile.Read(ref pages[position >> PageBits]);
        if (page is null)
        {
            var made = new long[(1 << PageBits) / 64];
            page = Interlocked.CompareExchange(ref pages[position >> PageBits], made, null) ?? made;
        }

        var bit = 1L << (int)(position & 63);
        return (Interlocked.Or(ref page[(position & ((1 << PageBits) - 1)) >> 6], bit) & bit) == 0 ? null : $"{position}, handed out twice";
    }

    /// <summary>What was never taken, as ranges from first to last.</summary>
    public IEnumerable<(long First, long Last)> Free()
    {
        var end = Math.Min(last, Most);
        long? first = null;
        for (var position = 1L; position <= end; position++)
        {
            if (IsTaken(position))
            {
                if (first is { } begun)
                {
                    yield return (begun, position - 1);
                    first = null;
                }
            }
            else
            {
                first ??= position;
            }
        }

        if (first is { } open)
        {
            yield return (open, end);
        }
    }

    private bool IsTaken(long position) =>
        pages[position >> PageBits] is { } page && (page[(position & ((1 << PageBits) - 1)) >> 6] & (1L << (int)(position & 63))) != 0;
}
