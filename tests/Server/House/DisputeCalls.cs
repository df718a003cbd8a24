using System.Text.Json;
using Tollgate.Client;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>What tests of disputes ask for again and again.</summary>
public static class DisputeCalls
{
    /// <summary>A new payment in a dispute about all of it.</summary>
    public static async Task<DisputeResponse> OpenDisputeAsync(this TollgateClient client, string card = "4242424242424242")
    {
        var payment = await client.ChargeAsync(Requests.Charge(card) with { Capture = true });
        await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
        await client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.DisputeOpened });
        return await client.GetDisputeOfAsync(payment.Uuid);
    }

    /// <summary>The last dispute of a payment.</summary>
    public static async Task<DisputeResponse> GetDisputeOfAsync(this TollgateClient client, string uuid) =>
        (await client.ListDisputesAsync(new() { PaymentUuid = uuid })).Records[0];

    public static async Task<PaymentStatus> StatusOfAsync(this TollgateClient client, string uuid) => (await client.GetPaymentAsync(uuid)).Status;

    public static DisputeResponse Dispute(this WireAnswer answer) => JsonSerializer.Deserialize(answer.Body, ResponseJson.Numbers.DisputeResponse)!;

    public static Task<WireAnswer> AcceptAsync(this Wire wire, string dispute, string? key = null) =>
        wire.PostAsync($"{Wire.Cards}/disputes/{dispute}/accept", "{}", key);

    public static Task<WireAnswer> EvidenceAsync(this Wire wire, string dispute, string json, string? key = null) =>
        wire.PostAsync($"{Wire.Cards}/disputes/{dispute}/evidence", json, key);
}
