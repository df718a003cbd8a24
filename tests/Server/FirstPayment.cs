using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests;

public abstract class FirstPayment(Gateway gateway)
{
    [Fact]
    public async Task A_charge_is_authorised_captured_settled_and_refunded()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge());
        Assert.Equal(PaymentStatus.Authorised, payment.Status);

        payment = await gateway.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        Assert.Equal(PaymentStatus.Waiting, payment.Status);

        payment = await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
        Assert.Equal(PaymentStatus.Received, payment.Status);
        Assert.Equal(1000, payment.PaidAmount);

        var refund = await gateway.Client.RefundPaymentAsync(new() { Uuid = payment.Uuid, Reason = "Wrong size" });
        Assert.Equal(PaymentStatus.ReturnPending, refund.PayinRequest.Status);

        payment = await gateway.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.RefundCompleted });
        Assert.Equal(PaymentStatus.ReturnReceived, payment.Status);
    }
}

public sealed class FirstPaymentOnSqlite(SqliteGateway gateway) : FirstPayment(gateway);

public sealed class FirstPaymentOnPostgres(PostgresGateway gateway) : FirstPayment(gateway);
