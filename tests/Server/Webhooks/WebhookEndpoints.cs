using System.Collections.Concurrent;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Endpoints that behave badly, and what the others have of it: nothing.</summary>
public abstract class WebhookEndpoints(Gateway gateway)
{
    [Fact]
    public async Task Endpoints_that_hang_fail_or_reset_take_nothing_from_the_others()
    {
        await using var own = await StartAsync();
        var hanging = new ConcurrentDictionary<string, int>();
        var most = new ConcurrentDictionary<string, int>();
        await using var bad = new ScriptedEndpoint(async context =>
        {
            var path = context.Request.Path.Value!;
            switch (path[1])
            {
                case 'h':
                    var now = hanging.AddOrUpdate(path, 1, (_, n) => n + 1);
                    most.AddOrUpdate(path, now, (_, n) => Math.Max(n, now));
                    await GoneAsync(context);
                    hanging.AddOrUpdate(path, 0, (_, n) => n - 1);
                    break;
                case 'f':
                    context.Response.StatusCode = 500;
                    break;
                default:
                    context.Abort();
                    break;
            }
        });
        await bad.ListenAsync();
        await using var good = await WebhookReceiver.StartAsync();

        // Ten endpoints that hang, ten that fail, five that reset, each with eight webhooks; and between them those of fifteen good ones.
        var charges = new List<Task<PaymentResponse>>();
        for (var i = 0; i < 25 * 8; i++)
        {
            var kind = i % 25 < 10 ? $"/hang{i % 25}" : i % 25 < 20 ? $"/fail{i % 25}" : $"/reset{i % 25}";
            charges.Add(own.Client.ChargeAsync(ToldAt(bad.Address + kind)));
            charges.Add(own.Client.ChargeAsync(ToldAt($"{good.Url}/{i % 15}")));
        }

        var payments = await Task.WhenAll(charges);
        var told = payments.Where((_, i) => i % 2 == 1).Select(p => p.Uuid).ToHashSet();
        var arrived = await Eventually.GetAsync(
            () => Task.FromResult(good.All.Select(w => w.Payment.Uuid).ToHashSet()), all => all.Count == told.Count, "the webhooks of the good endpoints");
        Assert.Equal(told, arrived);

        // One that has never answered is not sent more than two at once.
        Assert.Equal(10, most.Count);
        Assert.All(most.Values, n => Assert.InRange(n, 1, 2));
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_left_alone_and_asked_by_one_whether_it_is_back()
    {
        await using var own = await StartAsync();
        var status = 500;
        var asked = 0;
        await using var endpoint = new ScriptedEndpoint(context =>
        {
            Interlocked.Increment(ref asked);
            context.Response.StatusCode = Volatile.Read(ref status);
            return Task.CompletedTask;
        });
        await endpoint.ListenAsync();
        var payments = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"))));

        // What had been sent when the fifth failed may still have arrived; the rest waits.
        await Eventually.GetAsync(() => Task.FromResult(Volatile.Read(ref asked)), n => n >= 5, "five tries");
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(Volatile.Read(ref asked), 5, 8);

        Volatile.Write(ref status, 200);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        foreach (var payment in payments)
        {
            await Eventually.GetAsync(() => Outbox.ReadAsync(own, payment), rows => rows[0].IsDelivered, "the webhook of " + payment.Uuid);
        }
    }

    [Fact]
    public async Task One_that_names_a_time_is_asked_no_earlier()
    {
        await using var own = await StartAsync();
        await using var endpoint = new ScriptedEndpoint(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        var webhook = await Outbox.AfterTriesAsync(own, payment, 1);
        Assert.InRange(webhook.NextTry - (await own.Client.GetSandboxClockAsync()).Now, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task One_that_is_gone_is_told_nothing_any_more_until_it_is_enabled_again()
    {
        await using var own = await StartAsync();
        await using var endpoint = new ScriptedEndpoint(context =>
        {
            context.Response.StatusCode = 410;
            return Task.CompletedTask;
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        var webhook = await Outbox.AfterTriesAsync(own, payment, 1);
        Assert.Equal((true, "answered 410"), (webhook.IsGivenUp, webhook.LastError));

        // What comes afterwards is given up without a try; another endpoint beside it is told.
        await using var receiver = await WebhookReceiver.StartAsync();
        var later = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        var other = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        Assert.Equal(other.Uuid, (await receiver.NextAsync()).Payment.Uuid);
        var rows = await Eventually.GetAsync(() => Outbox.ReadAsync(own, later), rows => rows[0].IsGivenUp, "the end of the later webhook");
        Assert.Equal((0, "the endpoint is disabled: it answered 410"), (rows[0].Attempts, rows[0].LastError));
        Assert.Single(endpoint.Asked);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_cut_off_and_its_beginning_kept()
    {
        await using var own = await StartAsync();
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var endpoint = new ScriptedEndpoint(async context =>
        {
            context.Response.StatusCode = 503;
            var block = new byte[16 * 1024];
            block.AsSpan().Fill((byte)'y');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block);
            }

            cut.SetResult();
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        Assert.Equal("answered 503", (await Outbox.AfterTriesAsync(own, payment, 1)).LastError);
        await using var connection = await own.Services.GetRequiredService<Database>().OpenAsync();
        Assert.Equal(new string('y', 1024), await connection.ExecuteScalarAsync<string>("SELECT answer FROM webhooks WHERE payment_uuid = @uuid", new { uuid = payment.Uuid }));
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Each_try_is_kept_with_what_came_of_it()
    {
        await using var own = await StartAsync();
        var tries = 0;
        await using var endpoint = new ScriptedEndpoint(async context =>
        {
            var (status, text) = ++tries switch
            {
                1 => (500, "not now\0"),
                2 => (404, "no such shop"),
                _ => (200, "thanks"),
            };
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
        });
        await endpoint.ListenAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
        for (var attempts = 1; attempts <= 2; attempts++)
        {
            await Outbox.AdvanceToNextTryAsync(own, await Outbox.AfterTriesAsync(own, payment, attempts));
        }

        Assert.True((await Outbox.AfterTriesAsync(own, payment, 3)).IsDelivered);
        await using var connection = await own.Services.GetRequiredService<Database>().OpenAsync();
        var kept = await connection.QueryAsync<(long, long, string, string)>(
            """
            SELECT CAST(attempt AS BIGINT), CAST(status_code AS BIGINT), answer, error FROM webhook_attempts WHERE payment_uuid = @uuid
            UNION ALL SELECT CAST(attempts AS BIGINT), CAST(status_code AS BIGINT), answer, last_error FROM webhooks WHERE payment_uuid = @uuid ORDER BY 1
            """,
            new { uuid = payment.Uuid });
        Assert.Equal([(1, 500, "not now\uFFFD", "answered 500"), (2, 404, "no such shop", "answered 404"), (3, 200, "thanks", null!)], kept);
    }

    private static ChargeRequest ToldAt(string url) => Requests.Charge("4000000000000002") with { WebhookNotification = new() { EndpointUrl = url } };

    private static async Task GoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(() => gone.TrySetResult());
        await gone.Task;
    }

    private async Task<Gateway> StartAsync()
    {
        var own = gateway.Another();
        await own.InitializeAsync();
        return own;
    }
}

public sealed class WebhookEndpointsOnSqlite(SqliteGateway gateway) : WebhookEndpoints(gateway);

public sealed class WebhookEndpointsOnPostgres(PostgresGateway gateway) : WebhookEndpoints(gateway);
