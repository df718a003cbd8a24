using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>What both ways of charging, by raw card and by token, ask for alike.</summary>
public interface IPaymentRequest
{
    /// <summary>What is to be paid, in the smallest unit of the currency (cents): 1 to 99 999 999.</summary>
    long Amount { get; }

    /// <summary>ISO 4217; only <c>AUD</c>.</summary>
    string Currency { get; }

    /// <summary>Who makes the payment; <see cref="Contract.PaymentType.Regular"/> when left out.</summary>
    PaymentType? PaymentType { get; }

    /// <summary>Why the merchant makes an unscheduled payment.</summary>
    ChargeReason? ChargeReason { get; }

    /// <summary>The payment whose agreement an unscheduled payment continues: same app, same card, authorised.</summary>
    string? PreviousPaymentUuid { get; }

    /// <summary>The cardholder's browser, for 3-D Secure.</summary>
    BrowserDetails? BrowserDetails { get; }

    /// <summary>The cardholder's IP address, version 4 or 6.</summary>
    string? IpAddress { get; }

    /// <summary>Whether to capture as soon as it is authorised; no when left out.</summary>
    bool? Capture { get; }

    /// <summary>The merchant's order, at most 255 characters.</summary>
    string ExternalId { get; }

    /// <summary>Where the browser goes after a challenge: absolute http(s) URL, at most 2048 characters.</summary>
    string ReturnUrl { get; }

    /// <summary>Free text, at most 1000 characters.</summary>
    string? Description { get; }

    /// <summary>Where changes of status are told.</summary>
    WebhookNotification? WebhookNotification { get; }
}

/// <summary>Charge a raw card: <c>POST /api/v2/cards/charges</c>.</summary>
public sealed record ChargeRequest : IPaymentRequest
{
    /// <inheritdoc/>
    public required long Amount { get; init; }

    /// <inheritdoc/>
    public required string Currency { get; init; }

    /// <summary>The customer's e-mail address, at most 254 characters.</summary>
    public required string Email { get; init; }

    /// <summary>The customer's first name, at most 100 characters.</summary>
    public required string FirstName { get; init; }

    /// <summary>The customer's last name, at most 100 characters.</summary>
    public required string LastName { get; init; }

    /// <summary>The customer's billing address.</summary>
    public required BillingAddress BillingAddress { get; init; }

    /// <summary>The card.</summary>
    public required CardInfo CardInfo { get; init; }

    /// <inheritdoc/>
    public PaymentType? PaymentType { get; init; }

    /// <inheritdoc/>
    public ChargeReason? ChargeReason { get; init; }

    /// <inheritdoc/>
    public string? PreviousPaymentUuid { get; init; }

    /// <inheritdoc/>
    public BrowserDetails? BrowserDetails { get; init; }

    /// <inheritdoc/>
    public string? IpAddress { get; init; }

    /// <inheritdoc/>
    public bool? Capture { get; init; }

    /// <inheritdoc/>
    public required string ExternalId { get; init; }

    /// <inheritdoc/>
    public required string ReturnUrl { get; init; }

    /// <inheritdoc/>
    public string? Description { get; init; }

    /// <inheritdoc/>
    public WebhookNotification? WebhookNotification { get; init; }
}

/// <summary>A billing address.</summary>
public sealed record BillingAddress
{
    /// <summary>Building number, road name and so on, at most 255 characters.</summary>
    public required string Address { get; init; }

    /// <summary>City, district or locality, at most 100 characters.</summary>
    public required string City { get; init; }

    /// <summary>State, province or region, at most 100 characters.</summary>
    public required string State { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public required string Country { get; init; }

    /// <summary>ZIP or postal code, at most 16 characters.</summary>
    public required string PostalCode { get; init; }
}

/// <summary>A raw card. It prints masked.</summary>
public sealed record CardInfo
{
    /// <summary>12 to 19 digits; spaces and dashes are tolerated.</summary>
    public required SecretText CardNumber { get; init; }

    /// <summary>1 to 12.</summary>
    public required int CardExpiryMonth { get; init; }

    /// <summary>Four digits.</summary>
    public required int CardExpiryYear { get; init; }

    /// <summary>Three digits; four for American Express.</summary>
    public required SecretText CardCvvNumber { get; init; }

    /// <summary>As printed on the card, 2 to 100 characters.</summary>
    public required string CardHolderName { get; init; }
}

/// <summary>The cardholder's browser.</summary>
public sealed record BrowserDetails
{
    /// <summary>The header <c>User-Agent</c>, exactly.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The language tag, IETF BCP 47.</summary>
    public string? Language { get; init; }

    /// <summary>Bits per pixel.</summary>
    public int? ColorDepth { get; init; }

    /// <summary>Pixels.</summary>
    public int? ScreenHeight { get; init; }

