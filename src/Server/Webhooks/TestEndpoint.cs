using System.Diagnostics;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Vault;
using Currency = Tollgate.Core.Currency;
using Payment = Tollgate.Core.Payments.Payment;
using PaymentType = Tollgate.Core.Payments.PaymentType;

namespace Tollgate.Server.Webhooks;

/// <summary><c>POST /api/v2/webhooks/test</c>: sends a sample the way that webhooks go, once, and says what the endpoint made of it.</summary>
internal sealed class TestEndpoint(
    EndpointDesk desk, WebhookDirectory directory, WebhookComposer composer, IWebhookWire wire, CardVault vault, Identifiers identifiers, TimeProvider clock)
{
    private static readonly Answer NoDefault = Answer.Error(422, "NO_DEFAULT_ENDPOINT", "The app has no default endpoint. Name a further one.");

    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var id = new JsonFields(body.Root, string.Empty, errors).Text("endpoint", 64);
        await directory.RefreshAsync();
        var further = id is null ? null : desk.FindFurther(app.Id, id);
        if (id is not null && further is null)
        {
            errors.Add("endpoint", "does not exist");
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
        }
        else if (further is null && app.Settings.DefaultWebhook is null)
        {
            await NoDefault.WriteAsync(context);
        }
        else
        {
            await Answer.Ok(await SendAsync(Compose(app, further), context.RequestAborted), ResponseJson.Numbers.WebhookTestResponse).WriteAsync(context);
        }
    }

    private async Task<WebhookTestResponse> SendAsync(DueWebhook sample, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await wire.SendAsync(sample, cancel);
        return new()
        {
            Id = sample.Id,
            EndpointUrl = sample.EndpointUrl,
            Delivered = answer.Error is null,
            StatusCode = answer.StatusCode,
            Took = (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds,
            Answer = answer.Excerpt,
            Error = answer.Error,
        };
    }

    private DueWebhook Compose(App app, WebhookEndpoint? further)
    {
        var now = clock.GetUtcNow();
        var id = identifiers.NewPayment(now);
        var common = app.Settings.DefaultWebhook;
        var url = further?.Url ?? common!.EndpointUrl;
        var authorization = further is not null
            ? further.SealedAuthorization
            : common!.AuthorizationHeader is { } header ? vault.SealText(header.Expose(), WebhookComposer.SealingContext(app.Id.Value, id.Value)) : null;
        var sample = Sample(id, app.Id, url, now);
        return new(id, sample.Version, further?.Id ?? string.Empty, app.Id, DeliveryLane.IdOf(app.Id, url), url, authorization, composer.Render(sample), 0, 0, now)
        {
            Id = "evt_test_" + id,
        };
    }

    /// <summary>A payment that nobody made, right after it was authorised.</summary>
    private Payment Sample(PaymentId id, AppId app, string url, DateTimeOffset now)
    {
        var operation = identifiers.NewOperation();
        var facts = new PaymentFacts
        {
            Id = id,
            App = app,
            ExternalId = "sample",
            Amount = new(1000, Currency.Aud),
            CaptureAtOnce = false,
            Type = PaymentType.Regular,
            Token = identifiers.NewToken(now),
            BroughtCard = true,
            Card = new(Brand.Visa, "4242", "US", new(now.Year + 2, 12), string.Empty),
            Cardholder = new("John", "Doe", "john.doe@example.com", "John Doe", new("123 Main Street", "Sydney", "NSW", "AU", "2000")),
            ReturnUrl = "https://example.com",
            Webhook = new(url, null),
            CreatedAt = now,
            SessionEndsAt = now,
        };
        return Payment.Replay(
        [
            new PaymentEvent.Created(now, facts),
            new PaymentEvent.AuthorisationStarted(now, operation, now),
            new PaymentEvent.Authorised(now, operation, new("sample", null, null), now.AddDays(7)),
        ]);
    }
}
