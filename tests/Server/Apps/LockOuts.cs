using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;

namespace Tollgate.Server.Tests.Apps;

/// <summary>What becomes of who guesses.</summary>
public abstract class LockOuts(Gateway gateway)
{
    private static readonly IPAddress Here = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress There = IPAddress.Parse("192.0.2.2");

    [Fact]
    public async Task P19_ten_failed_log_ins_lock_an_app_out_from_where_they_came_and_from_nowhere_else()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var registered = await own.Client.RegisterAppAsync();
        using var wire = RawWire.WithoutCredentials(own);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(401, (await CallAsync("sk-wrong", "198.51.100.7")).Status);
        }

        // Whoever knows the secret now would not be told by an answer that he does.
        foreach (var secret in new[] { "sk-wrong", registered.SecretKey.Expose() })
        {
            var locked = await CallAsync(secret, "198.51.100.7");
            Assert.Equal("""429 {"errors":{"code":"LOCKED_OUT","message":"Too many failed log-ins from here. Send it again after the time in Retry-After."}}""", locked.ToString());
            Assert.InRange(int.Parse(locked.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        }

        Assert.Equal(200, (await CallAsync(registered.SecretKey.Expose(), "198.51.100.8")).Status);
        Assert.Equal(200, (await CallAsync(registered.SecretKey.Expose(), null)).Status);

        // An unknown app is locked out alike, so that nobody can tell which ones there are.
        var answers = new List<string>();
        for (var i = 0; i < 11; i++)
        {
            answers.Add((await wire.SendAsync(HttpMethod.Get, "/api/v2/settings", null, ("app-id", "app-nobody"), ("secret-key", "sk"), ("X-Forwarded-For", "198.51.100.9"))).Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal([.. Enumerable.Repeat("401", 10), "429"], answers);
        var reader = own.Services.GetRequiredService<AuditReader>();
        var row = Assert.Single(await Eventually.GetAsync(
            async () => await reader.ListAsync(new(Act: "log_in_failed", Object: registered.AppId)).ToListAsync(), rows => rows.Count > 0, "the entry"));
        Assert.Equal(("app", registered.AppId, "198.51.100.7", $"app {registered.AppId}", false), (row.ActorKind, row.Actor, row.From, row.Object, row.Succeeded));

        async Task<RawAnswer> CallAsync(string secret, string? from) => await wire.SendAsync(
            HttpMethod.Get, "/api/v2/settings", null, [("app-id", registered.AppId), ("secret-key", secret), .. from is null ? Array.Empty<(string, string)>() : [("X-Forwarded-For", from)]]);
    }

    [Fact]
    public async Task P19_a_lock_out_grows_to_thirty_minutes_and_is_over_when_it_is_over()
    {
        await using var house = await House.CreateAsync(gateway);
        var (guard, clock) = (house.Guard, house.Clock);
        for (var i = 0; i < 9; i++)
        {
            guard.Fail(Here, "app-one", "wrong");
            Assert.Null(guard.LockedFor(Here, "app-one"));
        }

        foreach (var minutes in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            guard.Fail(Here, "app-one", "wrong");
            Assert.Equal(TimeSpan.FromMinutes(minutes), guard.LockedFor(Here, "app-one"));
            Assert.Null(guard.LockedFor(There, "app-one"));
            Assert.Null(guard.LockedFor(Here, "app-two"));
            clock.Advance(TimeSpan.FromMinutes(minutes));
            Assert.Null(guard.LockedFor(Here, "app-one"));
        }

        // Who proves himself begins anew, and so does who leaves it for half an hour.
        guard.Succeed(Here, new("app-one"));
        guard.Fail(Here, "app-one", "wrong");
        Assert.Null(guard.LockedFor(Here, "app-one"));
        for (var i = 0; i < 9; i++)
        {
            guard.Fail(There, "app-one", "wrong");
        }

        clock.Advance(TimeSpan.FromMinutes(31));
        guard.Fail(There, "app-one", "wrong");
        Assert.Null(guard.LockedFor(There, "app-one"));
    }

    [Fact]
    public async Task A_source_that_fails_for_many_apps_is_locked_out_but_for_those_it_was_right_for()
    {
        await using var house = await House.CreateAsync(gateway);
        var guard = house.Guard;
        guard.Succeed(Here, new("app-known"));
        for (var i = 0; i < 50; i++)
        {
            Assert.Null(guard.LockedFor(Here, "app-another"));
            guard.Fail(Here, $"app-{i}", "wrong");
        }

        Assert.Equal(TimeSpan.FromMinutes(1), guard.LockedFor(Here, "app-another"));
        Assert.Null(guard.LockedFor(Here, "app-known"));
        Assert.Null(guard.LockedFor(There, "app-another"));

        // Who has one address of version 6 has the network.
        for (var i = 0; i < 10; i++)
        {
            guard.Fail(IPAddress.Parse($"2001:db8::{i}"), "app-one", "wrong");
        }

        Assert.NotNull(guard.LockedFor(IPAddress.Parse("2001:db8::ffff:1"), "app-one"));
        Assert.Null(guard.LockedFor(IPAddress.Parse("2001:db8:0:1::1"), "app-one"));
    }

    [Fact]
    public async Task P21_whoever_swaps_the_two_headers_leaves_no_secret_in_the_log()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var registered = await own.Client.RegisterAppAsync();
        using var wire = RawWire.WithoutCredentials(own);
        var secret = registered.SecretKey.Expose();
        Assert.Equal(401, (await wire.SendAsync(HttpMethod.Get, "/api/v2/settings", null, ("app-id", secret), ("secret-key", registered.AppId), ("X-Forwarded-For", "198.51.100.11"))).Status);
        var rows = await Eventually.GetAsync(
            async () => await own.Services.GetRequiredService<AuditReader>().ListAsync(new()).ToListAsync(), rows => rows.Any(r => r.Act == "log_in_failed"), "the entry");
        Assert.Equal("app [redacted]", Assert.Single(rows, r => r.Act == "log_in_failed").Object);
        Assert.DoesNotContain(rows, r => r.ToString().Contains(secret, StringComparison.Ordinal));
        Assert.DoesNotContain(secret, own.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P21_a_flood_of_failed_log_ins_is_told_in_few_entries()
    {
        await using var house = await House.CreateAsync(gateway);
        for (var i = 0; i < 20_000; i++)
        {
            house.Guard.Fail(new IPAddress(0x0a000000 + i), $"app-{i % 1000}", "wrong");
        }

        await house.Failed.StartAsync(TestContext.Current.CancellationToken);
        await house.Failed.StopAsync(TestContext.Current.CancellationToken);
        var rows = await new AuditReader(house.Store.Database).ListAsync(new()).ToListAsync();
        Assert.Equal(101, rows.Count);
        Assert.All(rows, row => Assert.Equal(("log_in_failed", false), (row.Act, row.Succeeded)));
        Assert.StartsWith("19900 more since", rows[^1].After, StringComparison.Ordinal);
        Assert.Equal(AuditChain.Origin.Position + 101, (await new AuditReader(house.Store.Database).ReadHeadAsync()).Position);
    }

    [Fact]
    public async Task P21_the_first_failed_log_in_is_told_and_the_others_counted_at_the_end()
    {
        await using var house = await House.CreateAsync(gateway);
        for (var i = 0; i < 7; i++)
        {
            house.Guard.Fail(Here, "app-one", "the app or its secret is wrong");
        }

        await house.Failed.StartAsync(TestContext.Current.CancellationToken);
        await house.Failed.StopAsync(TestContext.Current.CancellationToken);
        var rows = await new AuditReader(house.Store.Database).ListAsync(new()).ToListAsync();
        Assert.Equal(["the app or its secret is wrong", "6 more since"], rows.Select(r => r.After![..Math.Min(r.After!.Length, r == rows[0] ? 100 : 12)]));
        Assert.All(rows, row => Assert.Equal(("app-one", "192.0.2.1", "app app-one"), (row.Actor, row.From, row.Object)));
    }

    [Fact]
    public void A_flood_of_keys_takes_no_more_room_and_keeps_who_is_locked_out()
    {
        var table = new FailureTable(64, 3);
        var now = Store.Now;
        for (var i = 0; i < 3; i++)
        {
            table.Fail(7, now);
        }

        var until = table.LockedUntil(7, now);
        for (ulong key = 1000; key < 100_000; key++)
        {
            table.Fail(key, now);
        }

        Assert.Equal(now.AddMinutes(1), until);
        Assert.Equal(until, table.LockedUntil(7, now));
    }

    private sealed class House(Store store, FailedLogIns failed, LogInGuard guard, ManualClock clock) : IAsyncDisposable
    {
        public Store Store => store;

        public FailedLogIns Failed => failed;

        public LogInGuard Guard => guard;

        public ManualClock Clock => clock;

        public static async Task<House> CreateAsync(Gateway gateway)
        {
            var store = await Store.CreateAsync(gateway);
            var clock = new ManualClock();
            var failed = new FailedLogIns(store.OpenJournal(), new(clock), NullLogger<FailedLogIns>.Instance);
            var settings = Server.Settings.Read(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
            return new(store, failed, new(settings, new(clock), failed), clock);
        }

        public async ValueTask DisposeAsync()
        {
            failed.Dispose();
            await store.DisposeAsync();
        }
    }
}

public sealed class LockOutsOnSqlite(SqliteGateway gateway) : LockOuts(gateway);

public sealed class LockOutsOnPostgres(PostgresGateway gateway) : LockOuts(gateway);