    /// <summary>Pixels.</summary>
    public int? ScreenWidth { get; init; }

    /// <summary>Whether the browser runs Java.</summary>
    public bool? JavaEnabled { get; init; }

    /// <summary>Minutes between UTC and local time, with JavaScript's sign: −600 in Sydney.</summary>
    public int? TimeZone { get; init; }

    /// <summary>The header <c>Accept</c>, exactly.</summary>
    public string? AcceptHeader { get; init; }

    /// <summary>Whether the browser runs JavaScript.</summary>
    public bool? JavascriptEnabled { get; init; }
}

/// <summary>Where a payment's changes of status are told.</summary>
public sealed record WebhookNotification
{
    /// <summary>Absolute URL, at most 2048 characters.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>Sent verbatim as the header <c>Authorization</c>; at most 1024 characters.</summary>
    public SecretText? AuthorizationHeader { get; init; }
}

/// <summary>Charge a saved card: <c>POST /api/v2/cards/create_payment</c>.</summary>
public sealed record CreatePaymentRequest : IPaymentRequest
{
    /// <inheritdoc/>
    public required long Amount { get; init; }

    /// <inheritdoc/>
    public required string Currency { get; init; }

    /// <summary>The saved card.</summary>
    public required TokenReference Token { get; init; }

    /// <inheritdoc/>
    public PaymentType? PaymentType { get; init; }

    /// <inheritdoc/>
    public ChargeReason? ChargeReason { get; init; }

    /// <inheritdoc/>
    public string? PreviousPaymentUuid { get; init; }

    /// <inheritdoc/>
    public BrowserDetails? BrowserDetails { get; init; }

    /// <inheritdoc/>
    public string? IpAddress { get; init; }

    /// <inheritdoc/>
    public bool? Capture { get; init; }

    /// <inheritdoc/>
    public required string ExternalId { get; init; }

    /// <inheritdoc/>
    public required string ReturnUrl { get; init; }

    /// <inheritdoc/>
    public string? Description { get; init; }

    /// <inheritdoc/>
    public WebhookNotification? WebhookNotification { get; init; }
}

/// <summary>A saved card.</summary>
public sealed record TokenReference
{
    /// <summary><c>tok_</c> and 20 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>card</c>.</summary>
    public string Type { get; init; } = "card";
}

/// <summary>Take what is held: <c>POST /api/v2/cards/capture_payment</c>.</summary>
public sealed record CapturePaymentRequest
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>Less than was authorised captures in part and releases the rest; all of it when left out.</summary>
    public long? Amount { get; init; }
}

/// <summary>Release what is held: <c>POST /api/v2/cards/void_payment</c>.</summary>
public sealed record VoidPaymentRequest
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }
}

/// <summary>Give back what was taken: <c>POST /api/v2/cards/refund_payment</c>.</summary>
public sealed record RefundPaymentRequest
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>How much, in cents; all that is left when left out.</summary>
    public long? RefundAmount { get; init; }

    /// <summary>Why, 5 to 255 characters.</summary>
    public required string Reason { get; init; }
}

/// <summary>Make something happen to a payment in the sandbox: <c>POST /api/v2/cards/simulate</c>.</summary>
public sealed record SimulateRequest
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>What happens.</summary>
    public required SimulatedEvent Event { get; init; }
}

/// <summary>Move the sandbox clock: <c>POST /api/v2/sandbox/clock</c>.</summary>
public sealed record ClockRequest
{
    /// <summary>An ISO 8601 duration such as <c>P10D</c> or <c>PT30S</c>.</summary>
    public required string Advance { get; init; }
}

/// <summary>Which payments to list: <c>GET /api/v2/cards/payments</c>.</summary>
public sealed record PaymentFilter
{
    /// <summary>Created on or after this day or instant, UTC.</summary>
    public DateTimeOffset? StartDate { get; init; }

    /// <summary>Created before this instant, UTC.</summary>
    public DateTimeOffset? EndDate { get; init; }

    /// <summary>Only this status.</summary>
    public PaymentStatus? Status { get; init; }

    /// <summary>Only this order.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Only this customer.</summary>
    public string? Email { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;

    /// <summary>1 to 100.</summary>
    public int PerPage { get; init; } = 20;
}

/// <summary>Have something go wrong between the gateway and the sandbox's acquirer: <c>POST /api/v2/sandbox/faults</c>.</summary>
public sealed record FaultRequest
{
    /// <summary>What goes wrong.</summary>
    public required SandboxFault Fault { get; init; }

    /// <summary>On which messages; the next one of any kind when left out.</summary>
    public SandboxMessage? Message { get; init; }

    /// <summary>Only for this payment; for any when left out.</summary>
    public string? Uuid { get; init; }

    /// <summary>How often, 1 to 1000; once when left out.</summary>
    public int? Times { get; init; }
}
