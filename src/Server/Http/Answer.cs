using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Http;

/// <summary>An answer, ready to be written: also what an idempotency key keeps.</summary>
internal readonly record struct Answer(int StatusCode, byte[] Body)
{
    public static Answer Ok<T>(T body, JsonTypeInfo<T> type) => new(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(body, type));

    /// <summary>Invalid fields, all of them.</summary>
    public static Answer Invalid(FieldErrors errors) => Error(StatusCodes.Status422UnprocessableEntity, errors.Messages);

    /// <summary>One invalid field that only the store could tell.</summary>
    public static Answer InvalidField(string path, string message) =>
        Error(StatusCodes.Status422UnprocessableEntity, new Dictionary<string, string>(StringComparer.Ordinal) { [path] = message });

    public static Answer Error(int statusCode, string? code, string message)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        if (code is not null)
        {
            errors.Add("code", code);
        }

        errors.Add("message", message);
        return Error(statusCode, errors);
    }

    public static Answer NotFound(string message = "Payment not found.") => Error(StatusCodes.Status404NotFound, "NOT_FOUND", message);

    /// <summary>The store cannot be reached, or the server is shutting down.</summary>
    public static Answer Unavailable() =>
        Error(StatusCodes.Status503ServiceUnavailable, "UNAVAILABLE", "The request could not be taken. Send it again after the time in Retry-After.");

    /// <summary>The one table from refusals to answers.</summary>
    public static Answer Refused(Refusal refusal)
    {
        var (status, code, message) = refusal switch
        {
            Refusal.OperationInFlight => (409, "OPERATION_IN_FLIGHT", "Another operation on this payment is in flight. Read the payment and try again."),
            Refusal.NotPending => (422, "PAYMENT_NOT_PENDING", "The payment is no longer pending."),
            Refusal.NoChallengeOpen => (422, "NO_CHALLENGE_OPEN", "The payment has no challenge to answer."),
            Refusal.AuthenticationUnderWay => (409, "AUTHENTICATION_UNDER_WAY", "The cardholder is being authenticated."),
            Refusal.SessionOver => (422, "SESSION_OVER", "The session of this payment is over."),
            Refusal.NotCapturable => (422, "PAYMENT_NOT_CAPTURABLE", "Only an authorised payment can be captured, and only once."),
            Refusal.CaptureAboveAuthorised => (422, "AMOUNT_ABOVE_AUTHORISED", "The amount is more than was authorised."),
            Refusal.NotVoidable => (422, "PAYMENT_NOT_VOIDABLE", "Only an authorised payment can be voided, before it is captured."),
            Refusal.NotRefundable => (422, "PAYMENT_NOT_REFUNDABLE", "Only a captured payment that is not fully refunded and has no refund on its way can be refunded."),
            Refusal.RefundAboveRemaining => (422, "AMOUNT_ABOVE_REFUNDABLE", "The amount is more than is left to refund."),
            Refusal.NoDisputeOpen => (422, "DISPUTE_NOT_OPEN", "The dispute has ended."),
            Refusal.DisputeNotAnswerable => (422, "DISPUTE_NOT_ANSWERABLE", "It is not the merchant's turn in this dispute, or the time to answer has passed."),
            Refusal.NoEvidence => (422, "NO_EVIDENCE", "Evidence cannot be sent before there is some."),
            Refusal.EvidenceTooLarge => (422, "EVIDENCE_TOO_LARGE", "The evidence of one dispute can be 20 MB and 100 pieces together."),
            Refusal.NotSettleable or Refusal.NoRefundPending or Refusal.NotDisputable or Refusal.DisputeStageNotNext or Refusal.NoReserve
                or Refusal.StaleOperation =>
                (422, "EVENT_NOT_APPLICABLE", "The event does not apply to the payment as it is now."),
            _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
        };
        return Error(status, code, message);
    }

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(HttpContext context, bool replayed = false)
    {
        var response = context.Response;
        response.StatusCode = StatusCode;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = Body.Length;
        if (replayed)
        {
            response.Headers["Idempotent-Replayed"] = "true";
        }

        response.Headers.RetryAfter = StatusCode switch
        {
            StatusCodes.Status503ServiceUnavailable => "2",
            StatusCodes.Status429TooManyRequests => response.Headers.RetryAfter is { Count: > 0 } said ? said : "1",
            _ => default,
        };

        await response.BodyWriter.WriteAsync(Body, context.RequestAborted);
    }

    private static Answer Error(int statusCode, IReadOnlyDictionary<string, string> errors) =>
        new(statusCode, JsonSerializer.SerializeToUtf8Bytes(new ErrorResponse { Errors = errors }, ResponseJson.Numbers.ErrorResponse));
}
