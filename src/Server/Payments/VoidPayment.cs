using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using PaymentStatus = Tollgate.Core.Payments.PaymentStatus;

namespace Tollgate.Server.Payments;

/// <summary><c>POST /api/v2/cards/void_payment</c>: releases what is held.</summary>
internal sealed class VoidPayment(OperateOnPayment operate, PaymentRunner runner, PaymentRenderer renderer)
{
    private static readonly Answer Declined = Answer.Error(422, "VOID_DECLINED", "The acquirer did not release the hold; the payment is still authorised.");

    public Task HandleAsync(HttpContext context, App app) => operate.HandleAsync(
        context, app, _ => (payment, keyed) => runner.VoidAsync(payment, OperationCause.Merchant, keyed), Render);

    private Answer Render(Payment payment) => payment is { Status: PaymentStatus.Authorised, InFlight: null }
        ? Declined
        : Answer.Ok(renderer.Render(payment), ResponseJson.Numbers.PaymentResponse);
}
