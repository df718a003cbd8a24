using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Break;

/// <summary>Keys whose first answer nobody got.</summary>
public abstract class KeysOfTheDead(Gateway gateway)
{
    [Fact]
    public async Task A_key_is_answered_with_its_own_refund_and_not_with_a_later_one()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await own.StopAsync();
        try
        {
            PaymentResponse payment;
            await using (var server = await ServerProcess.StartAsync(own, "--Tollgate:Sandbox:LateReplyDelay=00:00:40"))
            {
                using var wire = new Wire(server.Address);
                payment = await Walks.ToAsync(PaymentStatus.Received, server.Client);
                await server.Client.InjectFaultAsync(new() { Fault = SandboxFault.LateReply, Message = SandboxMessage.Refund, Uuid = payment.Uuid });
                var unanswered = wire.RefundAsync(payment.Uuid, 300, "first");
                await Eventually.GetAsync(
                    () => server.Client.GetBooksAsync(payment.Uuid), books => books.Entries.Any(e => e.Message == "refund"), "the refund at the acquirer");
                await server.KillAsync();
                await Assert.ThrowsAsync<HttpRequestException>(() => unanswered);
            }

            await using (var server = await ServerProcess.StartAsync(own))
            {
                using var wire = new Wire(server.Address);
                await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
                Assert.Equal(PaymentStatus.PartiallyRefunded, (await server.Client.GetPaymentAsync(payment.Uuid)).Status);
                Assert.Equal(200, (await wire.RefundAsync(payment.Uuid, 200)).Refund.RefundAmount);

                var answer = await wire.RefundAsync(payment.Uuid, 300, "first");
                Assert.True(answer.Replayed, answer.ToString());
                Assert.Equal(300, answer.Refund.RefundAmount);
                Assert.Equal(answer.Body, (await wire.RefundAsync(payment.Uuid, 300, "first")).Body);
            }
        }
        finally
        {
            await own.StartAsync();
        }
    }

    [Fact]
    public async Task A_key_that_met_a_running_payment_answers_for_no_other_request()
    {
        using var wire = new Wire(gateway);
        var charge = Requests.Charge("4000000000000044");
        var first = wire.ChargeAsync(charge);
        await Eventually.GetAsync(
            () => gateway.Client.ListPaymentsAsync(new() { ExternalId = charge.ExternalId }), list => list.Total == 1, "the payment");
        var key = Guid.NewGuid().ToString();
        var second = await wire.ChargeAsync(charge, key);
        Assert.True(second.Replayed, second.ToString());

        Assert.Equal("422 IDEMPOTENCY_KEY_REUSED", (await wire.ChargeAsync(charge with { Amount = 2000 }, key)).Verdict);

        var authorised = await first;
        var again = await wire.ChargeAsync(charge, key);
        Assert.True(again.Replayed, again.ToString());
        Assert.Equal(authorised.Body, again.Body);
        Assert.Equal(1, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = charge.ExternalId })).Total);
    }
}

public sealed class KeysOfTheDeadOnSqlite(SqliteGateway gateway) : KeysOfTheDead(gateway);

public sealed class KeysOfTheDeadOnPostgres(PostgresGateway gateway) : KeysOfTheDead(gateway);
