using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Disputes;

/// <summary><c>POST /api/v2/cards/disputes/{id}/accept</c>: the merchant lets the money go.</summary>
internal sealed class AcceptDispute(AnswerDispute answer, PaymentRunner runner)
{
    public Task HandleAsync(HttpContext context, App app) => answer.HandleAsync(
        context,
        app,
        async (dispute, _) =>
        {
            using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
            return new(body.Bytes, (payment, keyed) => runner.AcceptDisputeAsync(payment, dispute, keyed), _ => true);
        });
}
