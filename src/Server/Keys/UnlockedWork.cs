using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>Background work that begins with the server, or, where the vault is sealed then, when it is opened.</summary>
internal sealed class UnlockedWork<T>(T work, KeyRing keys, ILogger<UnlockedWork<T>> logger) : IHostedService, IDisposable
    where T : class, IHostedService
{
    private readonly CancellationTokenSource stopping = new();
    private Task waiting = Task.CompletedTask;
    private bool started;
    private bool stopped;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (keys.IsOpen)
        {
            started = true;
            await work.StartAsync(cancellationToken);
        }
        else
        {
            waiting = WaitAsync();
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (stopped)
        {
            return;
        }

        stopped = true;
        await stopping.CancelAsync();
        await waiting;
        if (started)
        {
            await work.StopAsync(cancellationToken);
        }
    }

    public void Dispose() => stopping.Dispose();

    private async Task WaitAsync()
    {
        var rest = TimeSpan.FromSeconds(1);
        while (!stopping.IsCancellationRequested && !started)
        {
            try
            {
                await keys.Opened.WaitAsync(stopping.Token);
                await work.StartAsync(stopping.Token);
                started = true;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception bug)
            {
                // At the server's start this would have stopped it; now that it runs, it is tried until it goes.
                Log.BackgroundBroke(logger, typeof(T).Name, bug);
                await Task.Delay(rest, CancellationToken.None);
            }
        }
    }
}
