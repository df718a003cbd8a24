namespace Tollgate.Server;

/// <summary>Wakes a background loop before its rest is over. Any number of calls while it works wake it once.</summary>
internal sealed class Alarm : IDisposable
{
    private readonly SemaphoreSlim ringing = new(0, 1);

    public void Ring()
    {
        try
        {
            ringing.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is ringing already.
        }
        catch (ObjectDisposedException)
        {
            // The server is shutting down; what is due is found at the next start.
        }
    }

    /// <summary>Rests until the alarm rings, or the rest is over.</summary>
    public Task RestAsync(TimeSpan rest, CancellationToken cancel) => ringing.WaitAsync(rest, cancel);

    public void Dispose() => ringing.Dispose();
}
