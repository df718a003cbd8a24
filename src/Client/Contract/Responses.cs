using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>A payment: exactly the keys of the guide, in its order, always all of them.</summary>
public sealed record PaymentResponse
{
    /// <summary>The payment's identifier: upper-case letters and digits.</summary>
    public required string Uuid { get; init; }

    /// <summary>The customer's first and last name.</summary>
    public required string Name { get; init; }

    /// <summary>The customer's e-mail address.</summary>
    public required string Email { get; init; }

    /// <summary>The merchant's order.</summary>
    public required string ExternalId { get; init; }

    /// <summary>Where the payment stands.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>What the customer must do, or why the payment failed or expired; otherwise <see langword="null"/>.</summary>
    public required PayCode? PayCode { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>What was asked for, in cents.</summary>
    public required long Amount { get; init; }

    /// <summary>Amount and fees, in cents.</summary>
    public required long Total { get; init; }

    /// <summary>What was received, in cents: 0 until the funds have settled.</summary>
    public required long PaidAmount { get; init; }

    /// <summary>False once failed, expired, fully refunded, in dispute or lost in one.</summary>
    public required bool IsRefundable { get; init; }

    /// <summary>Always <c>card</c>.</summary>
    public required string PaymentMethod { get; init; }

    /// <summary>While pending, when the session ends; on the wire an empty string otherwise.</summary>
    [JsonConverter(typeof(OptionalInstantConverter))]
    public required DateTimeOffset? ExpiredAt { get; init; }

    /// <summary>Where changes of status are told; the header masked.</summary>
    public required WebhookEcho? WebhookNotification { get; init; }

    /// <summary>What was asked back, once something was.</summary>
    public required RefundInformation? RefundInformation { get; init; }

    /// <summary>The card that pays.</summary>
    public required SenderDetails SenderDetails { get; init; }

    /// <summary>Whether it is captured as soon as it is authorised.</summary>
    public required bool Capture { get; init; }

    /// <summary>Who makes the payment.</summary>
    public required PaymentType PaymentType { get; init; }

    /// <summary>The saved card; <see langword="null"/> once the payment that brought it has failed or expired.</summary>
    public required TokenReference? Token { get; init; }

    /// <summary>When it was created: on the wire <c>2025-05-28T04:22:21.567+0000</c>.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether this is the answer to an earlier request (header <c>Idempotent-Replayed</c>). Not part of the body.</summary>
    [JsonIgnore]
    public bool Replayed { get; init; }
}

/// <summary>What the customer must do, or why the payment failed or expired.</summary>
public sealed record PayCode
{
    /// <summary>Send the customer's browser there.</summary>
    [JsonPropertyName("3ds_url")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ThreeDsUrl { get; init; }

    /// <summary>Why it failed or expired, such as <c>issuer_declined</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorCode { get; init; }

    /// <summary>The same in a sentence.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ErrorMessage { get; init; }
}

/// <summary>Where changes of status are told, as it is echoed.</summary>
public sealed record WebhookEcho
{
    /// <summary>The URL.</summary>
    public required string EndpointUrl { get; init; }

    /// <summary>Always <c>****</c>.</summary>
    public string AuthorizationHeader { get; init; } = "****";
}

/// <summary>What was asked back of a payment.</summary>
public sealed record RefundInformation
{
    /// <summary>What was captured, in cents.</summary>
    public required long TotalAmount { get; init; }

    /// <summary>The sum of the refunds that were asked for and not rejected, in cents.</summary>
    public required long RefundAmount { get; init; }

    /// <summary>The reason of the last one.</summary>
    public required string Description { get; init; }
}

/// <summary>Who pays.</summary>
public sealed record SenderDetails
{
    /// <summary>With which card.</summary>
    public required SenderCard Card { get; init; }
}

/// <summary>What may be shown of a card.</summary>
public sealed record SenderCard
{
    /// <summary>Always <c>card</c>.</summary>
    public string CardType { get; init; } = "card";

    /// <summary>Such as <c>visa</c>.</summary>
    public required string CardBrand { get; init; }

    /// <summary>The last four digits.</summary>
    [JsonPropertyName("card_last_4")]
    public required string CardLast4 { get; init; }

    /// <summary>ISO 3166-1 alpha-2 of the issuer, when it is known.</summary>
    public required string? CardCountry { get; init; }
}

/// <summary>The answer to a refund.</summary>
public sealed record RefundResponse
{
    /// <summary>What was captured, in cents.</summary>
    public required long TotalAmount { get; init; }

    /// <summary>This refund, in cents.</summary>
    public required long RefundAmount { get; init; }

    /// <summary>Its reason.</summary>
    public required string Description { get; init; }

    /// <summary>The payment.</summary>
    public required PaymentResponse PayinRequest { get; init; }

    /// <summary>Whether this is the answer to an earlier request (header <c>Idempotent-Replayed</c>). Not part of the body.</summary>
    [JsonIgnore]
    public bool Replayed { get; init; }
}

/// <summary>A page of payments, newest first.</summary>
public sealed record PaymentList
{
    /// <summary>How many payments match.</summary>
    public required int Total { get; init; }

    /// <summary>How many pages they make.</summary>
    public required int TotalPage { get; init; }

