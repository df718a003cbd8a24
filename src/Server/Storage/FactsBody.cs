using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Server.Storage;

/// <summary>
/// Reads what a payment was created with, written as the journal writes it, in a fraction of the serializer's time. Whatever else it meets, wrong or only
/// unusual, it leaves to the serializer.
/// </summary>
internal ref struct FactsBody
{
    private Utf8JsonReader json;
    private string? id;
    private string? app;
    private string? externalId;
    private Money? amount;
    private bool? captureAtOnce;
    private PaymentType? type;
    private ChargeReason? reason;
    private string? previous;
    private string? previousSchemeTransaction;
    private Agreement? agreement;
    private string? token;
    private bool? broughtCard;
    private CardFacts? card;
    private Cardholder? cardholder;
    private string? returnUrl;
    private string? description;
    private WebhookTarget? webhook;
    private BrowserDetails? browser;
    private string? ipAddress;
    private FeeSchedule? fees;
    private AuthenticationPolicy? policy;
    private FraudBreach? forcedBy;
    private RiskAssessment? risk;
    private DateTimeOffset? createdAt;
    private DateTimeOffset? sessionEndsAt;

    /// <summary>The facts; <see langword="null"/> when the serializer is to read them.</summary>
    public static PaymentFacts? TryRead(ReadOnlySpan<byte> body)
    {
        var fields = new FactsBody { json = new(body) };
        try
        {
            return fields.json.Read() && fields.TryRead() && !fields.json.Read() ? fields.ToFacts() : null;
        }
        catch (InvalidOperationException)
        {
            // A text is no UTF-8.
            return null;
        }
    }

    private readonly PaymentFacts? ToFacts() =>
        id is null || app is null || externalId is null || amount is not { } toPay || captureAtOnce is not { } atOnce || type is not { } initiator || token is null
            || broughtCard is not { } brought || card is null || cardholder is null || returnUrl is null || createdAt is not { } created || sessionEndsAt is not { } end
            ? null
            : new()
            {
                Id = new(id),
                App = new(app),
                ExternalId = externalId,
                Amount = toPay,
                CaptureAtOnce = atOnce,
                Type = initiator,
                Reason = reason,
                Previous = previous is null ? null : new(previous),
                PreviousSchemeTransactionId = previousSchemeTransaction,
                Agreement = agreement,
                Token = new(token),
                BroughtCard = brought,
                Card = card,
                Cardholder = cardholder,
                ReturnUrl = returnUrl,
                Description = description,
                Webhook = webhook,
                Browser = browser,
                IpAddress = ipAddress,
                Fees = fees,
                Policy = policy,
                ForcedBy = forcedBy,
                Risk = risk,
                CreatedAt = created,
                SessionEndsAt = end,
            };

    private bool TryRead()
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("id"u8) ? json.TryText(ref id)
                : name.SequenceEqual("app"u8) ? json.TryText(ref app)
                : name.SequenceEqual("external_id"u8) ? json.TryText(ref externalId)
                : name.SequenceEqual("amount"u8) ? json.TryMoney(ref amount)
                : name.SequenceEqual("capture_at_once"u8) ? json.TryFlag(ref captureAtOnce)
                : name.SequenceEqual("type"u8) ? json.TryName(ref type)
                : name.SequenceEqual("token"u8) ? json.TryText(ref token)
                : name.SequenceEqual("brought_card"u8) ? json.TryFlag(ref broughtCard)
                : name.SequenceEqual("card"u8) ? TryCard()
                : name.SequenceEqual("cardholder"u8) ? TryCardholder()
                : name.SequenceEqual("return_url"u8) ? json.TryText(ref returnUrl)
                : name.SequenceEqual("description"u8) ? json.TryText(ref description)
                : name.SequenceEqual("webhook"u8) ? TryWebhook()
                : name.SequenceEqual("browser"u8) ? TryBrowser()
                : name.SequenceEqual("ip_address"u8) ? json.TryText(ref ipAddress)
                : name.SequenceEqual("fees"u8) ? TryFees()
                : name.SequenceEqual("created_at"u8) ? json.TryTime(ref createdAt)
                : name.SequenceEqual("session_ends_at"u8) ? json.TryTime(ref sessionEndsAt)
                : name.SequenceEqual("reason"u8) ? json.TryName(ref reason)
                : name.SequenceEqual("previous"u8) ? json.TryText(ref previous)
                : name.SequenceEqual("previous_scheme_transaction_id"u8) ? json.TryText(ref previousSchemeTransaction)
                : name.SequenceEqual("agreement"u8) ? TryAgreement()
                : name.SequenceEqual("policy"u8) ? json.TryName(ref policy)
                : name.SequenceEqual("risk"u8) ? RiskBody.TryRead(ref json, ref risk)
                : name.SequenceEqual("forced_by"u8) && TryForcedBy()))
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryAgreement()
    {
        string? payment = null, transaction = null, eci = null, version = null, directoryServer = null;
        DateTimeOffset? at = null;
        Money? first = null;
        if (agreement is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("payment"u8) ? json.TryText(ref payment)
                : name.SequenceEqual("at"u8) ? json.TryTime(ref at)
                : name.SequenceEqual("amount"u8) ? json.TryMoney(ref first)
                : name.SequenceEqual("scheme_transaction_id"u8) ? json.TryText(ref transaction)
                : name.SequenceEqual("eci"u8) ? json.TryText(ref eci)
                : name.SequenceEqual("version"u8) ? json.TryText(ref version)
                : name.SequenceEqual("directory_server_transaction_id"u8) && json.TryText(ref directoryServer)))
            {
                return false;
            }
        }

        agreement = payment is null || at is not { } then || first is not { } paid ? null : new(new(payment), then, paid, transaction, eci, version, directoryServer);
        return agreement is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryForcedBy()
    {
        AuthenticationPolicy? instead = null;
        FraudFigures? earlier = null, latest = null;
        if (forcedBy is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("instead"u8) ? json.TryName(ref instead)
                : name.SequenceEqual("earlier"u8) ? TryFigures(ref earlier)
                : name.SequenceEqual("latest"u8) && TryFigures(ref latest)))
            {
                return false;
            }
        }

        forcedBy = instead is not { } configured || earlier is null || latest is null ? null : new(configured, earlier, latest);
        return forcedBy is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryFigures(ref FraudFigures? figures)
    {
        string? quarter = null;
        long? fraud = null, sales = null;
        if (figures is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("quarter"u8) ? json.TryText(ref quarter)
                : name.SequenceEqual("fraud"u8) ? json.TryNumber(ref fraud)
                : name.SequenceEqual("sales"u8) && json.TryNumber(ref sales)))
            {
                return false;
            }
        }

        figures = !Quarter.TryParse(quarter, out var when) || fraud is not { } lost || sales is not { } sold ? null : new(when, lost, sold);
        return figures is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryCard()
    {
        Brand? brand = null;
        string? lastFour = null, country = null, fingerprint = null;
        int? year = null, month = null;
        if (card is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("brand"u8) ? json.TryName(ref brand)
                : name.SequenceEqual("last_four"u8) ? json.TryText(ref lastFour)
                : name.SequenceEqual("country"u8) ? json.TryText(ref country)
                : name.SequenceEqual("expiry"u8) ? TryExpiry(ref year, ref month)
                : name.SequenceEqual("fingerprint"u8) && json.TryText(ref fingerprint)))
            {
                return false;
            }
        }

        card = brand is not { } scheme || lastFour is null || year is not { } y || month is not { } m || fingerprint is null
            ? null
            : new(scheme, lastFour, country, new(y, m), fingerprint);
        return card is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryExpiry(ref int? year, ref int? month)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("year"u8) ? json.TryNumber(ref year) : name.SequenceEqual("month"u8) && json.TryNumber(ref month)))
            {
                return false;
            }
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryCardholder()
    {
        string? first = null, last = null, email = null, onCard = null;
        BillingAddress? billing = null;
        if (cardholder is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("first_name"u8) ? json.TryText(ref first)
                : name.SequenceEqual("last_name"u8) ? json.TryText(ref last)
                : name.SequenceEqual("email"u8) ? json.TryText(ref email)
                : name.SequenceEqual("cardholder_name"u8) ? json.TryText(ref onCard)
                : name.SequenceEqual("billing"u8) && TryBilling(ref billing)))
            {
                return false;
            }
        }

        cardholder = first is null || last is null || email is null || onCard is null || billing is null ? null : new(first, last, email, onCard, billing);
        return cardholder is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryBilling(ref BillingAddress? billing)
    {
        string? address = null, city = null, state = null, country = null, postalCode = null;
        if (billing is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("address"u8) ? json.TryText(ref address)
                : name.SequenceEqual("city"u8) ? json.TryText(ref city)
                : name.SequenceEqual("state"u8) ? json.TryText(ref state)
                : name.SequenceEqual("country"u8) ? json.TryText(ref country)
                : name.SequenceEqual("postal_code"u8) && json.TryText(ref postalCode)))
            {
                return false;
            }
        }

        billing = address is null || city is null || state is null || country is null || postalCode is null ? null : new(address, city, state, country, postalCode);
        return billing is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryWebhook()
    {
        string? url = null;
        byte[]? sealedAuthorization = null;
        if (webhook is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("endpoint_url"u8) ? json.TryText(ref url)
                : name.SequenceEqual("sealed_authorization"u8) && json.TryBytes(ref sealedAuthorization)))
            {
                return false;
            }
        }

        webhook = url is null ? null : new(url, sealedAuthorization);
        return webhook is not null && json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryBrowser()
    {
        string? agent = null, language = null, accept = null;
        int? depth = null, height = null, width = null, zone = null;
        bool? java = null, script = null;
        if (browser is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("user_agent"u8) ? json.TryText(ref agent)
                : name.SequenceEqual("language"u8) ? json.TryText(ref language)
                : name.SequenceEqual("color_depth"u8) ? json.TryNumber(ref depth)
                : name.SequenceEqual("screen_height"u8) ? json.TryNumber(ref height)
                : name.SequenceEqual("screen_width"u8) ? json.TryNumber(ref width)
                : name.SequenceEqual("java_enabled"u8) ? json.TryFlag(ref java)
                : name.SequenceEqual("time_zone"u8) ? json.TryNumber(ref zone)
                : name.SequenceEqual("accept_header"u8) ? json.TryText(ref accept)
                : name.SequenceEqual("javascript_enabled"u8) && json.TryFlag(ref script)))
            {
                return false;
            }
        }

        browser = new(agent, language, depth, height, width, java, zone, accept, script);
        return json.TokenType == JsonTokenType.EndObject;
    }

    private bool TryFees()
    {
        int? basisPoints = null, flat = null, tax = null, dispute = null, reserve = null, days = null;
        if (fees is not null || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.TryName(out var name))
        {
            if (!(name.SequenceEqual("basis_points"u8) ? json.TryNumber(ref basisPoints)
                : name.SequenceEqual("fixed"u8) ? json.TryNumber(ref flat)
                : name.SequenceEqual("tax_basis_points"u8) ? json.TryNumber(ref tax)
                : name.SequenceEqual("dispute"u8) ? json.TryNumber(ref dispute)
                : name.SequenceEqual("reserve_basis_points"u8) ? json.TryNumber(ref reserve)
                : name.SequenceEqual("reserve_days"u8) && json.TryNumber(ref days)))
            {
                return false;
            }
        }

        fees = new(basisPoints ?? 0, flat ?? 0, tax ?? 0, dispute ?? 0, reserve ?? 0, days ?? 0);
        return json.TokenType == JsonTokenType.EndObject;
    }
}
