using System.Globalization;
using System.Security.Cryptography;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;
using PaymentStatus = Tollgate.Core.Payments.PaymentStatus;

namespace Tollgate.Server.Webhooks;

/// <summary>Who is told of an app's payments, and by which secret it is signed.</summary>
internal sealed class EndpointDesk(
    Journal journal, WebhookDirectory directory, AppRegistry apps, CardVault vault, Identifiers identifiers, TimeProvider clock, RealTime real)
{
    /// <summary>How many further endpoints an app can have.</summary>
    public const int Most = 10;

    /// <summary>How many secrets may sign at once.</summary>
    public const int MostSecrets = 5;

    private const string DefaultId = "default";
    private const string PaymentsOwnPrefix = "wu_";
    private const int SecretLength = 32;

    /// <summary>The default, the further ones in their order, and of those that payments name as their own the disabled ones.</summary>
    public async Task<IReadOnlyList<WebhookEndpointResponse>> ListAsync(AppId app)
    {
        await directory.RefreshAsync();
        return [.. List(app)];
    }

    /// <summary>One of them.</summary>
    public async Task<WebhookEndpointResponse?> FindAsync(AppId app, string id) => (await ListAsync(app)).FirstOrDefault(e => e.Id == id);

    /// <summary>A further endpoint, with the header that goes to it.</summary>
    public WebhookEndpoint? FindFurther(AppId app, string id) => directory.EndpointsOf(app).FirstOrDefault(e => e.Id == id);

    /// <summary>Why nothing can be sent to where a webhook goes; nothing when it can.</summary>
    public async Task<(string Code, string Message)?> WhyClosedAsync(AppId app, StoredDelivery delivery)
    {
        await directory.RefreshAsync();
        return directory.FindDisabled(delivery.Lane) is not null ? ("ENDPOINT_DISABLED", "The endpoint is disabled. Enable it first.")
            : delivery.Key.Endpoint.Length > 0 && FindFurther(app, delivery.Key.Endpoint) is null ? ("ENDPOINT_REMOVED", "The endpoint was removed, and is told nothing any more.")
            : null;
    }

    /// <summary>The endpoint that a caller means by its identifier or a URL.</summary>
    public EndpointChoice Choose(AppId app, string? text) => text switch
    {
        null => default,
        _ when text.Contains(':', StringComparison.Ordinal) => new(null, text),
        _ when List(app).FirstOrDefault(e => e.Id == text && e.Kind != WebhookEndpointKind.Further) is { } own => new(string.Empty, own.EndpointUrl),
        _ => new(text, null),
    };

    /// <summary>Adds a further endpoint; nothing when the app has so many, or has this one already.</summary>
    public async Task<WebhookEndpointResponse?> AddAsync(Asker asker, AppId app, WebhookNotification target, IEnumerable<PaymentStatus> statuses)
    {
        var now = clock.GetUtcNow();
        var id = identifiers.NewEndpoint(now);
        var authorization = target.AuthorizationHeader is { } header ? vault.SealText(header.Expose(), WebhookComposer.EndpointContext(app.Value, id)) : null;
        var added = await journal.AddEndpointAsync(
            new(id, app, target.EndpointUrl, authorization, WebhookSettingsReader.WriteStatuses(statuses), now)
            {
                Audit = [Entry(asker, AuditAct.WebhookEndpointChanged, $"endpoint {id} of app {app}", null, target.EndpointUrl)],
            },
            Most);
        await directory.RefreshAsync();
        return added ? List(app).First(e => e.Id == id) : null;
    }

    /// <summary>Whether the app tells a URL already, as its default or as a further endpoint.</summary>
    public bool Tells(AppId app, string url) => List(app).Any(e => e.Kind != WebhookEndpointKind.Payment && e.EndpointUrl == url);

    /// <summary>Removes a further endpoint; false when there is none.</summary>
    public async Task<bool> RemoveAsync(Asker asker, AppId app, string id)
    {
        await directory.RefreshAsync();
        if (FindFurther(app, id) is not { } endpoint)
        {
            return false;
        }

        var removed = await journal.RemoveEndpointAsync(
            app, id, DeliveryLane.IdOf(app, endpoint.Url), Entry(asker, AuditAct.WebhookEndpointChanged, $"endpoint {id} of app {app}", endpoint.Url, null));
        await directory.RefreshAsync();
        return removed;
    }

    /// <summary>Has an endpoint told again; nothing when there is none.</summary>
    public async Task<WebhookEndpointResponse?> EnableAsync(Asker asker, AppId app, string id)
    {
        if (await FindAsync(app, id) is not { } endpoint)
        {
            return null;
        }

        await journal.EnableEndpointAsync(
            app,
            DeliveryLane.IdOf(app, endpoint.EndpointUrl),
            Entry(asker, AuditAct.WebhookEndpointChanged, $"endpoint {id} of app {app}", $"disabled: {endpoint.DisabledReason}", "enabled"));
        await directory.RefreshAsync();
        return endpoint with { DisabledAt = null, DisabledReason = null };
    }

    /// <summary>Has an app's webhooks signed by a new secret, and by those before until the overlap is over; nothing when too many sign already.</summary>
    public async Task<WebhookSecretRotationResponse?> RotateSecretAsync(Asker asker, AppId app, TimeSpan overlap)
    {
        await directory.RefreshAsync();
        if (overlap > TimeSpan.Zero && directory.SecretsOf(app).Count >= MostSecrets)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var secret = new SecretText("whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretLength)));
        await journal.RotateSecretAsync(new(app, Seal(secret), Seal(apps.Find(app)!.WebhookSecret), now, now + overlap)
        {
            Audit = [Entry(asker, AuditAct.WebhookSecretRotated, $"webhook secret of app {app}", null, string.Create(CultureInfo.InvariantCulture, $"those before sign until {now + overlap:u}"))],
        });
        await directory.RefreshAsync();
        return new() { Secret = secret, PreviousEndsAt = now + overlap };

        byte[] Seal(SecretText text) => vault.SealText(text.Expose(), WebhookDirectory.SecretContext(app));
    }

    private AuditEntry Entry(Asker asker, AuditAct act, string what, string? before, string? after) =>
        new(real.Clock.GetUtcNow(), act, asker.Actor, asker.From, what, Before: before, After: after);

    private IEnumerable<WebhookEndpointResponse> List(AppId app)
    {
        var told = new HashSet<long>();
        if (apps.Find(app)?.DefaultWebhook is { } common)
        {
            yield return Render(DefaultId, WebhookEndpointKind.Default, common.EndpointUrl);
        }

        foreach (var further in directory.EndpointsOf(app))
        {
            yield return Render(further.Id, WebhookEndpointKind.Further, further.Url) with
            {
                Statuses = [.. further.Statuses.Order().Select(s => (Client.Contract.PaymentStatus)s)],
                CreatedAt = further.CreatedAt,
            };
        }

        foreach (var disabled in directory.DisabledOf(app))
        {
            if (told.Add(disabled.Lane))
            {
                yield return Render(string.Create(CultureInfo.InvariantCulture, $"{PaymentsOwnPrefix}{disabled.Lane:x16}"), WebhookEndpointKind.Payment, disabled.EndpointUrl);
            }
        }

        WebhookEndpointResponse Render(string id, WebhookEndpointKind kind, string url)
        {
            var lane = DeliveryLane.IdOf(app, url);
            told.Add(lane);
            var disabled = directory.FindDisabled(lane);
            return new()
            {
                Id = id,
                Kind = kind,
                EndpointUrl = url,
                Statuses = [],
                CreatedAt = null,
                DisabledAt = disabled?.At,
                DisabledReason = disabled?.Reason,
            };
        }
    }
}
