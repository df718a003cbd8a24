using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Payment = Tollgate.Core.Payments.Payment;
using PaymentStatus = Tollgate.Core.Payments.PaymentStatus;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/capture_payment</c>: takes what is held, wholly or in part.</summary>
internal sealed class CapturePayment(OperateOnPayment operate, PaymentRunner runner, PaymentRenderer renderer)
{
    private static readonly Answer Declined = Answer.Error(422, "CAPTURE_DECLINED", "The acquirer did not capture the payment; it is still authorised.");

    public Task HandleAsync(HttpContext context, App app) => operate.HandleAsync(
        context,
        app,
        fields =>
        {
            var amount = fields.Integer("amount", 1, long.MaxValue);
            return (payment, keyed) => runner.CaptureAsync(payment, amount is { } minor ? new Money(minor, payment.Facts.Amount.Currency) : null, keyed);
        },
        Render);

    private Answer Render(Payment payment) => payment is { Status: PaymentStatus.Authorised, InFlight: null }
        ? Declined
        : Answer.Ok(renderer.Render(payment), ResponseJson.Numbers.PaymentResponse);
}
