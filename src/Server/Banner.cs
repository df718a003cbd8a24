using System.Globalization;

namespace Tollgate.Server;

/// <summary>What the server says once it listens: where it is, who may call, and a first payment to paste.</summary>
internal static class Banner
{
    public static string For(string address, DateTimeOffset now, TimeSpan started)
    {
        var app = Settings.SandboxApp;
        var order = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $$"""

            Tollgate sandbox listens on {{address}} ({{started.TotalSeconds:F2}} s after its start)

              app-id:         {{app.Id}}
              secret-key:     {{app.SecretKey!.Expose()}}
              webhook secret: {{app.WebhookSecret.Expose()}}
              reference:      {{address}}/docs

            Your first payment:

            curl -s {{address}}/api/v2/cards/charges \
              -H 'app-id: {{app.Id}}' -H 'secret-key: {{app.SecretKey.Expose()}}' -H 'Content-Type: application/json' \
              -d '{"amount":1000,"currency":"AUD","email":"john.doe@example.com","first_name":"John","last_name":"Doe",
                   "billing_address":{"address":"123 Main Street","city":"Sydney","state":"NSW","country":"AU","postal_code":"2000"},
                   "card_info":{"card_number":"4242424242424242","card_expiry_month":12,"card_expiry_year":{{now.Year + 2}},"card_cvv_number":"123","card_holder_name":"John Doe"},
                   "external_id":"order-{{order}}","return_url":"https://example.com"}'


            """);
    }
}
