using System.Collections.Concurrent;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Break;

/// <summary>A clock that is moved while webhooks are on their way ends the leases of deliveries that still run.</summary>
public abstract class MovedClock(Gateway gateway)
{
    [Fact]
    public async Task A_webhook_that_is_being_delivered_is_not_delivered_a_second_time_beside_it()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        using var gate = new ManualResetEventSlim();
        receiver.Answer = received =>
        {
            // The first payment's endpoint takes its time, the others' do not.
            if (received.Path == "/slow")
            {
                arrived.Enqueue(received.Id);
                slow.TrySetResult();
                gate.Wait(TimeSpan.FromSeconds(10));
            }

            return 200;
        };
        var root = new Uri(receiver.Url);
        await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = new Uri(root, "/slow").AbsoluteUri } });
        await slow.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));

        // What becomes due after the move is leased after it, too: once it is here, so would be a second copy.
        for (var i = 0; i < 2; i++)
        {
            await own.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = new Uri(root, "/quick").AbsoluteUri } });
            await receiver.NextAsync();
        }

        Assert.Single(arrived);
        gate.Set();
    }

    private readonly ConcurrentQueue<string> arrived = new();
    private readonly TaskCompletionSource slow = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

public sealed class MovedClockOnSqlite(SqliteGateway gateway) : MovedClock(gateway);

public sealed class MovedClockOnPostgres(PostgresGateway gateway) : MovedClock(gateway);
