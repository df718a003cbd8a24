using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Payments;

/// <summary><c>GET /api/v2/cards/payments/{uuid}</c>.</summary>
internal sealed class ReadPayment(IPaymentLookup reader, PaymentRenderer renderer)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var payment = await reader.FindAsync(app.Id, QueryFields.Cleaned((string?)context.Request.RouteValues["uuid"]));
        var answer = payment is null ? Answer.NotFound() : Answer.Ok(renderer.Render(payment), ResponseJson.Numbers.PaymentResponse);
        await answer.WriteAsync(context);
    }
}
