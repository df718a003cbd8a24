using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Tollgate.Client;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Webhooks;

/// <summary>The wire to merchants' endpoints.</summary>
internal interface IWebhookWire
{
    /// <summary>Tries once; says in words why it failed.</summary>
    Task<string?> SendAsync(DueWebhook webhook, CancellationToken stopping);
}

/// <summary>Signs and posts webhooks over HTTP.</summary>
internal sealed class WebhookWire(AppRegistry apps, CardVault vault, Settings settings) : IWebhookWire, IDisposable
{
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancel) => WebhookAddress.ConnectAsync(context.DnsEndPoint, settings.AllowPrivateWebhooks, cancel),
    })
    {
        Timeout = DeliveryTimeout,
        MaxResponseContentBufferSize = 64 * 1024,
    };

    /// <inheritdoc/>
    public async Task<string?> SendAsync(DueWebhook webhook, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.EndpointUrl) { Content = new ByteArrayContent(webhook.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.UserAgent.ParseAdd("Tollgate");
        Sign(request, webhook);
        if (webhook.SealedAuthorization is { } header)
        {
            request.Headers.TryAddWithoutValidation(
                "Authorization", vault.UnsealText(header, WebhookComposer.SealingContext(webhook.AppId, webhook.PaymentUuid)));
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}");
        }
        catch (HttpRequestException broken)
        {
            return broken.HttpRequestError == HttpRequestError.Unknown ? "could not be reached" : $"could not be reached: {broken.HttpRequestError}";
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return "gave no answer in time";
        }
    }

    private void Sign(HttpRequestMessage request, DueWebhook webhook)
    {
        // An app that is gone from the settings has no secret any more; its webhooks still go out, unsigned by anything.
        if (apps.Find(new AppId(webhook.AppId)) is not { } app)
        {
            return;
        }

        var id = WebhookComposer.EventId(webhook.PaymentUuid, webhook.Version);

        // Receivers compare with real time, whatever the sandbox's clock says.
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSignature.SignatureHeader, WebhookSignature.Sign(id, timestamp, webhook.Body, app.WebhookSecret));
        request.Headers.Add(WebhookSignature.ReferenceHeader, WebhookSignature.SignReference(webhook.Body, app.WebhookSecret));
    }

    public void Dispose() => http.Dispose();
}
