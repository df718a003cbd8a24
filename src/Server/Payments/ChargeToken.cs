using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/create_payment</c>: a payment by saved card.</summary>
internal sealed class ChargeToken(OpenPayment open, CommonFields common, CardVault vault, IPaymentLookup reader, Idempotency idempotency)
{
    private static readonly Answer UnknownToken = Answer.InvalidField("token.id", "does not exist");

    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var keyed = idempotency.Read(context.Request, app.Id, body.Bytes, open.Render);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        var errors = new FieldErrors();
        var request = Read(new(body.Root, string.Empty, errors));
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        if (await FindCardAsync(app, new(request.Token.Id)) is not { } card)
        {
            await idempotency.AnswerAsync(context, app.Id, keyed, payment: null, UnknownToken);
            return;
        }

        await open.AnswerAsync(context, app, request, card, keyed);
    }

    private CreatePaymentRequest Read(JsonFields fields)
    {
        var token = fields.Object("token", required: true);
        if (token is { } given && given.Text("type", 20) is { } type && type != "card")
        {
            fields.Errors.Add(given.Path("type"), "is not included in the list");
        }

        return new()
        {
            Amount = CommonFields.Amount(fields),
            Currency = CommonFields.Currency(fields).Code,
            Token = new() { Id = token?.Text("id", 64, required: true) ?? string.Empty },
            PaymentType = fields.Choice<PaymentType>("payment_type"),
            ChargeReason = fields.Choice<ChargeReason>("charge_reason"),
            PreviousPaymentUuid = CommonFields.Previous(fields),
            BrowserDetails = CommonFields.Browser(fields),
            IpAddress = CommonFields.IpAddress(fields),
            Capture = fields.Boolean("capture"),
            ExternalId = fields.Text("external_id", 255, required: true) ?? string.Empty,
            ReturnUrl = common.ReturnUrl(fields),
            Description = fields.Text("description", 1000, lines: true),
            WebhookNotification = common.Webhook(fields),
        };
    }

    /// <summary>The card of a token, when it is this app's, was approved once, and is not forgotten.</summary>
    private async Task<PayingCard?> FindCardAsync(App app, CardToken token)
    {
        if (await reader.FindCardAsync(token) is not { Deleted: false, Sealed: { } box } card
            || card.App != app.Id)
        {
            return null;
        }

        var first = await reader.FindAsync(app.Id, card.FirstPayment.Value);
        return first is { WasAuthorised: true } || card.Brought is not null
            ? new(vault.Unseal(box, token, app.Id), null, card.Facts, token, first) { Brought = card.Brought }
            : null;
    }
}
