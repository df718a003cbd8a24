using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/charges</c>: a payment by raw card.</summary>
internal sealed class ChargeCard(OpenPayment open, CommonFields common, CardVault vault, Idempotency idempotency, Settings settings, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var keyed = idempotency.Read(context.Request, app.Id, body.Bytes, open.Render);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var request = Read(fields);
        var card = ReadCard(fields, request);
        if (card is null || errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        await open.AnswerAsync(context, app, request, card, keyed);
    }

    private ChargeRequest Read(JsonFields fields) => new()
    {
        Amount = CommonFields.Amount(fields),
        Currency = CommonFields.Currency(fields).Code,
        Email = CommonFields.Email(fields),
        FirstName = Required(fields, "first_name", 100),
        LastName = Required(fields, "last_name", 100),
        BillingAddress = ReadBilling(fields),
        CardInfo = ReadCardInfo(fields),
        PaymentType = fields.Choice<PaymentType>("payment_type"),
        ChargeReason = fields.Choice<ChargeReason>("charge_reason"),
        PreviousPaymentUuid = CommonFields.Previous(fields),
        BrowserDetails = CommonFields.Browser(fields),
        IpAddress = CommonFields.IpAddress(fields),
        Capture = fields.Boolean("capture"),
        ExternalId = Required(fields, "external_id", 255),
        ReturnUrl = common.ReturnUrl(fields),
        Description = fields.Text("description", 1000, lines: true),
        WebhookNotification = common.Webhook(fields),
    };

    private static Client.Contract.BillingAddress ReadBilling(JsonFields fields)
    {
        if (fields.Object("billing_address", required: true) is not { } billing)
        {
            return new() { Address = string.Empty, City = string.Empty, State = string.Empty, Country = string.Empty, PostalCode = string.Empty };
        }

        var country = Required(billing, "country", 2);
        if (!Countries.Contains(country))
        {
            billing.Errors.Add(billing.Path("country"), "is invalid");
        }

        return new()
        {
            Address = Required(billing, "address", 255),
            City = Required(billing, "city", 100),
            State = Required(billing, "state", 100),
            Country = country,
            PostalCode = Required(billing, "postal_code", 16),
        };
    }

    private static CardInfo ReadCardInfo(JsonFields fields)
    {
        if (fields.Object("card_info", required: true) is not { } card)
        {
            return new()
            {
                CardNumber = string.Empty,
                CardExpiryMonth = 0,
                CardExpiryYear = 0,
                CardCvvNumber = string.Empty,
                CardHolderName = string.Empty,
            };
        }

        var name = card.Text("card_holder_name", 100, required: true, minimum: 2) ?? string.Empty;
        if (Luhn.HidesCardNumber(name))
        {
            card.Errors.Add(card.Path("card_holder_name"), "is invalid");
        }

        return new()
        {
            CardNumber = Required(card, "card_number", 64),
            CardExpiryMonth = card.SmallInteger("card_expiry_month", 1, 12, required: true) ?? 0,
            CardExpiryYear = card.SmallInteger("card_expiry_year", 1, 9999, required: true) ?? 0,
            CardCvvNumber = Required(card, "card_cvv_number", 4),
            CardHolderName = name,
        };
    }

    private PayingCard? ReadCard(JsonFields fields, ChargeRequest request)
    {
        if (fields.Object("card_info") is not { } card)
        {
            return null;
        }

        // A month that is wrong does not keep the year from being judged: then the last one is the benefit of the doubt.
        var month = request.CardInfo.CardExpiryMonth;
        var expiry = new Expiry(request.CardInfo.CardExpiryYear, month > 0 ? month : 12);
        if (expiry.Year > 0)
        {
            var now = clock.GetUtcNow();
            if (expiry.Year < 1000)
            {
                card.Errors.Add(card.Path("card_expiry_year"), "is invalid");
            }
            else if (expiry.IsOver(now))
            {
                card.Errors.Add(card.Path("card_expiry_year"), "has expired");
            }
            else if (expiry.Year > now.Year + Expiry.MaximumYearsAhead)
            {
                card.Errors.Add(card.Path("card_expiry_year"), "is invalid");
            }
        }

        if (!CardNumber.TryParse(request.CardInfo.CardNumber.Expose(), out var number))
        {
            card.Errors.Add(card.Path("card_number"), "is invalid");
        }
        else if (TestNumbers.Contains(number) != settings.IsSandbox)
        {
            // From here on nobody sees it: it is not stored, not fingerprinted, and not sent to anybody (PCI DSS 6.5.5 and 6.5.6).
            card.Errors.Add(
                card.Path("card_number"),
                settings.IsSandbox ? "is not a test card number; this is a sandbox, where a real card must never be typed" : "is a test card number; there are no tests in production");
        }

        // Without a number the brand is not known: then either length of code is let pass, and only nonsense is named.
        var typed = request.CardInfo.CardCvvNumber.Expose();
        if (!CardVerificationCode.TryParse(typed, number?.Brand ?? (typed.Length == 4 ? Brand.Amex : Brand.Visa), out var code))
        {
            card.Errors.Add(card.Path("card_cvv_number"), "is invalid");
        }

        if (number is null || code is null || card.Errors.Any)
        {
            return null;
        }

        var billing = request.BillingAddress;
        return new(
            number,
            code,
            new(
                new(number.Brand, number.LastFour, BinTable.CountryOf(number), expiry, vault.Fingerprint(number)),
                new(
                    request.FirstName,
                    request.LastName,
                    request.Email,
                    request.CardInfo.CardHolderName,
                    new(billing.Address, billing.City, billing.State, billing.Country, billing.PostalCode))),
            Token: null,
            First: null);
    }

    private static string Required(JsonFields fields, string name, int maximum) => fields.Text(name, maximum, required: true) ?? string.Empty;
}
