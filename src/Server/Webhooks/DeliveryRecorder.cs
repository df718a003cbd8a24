using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Webhooks;

/// <summary>A delivery that is over.</summary>
/// <param name="Lane">Where it went.</param>
/// <param name="Webhook">What was sent.</param>
/// <param name="Answer">What the endpoint said; <see langword="null"/> when it was not asked to the end.</param>
/// <param name="Result">What is to be written of it; <see langword="null"/> when nothing is, so that its lease has to end.</param>
internal sealed record EndedDelivery(DeliveryLane Lane, DueWebhook Webhook, EndpointAnswer? Answer, DeliveryResult? Result);

/// <summary>
/// Writes down what came of deliveries. The first that ends is written at once; what ends while that is being written is written together after it, so that
/// the more is delivered, the less each costs.
/// </summary>
internal sealed class DeliveryRecorder(IJournal journal, TimeProvider clock, Action<IReadOnlyList<EndedDelivery>> written, ILogger logger)
{
    private readonly Lock gate = new();
    private List<EndedDelivery> waiting = [];
    private bool isWriting;

    /// <summary>Writes a delivery, or leaves it to whoever is writing.</summary>
    public async Task RecordAsync(EndedDelivery ended)
    {
        lock (gate)
        {
            waiting.Add(ended);
            if (isWriting)
            {
                return;
            }

            isWriting = true;
        }

        while (TakeWaiting() is { } together)
        {
            await WriteAsync(together);
        }
    }

    private List<EndedDelivery>? TakeWaiting()
    {
        lock (gate)
        {
            isWriting = waiting.Count > 0;
            if (!isWriting)
            {
                return null;
            }

            var taken = waiting;
            waiting = [];
            return taken;
        }
    }

    private async Task WriteAsync(List<EndedDelivery> together)
    {
        var results = new List<DeliveryResult>(together.Count);
        foreach (var ended in together)
        {
            if (ended.Result is { } result)
            {
                results.Add(result);
            }
        }

        try
        {
            if (results.Count > 0)
            {
                await journal.CommitAsync(new() { App = new(string.Empty), At = clock.GetUtcNow(), Deliveries = results });
            }
        }
        catch (Exception failure)
        {
            // Their leases end by themselves, and they are sent again.
            Log.BackgroundBroke(logger, nameof(DeliveryRecorder), failure);
        }

        written(together);
    }
}
