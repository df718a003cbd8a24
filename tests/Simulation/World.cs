using System.Globalization;

namespace Tollgate.Simulation;

/// <summary>
/// Somebody to whom things happen: a server process, the merchants, the store. What awaits there goes on there, in a turn of its own; a place that
/// has died has no more turns.
/// </summary>
internal sealed class Place(World world, string name) : SynchronizationContext
{
    public string Name => name;

    public bool IsDead { get; private set; }

    public void Die() => IsDead = true;

    public override void Post(SendOrPostCallback d, object? state) => world.Soon(this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in the simulation waits for a turn.");

    public override SynchronizationContext CreateCopy() => this;
}

/// <summary>What a simulation found to be wrong.</summary>
internal sealed class ViolationException(string check, string what) : Exception($"{check}: {what}")
{
    public string Check => check;
}

/// <summary>
/// The loop that is all there is of time and concurrency. Of what could happen next it chooses by the seed; its clock moves on only when nothing is
/// left to do at an instant. One thread, no real time, no chance but the seed's: the same seed is the same history.
/// </summary>
internal sealed class World(ulong seed, Counts counts, bool tells)
{
    private readonly record struct Turn(Place Place, SendOrPostCallback Callback, object? State);

    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private static readonly SendOrPostCallback Run = action => ((Action)action!)();

    private readonly List<Turn> ready = [];
    private readonly PriorityQueue<Turn, (long At, long Order)> later = new();
    private long order;

    public static DateTimeOffset Beginning { get; } = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    public Chance Chance { get; } = new(seed);

    public Counts Counts => counts;

    public DateTimeOffset Now { get; private set; } = Beginning;

    /// <summary>How many turns there have been.</summary>
    public long Turns { get; private set; }

    /// <summary>Whether nothing goes wrong any more.</summary>
    public bool IsHealed { get; set; }

    /// <summary>What the whole history was, in one number.</summary>
    public ulong Hash { get; private set; } = FnvOffset;

    public List<string> Story { get; } = [];

    /// <summary>Something that was noticed to be wrong where it could not be thrown.</summary>
    public ViolationException? Violation { get; set; }

    /// <summary>Called before each turn while the world is not healed.</summary>
    public Action? BeforeTurn { get; set; }

    /// <summary>When the store or somebody else has something to do next; asked only when there is nothing left to do now.</summary>
    public Func<DateTimeOffset, DateTimeOffset?>? NextWake { get; set; }

    /// <summary>Called when the clock has reached such an instant.</summary>
    public Action? Wake { get; set; }

    public void Soon(Place place, SendOrPostCallback callback, object? state)
    {
        if (!place.IsDead)
        {
            ready.Add(new(place, callback, state));
        }
    }

    public void Soon(Place place, Action action) => Soon(place, Run, action);

    public void After(TimeSpan delay, Place place, Action action)
    {
        if (delay <= TimeSpan.Zero)
        {
            Soon(place, action);
        }
        else
        {
            later.Enqueue(new(place, Run, action), ((Now + delay).Ticks, order++));
        }
    }

    public Task RestAsync(Place place, TimeSpan rest)
    {
        var done = new TaskCompletionSource();
        After(rest, place, done.SetResult);
        return done.Task;
    }

    /// <summary>Whether something goes wrong now that goes wrong so many times in ten thousand.</summary>
    public bool GoesWrong(int inTenThousand) => !IsHealed && Chance.Happens(inTenThousand);

    public void Tell(string what, string? who = null, long number = 0)
    {
        Mix((ulong)number + (ulong)Now.Ticks);
        Mix(what);
        if (who is not null)
        {
            Mix(who);
        }

        if (tells)
        {
            Story.Add(string.Create(CultureInfo.InvariantCulture, $"{Turns,6} {Now:MM-dd HH:mm:ss.fff} {what} {who} {(number == 0 ? string.Empty : number)}"));
        }
    }

    /// <summary>Takes turns until there is nothing left to do, ever.</summary>
    public void Live(Func<bool> isOver, long mostTurns)
    {
        var before = SynchronizationContext.Current;
        try
        {
            while (!isOver())
            {
                if (Violation is { } violation)
                {
                    throw violation;
                }

                if (Turns++ > mostTurns)
                {
                    throw new ViolationException("everything ends", $"after {mostTurns} turns things still happen");
                }

                BeforeTurn?.Invoke();
                if (ready.Count > 0)
                {
                    // Most often the oldest, so that things get on; else any, so that everything overtakes everything.
                    var next = ready.Count == 1 || Chance.Below(4) == 0 ? 0 : Chance.Below(ready.Count);
                    var turn = ready[next];
                    ready.RemoveAt(next);
                    if (!turn.Place.IsDead)
                    {
                        SynchronizationContext.SetSynchronizationContext(turn.Place);
                        turn.Callback(turn.State);
                    }
                }
                else if (!MoveOn())
                {
                    return;
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private bool MoveOn()
    {
        DateTimeOffset? timer = later.TryPeek(out _, out var first) ? new(first.At, TimeSpan.Zero) : null;
        var wake = NextWake?.Invoke(Now);
        if ((timer ?? wake) is null)
        {
            return false;
        }

        var next = timer is null || wake < timer ? wake!.Value : timer.Value;
        if (next > Now)
        {
            Now = next;
        }

        while (later.TryPeek(out var turn, out first) && first.At <= Now.Ticks)
        {
            later.Dequeue();
            if (!turn.Place.IsDead)
            {
                ready.Add(turn);
            }
        }

        if (wake <= Now)
        {
            SynchronizationContext.SetSynchronizationContext(null);
            Wake!();
        }

        return true;
    }

    private void Mix(ulong value)
    {
        unchecked
        {
            Hash = (Hash ^ value) * FnvPrime;
        }
    }

    private void Mix(string text)
    {
        foreach (var character in text)
        {
            Mix(character);
        }
    }
}

/// <summary>The simulated clock.</summary>
internal sealed class WorldClock(World world) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => world.Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("Nothing that is simulated waits by a timer of its own.");
}

/// <summary>How often what happened: so that a simulation in which nothing happens does not pass.</summary>
internal sealed class Counts
{
    private readonly Dictionary<string, long> counts = new(StringComparer.Ordinal);

    public long this[string what] => counts.GetValueOrDefault(what);

    public IEnumerable<KeyValuePair<string, long>> All => counts.OrderBy(c => c.Key, StringComparer.Ordinal);

    public void Add(string what, long times = 1)
    {
        ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, what, out _);
        count += times;
    }

    public void Add(Counts others)
    {
        foreach (var (what, times) in others.counts)
        {
            Add(what, times);
        }
    }
}
