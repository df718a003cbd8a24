using System.Text;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;

namespace Tollgate.Simulation;

/// <summary>The merchants' endpoint: it is down, or breaks, or answers into the void, and remembers everything that ever arrived.</summary>
internal sealed class WebhookReceiver(World world, Place place, int brokenInTenThousand) : IWebhookWire
{
    /// <summary>Tells the merchant who is meant.</summary>
    public Action<string, string>? Heard { get; set; }

    /// <summary>What arrived, in order.</summary>
    public List<(string Payment, int Version, byte[] Body)> Arrived { get; } = [];

    public Task<EndpointAnswer> SendAsync(DueWebhook webhook, CancellationToken stopping)
    {
        var done = new TaskCompletionSource<EndpointAnswer>();
        var refuses = world.GoesWrong(brokenInTenThousand);
        var saysNothing = world.GoesWrong(brokenInTenThousand);
        if (refuses)
        {
            world.Counts.Add("fault: the endpoint is down");
        }

        world.After(Way(), place, () =>
        {
            if (!refuses)
            {
                world.Tell("webhook", webhook.Payment.Value, webhook.Version);
                Arrived.Add((webhook.Payment.Value, webhook.Version, webhook.Body));
                Heard?.Invoke(webhook.Payment.Value, StatusIn(webhook.Body));
            }

            if (saysNothing && !refuses)
            {
                world.Counts.Add("fault: the endpoint takes a webhook and does not say so");
                world.After(TimeSpan.FromSeconds(14), place, () => done.SetResult(new("gave no answer in time")));
                return;
            }

            world.After(Way(), place, () => done.SetResult(refuses ? new("answered 500", 500) : new(null, 200)));
        });
        return done.Task;
    }

    private static string StatusIn(byte[] body)
    {
        var text = body.AsSpan();
        text = text[(text.IndexOf("\"status\":\""u8) + 10)..];
        return Encoding.UTF8.GetString(text[..text.IndexOf((byte)'"')]);
    }

    private TimeSpan Way() => world.Chance.Below(4) == 0 ? world.Chance.Between(TimeSpan.Zero, TimeSpan.FromMilliseconds(700)) : TimeSpan.Zero;
}
