using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Payments;

/// <summary>What capture, void and refund have in common: a body that names a payment, a key, a step, an answer.</summary>
internal sealed class OperateOnPayment(IPaymentLookup reader, Idempotency idempotency)
{
    /// <summary>Reads the request, runs the step, answers.</summary>
    /// <param name="context">The request.</param>
    /// <param name="app">Whose it is.</param>
    /// <param name="read">Reads the fields besides <c>uuid</c> into the step to run.</param>
    /// <param name="render">The answer for the payment as the step left it; also what the key repeats.</param>
    public async Task HandleAsync(
        HttpContext context,
        App app,
        Func<JsonFields, Func<Payment, KeyedRequest?, Task<StepResult>>> read,
        Func<Payment, Answer> render)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var keyed = idempotency.Read(context.Request, app.Id, body.Bytes, render);
        if (await idempotency.TryReplayAsync(context, app.Id, keyed))
        {
            return;
        }

        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var uuid = fields.Text("uuid", 64, required: true);
        var step = read(fields);
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

        var result = await step(payment, keyed);
        if (result.KeyTaken)
        {
            await idempotency.ReplayAsync(context, app.Id, keyed!);
        }
        else if (result.Refusal is { } refusal)
        {
            // "In flight" passes by itself and is no answer to keep; any other refusal is what the key repeats.
            await idempotency.AnswerAsync(context, app.Id, refusal == Refusal.OperationInFlight ? null : keyed, payment.Id, Answer.Refused(refusal));
        }
        else
        {
            await render(result.Payment!).WriteAsync(context);
        }
    }
}
