namespace Tollgate.Sandbox;

/// <summary>The sandbox's clock: real time plus how far it was moved. It only goes forward, and a move survives a restart.</summary>
public sealed class SandboxClock(TimeProvider real, TimeSpan offset = default) : TimeProvider
{
    private long offsetTicks = offset.Ticks;

    /// <summary>How far it was moved.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + Offset;

    /// <summary>Follows a clock that was moved elsewhere, forward only.</summary>
    public void Follow(TimeSpan offset)
    {
        for (var seen = Interlocked.Read(ref offsetTicks); offset.Ticks > seen;)
        {
            var was = Interlocked.CompareExchange(ref offsetTicks, offset.Ticks, seen);
            if (was == seen)
            {
                return;
            }

            seen = was;
        }
    }

    /// <summary>Moves the clock forward to an instant; an instant that is past moves nothing.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        var ahead = instant - GetUtcNow();
        if (ahead > TimeSpan.Zero)
        {
            Interlocked.Add(ref offsetTicks, ahead.Ticks);
        }
    }
}
