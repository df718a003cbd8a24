using System.Globalization;
using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary>Composes the webhook of a change of status: the payment as it is right after it. The body is fixed here, and the same on every try.</summary>
internal sealed class WebhookComposer(PaymentRenderer renderer, AppRegistry apps)
{
    /// <summary>The webhook of the change that led to this version, when anybody wants one.</summary>
    public NewWebhook? Compose(Payment payment)
    {
        if (payment.Facts.Webhook is not { } target)
        {
            return null;
        }

        var json = apps.Find(payment.Facts.App)?.WebhookMoneyAsNumbers == true ? ResponseJson.Numbers : ResponseJson.Text;
        var body = JsonSerializer.SerializeToUtf8Bytes(renderer.Render(payment), json.PaymentResponse);
        return new(payment.Id, payment.Version, target.EndpointUrl, target.SealedAuthorization, body);
    }

    /// <summary>The identifier of a change: the same on every try of its webhook, and in the feed.</summary>
    public static string EventId(string paymentUuid, int version) => string.Create(CultureInfo.InvariantCulture, $"evt_{paymentUuid}_{version}");

    /// <summary>The context for which a webhook's authorisation header is sealed.</summary>
    public static string SealingContext(string app, string payment) => $"webhook|{payment}|{app}";
}
