using System.Globalization;
using System.Security.Cryptography;
using Tollgate.Client;
using Tollgate.Client.Contract;

namespace Tollgate.Shop;

/// <summary>What the customer sees.</summary>
internal static class Pages
{
    /// <summary>The price of the one thing that there is, in cents.</summary>
    public const long Price = 2500;

    private const string Style =
        """
        :root { color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif; }
        body { max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }
        label { display: block; margin-top: .75rem; }
        input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; }
        fieldset { margin: 1.5rem 0; }
        button { font: inherit; padding: .5rem 1.5rem; }
        [role=alert] { border-left: .4rem solid #b00020; padding-left: 1rem; }
        """;

    // The names are those of the API, so that its errors find their field.
    private static readonly (string Name, string Label, string Autocomplete, string Value)[] Customer =
    [
        ("first_name", "First name", "given-name", "John"),
        ("last_name", "Last name", "family-name", "Doe"),
        ("email", "E-mail", "email", "john@example.com"),
        ("address", "Address", "street-address", "123 Main Street"),
        ("city", "City", "address-level2", "Sydney"),
        ("state", "State", "address-level1", "NSW"),
        ("postal_code", "Postal code", "postal-code", "2000"),
        ("country", "Country (two letters)", "country", "AU"),
    ];

    private static readonly (string Name, string Label, string Autocomplete, string Value)[] Card =
    [
        ("card_number", "Card number", "cc-number", "4111111111111111"),
        ("card_holder_name", "Name on the card", "cc-name", "John Doe"),
        ("card_expiry_month", "Expiry month", "cc-exp-month", "12"),
        ("card_expiry_year", "Expiry year", "cc-exp-year", Digits(TimeProvider.System.GetUtcNow().Year + 3)),
        ("card_cvv_number", "Security code", "cc-csc", "123"),
    ];

    /// <summary>What a fresh form is filled with. The order is numbered here, so that a form that is sent twice is paid once.</summary>
    public static Func<string, string> NewOrder()
    {
        var order = "cup-" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        return field => field == "order" ? order : Customer.Concat(Card).First(input => input.Name == field).Value;
    }

    /// <summary>Where a payment is shown.</summary>
    public static string ReturnPath(string uuid) => $"/return?uuid={Uri.EscapeDataString(uuid)}";

    /// <summary>The form, with what is wrong in it if anything is.</summary>
    public static IResult Order(Func<string, string> value, TollgateException? error = null) => Page("Buy a tea cup", Markup.Of(
        $"""
        <p>One tea cup, hand-made: {Money(Price)}.</p>
        {(error is null ? default : Alert(error))}
        <form method="post" action="/pay">
        <input type="hidden" name="order" value="{value("order")}">
        <fieldset><legend>You</legend>{Inputs(Customer, value)}</fieldset>
        <fieldset><legend>Your card</legend>{Inputs(Card, value)}</fieldset>
        <button>Pay {Money(Price)}</button>
        </form>
        """), error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);

    /// <summary>How a payment stands, and what can be done with it.</summary>
    public static IResult Payment(PaymentResponse payment, PaymentStatus? told) => Page(Words(payment.Status), Markup.Of(
        $"""
        {(payment.PayCode?.ErrorMessage is { } reason ? Markup.Of($"<p>{reason}</p>") : default)}
        <dl>
        <dt>Order</dt><dd>{payment.ExternalId}</dd>
        <dt>Amount</dt><dd>{Money(payment.Amount)}</dd>
        <dt>Card</dt><dd>{payment.SenderDetails.Card.CardBrand} ending in {payment.SenderDetails.Card.CardLast4}</dd>
        <dt>Payment</dt><dd>{payment.Uuid}</dd>
        <dt>Last told by a webhook</dt><dd>{(told is { } status ? Words(status) : "Nothing yet")}</dd>
        </dl>
        {(payment.PayCode?.ThreeDsUrl is { } url ? Markup.Of($"<p><a href=\"{url}\">Confirm the payment with your bank</a></p>") : default)}
        {(payment.Status == PaymentStatus.Authorised ? Button("/capture", "Capture", payment.Uuid) : default)}
        {(IsRefundable(payment) ? Button("/refund", "Refund", payment.Uuid) : default)}
        <p><a href="{ReturnPath(payment.Uuid)}">Look again</a> · <a href="/">Back to the shop</a></p>
        """));

