using System.Net.Mime;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>
/// <c>POST /3ds/results</c>: a directory server brings the issuer's result of a challenge (RReq). It is answered (RRes) once the result is committed, so that an
/// issuer that hears nothing brings it again; of several, the first counts.
/// </summary>
internal sealed class ReceiveResults(IPaymentLookup reader, AuthenticationRunner runner, Settings settings, TimeProvider clock, ILogger<ReceiveResults> logger)
{
    private const int LongestMessage = 64 * 1024;

    private static readonly MessageExpectation Expected = new() { Types = MessageTypes.RReq, Component = Component.Server };

    public async Task HandleAsync(HttpContext context)
    {
        if (settings.ThreeDS.ResultsCertificate is { } certificates && !certificates.Admits(await context.Connection.GetClientCertificateAsync(context.RequestAborted)))
        {
            Log.ResultRefused(logger);
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (await ReadAsync(context.Request, context.RequestAborted) is not { } body)
        {
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        await WriteAsync(context, await AnswerAsync(body));
    }

    private async Task<Message> AnswerAsync(ReadOnlyMemory<byte> body)
    {
        var reading = MessageReader.Read(body.Span, Expected);
        if (!reading.Is<ResultsRequest>(out var result))
        {
            return reading.Error!;
        }

        if (!ServerTransactionId.TryReadPayment(result.ThreeDSServerTransID, out var id) || await reader.FindAsync(id) is not { } payment)
        {
            return Error(result, ErrorCode.TransactionNotRecognised, "threeDSServerTransID");
        }

        if (await FindAttemptAsync(payment, result.ThreeDSServerTransID) is not { } attempt)
        {
            return Error(result, ErrorCode.TransactionNotRecognised, "threeDSServerTransID");
        }

        // An attempt that ended before its challenge began has no identifiers but ours: nothing can come of it, and the issuer is told that it was heard.
        var isOver = attempt.Stage == AttemptStage.Ended;
        if (!(isOver && attempt.AcsTransactionId is null))
        {
            if (!Same(attempt.AcsTransactionId, result.AcsTransID) || !Same(attempt.DirectoryServerTransactionId, result.DsTransID))
            {
                return Error(result, ErrorCode.TransactionNotRecognised, Same(attempt.AcsTransactionId, result.AcsTransID) ? "dsTransID" : "acsTransID");
            }

            if (result.MessageCategory != "01" || result.MessageVersion != attempt.Version)
            {
                return Error(result, ErrorCode.InvalidFormat, result.MessageCategory == "01" ? "messageVersion" : "messageCategory");
            }
        }

        if (!isOver)
        {
            // Should another result have come first, or the session have ended in between, nothing comes of this one, and the issuer need not know.
            var now = clock.GetUtcNow();
            var at = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
            var verdict = Verdicts.Of(result);
            await runner.RecordResultAsync(payment, attempt.Id, verdict, Verdicts.Exchange("RReq", at, at, verdict));
        }

        return new ResultsResponse
        {
            MessageVersion = result.MessageVersion,
            ThreeDSServerTransID = result.ThreeDSServerTransID,
            AcsTransID = result.AcsTransID,
            DsTransID = result.DsTransID,
            ResultsStatus = "01",
        };
    }

    /// <summary>The attempt of an identifier: the payment's last, or one that was set aside, or in whose place another has come.</summary>
    private async Task<AuthenticationAttempt?> FindAttemptAsync(Payment payment, string id)
    {
        if (payment.Attempt is { } last && Same(last.Id, id))
        {
            return last;
        }

        var events = await reader.ReadJournalAsync(payment);
        if (events.OfType<PaymentEvent.AuthenticationStarted>().FirstOrDefault(e => Same(e.Attempt, id)) is not { } started)
        {
            return null;
        }

        var challenge = events.OfType<PaymentEvent.ChallengeStarted>().FirstOrDefault(e => e.Attempt == started.Attempt);
        return new()
        {
            Id = started.Attempt,
            Version = started.Version,
            StartedAt = started.At,
            Stage = AttemptStage.Ended,
            AcsTransactionId = challenge?.AcsTransactionId,
            DirectoryServerTransactionId = challenge?.DirectoryServerTransactionId,
        };
    }

    private static bool Same(string? ours, string theirs) => string.Equals(ours, theirs, StringComparison.OrdinalIgnoreCase);

    private static ErrorMessage Error(ResultsRequest result, string code, string detail) =>
        DirectoryServerClient.ErrorAbout(result, code, detail, result.ThreeDSServerTransID, result.AcsTransID, result.DsTransID);

    /// <summary>The body; nothing when it is too long.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > LongestMessage)
        {
            return null;
        }

        var buffer = new byte[LongestMessage + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return length <= LongestMessage ? new ReadOnlyMemory<byte>(buffer, 0, length) : default(ReadOnlyMemory<byte>?);
    }

    private static async Task WriteAsync(HttpContext context, Message answer)
    {
        // An error is an answer like any other: EMV 3DS speaks in messages, not in status codes.
        var body = MessageWriter.Write(answer);
        context.Response.ContentType = MediaTypeNames.Application.Json + "; charset=utf-8";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
