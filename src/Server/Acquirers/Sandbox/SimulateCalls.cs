using System.Xml;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Sandbox;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Payment = Tollgate.Core.Payments.Payment;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The calls that only the sandbox has: make something happen, move the clock, break the wire, look into the acquirer's books.</summary>
internal sealed class SimulateCalls(IAcquirerHost host, SandboxTime time, PaymentReader reader, PaymentRunner runner, PaymentRenderer renderer)
{
    private static readonly TimeSpan LongestMove = TimeSpan.FromDays(3660);

    /// <summary>The clock cannot go back, so it must not get where identifiers and dates run out: a sandbox there could never take a payment again.</summary>
    private static readonly DateTimeOffset EndOfTime = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary><c>POST /api/v2/cards/simulate</c>.</summary>
    public async Task SimulateAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var uuid = fields.Text("uuid", 64, required: true);
        var wished = fields.Choice<SimulatedEvent>("event", required: true);
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        if (await reader.FindAsync(app.Id, uuid!) is not { } payment)
        {
            await Answer.NotFound().WriteAsync(context);
            return;
        }

        var refusal = await MakeHappenAsync(payment, wished!.Value);
        var answer = refusal is { } why
            ? Answer.Refused(why)
            : Answer.Ok(renderer.Render((await reader.FindAsync(payment.Id))!), ResponseJson.Numbers.PaymentResponse);
        await answer.WriteAsync(context);
    }

    /// <summary><c>GET /api/v2/sandbox/clock</c>.</summary>
    public Task ReadClockAsync(HttpContext context, App app) => Answer.Ok(new() { Now = time.Now }, ResponseJson.Numbers.ClockResponse).WriteAsync(context);

    /// <summary><c>POST /api/v2/sandbox/clock</c>.</summary>
    public async Task MoveClockAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var text = new JsonFields(body.Root, string.Empty, errors).Text("advance", 64, required: true);
        var span = text is null ? null : ParseDuration(text);
        if (text is not null && !(time.Now + span <= EndOfTime))
        {
            errors.Add("advance", "is invalid");
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        await time.AdvanceAsync(span!.Value);
        await ReadClockAsync(context, app);
    }

    /// <summary><c>POST /api/v2/sandbox/faults</c>.</summary>
    public async Task InjectFaultAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var fault = fields.Choice<LinkFault>("fault", required: true);
        var kind = fields.Choice<MessageKind>("message");
        var uuid = fields.Text("uuid", 64);
        var times = fields.SmallInteger("times", 1, 1000) ?? 1;
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        await host.ArmAsync(fault!.Value, kind, uuid, times);
        await Answer.Ok(new(), ResponseJson.Numbers.DeleteTokenResponse).WriteAsync(context);
    }

    /// <summary><c>GET /api/v2/sandbox/books/{uuid}</c>.</summary>
    public async Task ReadBooksAsync(HttpContext context, App app)
    {
        var uuid = QueryFields.Cleaned((string?)context.Request.RouteValues["uuid"]);
        if (await reader.FindAsync(app.Id, uuid) is null)
        {
            await Answer.NotFound().WriteAsync(context);
            return;
        }

        var booked = await host.ReadAsync(uuid) ?? new();
        await Answer.Ok(
            new()
            {
                Uuid = uuid,
                Authorised = booked.Authorised,
                Captured = booked.Captured,
                Released = booked.Released,
                Refunded = booked.Refunded,
                Authorisations = booked.Authorisations,
                Settled = booked.Settled,
                Entries = [.. booked.Lines.Select(line => new BooksEntry
                {
                    Operation = line.Operation,
                    Message = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(line.Kind),
                    Amount = line.Amount,
                    Result = line.Reply?.ResponseCode ?? "00",
                    StoredCredential = line.Credential is { } credential ? CredentialOf(credential, line) : null,
                })],
            },
            ResponseJson.Numbers.BooksResponse).WriteAsync(context);
    }

    private static BooksCredential CredentialOf(SimulatedCredential credential, BookLine line) => new()
    {
        Initiator = WireNames.Of(credential.Initiator),
        Use = credential.Use,
        EntryMode = credential.EntryMode,
        PosEnvironment = credential.PosEnvironment,
        MessageReason = credential.MessageReason,
        Category = credential.Category,
        PreviousTransaction = credential.PreviousTransaction,
        OriginalEci = credential.OriginalEci,
        OriginalVersion = credential.OriginalVersion,
        OriginalDirectoryServerTransaction = credential.OriginalDirectoryServerTransaction,
        WithSecurityCode = line.WithCode,
        WithAuthentication = line.WithAuthentication,
    };

    private async Task<Refusal?> MakeHappenAsync(Payment payment, SimulatedEvent wished)
    {
        switch (wished)
        {
            case SimulatedEvent.Settled:
                return payment.UnsettledSince is not null && await host.DoNowAsync(NoticeKind.Settled, payment.Id.Value) ? null : Refusal.NotSettleable;
            case SimulatedEvent.RefundCompleted:
                return await host.DoNowAsync(NoticeKind.RefundCompleted, payment.Id.Value) ? null : Refusal.NoRefundPending;
            case SimulatedEvent.RefundRejected:
                return await host.DoNowAsync(NoticeKind.RefundRejected, payment.Id.Value) ? null : Refusal.NoRefundPending;
            case SimulatedEvent.Expired when payment.Dispute is { IsOpen: true }:
                // A dispute's deadline is the acquirer's as well: only the clock, which both live by, can bring it.
                return Refusal.StaleOperation;
            case SimulatedEvent.Expired:
                return payment.InFlight is null ? (await runner.EndTimeAsync(payment)).Refusal : Refusal.OperationInFlight;
            case var _ when payment.InFlight is not null:
                return Refusal.OperationInFlight;
            default:
                return await host.DoNowAsync(KindOf(wished), payment.Id.Value) ? null : Refusal.StaleOperation;
        }
    }

    private static NoticeKind KindOf(SimulatedEvent wished) => wished switch
    {
        SimulatedEvent.DisputeOpened => NoticeKind.DisputeOpened,
        SimulatedEvent.DisputeInquiry => NoticeKind.InquiryOpened,
        SimulatedEvent.DisputeEscalated => NoticeKind.DisputeMoved,
        SimulatedEvent.DisputeWon => NoticeKind.DisputeWon,
        SimulatedEvent.DisputeLost => NoticeKind.DisputeLost,
        _ => throw new ArgumentOutOfRangeException(nameof(wished)),
    };

    private static TimeSpan? ParseDuration(string text)
    {
        try
        {
            var span = XmlConvert.ToTimeSpan(text);
            return span > TimeSpan.Zero && span <= LongestMove ? span : null;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return null;
        }
    }
}
