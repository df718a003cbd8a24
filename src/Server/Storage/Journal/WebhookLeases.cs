namespace Tollgate.Server.Storage.Journal;

/// <summary>Which webhooks this process is delivering, in memory: when it is gone, so are its leases. For the journal's thread alone.</summary>
internal sealed class WebhookLeases
{
    private readonly Dictionary<WebhookKey, (long Lane, long Until)> leased = [];
    private readonly Dictionary<long, int> inLane = [];

    /// <summary>How many there are of a lane.</summary>
    public int InLane(long lane) => inLane.GetValueOrDefault(lane);

    /// <summary>The lane of a webhook that is leased.</summary>
    public long? LaneOf(WebhookKey webhook) => leased.TryGetValue(webhook, out var lease) ? lease.Lane : null;

    /// <summary>Whether a webhook is leased at an instant, in milliseconds.</summary>
    public bool IsLeasedAt(WebhookKey webhook, long now) => leased.TryGetValue(webhook, out var lease) && lease.Until > now;

    /// <summary>Leases a webhook until an instant, in milliseconds.</summary>
    public void Begin(WebhookKey webhook, long lane, long until)
    {
        End(webhook);
        leased.Add(webhook, (lane, until));
        inLane[lane] = InLane(lane) + 1;
    }

    /// <summary>Ends the leases of what was delivered, or given back.</summary>
    public void End(IReadOnlyList<Change> written)
    {
        foreach (var change in written)
        {
            foreach (var delivery in change.Deliveries)
            {
                End(delivery.Webhook.Key);
            }
        }
    }

    /// <summary>Ends what nobody ended in time.</summary>
    public void Forget(long now)
    {
        foreach (var (webhook, _) in leased.Where(l => l.Value.Until <= now).ToList())
        {
            End(webhook);
        }
    }

    private void End(WebhookKey webhook)
    {
        if (leased.Remove(webhook, out var lease) && --inLane[lease.Lane] == 0)
        {
            inLane.Remove(lease.Lane);
        }
    }
}
