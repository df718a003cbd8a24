using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Tollgate.Client;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Webhooks;

/// <summary>What an endpoint said.</summary>
/// <param name="Error">Why it is a failure, in words; <see langword="null"/> when the webhook is delivered.</param>
/// <param name="StatusCode">Its status code, if it answered.</param>
/// <param name="Excerpt">The first KiB of its answer, as text.</param>
/// <param name="RetryAfter">For how long it wants to be left alone.</param>
internal sealed record EndpointAnswer(string? Error, int? StatusCode = null, string? Excerpt = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether it says that it is gone for good.</summary>
    public bool IsGone => StatusCode == (int)HttpStatusCode.Gone;
}

/// <summary>The wire to merchants' endpoints.</summary>
internal interface IWebhookWire
{
    /// <summary>Tries once.</summary>
    Task<EndpointAnswer> SendAsync(DueWebhook webhook, CancellationToken stopping);
}

/// <summary>Signs and posts webhooks over HTTP.</summary>
internal sealed class WebhookWire(IWebhookDirectory directory, CardVault vault, Settings settings) : IWebhookWire, IDisposable
{
    private const int LongestAnswer = 64 * 1024;
    private const int LongestExcerpt = 1024;

    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromDays(1);

    private readonly ConcurrentBag<CancellationTokenSource> timers = [];

    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseDrainSize = 0,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancel) => WebhookAddress.ConnectAsync(context.DnsEndPoint, settings, cancel),
    });

    /// <inheritdoc/>
    public async Task<EndpointAnswer> SendAsync(DueWebhook webhook, CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.EndpointUrl) { Content = new ByteArrayContent(webhook.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Tollgate");
        Sign(request, webhook);
        if (webhook.SealedAuthorization is { } header)
        {
            var context = webhook.Endpoint.Length == 0
                ? WebhookComposer.SealingContext(webhook.App.Value, webhook.Payment.Value)
                : WebhookComposer.EndpointContext(webhook.App.Value, webhook.Endpoint);
            request.Headers.TryAddWithoutValidation("Authorization", vault.UnsealText(header, context));
        }

        var timer = timers.TryTake(out var idle) ? idle : new();
        timer.CancelAfter(DeliveryTimeout);
        try
        {
            using var stop = stopping.UnsafeRegister(static timer => ((CancellationTokenSource)timer!).Cancel(), timer);
            return await PostAsync(request, timer.Token, stopping);
        }
        finally
        {
            if (timer.TryReset())
            {
                timers.Add(timer);
            }
            else
            {
                timer.Dispose();
            }
        }
    }

    public void Dispose()
    {
        http.Dispose();
        foreach (var timer in timers)
        {
            timer.Dispose();
        }
    }

    private async Task<EndpointAnswer> PostAsync(HttpRequestMessage request, CancellationToken time, CancellationToken stopping)
    {
        try
        {
            using var response = await http.SendAsync(request, time);
            var status = (int)response.StatusCode;
            var excerpt = await ReadExcerptAsync(response.Content, time, stopping);
            return response.IsSuccessStatusCode
                ? new(null, status, excerpt)
                : new(string.Create(CultureInfo.InvariantCulture, $"answered {status}"), status, excerpt, RetryAfterOf(response));
        }
        catch (HttpRequestException broken) when (broken.InnerException is RefusedEndpointException refused)
        {
            return new(refused.Message);
        }
        catch (HttpRequestException broken)
        {
            return new(broken.HttpRequestError == HttpRequestError.Unknown ? "could not be reached" : $"could not be reached: {broken.HttpRequestError}");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return new("gave no answer in time");
        }
    }

    /// <summary>The status has been said: what becomes of the rest of the answer does not change it.</summary>
    private static async Task<string?> ReadExcerptAsync(HttpContent content, CancellationToken time, CancellationToken stopping)
    {
        if (content.Headers.ContentLength == 0)
        {
            return null;
        }

        var buffer = new byte[LongestExcerpt];
        var kept = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(time);
            var rest = new byte[LongestExcerpt];
            for (var read = 0; read < LongestAnswer;)
            {
                var count = await stream.ReadAsync(kept < buffer.Length ? buffer.AsMemory(kept) : rest, time);
                if (count == 0)
                {
                    break;
                }

                kept = Math.Min(kept + count, buffer.Length);
                read += count;
            }
        }
        catch (Exception cut) when (cut is IOException or HttpRequestException || (cut is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            // What came until then is kept.
        }

        // PostgreSQL keeps no NUL in a text.
        return kept == 0 ? null : Encoding.UTF8.GetString(buffer, 0, kept).Replace('\0', '\uFFFD');
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response)
    {
        var wanted = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - TimeProvider.System.GetUtcNow(),
            _ => TimeSpan.Zero,
        };
        return wanted <= TimeSpan.Zero ? null : wanted < LongestRetryAfter ? wanted : LongestRetryAfter;
    }

    private void Sign(HttpRequestMessage request, DueWebhook webhook)
    {
        // An app that is gone from the settings has no secret any more; its webhooks still go out, unsigned by anything.
        var secrets = directory.SecretsOf(webhook.App);
        if (secrets.Count == 0)
        {
            return;
        }

        var id = webhook.Id;

        // Receivers compare with real time, whatever the sandbox's clock says.
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var headers = request.Headers;
        headers.TryAddWithoutValidation(WebhookSignature.IdHeader, id);
        headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        headers.TryAddWithoutValidation(
            WebhookSignature.SignatureHeader,
            secrets.Count == 1
                ? WebhookSignature.Sign(id, timestamp, webhook.Body, secrets[0])
                : string.Join(' ', secrets.Select(secret => WebhookSignature.Sign(id, timestamp, webhook.Body, secret))));

        // The reference's header has room for one signature only: the old secret's, until it ends, so that nobody's check fails on the day of a rotation.
        headers.TryAddWithoutValidation(WebhookSignature.ReferenceHeader, WebhookSignature.SignReference(webhook.Body, secrets[^1]));
    }
}
