using System.Collections.Concurrent;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Server.Tests.House;
using PaymentStatus = Tollgate.Client.Contract.PaymentStatus;

namespace Tollgate.Server.Tests.Recovery;

public abstract class Crashes(Gateway gateway)
{
    [Fact]
    public async Task What_a_killed_server_had_in_flight_ends_and_its_keys_are_answered()
    {
        await using var own = await StoppedAsync(gateway);
        try
        {
            var charge = Requests.Charge("4000000000000044");
            (PaymentResponse Capture, PaymentResponse Refund, PaymentResponse Void, PaymentResponse Challenge) of;
            await using (var server = await ServerProcess.StartAsync(own, "--Tollgate:Sandbox:LateReplyDelay=00:00:40"))
            {
                using var wire = new Wire(server.Address);
                of = (
                    await Walks.ToAsync(PaymentStatus.Authorised, server.Client), await Walks.ToAsync(PaymentStatus.Waiting, server.Client),
                    await Walks.ToAsync(PaymentStatus.Authorised, server.Client), await Walks.ToAsync(PaymentStatus.Pending, server.Client));
                await DelayAsync(server.Client, SandboxFault.LateReply, SandboxMessage.Capture, of.Capture);
                await DelayAsync(server.Client, SandboxFault.LateReply, SandboxMessage.Refund, of.Refund);
                await DelayAsync(server.Client, SandboxFault.LateReply, SandboxMessage.Void, of.Void);
                await DelayAsync(server.Client, SandboxFault.LostRequest, SandboxMessage.Authorisation, of.Challenge);

                var unanswered = (Task<WireAnswer>[])
                [
                    wire.ChargeAsync(charge, "charge"), wire.CaptureAsync(of.Capture.Uuid, 700, "capture"), wire.RefundAsync(of.Refund.Uuid, 400, "refund"),
                    wire.VoidAsync(of.Void.Uuid, "void"), wire.AnswerChallengeAsync(of.Challenge),
                ];
                await ArrivedAsync(server.Client, of.Capture.Uuid, "capture");
                await ArrivedAsync(server.Client, of.Refund.Uuid, "refund");
                await ArrivedAsync(server.Client, of.Void.Uuid, "void");
                var charged = await Eventually.GetAsync(
                    () => server.Client.ListPaymentsAsync(new() { ExternalId = charge.ExternalId }), list => list.Total == 1, "the payment");
                await ArrivedAsync(server.Client, charged.Records[0].Uuid, "authorisation");
                await Eventually.GetAsync(
                    () => server.Client.GetPaymentAsync(of.Challenge.Uuid), payment => payment.PayCode is null, "the authorisation after the challenge");
                await server.KillAsync();
                foreach (var call in unanswered)
                {
                    await Assert.ThrowsAsync<HttpRequestException>(() => call);
                }
            }

            await using (var server = await ServerProcess.StartAsync(own))
            {
                // What is in flight is still in flight; then its time is over, and the acquirer is asked.
                using var wire = new Wire(server.Address);
                Assert.Equal(PaymentStatus.ReturnPending, (await server.Client.GetPaymentAsync(of.Refund.Uuid)).Status);
                await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(10));

                await KeyIsAnsweredAsync(() => wire.ChargeAsync(charge, "charge"), a => a.Payment.Status == PaymentStatus.Authorised);
                await KeyIsAnsweredAsync(() => wire.CaptureAsync(of.Capture.Uuid, 700, "capture"), a => a.Payment.Status == PaymentStatus.Waiting);
                await KeyIsAnsweredAsync(() => wire.VoidAsync(of.Void.Uuid, "void"), a => a.Payment.PayCode!.ErrorCode == "voided");
                await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
                await KeyIsAnsweredAsync(
                    () => wire.RefundAsync(of.Refund.Uuid, 400, "refund"),
                    a => a.Refund is { RefundAmount: 400, Description: "Wrong size", PayinRequest.Status: PaymentStatus.PartiallyRefunded });
                Assert.True((await wire.ChargeAsync(charge)).Replayed);
                var challenged = await server.Client.GetPaymentAsync(of.Challenge.Uuid);
                Assert.Equal((PaymentStatus.Failed, "acquirer_unavailable"), (challenged.Status, challenged.PayCode?.ErrorCode));
                Assert.Equal(1, (await server.Client.ListPaymentsAsync(new() { ExternalId = charge.ExternalId })).Total);
            }
        }
        finally
        {
            await own.StartAsync();
        }

        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_server_killed_again_and_again_under_load_loses_nothing_that_it_answered()
    {
        var answered = new ConcurrentQueue<(string Uuid, PaymentStatus Status)>();
        var unanswered = new ConcurrentQueue<Func<Wire, Task<WireAnswer>>>();
        var orders = new ConcurrentQueue<string>();
        await using var own = await StoppedAsync(gateway);
        try
        {
            for (var life = 0; life < 5; life++)
            {
                await using var server = await ServerProcess.StartAsync(own, "--Tollgate:Sandbox:ReplyDelay=00:00:00.020");
                using var wire = new Wire(server.Address);
                using var enough = new SemaphoreSlim(0);
                var merchants = Enumerable.Range(0, 8).Select(number => TradeAsync(wire, number, enough)).ToList();
                for (var answers = 0; answers < 60; answers++)
                {
                    Assert.True(await enough.WaitAsync(TimeSpan.FromSeconds(60)), "The server answers no more.");
                }

                await server.KillAsync();
                await Task.WhenAll(merchants);
            }

            await using (var server = await ServerProcess.StartAsync(own))
            {
                using var wire = new Wire(server.Address);
                await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(10));
                Assert.NotEmpty(unanswered);
                foreach (var again in unanswered)
                {
                    // A capture that died before it reached the acquirer was not made, and its key says so from now on.
                    // What the last server had just begun to recover is leased to it for some seconds more.
                    var answer = await Eventually.GetAsync(() => again(wire), a => a.Verdict != "409 IDEMPOTENCY_KEY_IN_USE", "the answer of a key");
                    Assert.Contains(answer.Verdict, (string[])["200", "422 CAPTURE_DECLINED"]);
                    Assert.Equal(answer.Body, (await again(wire)).Body);
                }

                foreach (var order in orders)
                {
                    Assert.Equal(1, (await server.Client.ListPaymentsAsync(new() { ExternalId = order })).Total);
                }
            }
        }
        finally
        {
            await own.StartAsync();
        }

