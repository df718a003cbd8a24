using Tollgate.Core;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>A further endpoint that an app wants told.</summary>
internal sealed record NewEndpoint(string Id, AppId App, string Url, byte[]? SealedAuthorization, string Statuses, DateTimeOffset At)
{
    /// <summary>What the audit log tells of it.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];
}

/// <summary>A new secret to sign an app's webhooks by.</summary>
/// <param name="App">Whose.</param>
/// <param name="Sealed">The secret, sealed.</param>
/// <param name="SealedFirst">The secret of the app's settings, sealed: the one before, when there has been no rotation yet.</param>
/// <param name="At">Since when.</param>
/// <param name="OthersEndAt">When the ones before stop signing, unless they stop earlier.</param>
internal sealed record NewSecret(AppId App, byte[] Sealed, byte[] SealedFirst, DateTimeOffset At, DateTimeOffset OthersEndAt)
{
    /// <summary>What the audit log tells of it.</summary>
    public IReadOnlyList<AuditEntry> Audit { get; init; } = [];

    /// <summary>Whose it is, and nothing else.</summary>
    public override string ToString() => $"a secret of {App}";
}

/// <summary>What came of sending webhooks again: how many, and the lanes with something to send.</summary>
internal readonly record struct ResentWebhooks(int Count, IReadOnlyCollection<long> Lanes);

/// <summary>How one engine does what merchants and operators ask about webhooks, apart from the batches of changes.</summary>
internal interface IWebhookWriter
{
    /// <summary>
    /// Has webhooks sent again in a new round of tries: those that have ended, and those that wait to be tried again. The first undelivered one of each payment
    /// and endpoint is due at once, the others wait for it.
    /// </summary>
    Task<ResentWebhooks> ResendWebhooksAsync(IReadOnlyList<WebhookKey> webhooks, DateTimeOffset now);

    /// <summary>Adds a further endpoint; false when the app has it already, or has so many.</summary>
    Task<bool> AddEndpointAsync(NewEndpoint endpoint, int most);

    /// <summary>Removes a further endpoint; false when there is none.</summary>
    Task<bool> RemoveEndpointAsync(AppId app, string id, IReadOnlyList<AuditEntry> audit);

    /// <summary>Gives up all that waits for an endpoint, of so many payments at most; how much that was.</summary>
    Task<int> GiveUpEndpointAsync(string id, long lane, string error, int payments);

    /// <summary>Has an endpoint told again; false when it was not disabled.</summary>
    Task<bool> EnableEndpointAsync(AppId app, long lane, IReadOnlyList<AuditEntry> audit);

    /// <summary>Has an app's webhooks signed by a new secret.</summary>
    Task RotateSecretAsync(NewSecret secret);

    /// <summary>Removes webhooks that have ended, with their attempts, of changes up to an instant, and remembers that instant; how many.</summary>
    Task<int> SweepWebhooksAsync(DateTimeOffset upTo, int limit);
}

/// <content>What merchants and operators ask about webhooks.</content>
internal sealed partial class Journal
{
    private const int GivenUpAtOnce = 500;
    private const int SweptAtOnce = 1000;
    private const int SweepsInTurn = 20;

    /// <summary>How long the delivery log keeps what has ended.</summary>
    public static readonly TimeSpan KeepsWebhooksFor = TimeSpan.FromDays(30);

    /// <summary>Has webhooks sent again; how many. Those that are in the middle of their first try, or wait for it, are left alone.</summary>
    public async Task<int> ResendWebhooksAsync(IReadOnlyList<WebhookKey> webhooks, DateTimeOffset now)
    {
        var resent = await RunAsync(new Errand<ResentWebhooks>(() => writer.ResendWebhooksAsync(webhooks, now)));
        if (resent.Lanes.Count > 0)
        {
            WebhooksDue?.Invoke(resent.Lanes);
        }

        return resent.Count;
    }

    /// <summary>Adds a further endpoint; false when the app has it already, or has so many.</summary>
    public Task<bool> AddEndpointAsync(NewEndpoint endpoint, int most) => RunAsync(new Errand<bool>(() => writer.AddEndpointAsync(endpoint, most)));

    /// <summary>Removes a further endpoint and gives up what waits for it; false when there is none.</summary>
    public async Task<bool> RemoveEndpointAsync(AppId app, string id, long lane, params IReadOnlyList<AuditEntry> audit)
    {
        if (!await RunAsync(new Errand<bool>(() => writer.RemoveEndpointAsync(app, id, audit))))
        {
            return false;
        }

        while (await RunAsync(new Errand<int>(() => writer.GiveUpEndpointAsync(id, lane, "the endpoint was removed", GivenUpAtOnce))) > 0)
        {
            // Between two parts, others write.
        }

        return true;
    }

    /// <summary>Has an endpoint told again; false when it was not disabled.</summary>
    public Task<bool> EnableEndpointAsync(AppId app, long lane, params IReadOnlyList<AuditEntry> audit) =>
        RunAsync(new Errand<bool>(() => writer.EnableEndpointAsync(app, lane, audit)));

    /// <summary>Has an app's webhooks signed by a new secret.</summary>
    public Task RotateSecretAsync(NewSecret secret) => RunAsync(new Errand<bool>(async () =>
    {
        await writer.RotateSecretAsync(secret);
        return true;
    }));

    /// <summary>Removes webhooks that have had their time, a part after another so that others write in between; what is left is for the next time.</summary>
    private async Task SweepWebhooksAsync(DateTimeOffset upTo)
    {
        for (var turn = 0; turn < SweepsInTurn; turn++)
        {
            if (await RunAsync(new Errand<int>(() => writer.SweepWebhooksAsync(upTo, SweptAtOnce))) < SweptAtOnce)
            {
                return;
            }
        }
    }
}
