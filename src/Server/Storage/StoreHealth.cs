namespace Tollgate.Server.Storage;

/// <summary>
/// Whether the store answers. One question at a time is on its way: a database that stands still answers none, nor does it let the driver take one back,
/// so that the questions of a patient load balancer would pile up.
/// </summary>
internal sealed class StoreHealth(PaymentReader reader)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private Task asked = Task.CompletedTask;

    /// <summary>Asks, or waits with whoever has asked.</summary>
    /// <exception cref="OperationCanceledException">It did not answer in time.</exception>
    public async Task CheckAsync(CancellationToken cancel)
    {
        Task answer;
        lock (gate)
        {
            answer = asked = asked.IsCompleted ? reader.PingAsync() : asked;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(Patience);
        await answer.WaitAsync(patience.Token);
    }
}
