namespace Tollgate.Server.Tests.House;

/// <summary>Real time that stands until the test moves it; timers ring when it passes them.</summary>
public sealed class ManualClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    private readonly Lock gate = new();
    private readonly List<Timer> armed = [];
    private TimeSpan passed;

    /// <summary>Whether nobody waits for a time.</summary>
    public bool IsIdle
    {
        get
        {
            lock (gate)
            {
                return armed.Count == 0;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + Passed;

    public override long GetTimestamp() => Passed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until somebody waits for so long from now.</summary>
    public Task ArmedAsync(TimeSpan due) => Eventually.GetAsync(
        () =>
        {
            lock (gate)
            {
                return Task.FromResult(string.Join(", ", armed.Select(t => t.Due - passed)));
            }
        },
        left => left.Split(", ").Contains(due.ToString(), StringComparer.Ordinal),
        $"a timer of {due}");

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan by)
    {
        List<Timer> ringing;
        lock (gate)
        {
            passed += by;
            ringing = [.. armed.Where(t => t.Due <= passed)];
            armed.RemoveAll(ringing.Contains);
        }

        ringing.ForEach(t => t.Ring());
    }

    private TimeSpan Passed
    {
        get
        {
            lock (gate)
            {
                return passed;
            }
        }
    }

    private sealed class Timer(ManualClock clock, Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.armed.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.passed + dueTime;
                    clock.armed.Add(this);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
