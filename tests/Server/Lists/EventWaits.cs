using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Feed;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;

namespace Tollgate.Server.Tests.Lists;

/// <summary>Calls that wait for the next change of status.</summary>
public abstract class EventWaits(Gateway gateway)
{
    private static readonly AppId Sandbox = new("app-sandbox");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Less than the longest wait: what comes within it was not answered because the time was over.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Whoever_waits_is_told_of_the_next_change()
    {
        await using var own = await StartAsync();
        var first = await own.Client.ListEventsAsync(wait: TimeSpan.Zero);
        Assert.Equal((0, "0", false), (first.Records.Count, first.NextAfter, first.HasMore));
        var waiting = await WaitersAsync(own, 3);

        var payment = await own.Client.ChargeAsync(Requests.Charge());

        foreach (var call in waiting)
        {
            var part = await call.WaitAsync(Patience);
            Assert.Equal((payment.Uuid, PaymentStatus.Authorised), (Assert.Single(part.Records).Uuid, part.Records[0].Status));
            Assert.Equal((part.Records[0].Cursor, false), (part.NextAfter, part.HasMore));
        }

        // What is there already is not waited for.
        Assert.Single((await own.Client.ListEventsAsync(wait: Minute).WaitAsync(Patience)).Records);
        Assert.Equal(0, Watch(own).Taken(Sandbox));
    }

    [Fact]
    public async Task When_the_time_is_over_the_answer_is_empty_and_another_apps_changes_are_none()
    {
        await using var own = await StartAsync();
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        await own.Client.ChargeAsync(Requests.Charge());
        var waiting = other.ListEventsAsync("0", wait: TimeSpan.FromSeconds(1));
        await own.Client.ChargeAsync(Requests.Charge());

        var part = await waiting;

        Assert.Equal((0, "0", false), (part.Records.Count, part.NextAfter, part.HasMore));
    }

    [Fact]
    public async Task A_commit_wakes_the_waiting_calls_of_its_app_and_of_no_other()
    {
        await using var store = await Store.CreateAsync(gateway);
        var journal = store.OpenJournal();
        using var watch = Watching(store, journal, TimeProvider.System);
        using var place = watch.TryEnter(Changes.App)!;
        using var elsewhere = watch.TryEnter(new("app-two"))!;
        var (growth, none) = (place.Growth, elsewhere.Growth);
        var (payment, creation) = Changes.Create();

        // Being created is no change of status.
        await Changes.MadeAsync(journal, creation);
        Assert.Same(growth, place.Growth);

        // Nobody looks here: it is the commit that wakes.
        await Changes.MadeAsync(journal, Changes.Authorise(payment).Change);
        await growth.WaitAsync(Patience);
        Assert.Same(none, elsewhere.Growth);
        Assert.False(place.Growth.IsCompleted);
    }

