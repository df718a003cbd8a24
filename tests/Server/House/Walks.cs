using Tollgate.Client;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>Walks a new payment of 1000 cents to a status, by what a merchant and the world can do, without moving a clock.</summary>
public static class Walks
{
    /// <summary>A new payment in a status.</summary>
    public static async Task<PaymentResponse> ToAsync(PaymentStatus status, TollgateClient client)
    {
        switch (status)
        {
            case PaymentStatus.Pending:
                return await client.ChargeAsync(Requests.Charge("4111111111111111"));
            case PaymentStatus.Failed:
                return await client.ChargeAsync(Requests.Charge("4000000000000002"));
            case PaymentStatus.Expired:
                return await SimulateAsync(await ToAsync(PaymentStatus.Pending, client), SimulatedEvent.Expired, client);
            case PaymentStatus.Authorised:
                return await client.ChargeAsync(Requests.Charge());
            case PaymentStatus.Waiting:
                return await client.CapturePaymentAsync(new() { Uuid = (await ToAsync(PaymentStatus.Authorised, client)).Uuid });
            case PaymentStatus.Received:
                return await SimulateAsync(await ToAsync(PaymentStatus.Waiting, client), SimulatedEvent.Settled, client);
            case PaymentStatus.ReturnPending:
                return await RefundAsync(await ToAsync(PaymentStatus.Received, client), null, client);
            case PaymentStatus.PartiallyRefunded:
                return await SimulateAsync(
                    await RefundAsync(await ToAsync(PaymentStatus.Received, client), 400, client), SimulatedEvent.RefundCompleted, client);
            case PaymentStatus.ReturnReceived:
                return await SimulateAsync(await ToAsync(PaymentStatus.ReturnPending, client), SimulatedEvent.RefundCompleted, client);
            case PaymentStatus.ReturnRejected:
                return await SimulateAsync(await ToAsync(PaymentStatus.ReturnPending, client), SimulatedEvent.RefundRejected, client);
            case PaymentStatus.ReturnExpired:
                return await SimulateAsync(await ToAsync(PaymentStatus.ReturnPending, client), SimulatedEvent.Expired, client);
            case PaymentStatus.InDispute:
                return await SimulateAsync(await ToAsync(PaymentStatus.Received, client), SimulatedEvent.DisputeOpened, client);
            case PaymentStatus.DisputeLost:
                return await SimulateAsync(await ToAsync(PaymentStatus.InDispute, client), SimulatedEvent.DisputeLost, client);
            default:
                throw new ArgumentOutOfRangeException(nameof(status), status, "No walk leads there.");
        }
    }

    public static async Task<PaymentResponse> RefundAsync(PaymentResponse payment, long? amount, TollgateClient client) =>
        (await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = amount, Reason = "Wrong size" })).PayinRequest;

    private static Task<PaymentResponse> SimulateAsync(PaymentResponse payment, SimulatedEvent wished, TollgateClient client) =>
        client.SimulateAsync(new() { Uuid = payment.Uuid, Event = wished });
}
