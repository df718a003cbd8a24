using System.Text;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Disputes;

/// <summary>What a merchant's answer in a dispute asks for.</summary>
/// <param name="Content">What the idempotency key tells equal requests by.</param>
/// <param name="Step">The step to run.</param>
/// <param name="IsDeclined">Whether an open dispute, as the step left it with nothing in flight, says that the acquirer would not take the answer.</param>
internal sealed record MerchantAnswer(byte[] Content, Func<Payment, KeyedRequest?, Task<StepResult>> Step, Func<Dispute, bool> IsDeclined)
{
    /// <summary>The evidence that the step keeps, once it knows its numbers.</summary>
    public IReadOnlyList<ListedEvidence> Brought { get; set; } = [];
}

/// <summary>What acceptance and evidence have in common: a dispute in the path, a key, a step, an answer.</summary>
internal sealed class AnswerDispute(IDisputeLookup disputes, IPaymentLookup payments, Idempotency idempotency)
{
    private static readonly Answer Declined = Answer.Error(
        422, "DISPUTE_ANSWER_DECLINED", "The acquirer did not take the answer; the dispute stands where it stood.");

    /// <summary>Reads the request, runs the step, answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="app">Whose it is.</param>
    /// <param name="read">Reads the body; not before it is known that the dispute is the app's.</param>
    public async Task HandleAsync(HttpContext context, App app, Func<DisputeId, FieldErrors, Task<MerchantAnswer>> read)
    {
        if (await disputes.FindAsync(app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["id"])) is not { } found)
        {
            await Answer.NotFound("Dispute not found.").WriteAsync(context);
            return;
        }

        var id = found.Dispute.Id;
        var errors = new FieldErrors();
        var asked = await read(id, errors);
        var keyed = idempotency.Read(context.Request, app.Id, [.. Encoding.UTF8.GetBytes(id.Value + "|"), .. asked.Content], RenderAsync);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var result = await asked.Step((await payments.FindAsync(found.Facts.Id))!, keyed);
        if (result.KeyTaken)
        {
            await idempotency.ReplayAsync(context, app.Id, keyed!);
        }
        else if (result.Refusal is { } refusal)
        {
            // "In flight" passes by itself and is no answer to keep; any other refusal is what the key repeats.
            await idempotency.AnswerAsync(context, app.Id, refusal == Refusal.OperationInFlight ? null : keyed, found.Facts.Id, Answer.Refused(refusal));
        }
        else
        {
            await (await RenderAsync(result.Payment!)).WriteAsync(context);
        }

        async Task<Answer> RenderAsync(Payment payment)
        {
            var dispute = payment.Dispute!;
            if (payment.InFlight is null && dispute.IsOpen && asked.IsDeclined(dispute))
            {
                return Declined;
            }

            // Read later than the payment: whatever it counts is there, also what another request brought meanwhile, or is brought by this one.
            var known = (await disputes.ListEvidenceAsync(id))[id.Value];
            var evidence = known.UnionBy(asked.Brought, e => e.Number);
            return Answer.Ok(DisputeRenderer.Render(dispute, payment.Facts, evidence), ResponseJson.Numbers.DisputeResponse);
        }
    }
}
