namespace Tollgate.Server.RateLimits;

/// <summary>What a limit says to one request.</summary>
/// <param name="IsTaken">Whether the request may go on.</param>
/// <param name="Remaining">How many more may follow at once.</param>
/// <param name="Wait">In whole seconds, at least one: when the next may come, or when the bucket is full again.</param>
internal readonly record struct Take(bool IsTaken, int Remaining, int Wait);

/// <summary>
/// A token bucket: as many requests at once as a second allows, and then as they are refilled, without a timer. In any time it lets pass no more than was in it
/// and what was refilled meanwhile. Its size may change from one request to the next.
/// </summary>
internal sealed class TokenBucket
{
    private readonly Lock turn = new();
    private double tokens = double.MaxValue;
    private long last;

    /// <summary>Takes a token, if there is one.</summary>
    /// <param name="perSecond">How many are refilled in a second; a fraction when several processes share a limit.</param>
    /// <param name="now">A reading of a clock that never goes back.</param>
    /// <param name="frequency">How many ticks of that clock make a second.</param>
    public Take TryTake(double perSecond, long now, long frequency)
    {
        // A share of less than one is still one, or whoever has it could never let anybody pass.
        var capacity = Math.Max(1, perSecond);
        lock (turn)
        {
            var refilled = Math.Max(0, now - last) * perSecond / frequency;
            tokens = Math.Min(capacity, tokens + refilled);
            last = Math.Max(last, now);
            if (tokens < 1)
            {
                return new(false, 0, Math.Max(1, (int)Math.Ceiling((1 - tokens) / perSecond)));
            }

            tokens--;
            return new(true, (int)tokens, Math.Max(1, (int)Math.Ceiling((capacity - tokens) / perSecond)));
        }
    }
}