    /// <summary>Why nothing can be shown, or was done.</summary>
    public static IResult Problem(TollgateException error, string uuid) => Page("That did not work", Markup.Of(
        $"""
        {Alert(error)}
        <p><a href="{ReturnPath(uuid)}">Look at the payment</a> · <a href="/">Back to the shop</a></p>
        """), StatusCodes.Status502BadGateway);

    private static IResult Page(string title, Markup body, int status = StatusCodes.Status200OK)
    {
        var page = Markup.Of(
            $"""
            <!doctype html>
            <html lang="en-AU">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
            <style>{new Markup(Style)}</style></head>
            <body><main><h1>{title}</h1>
            {body}
            </main></body>
            </html>
            """);
        return Results.Content(page.Html, "text/html; charset=utf-8", statusCode: status);
    }

    private static Markup Alert(TollgateException error) => error.FieldErrors.Count == 0
        ? Markup.Of($"<p role=\"alert\">{error.Message}</p>")
        : Markup.Of($"<ul role=\"alert\">{Markup.Join(error.FieldErrors.Select(field => Markup.Of($"<li>{Label(field.Key)} {field.Value}</li>")))}</ul>");

    private static Markup Inputs((string Name, string Label, string Autocomplete, string Value)[] inputs, Func<string, string> value) =>
        Markup.Join(inputs.Select(input => Markup.Of(
            $"""
            <label for="{input.Name}">{input.Label}</label>
            <input id="{input.Name}" name="{input.Name}" autocomplete="{input.Autocomplete}" required
            value="{(IsSecret(input.Name) ? input.Value : value(input.Name))}">
            """)));

    private static Markup Button(string action, string text, string uuid) => Markup.Of(
        $"<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"uuid\" value=\"{uuid}\"><button>{text}</button></form>");

    // What a customer typed as card number and security code is never written into a page; the sandbox's test card is there instead.
    private static bool IsSecret(string field) => field is "card_number" or "card_cvv_number";

    private static string Label(string path)
    {
        var name = path[(path.LastIndexOf('.') + 1)..];
        return Customer.Concat(Card).FirstOrDefault(input => input.Name == name).Label ?? path;
    }

    private static bool IsRefundable(PaymentResponse payment) => payment is
    {
        IsRefundable: true,
        Status: PaymentStatus.Waiting or PaymentStatus.Received or PaymentStatus.PartiallyRefunded
            or PaymentStatus.ReturnRejected or PaymentStatus.ReturnExpired,
    };

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Money(long cents) => string.Create(CultureInfo.InvariantCulture, $"A${cents / 100}.{cents % 100:00}");

    private static string Words(PaymentStatus status) => status switch
    {
        PaymentStatus.Pending => "Not paid yet",
        PaymentStatus.Authorised => "Authorised, not captured yet",
        PaymentStatus.Waiting => "Paid, funds on their way",
        PaymentStatus.Received => "Paid",
        PaymentStatus.Expired => "Expired, nothing was charged",
        PaymentStatus.ReturnPending => "Refund on its way",
        PaymentStatus.PartiallyRefunded => "Refunded in part",
        PaymentStatus.ReturnReceived => "Refunded",
        PaymentStatus.ReturnExpired => "Refund expired",
        PaymentStatus.ReturnRejected => "Refund rejected",
        PaymentStatus.Failed => "Failed, nothing was charged",
        PaymentStatus.InDispute => "In dispute",
        PaymentStatus.DisputeLost => "Dispute lost",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A status without words."),
    };
}