    /// <summary>Which page this is, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>How many a page holds.</summary>
    public required int PerPage { get; init; }

    /// <summary>The payments.</summary>
    public required IReadOnlyList<PaymentResponse> Records { get; init; }
}

/// <summary>The answer to the deletion of a token.</summary>
public sealed record DeleteTokenResponse
{
    /// <summary>Always <c>Ok</c>.</summary>
    public string Status { get; init; } = "Ok";
}

/// <summary>A part of the app's event feed, oldest first.</summary>
public sealed record EventFeed
{
    /// <summary>The changes of status.</summary>
    public required IReadOnlyList<PaymentStatusChange> Records { get; init; }

    /// <summary>What to send as <c>after</c> to go on from here.</summary>
    public required string NextAfter { get; init; }

    /// <summary>Whether there is more already.</summary>
    public required bool HasMore { get; init; }
}

/// <summary>One change of a payment's status.</summary>
public sealed record PaymentStatusChange
{
    /// <summary>The event's identifier, the same as the webhook's <c>webhook-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The place in the feed: what to send as <c>after</c> to get what follows.</summary>
    public required string Cursor { get; init; }

    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>Its status before.</summary>
    public required PaymentStatus PreviousStatus { get; init; }

    /// <summary>Its status after.</summary>
    public required PaymentStatus Status { get; init; }

    /// <summary>When it changed.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The payment as it was right after the change.</summary>
    public required PaymentResponse Payment { get; init; }
}

/// <summary>The sandbox's clock.</summary>
public sealed record ClockResponse
{
    /// <summary>What time it is there.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset Now { get; init; }
}

/// <summary>Why a request was not done: field errors by dotted path, or <c>code</c> and <c>message</c>.</summary>
public sealed record ErrorResponse
{
    /// <summary>A text for each dotted path, or <c>code</c> and <c>message</c>.</summary>
    public required IReadOnlyDictionary<string, string> Errors { get; init; }
}

/// <summary>What the sandbox's acquirer has in its own books about a payment.</summary>
public sealed record BooksResponse
{
    /// <summary>The payment.</summary>
    public required string Uuid { get; init; }

    /// <summary>What is or was held, in cents.</summary>
    public required long Authorised { get; init; }

    /// <summary>What was taken, in cents.</summary>
    public required long Captured { get; init; }

    /// <summary>What was released without being taken, in cents.</summary>
    public required long Released { get; init; }

    /// <summary>What was paid back, in cents.</summary>
    public required long Refunded { get; init; }

    /// <summary>How many authorisations it approved and did not reverse.</summary>
    public required int Authorisations { get; init; }

    /// <summary>Whether the captured funds were paid out to the merchant.</summary>
    public required bool Settled { get; init; }

    /// <summary>Every message that it processed, in order.</summary>
    public required IReadOnlyList<BooksEntry> Entries { get; init; }
}

/// <summary>One message in the books of the sandbox's acquirer.</summary>
public sealed record BooksEntry
{
    /// <summary>The reference of the operation.</summary>
    public required string Operation { get; init; }

    /// <summary>What was asked.</summary>
    public required string Message { get; init; }

    /// <summary>How much, in cents.</summary>
    public required long Amount { get; init; }

    /// <summary>What was answered: the response code of ISO 8583, <c>00</c> for yes.</summary>
    public required string Result { get; init; }

    /// <summary>For an authorisation, what it said of the kept card.</summary>
    public BooksCredential? StoredCredential { get; init; }
}

/// <summary>What an authorisation said of the kept card that it used, in the words and fields of the schemes.</summary>
public sealed record BooksCredential
{
    /// <summary>Who began it: <c>cardholder</c> or <c>merchant</c>.</summary>
    public required string Initiator { get; init; }

    /// <summary>How the card was used: <c>first</c> or <c>subsequent</c>.</summary>
    public required string Use { get; init; }

    /// <summary>How the number was entered, the first two digits of DE22: <c>10</c> for one that was kept.</summary>
    public required string EntryMode { get; init; }

    /// <summary>Visa, F126.13: <c>C</c> where a card is kept for unscheduled use, and where it is so used.</summary>
    public string? PosEnvironment { get; init; }

    /// <summary>Visa, F63.3: why the merchant began it.</summary>
    public string? MessageReason { get; init; }

    /// <summary>Mastercard, DE48.22.5.</summary>
    public string? Category { get; init; }

    /// <summary>The scheme's identifier of the payment that it continued.</summary>
    public string? PreviousTransaction { get; init; }

    /// <summary>The electronic commerce indicator of the cardholder's own payment.</summary>
    public string? OriginalEci { get; init; }

    /// <summary>The protocol version of that payment's authentication.</summary>
    public string? OriginalVersion { get; init; }

    /// <summary>The directory server's identifier of that payment's authentication.</summary>
    public string? OriginalDirectoryServerTransaction { get; init; }

    /// <summary>Whether the security code came with it. The code itself is in no books.</summary>
    public required bool WithSecurityCode { get; init; }

    /// <summary>Whether an authentication of its own came with it. Its value is in no books.</summary>
    public required bool WithAuthentication { get; init; }
}
