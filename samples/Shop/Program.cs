using System.Collections.Concurrent;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Shop;

var builder = WebApplication.CreateBuilder(args);
var settings = builder.Configuration;
var listens = settings["urls"]?.Split(';')[0] ?? "http://127.0.0.1:8090";
builder.WebHost.UseUrls(listens).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 64 * 1024);

// Where the customer's browser and the gateway find the shop, when that is not where it listens.
var address = (settings["Shop:Address"] ?? listens).TrimEnd('/');

// The keys of the sandbox's own app, the same in every sandbox; a real shop keeps its keys out of its code.
var gateway = new Uri(settings["Shop:Tollgate"] ?? "http://127.0.0.1:8080");
SecretText secretKey = settings["Shop:SecretKey"] ?? "sk-sandbox-tollgate";
SecretText webhookSecret = settings["Shop:WebhookSecret"] ?? "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";
builder.Services.AddSingleton(_ => new TollgateClient(gateway, settings["Shop:AppId"] ?? "app-sandbox", secretKey));

var app = builder.Build();
var told = new ConcurrentDictionary<string, PaymentStatus>();

app.Use((context, next) =>
{
    context.Response.Headers.CacheControl = "no-store";
    context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    return next(context);
});

app.MapGet("/", () => Pages.Order(Pages.NewOrder()));

// There is no sign-in here whose session another site could borrow, so the forms need no antiforgery token.
app.MapPost("/pay", async (IFormCollection form, HttpRequest request, TollgateClient tollgate, CancellationToken stop) =>
{
    try
    {
        var payment = await tollgate.ChargeAsync(Charge(form, request), cancellationToken: stop);

        // A customer whose bank asks goes there first, and comes back to /return.
        return Results.Redirect(payment.PayCode?.ThreeDsUrl ?? Pages.ReturnPath(payment.Uuid));
    }
    catch (TollgateException error)
    {
        return Pages.Order(field => form[field].ToString(), error);
    }
}).DisableAntiforgery();

// The address that the browser comes back with is only a hint, and anybody can type it: the payment is asked for.
app.MapGet("/return", (string? uuid, TollgateClient tollgate, CancellationToken stop) => AnswerAsync(uuid, async id =>
{
    var payment = await tollgate.GetPaymentAsync(id, stop);
    return Pages.Payment(payment, told.TryGetValue(id, out var status) ? status : null);
}));

// In a real shop these two belong behind the sign-in of its staff.
app.MapPost("/capture", (IFormCollection form, TollgateClient tollgate, CancellationToken stop) => AnswerAsync(form["uuid"], async id =>
{
    await tollgate.CapturePaymentAsync(new() { Uuid = id }, cancellationToken: stop);
    return Results.Redirect(Pages.ReturnPath(id));
})).DisableAntiforgery();

app.MapPost("/refund", (IFormCollection form, TollgateClient tollgate, CancellationToken stop) => AnswerAsync(form["uuid"], async id =>
{
    await tollgate.RefundPaymentAsync(new() { Uuid = id, Reason = "Returned by the customer" }, cancellationToken: stop);
    return Results.Redirect(Pages.ReturnPath(id));
})).DisableAntiforgery();

app.MapPost("/webhook", async (HttpRequest request, CancellationToken stop) =>
{
    // The signature is over the bytes that arrived, so they are read before anything parses them.
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body, stop);
    try
    {
        var payment = Webhook.Verify(body.ToArray(), WebhookHeaders.From(name => request.Headers[name]), webhookSecret, TimeProvider.System.GetUtcNow());
        told[payment.Uuid] = payment.Status;
        return Results.Ok();
    }
    catch (WebhookVerificationException refused)
    {
        return Results.Text(refused.Message, statusCode: StatusCodes.Status400BadRequest);
    }
});

await app.RunAsync();

ChargeRequest Charge(IFormCollection form, HttpRequest request) => new()
{
    Amount = Pages.Price,
    Currency = "AUD",
    ExternalId = form["order"].ToString(),
    Description = "One tea cup",
    FirstName = form["first_name"].ToString(),
    LastName = form["last_name"].ToString(),
    Email = form["email"].ToString(),
    BillingAddress = new()
    {
        Address = form["address"].ToString(),
        City = form["city"].ToString(),
        State = form["state"].ToString(),
        PostalCode = form["postal_code"].ToString(),
        Country = form["country"].ToString(),
    },
    CardInfo = new()
    {
        CardNumber = form["card_number"].ToString(),
        CardExpiryMonth = int.TryParse(form["card_expiry_month"], out var month) ? month : 0,
        CardExpiryYear = int.TryParse(form["card_expiry_year"], out var year) ? year : 0,
        CardCvvNumber = form["card_cvv_number"].ToString(),
        CardHolderName = form["card_holder_name"].ToString(),
    },
    BrowserDetails = new() { UserAgent = request.Headers.UserAgent, AcceptHeader = request.Headers.Accept },
    IpAddress = request.HttpContext.Connection.RemoteIpAddress?.ToString(),
    ReturnUrl = $"{address}/return",
    WebhookNotification = new() { EndpointUrl = $"{address}/webhook" },
};

static async Task<IResult> AnswerAsync(string? uuid, Func<string, Task<IResult>> answer)
{
    if (string.IsNullOrEmpty(uuid) || !uuid.All(char.IsAsciiLetterOrDigit))
    {
        return Results.Redirect("/");
    }

    try
    {
        return await answer(uuid);
    }
    catch (TollgateException error)
    {
        return Pages.Problem(error, uuid);
    }
}
