using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;
using PaymentStatus = Tollgate.Core.Payments.PaymentStatus;
using Wire = Tollgate.Client.Contract;

namespace Tollgate.Server.Payments;

/// <summary>Where customers' browsers reach this server. It is known once the server listens.</summary>
internal sealed class PublicAddress
{
    /// <summary>Scheme, host and port, without a slash at the end.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>Where this machine reaches it, written in the same way.</summary>
    public string Local { get; set; } = "http://127.0.0.1:8080";
}

/// <summary>A payment as the wire shows it.</summary>
internal sealed class PaymentRenderer(PublicAddress address)
{
    public PaymentResponse Render(Payment payment)
    {
        var facts = payment.Facts;
        return new()
        {
            Uuid = payment.Id.Value,
            Name = facts.Cardholder.FirstName + " " + facts.Cardholder.LastName,
            Email = facts.Cardholder.Email,
            ExternalId = facts.ExternalId,
            Status = (Wire.PaymentStatus)payment.Status,
            PayCode = PayCodeOf(payment),
            Currency = facts.Amount.Currency.Code,
            Amount = facts.Amount.Minor,
            Total = facts.Amount.Minor,
            PaidAmount = payment.SettledAt is null ? 0 : payment.Captured.Minor,
            IsRefundable = payment.Status is not (PaymentStatus.Failed or PaymentStatus.Expired or PaymentStatus.ReturnReceived
                or PaymentStatus.InDispute or PaymentStatus.DisputeLost),
            PaymentMethod = "card",
            ExpiredAt = payment.Status == PaymentStatus.Pending ? facts.SessionEndsAt : null,
            WebhookNotification = facts.Webhook is null ? null : new() { EndpointUrl = facts.Webhook.EndpointUrl },
            RefundInformation = payment.LastRefundReason is null ? null : new()
            {
                TotalAmount = payment.Captured.Minor,
                RefundAmount = payment.Returning.Minor,
                Description = payment.LastRefundReason,
            },
            SenderDetails = new()
            {
                Card = new() { CardBrand = facts.Card.Brand.WireName(), CardLast4 = facts.Card.LastFour, CardCountry = facts.Card.Country },
            },
            Capture = facts.CaptureAtOnce,
            PaymentType = (Wire.PaymentType)facts.Type,
            Token = facts.BroughtCard && payment.End is not null ? null : new() { Id = facts.Token.Value },
            CreatedAt = facts.CreatedAt,
        };
    }

    /// <summary>A change of status.</summary>
    public PaymentStatusChange Render(FeedEntry entry) => new()
    {
        Id = WebhookComposer.EventId(entry.Payment.Id.Value, entry.Version),
        Cursor = entry.Position.ToString(CultureInfo.InvariantCulture),
        Uuid = entry.Payment.Id.Value,
        PreviousStatus = (Wire.PaymentStatus)entry.Before,
        Status = (Wire.PaymentStatus)entry.After,
        CreatedAt = entry.At,
        Payment = Render(entry.Payment),
    };

    /// <summary>The challenge page of a payment.</summary>
    public string ChallengeUrl(Payment payment) => $"{address.Url}/3ds/{payment.Id}/{payment.ChallengeKey}";

    private PayCode? PayCodeOf(Payment payment)
    {
        if (payment.AwaitsChallenge)
        {
            return new() { ThreeDsUrl = ChallengeUrl(payment) };
        }

        if (payment.End is not { } end)
        {
            return null;
        }

        var (code, message) = Describe(end.Reason);
        return new() { ErrorCode = code, ErrorMessage = message };
    }

    /// <summary>The code and the sentence of a reason. Lost, stolen and fraud are the issuer's affair: the merchant is told that it declined.</summary>
    internal static (string Code, string Message) Describe(FailureReason reason) => reason switch
    {
        FailureReason.IssuerDeclined or FailureReason.CardLost or FailureReason.CardStolen or FailureReason.SuspectedFraud =>
            ("issuer_declined", "The issuer declined the payment."),
        FailureReason.InsufficientFunds => ("insufficient_funds", "The card has not enough funds."),
        FailureReason.CardExpired => ("card_expired", "The card has expired."),
        FailureReason.InvalidCardNumber => ("invalid_card_number", "The issuer does not know the card number."),
        FailureReason.InvalidCvc => ("invalid_cvc", "The security code does not match the card."),
        FailureReason.CardNotPermitted => ("card_not_permitted", "The card may not be used for this payment."),
        FailureReason.LimitExceeded => ("limit_exceeded", "A limit of the card is exceeded."),
        FailureReason.RiskDeclined => ("risk_declined", "The payment was declined."),
        FailureReason.AuthenticationDeclined => ("authentication_declined", "The cardholder could not be authenticated."),
        FailureReason.AuthenticationRequired => ("authentication_required", "The issuer wants the cardholder authenticated."),
        FailureReason.AuthenticationExpired => ("authentication_expired", "The authentication was not finished in time."),
        FailureReason.AuthenticationUnavailable => ("authentication_unavailable", "The cardholder could not be authenticated at this time."),
        FailureReason.AuthorisationExpired => ("authorisation_expired", "The authorisation lapsed before it was captured."),
        FailureReason.SessionExpired => ("session_expired", "The payment was not finished within its session."),
        FailureReason.Voided => ("voided", "The authorisation was voided."),
        FailureReason.AcquirerUnavailable => ("acquirer_unavailable", "The acquirer could not be reached; nothing was charged."),
        FailureReason.ProcessingError => ("processing_error", "The payment could not be processed."),
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