        await Proof.HoldsToTheEndAsync(own);
        foreach (var (uuid, status) in answered)
        {
            var passed = new List<string>();
            Payment? payment = null;
            foreach (var happened in await Proof.JournalOfAsync(own, uuid))
            {
                payment = Payment.Evolve(payment, happened);
                passed.Add(payment.Status.ToString());
            }

            Assert.Contains(status.ToString(), passed);
        }

        async Task TradeAsync(Wire wire, int number, SemaphoreSlim enough)
        {
            for (var round = number; await BuyAsync(round); round++)
            {
            }

            async Task<bool> BuyAsync(int round)
            {
                var charge = Requests.Charge() with { Capture = round % 3 == 0 };
                orders.Enqueue(charge.ExternalId);
                if (await CallAsync(w => w.ChargeAsync(charge, "charge-" + charge.ExternalId)) is not { } payment)
                {
                    return false;
                }

                if (round % 3 == 1)
                {
                    return await CallAsync(w => w.VoidAsync(payment.Uuid, "void-" + payment.Uuid)) is not null;
                }

                return (round % 3 == 0 || await CallAsync(w => w.CaptureAsync(payment.Uuid, 700, "capture-" + payment.Uuid)) is not null)
                    && await CallAsync(w => w.RefundAsync(payment.Uuid, 300, "refund-" + payment.Uuid)) is not null;
            }

            async Task<PaymentResponse?> CallAsync(Func<Wire, Task<WireAnswer>> call)
            {
                try
                {
                    var answer = await call(wire);
                    Assert.Equal("200", answer.Verdict);
                    var payment = answer.Body.Contains("payin_request", StringComparison.Ordinal) ? answer.Refund.PayinRequest : answer.Payment;
                    answered.Enqueue((payment.Uuid, payment.Status));
                    enough.Release();
                    return payment;
                }
                catch (HttpRequestException)
                {
                    unanswered.Enqueue(call);
                    return null;
                }
            }
        }
    }

    /// <summary>A gateway's data without its server. Whoever takes it starts it again in the end.</summary>
    private static async Task<Gateway> StoppedAsync(Gateway gateway)
    {
        var own = gateway.Another();
        await own.InitializeAsync();
        await own.StopAsync();
        return own;
    }

    private static Task DelayAsync(TollgateClient client, SandboxFault fault, SandboxMessage message, PaymentResponse payment) =>
        client.InjectFaultAsync(new() { Fault = fault, Message = message, Uuid = payment.Uuid });

    private static Task<BooksResponse> ArrivedAsync(TollgateClient client, string uuid, string message) => Eventually.GetAsync(
        () => client.GetBooksAsync(uuid), books => books.Entries.Any(e => e.Message == message), $"the arrival of the {message} at the acquirer");

    private static async Task KeyIsAnsweredAsync(Func<Task<WireAnswer>> call, Func<WireAnswer, bool> right)
    {
        var answer = await call();
        Assert.True(answer is { Status: 200, Replayed: true } && right(answer), answer.ToString());
        var again = await call();
        Assert.Equal((200, answer.Body, true), (again.Status, again.Body, again.Replayed));
    }
}

public sealed class CrashesOnSqlite(SqliteGateway gateway) : Crashes(gateway);

public sealed class CrashesOnPostgres(PostgresGateway gateway) : Crashes(gateway);
