namespace Tollgate.Server;

/// <summary>Wakes a background loop before its rest is over. Any number of calls while it works wake it once.</summary>
internal sealed class Alarm : IDisposable
{
    private readonly SemaphoreSlim ringing = new(0, 1);
    private int isRinging;

    public void Ring()
    {
        if (Interlocked.Exchange(ref isRinging, 1) != 0)
        {
            return;
        }

        try
        {
            ringing.Release();
        }
        catch (ObjectDisposedException)
        {
            // The server is shutting down; what is due is found at the next start.
        }
    }

    /// <summary>Rests until the alarm rings, or the rest is over.</summary>
    public async Task RestAsync(TimeSpan rest, CancellationToken cancel)
    {
        if (await ringing.WaitAsync(rest, cancel))
        {
            // Whoever rings from here on is heard after the work that now begins.
            Volatile.Write(ref isRinging, 0);
        }
    }

    public void Dispose() => ringing.Dispose();
}
