using System.Globalization;
using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary>Composes the webhooks of a change of status: the payment as it is right after it. The body is fixed here, and the same on every try.</summary>
internal sealed class WebhookComposer(PaymentRenderer renderer, AppRegistry apps, IWebhookDirectory directory)
{
    /// <summary>The webhooks of the change that led to this version: the payment's own or the app's default, and one for each further endpoint that wants it.</summary>
    public IEnumerable<NewWebhook> Compose(Payment payment)
    {
        var app = payment.Facts.App;
        byte[]? body = null;
        if (payment.Facts.Webhook is { } target)
        {
            yield return new(payment.Id, payment.Version, string.Empty, DeliveryLane.IdOf(app, target.EndpointUrl), target.EndpointUrl, target.SealedAuthorization, body = Render(payment));
        }

        foreach (var endpoint in directory.EndpointsOf(app))
        {
            if (endpoint.Wants(payment.Status))
            {
                yield return new(payment.Id, payment.Version, endpoint.Id, DeliveryLane.IdOf(app, endpoint.Url), endpoint.Url, endpoint.SealedAuthorization, body ??= Render(payment));
            }
        }
    }

    /// <summary>A payment as an app's webhooks show it.</summary>
    public byte[] Render(Payment payment)
    {
        var json = apps.Find(payment.Facts.App)?.WebhookMoneyAsNumbers == true ? ResponseJson.Numbers : ResponseJson.Text;
        return JsonSerializer.SerializeToUtf8Bytes(renderer.Render(payment), json.PaymentResponse);
    }

    /// <summary>The identifier of a change: the same on every try of its webhook, and in the feed.</summary>
    public static string EventId(string paymentUuid, int version) => string.Create(CultureInfo.InvariantCulture, $"evt_{paymentUuid}_{version}");

    /// <summary>The context for which the authorisation header of a payment's own endpoint, or of the app's default, is sealed.</summary>
    public static string SealingContext(string app, string payment) => $"webhook|{payment}|{app}";

    /// <summary>The context for which the authorisation header of a further endpoint is sealed.</summary>
    public static string EndpointContext(string app, string endpoint) => $"webhook endpoint|{endpoint}|{app}";
}
