using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;
using Payment = Tollgate.Core.Payments.Payment;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/refund_payment</c>: gives back what was taken, wholly or in part; the payout follows.</summary>
internal sealed class RefundPayment(OperateOnPayment operate, PaymentRunner runner, PaymentRenderer renderer, RealTime real)
{
    public Task HandleAsync(HttpContext context, App app) => operate.HandleAsync(
        context,
        app,
        fields =>
        {
            var asked = fields.Integer("refund_amount", 1, long.MaxValue);
            var reason = fields.Text("reason", 255, required: true, minimum: 5) ?? string.Empty;
            return (payment, keyed) => runner.RefundAsync(payment, asked is { } minor ? new Money(minor, payment.Facts.Amount.Currency) : null, reason, keyed, Audit(context, app, payment));
        },
        Render);

    private AuditEntry Audit(HttpContext context, App app, Payment payment) =>
        new(real.Clock.GetUtcNow(), AuditAct.RefundStarted, AuditActor.Of(app.Id), context.Connection.RemoteIpAddress, $"payment {payment.Id}");

    // The payment knows its last refund, so that a key whose request died is answered with that refund too.
    private Answer Render(Payment payment) => Answer.Ok(
        new()
        {
            TotalAmount = payment.Captured.Minor,
            RefundAmount = payment.LastRefundAmount?.Minor ?? 0,
            Description = payment.LastRefundReason ?? string.Empty,
            PayinRequest = renderer.Render(payment),
        },
        ResponseJson.Numbers.RefundResponse);
}
