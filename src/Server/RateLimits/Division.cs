namespace Tollgate.Server.RateLimits;

/// <summary>How limits are divided.</summary>
/// <param name="Processes">How many processes there are.</param>
/// <param name="Parts">Of what is in demand somewhere, the part that is this process's.</param>
internal sealed record Split(int Processes, IReadOnlyDictionary<string, double> Parts)
{
    /// <summary>A process by itself has all of everything.</summary>
    public static Split Alone { get; } = new(1, new Dictionary<string, double>(StringComparer.Ordinal));

    /// <summary>The part of a limit that is this process's.</summary>
    /// <param name="name">What is limited; <see langword="null"/> when it is in demand nowhere.</param>
    /// <param name="isStale">Whether the others have not been heard for so long that they may take this process for dead.</param>
    public double PartOf(string? name, bool isStale = false) =>
        isStale && Processes > 1 ? 0.5 / Processes
        : name is not null && Parts.TryGetValue(name, out var part) ? part
        : 1.0 / Processes;
}

/// <summary>
/// Divides limits among processes by what each has told that it has to do. Each keeps half of an equal part of everything; the other halves go by demand. They have not
/// all heard the same at the same moment: so a process counts of itself the least that it has told lately, and of the others the most that it has heard. What one of
/// them has told, all the others have heard within a beat: the parts of all are then never more than the whole.
/// </summary>
internal sealed class Division
{
    private const int Told = 3;
    private const int Heard = 4;

    private readonly Queue<IReadOnlyDictionary<string, int>> own = new();
    private readonly Queue<int> counts = new();
    private readonly Dictionary<string, Queue<IReadOnlyDictionary<string, int>>> others = new(StringComparer.Ordinal);

    /// <summary>Divides once more.</summary>
    /// <param name="told">What this process has just told.</param>
    /// <param name="heard">What it has heard of each other one that lives.</param>
    public Split Hear(IReadOnlyDictionary<string, int> told, IReadOnlyDictionary<string, Dictionary<string, int>> heard)
    {
        Keep(own, told, Told);
        Keep(counts, heard.Count + 1, Told);
        foreach (var gone in others.Keys.Where(id => !heard.ContainsKey(id)).ToList())
        {
            others.Remove(gone);
        }

        foreach (var (id, demand) in heard)
        {
            if (!others.TryGetValue(id, out var known))
            {
                others.Add(id, known = new());
            }

            Keep(known, demand, Heard);
        }

        var processes = counts.Max();
        var names = own.Concat(others.Values.SelectMany(o => o)).SelectMany(d => d.Keys).ToHashSet(StringComparer.Ordinal);
        return new(processes, names.ToDictionary(name => name, name => PartOf(name, processes), StringComparer.Ordinal));
    }

    private double PartOf(string name, int processes)
    {
        var ours = own.Min(d => d.GetValueOrDefault(name));
        var theirs = others.Values.Sum(o => (long)o.Max(d => d.GetValueOrDefault(name)));
        return (0.5 / processes) + (ours == 0 ? 0 : 0.5 * ours / (ours + theirs));
    }

    private static void Keep<T>(Queue<T> queue, T item, int most)
    {
        queue.Enqueue(item);
        if (queue.Count > most)
        {
            queue.Dequeue();
        }
    }
}