    [Fact]
    public async Task What_another_process_commits_is_seen_by_looking_and_nobody_looks_while_nobody_waits()
    {
        await using var store = await Store.CreateAsync(gateway);
        var clock = new ManualClock();
        using var watch = Watching(store, store.OpenJournal(), clock);
        var another = store.OpenJournal();
        await watch.StartAsync(CancellationToken.None);
        await Changes.AuthorisedAsync(another);
        using (var place = watch.TryEnter(Changes.App)!)
        {
            // It may take until the second look to find that all which is there was there before.
            await LookAsync();
            await LookAsync();
            var growth = place.Growth;
            await LookAsync();
            Assert.Same(growth, place.Growth);

            await Changes.AuthorisedAsync(another);
            await LookAsync();
            await growth.WaitAsync(Patience);
        }

        // The rest that began while somebody waited ends, and there is no other.
        await LookAsync();
        await Changes.AuthorisedAsync(another);
        await Eventually.GetAsync(() => Task.FromResult(clock.IsIdle), idle => idle, "the end of the looking");
        await watch.StopAsync(CancellationToken.None);

        async Task LookAsync()
        {
            await clock.ArmedAsync(TimeSpan.FromSeconds(1));
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Only_so_many_calls_of_an_app_wait_and_those_of_another_are_not_in_the_way()
    {
        await using var own = await StartAsync();
        var watch = Watch(own);
        var places = Enumerable.Range(0, FeedWatch.PlacesPerApp).Select(_ => watch.TryEnter(Sandbox)!).ToList();
        Assert.DoesNotContain(null, places);

        Assert.Empty((await own.Client.ListEventsAsync(wait: Minute).WaitAsync(Patience)).Records);
        using var wire = own.Raw();
        wire.DefaultRequestHeaders.Add("Accept", "text/event-stream");
        using var refused = await wire.GetAsync(Wire.Cards + "/events");
        Assert.Equal((429, "1", "application/json"), ((int)refused.StatusCode, refused.Headers.RetryAfter?.ToString(), refused.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"code\":\"RATE_LIMITED\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using (var stream = await SseReader.OpenAsync(own.Address, app: AppsOfTests.Other))
        {
            Assert.Equal(1, watch.Taken(new(AppsOfTests.Other.Id)));
        }

        places.ForEach(p => p.Dispose());
        var waiting = await WaitersAsync(own, 1);
        await own.Client.ChargeAsync(Requests.Charge());
        Assert.Single((await waiting[0].WaitAsync(Patience)).Records);
    }

    [Fact]
    public async Task Who_hangs_up_leaves_the_place_to_others()
    {
        await using var own = await StartAsync();
        using var gone = new CancellationTokenSource();
        var waiting = own.Client.ListEventsAsync(wait: Minute, cancellationToken: gone.Token);
        using var stream = await SseReader.OpenAsync(own.Address);
        await TakenAsync(own, 2);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        stream.Dispose();

        await TakenAsync(own, 0).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_server_that_shuts_down_answers_who_waits_and_ends_the_streams()
    {
        await using var own = await StartAsync();
        await own.Client.ChargeAsync(Requests.Charge());
        using var raw = own.Raw();
        var waiting = raw.GetAsync(Wire.Cards + "/events?wait=60&after=7");
        using var stream = await SseReader.OpenAsync(own.Address);
        await stream.TakeAsync(1);
        await TakenAsync(own, 2);

        await own.StopAsync().WaitAsync(Patience);

        using var answer = await waiting;
        Assert.Equal("""{"records":[],"next_after":"7","has_more":false}""", await answer.Content.ReadAsStringAsync());
        Assert.Null(await stream.NextAsync());
        await own.StartAsync();
    }

    [Fact]
    public async Task A_call_that_waits_counts_once_against_the_limit_of_requests()
    {
        await using var own = gateway.Another("--Tollgate:RequestsPerSecond=1000");
        await own.InitializeAsync();
        var limits = own.Services.GetRequiredService<global::Tollgate.Server.RateLimits.RateLimits>();
        var before = limits.AskedBy(Sandbox);

        var waiting = await WaitersAsync(own, 1);
        await own.Client.ChargeAsync(Requests.Charge());
        await waiting[0].WaitAsync(Patience);

        Assert.Equal(2, limits.AskedBy(Sandbox) - before);
    }

    private static FeedWatch Watch(Gateway own) => own.Services.GetRequiredService<FeedWatch>();

    private static FeedWatch Watching(Store store, Journal journal, TimeProvider clock) =>
        new(journal, store.Reader, new RealTime(clock), NullLogger<FeedWatch>.Instance);

    private static Task<int> TakenAsync(Gateway own, int places) =>
        Eventually.GetAsync(() => Task.FromResult(Watch(own).Taken(Sandbox)), taken => taken == places, $"{places} calls that wait");

    private static async Task<IReadOnlyList<Task<EventFeed>>> WaitersAsync(Gateway own, int count)
    {
        var waiting = Enumerable.Range(0, count).Select(_ => own.Client.ListEventsAsync(wait: Minute)).ToList();
        await TakenAsync(own, count);
        return waiting;
    }

    private async Task<Gateway> StartAsync()
    {
        var own = gateway.Another();
        await own.InitializeAsync();
        return own;
    }
}

public sealed class EventWaitsOnSqlite(SqliteGateway gateway) : EventWaits(gateway);

public sealed class EventWaitsOnPostgres(PostgresGateway gateway) : EventWaits(gateway);
