using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Authentication;

/// <summary>
/// The page at <c>pay_code["3ds_url"]</c>, which takes the cardholder through authentication and back to the shop. The unguessable part of its address is the
/// only key to it, and the payment itself is its only state: there are no cookies, and a reload, a second tab or the way back finds what is true.
/// </summary>
internal sealed class AuthenticationPage(
    IPaymentLookup reader,
    PaymentRunner runner,
    AuthenticationRunner authenticator,
    CardVault vault,
    AppRegistry apps,
    PublicAddress address,
    Settings settings)
{
    /// <summary>The query of whoever has nothing more to do here: they go on to the shop as soon as the payment lets them.</summary>
    private const string Back = "back";

    private enum Step
    {
        Start,
        Challenge,
        Waiting,
        End,
    }

    private bool StrictTransport => IsStrict(settings);

    /// <summary>Whether browsers are told to come over TLS only from now on. A sandbox has no certificate to promise.</summary>
    public static bool IsStrict(Settings settings) => !settings.IsSandbox && settings.PublicUrl?.Scheme == Uri.UriSchemeHttps;

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder app)
    {
        const string Page = "/3ds/{uuid}/{key}";
        app.MapGet("/3ds/assets/{file}", PageAsset.WriteAsync);
        app.MapGet(Hardening.PageWatch.Specimen, context => ShowAsync(context, PageContent.Specimen(PageLanguage.For(context.Request), settings.IsSandbox)));
        app.MapGet(Page, ShowAsync);
        app.MapGet(Page + "/state", TellStateAsync);
        app.MapPost(Page + "/start", StartAsync);
        app.MapPost(Page + "/method", HearMethodAsync);
        app.MapPost(Page + "/challenge", HearChallengeAsync);

        // Whoever loads the address of an answer again comes to the page.
        app.MapGet(Page + "/start", GoToPageAsync);
        app.MapGet(Page + "/challenge", GoToPageAsync);
    }

    private async Task ShowAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } payment)
        {
            await ShowUnknownAsync(context);
            return;
        }

        payment = await CatchUpAsync(payment);
        var content = ContentFor(context, payment);
        var step = StepOf(payment);
        if (context.Request.Query.ContainsKey(Back) && step is (Step.Start or Step.Challenge))
        {
            // What stays in the browser's history is the bare address: whoever goes back to it is told what is, and not sent away.
            SendTo(context, HereFrom(context, payment));
            return;
        }

        switch (step)
        {
            case Step.Start:
                var route = await authenticator.FindRouteAsync(payment);
                await ShowAsync(context, content.Start(authenticator.NewAttempt(payment.Id), route, SeenOf(payment), UrlOf(payment) + "/method"));
                break;
            case Step.Challenge:
                var attempt = payment.Attempt!;
                await ShowAsync(context, content.Challenge(attempt, PageSession.Write(vault, payment.Id, attempt.Id), SeenOf(payment)));
                break;
            case Step.Waiting:
                await ShowAsync(context, content.Waiting(SeenOf(payment)));
                break;
            default:
                if (context.Request.Query.ContainsKey(Back) && payment.Attempt?.CardholderInfo is null)
                {
                    SendTo(context, ReturnUrl(payment));
                }
                else
                {
                    await ShowAsync(context, content.End(ReturnUrl(payment)));
                }

                break;
        }
    }

    /// <summary>What the page's script asks again and again: whether what it shows is still so.</summary>
    private async Task TellStateAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } payment)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        PageDocument.WriteHeaders(context.Response, StrictTransport);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(SeenOf(await CatchUpAsync(payment)), context.RequestAborted);
    }

    /// <summary>Begins an attempt: asks the issuer, with the browser that stands here.</summary>
    private async Task StartAsync(HttpContext context)
    {
        var form = await ReadFormAsync(context.Request);
        if (await FindAsync(context) is not { } payment)
        {
            await ShowUnknownAsync(context);
            return;
        }

        // A form that is sent twice, or from a page that was shown before something else happened, begins nothing.
        if (StepOf(payment) == Step.Start)
        {
            // What the form says is ours only when it carries this payment; another identifier does as well.
            var attempt = form["attempt"].ToString().ToLowerInvariant();
            var isOurs = ServerTransactionId.TryReadPayment(attempt, out var named) && named == payment.Id;
            var browser = BrowserForm.Read(context.Request, form, payment.Facts.Browser);
            var method = form["method"].ToString() switch { "Y" => MethodCompletion.Completed, "N" => MethodCompletion.NotCompleted, _ => MethodCompletion.Unavailable };
            var started = await authenticator.StartAsync(
                payment, isOurs ? attempt : authenticator.NewAttempt(payment.Id), browser, BrowserForm.AddressOf(context, payment), method);
            payment = started.Payment!;
        }

        GoOn(context, payment);
    }

    /// <summary>The 3DS method is done: the issuer's page in the hidden frame posts here, from another site.</summary>
    private async Task HearMethodAsync(HttpContext context)
    {
        var form = await ReadFormAsync(context.Request);
        if (await FindAsync(context) is not { } payment)
        {
            await ShowUnknownAsync(context);
            return;
        }

        await ShowAsync(context, PageContent.Notified(PageLanguage.For(context.Request), ReadAttempt(form["threeDSMethodData"].ToString()), AllowsHttp(payment)));
    }

    /// <summary>
    /// The challenge is over: the issuer's page posts here, from another site. What it says of the result proves nothing, for it has come through the browser;
    /// only that the browser is back is taken from it, and only when it brings what was sent along.
    /// </summary>
    private async Task HearChallengeAsync(HttpContext context)
    {
        var form = await ReadFormAsync(context.Request);
        if (await FindAsync(context) is not { } payment)
        {
            await ShowUnknownAsync(context);
            return;
        }

        var attempt = PageSession.Read(vault, payment.Id, form["threeDSSessionData"]);
        if (attempt is not null)
        {
            await authenticator.ReturnAsync(payment, attempt);
        }

        await ShowAsync(
            context, ContentFor(context, payment).Returned(attempt is null ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK));
    }

    private async Task GoToPageAsync(HttpContext context)
    {
        if (await FindAsync(context) is { } payment)
        {
            SendTo(context, HereFrom(context, payment));
        }
        else
        {
            await ShowUnknownAsync(context);
        }
    }

    private async Task<Payment?> FindAsync(HttpContext context)
    {
        var uuid = QueryFields.Cleaned((string?)context.Request.RouteValues["uuid"]);
        var key = (string?)context.Request.RouteValues["key"] ?? string.Empty;
        return await reader.FindAsync(new PaymentId(uuid)) is { ChallengeKey: { } right } payment
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(right))
                ? payment
                : null;
    }

    /// <summary>Ends what time has ended, and waits for an authorisation that is on its way from here: what is shown then is what is true.</summary>
    private async Task<Payment> CatchUpAsync(Payment payment)
    {
        if (payment.InFlight is not null)
        {
            await authenticator.WaitAsync(payment.Id);
            return await runner.ReloadAsync(payment);
        }

        return payment.Status == PaymentStatus.Pending && payment.DueAt <= runner.Now ? await runner.DoDueAsync(payment) : payment;
    }

    private Step StepOf(Payment payment)
    {
        if (payment.AwaitsChallenge)
        {
            return payment.Attempt switch
            {
                null or { Stage: AttemptStage.Ended } => Step.Start,
                { Stage: AttemptStage.Asked } asked => asked.IsAsking(runner.Now) ? Step.Waiting : Step.Start,
                { Stage: AttemptStage.Challenging } => Step.Challenge,
                _ => Step.Waiting,
            };
        }

        // An authorisation that nobody knows the outcome of may take its time: the shop will say how it ended.
        return payment is { Status: PaymentStatus.Pending, InFlight: { Stage: OperationStage.Sent } sent } && sent.ActAt > runner.Now ? Step.Waiting : Step.End;
    }

    private string SeenOf(Payment payment) => $"{StepOf(payment)} {payment.Attempt?.Id}";

    /// <summary>Onwards from a form: to the shop when there is nothing to show, and otherwise to the page, which can be loaded again.</summary>
    private void GoOn(HttpContext context, Payment payment) => SendTo(
        context,
        StepOf(payment) == Step.End && payment.Attempt?.CardholderInfo is null ? ReturnUrl(payment) : $"{HereFrom(context, payment)}?{Back}");

    private void SendTo(HttpContext context, string location)
    {
        PageDocument.WriteHeaders(context.Response, StrictTransport);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = location;
    }

    private Task ShowAsync(HttpContext context, PageDocument document) => document.WriteAsync(context, PageLanguage.For(context.Request), StrictTransport);

    private Task ShowUnknownAsync(HttpContext context) => ShowAsync(context, PageContent.Unknown(PageLanguage.For(context.Request)));

    private PageContent ContentFor(HttpContext context, Payment payment) =>
        new(payment, ShopOf(payment), PageLanguage.For(context.Request), HereFrom(context, payment), AllowsHttp(payment));

    private string ShopOf(Payment payment) => apps.Find(payment.Facts.App)?.Authentication.MerchantName ?? new Uri(payment.Facts.ReturnUrl).Host;

    /// <summary>Issuers have TLS; the sandbox's has not, and neither has every shop that one tries out.</summary>
    private bool AllowsHttp(Payment payment) => settings.IsSandbox || new Uri(payment.Facts.ReturnUrl).Scheme == Uri.UriSchemeHttp;

    private string UrlOf(Payment payment) => $"{address.Url}/3ds/{payment.Id}/{payment.ChallengeKey}";

    private static string HereFrom(HttpContext context, Payment payment) => $"{PageDocument.RootFrom(context)}{payment.Id}/{payment.ChallengeKey}";

    /// <summary>The shop's address with what it needs to know appended; the status is a hint, the detail call is the truth.</summary>
    private static string ReturnUrl(Payment payment)
    {
        var url = new UriBuilder(payment.Facts.ReturnUrl);
        var added = $"uuid={payment.Id}&external_id={Uri.EscapeDataString(payment.Facts.ExternalId)}&status={WireNames.Of(payment.Status)}";
        url.Query = url.Query.Length > 1 ? url.Query[1..] + "&" + added : added;

        // A header is ASCII, so a host with other letters is written as the name that DNS knows.
        url.Host = url.Uri.IdnHost;
        return url.Uri.AbsoluteUri;
    }

    /// <summary>The attempt that a method's notification names; an empty text, which no page waits for, when it names none.</summary>
    private static string ReadAttempt(string encoded)
    {
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(encoded.TrimEnd('=')));
            return json.RootElement.GetProperty("threeDSServerTransID").GetString() ?? string.Empty;
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return string.Empty;
        }
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException || (wrong is IOException and not BadHttpRequestException))
        {
            // Malformed, in an encoding that is switched off (UTF-7), or broken off in the middle.
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form is malformed.");
        }
    }
}
