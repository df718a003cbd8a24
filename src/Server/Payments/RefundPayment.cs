using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Payment = Tollgate.Core.Payments.Payment;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/refund_payment</c>: gives back what was taken, wholly or in part; the payout follows.</summary>
internal sealed class RefundPayment(OperateOnPayment operate, PaymentRunner runner, PaymentRenderer renderer)
{
    public Task HandleAsync(HttpContext context, App app)
    {
        // What this refund asks for, when the request leaves it open, is what was left when it was taken.
        long? asked = null;
        var reason = string.Empty;
        return operate.HandleAsync(
            context,
            app,
            fields =>
            {
                asked = fields.Integer("refund_amount", 1, long.MaxValue);
                reason = fields.Text("reason", 255, required: true, minimum: 5) ?? string.Empty;
                return (payment, keyed) =>
                {
                    var amount = asked is { } minor ? new Money(minor, payment.Facts.Amount.Currency) : (Money?)null;
                    asked ??= payment.Refundable.Minor;
                    return runner.RefundAsync(payment, amount, reason, keyed);
                };
            },
            payment => Render(payment, payment.Refund?.Amount.Minor ?? asked ?? payment.Captured.Minor, reason));
    }

    private Answer Render(Payment payment, long amount, string reason) => Answer.Ok(
        new()
        {
            TotalAmount = payment.Captured.Minor,
            RefundAmount = amount,
            Description = reason.Length > 0 ? reason : payment.LastRefundReason ?? string.Empty,
            PayinRequest = renderer.Render(payment),
        },
        ResponseJson.Numbers.RefundResponse);
}
