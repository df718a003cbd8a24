using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Http;
using Tollgate.Server.Webhooks;
using Currency = Tollgate.Core.Currency;

namespace Tollgate.Server.Payments;

/// <summary>The fields that both ways of charging have, read and checked into the contract's own types.</summary>
internal sealed class CommonFields(Settings settings)
{
    private const long LargestAmount = 99_999_999;

    private static readonly SearchValues<char> NotInAddresses = SearchValues.Create(" \"(),:;<>[\\]");

    /// <summary>1 to 99 999 999.</summary>
    public static long Amount(JsonFields fields) => fields.Integer("amount", 1, LargestAmount, required: true) ?? 0;

    /// <summary>A currency that is switched on.</summary>
    public static Currency Currency(JsonFields fields)
    {
        var text = fields.Text("currency", 3, required: true);
        if (!Core.Currency.TryParse(text, out var currency))
        {
            fields.Errors.Add(fields.Path("currency"), "is not included in the list");
        }

        return currency;
    }

    /// <summary>An address: something, an at sign, a host. Whether anybody reads it is another question.</summary>
    public static string Email(JsonFields fields)
    {
        var text = fields.Text("email", 254, required: true) ?? string.Empty;
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var plausible = at is > 0 and <= 64
            && text.LastIndexOf('@') == at
            && !text.AsSpan().ContainsAny(NotInAddresses)
            && text[0] != '.' && text[at - 1] != '.' && !text.Contains("..", StringComparison.Ordinal)
            && Uri.CheckHostName(text[(at + 1)..]) == UriHostNameType.Dns;
        if (!plausible)
        {
            fields.Errors.Add(fields.Path("email"), "is invalid");
        }

        return text;
    }

    /// <summary>Where the browser goes after a challenge.</summary>
    public string ReturnUrl(JsonFields fields)
    {
        var text = fields.Text("return_url", 2048, required: true) ?? string.Empty;
        if (!IsWebUrl(text, out _))
        {
            fields.Errors.Add(fields.Path("return_url"), "is invalid");
        }

        return text;
    }

    /// <summary>Where changes are told; the app's default when the request names nothing.</summary>
    public WebhookNotification? Webhook(JsonFields fields) => fields.Object("webhook_notification") is { } webhook ? Endpoint(webhook) : null;

    /// <summary>An endpoint, and the header that goes to it.</summary>
    public WebhookNotification Endpoint(JsonFields webhook)
    {
        var url = webhook.Text("endpoint_url", 2048, required: true) ?? string.Empty;
        if (!IsWebUrl(url, out var parsed))
        {
            webhook.Errors.Add(webhook.Path("endpoint_url"), "is invalid");
        }
        else if (WebhookAddress.Problem(parsed, settings) is { } problem)
        {
            webhook.Errors.Add(webhook.Path("endpoint_url"), problem);
        }

        var authorization = webhook.Text("authorization_header", 1024);
        return new() { EndpointUrl = url, AuthorizationHeader = authorization is null ? null : new(authorization) };
    }

    /// <summary>The payment that an unscheduled one continues. On a regular payment it is ignored, whatever it is.</summary>
    public static string? Previous(JsonFields fields) =>
        fields.Choice<PaymentType>("payment_type") == PaymentType.Unscheduled ? fields.Text("previous_payment_uuid", 64) : null;

    /// <summary>The cardholder's IP address; a private one is fine.</summary>
    public static string? IpAddress(JsonFields fields)
    {
        var text = fields.Text("ip_address", 45);
        var plausible = text is null || (IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetwork
            ? text.AsSpan().Count('.') == 3 && text.All(c => c == '.' || char.IsAsciiDigit(c))
            : !text.AsSpan().ContainsAny("%[]/")));
        if (!plausible)
        {
            fields.Errors.Add(fields.Path("ip_address"), "is invalid");
        }

        return text;
    }

    /// <summary>The cardholder's browser.</summary>
    public static BrowserDetails? Browser(JsonFields fields) => fields.Object("browser_details") is not { } browser ? null : new()
    {
        UserAgent = browser.Text("user_agent", 2048),
        Language = browser.Text("language", 35),
        ColorDepth = browser.SmallInteger("color_depth", 1, 64),
        ScreenHeight = browser.SmallInteger("screen_height", 0, 999_999),
        ScreenWidth = browser.SmallInteger("screen_width", 0, 999_999),
        JavaEnabled = browser.Boolean("java_enabled"),
        TimeZone = browser.SmallInteger("time_zone", -1440, 1440),
        AcceptHeader = browser.Text("accept_header", 2048),
        JavascriptEnabled = browser.Boolean("javascript_enabled"),
    };

    private bool IsWebUrl(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Uri? url) =>
        Uri.TryCreate(text, UriKind.Absolute, out url)
        && !char.IsWhiteSpace(text[0]) && !char.IsWhiteSpace(text[^1])
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && settings.IsSandbox))
        && url.Host.Length > 0
        && HasNameForDns(url);

    // Letters that no name may mix, such as Hebrew and Latin ones in one label, only show when the name is put into ASCII.
    private static bool HasNameForDns(Uri url)
    {
        try
        {
            return Uri.CheckHostName(url.IdnHost) != UriHostNameType.Unknown;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
