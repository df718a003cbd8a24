namespace Tollgate.Simulation;

/// <summary>Chance from a seed (SplitMix64): the same seed gives the same numbers, on every machine and in every version of .NET.</summary>
internal sealed class Chance(ulong seed)
{
    private ulong state = seed;

    public ulong Next()
    {
        unchecked
        {
            var z = state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>A number from 0 up to, but not including, a limit.</summary>
    public int Below(int limit) => (int)(Next() % (uint)limit);

    /// <summary>Whether something happens that happens so many times in ten thousand.</summary>
    public bool Happens(int inTenThousand) => inTenThousand > 0 && Below(10_000) < inTenThousand;

    public T Pick<T>(IReadOnlyList<T> from) => from[Below(from.Count)];

    public TimeSpan Between(TimeSpan least, TimeSpan most) => TimeSpan.FromMilliseconds(
        least.TotalMilliseconds + Math.Floor((most - least).TotalMilliseconds * (Next() >> 11) / (1UL << 53)));
}

/// <summary>The same for who wants a <see cref="Random"/>.</summary>
internal sealed class SeededRandom(Chance chance) : Random
{
    public override double NextDouble() => (chance.Next() >> 11) / (double)(1UL << 53);
}
