using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Client.Contract;
using Tollgate.Server.Feed;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Storage;

namespace Tollgate.Server.Tests.Lists;

/// <summary>The feed as a stream of Server-Sent Events.</summary>
public abstract class EventStreams(Gateway gateway)
{
    [Fact]
    public async Task A_stream_tells_what_was_and_what_comes_with_the_records_of_the_list()
    {
        await using var own = await StartAsync();
        var payment = await Walks.ToAsync(PaymentStatus.Waiting, own.Client);
        using var stream = await SseReader.OpenAsync(own.Address);
        var events = new List<SseEvent>(await stream.TakeAsync(2));

        await own.Client.SimulateAsync(new() { Uuid = payment.Uuid, Event = SimulatedEvent.Settled });
        events.AddRange(await stream.TakeAsync(1));

        var changes = (await own.Client.ListEventsAsync()).Records;
        Assert.Equal(
            changes.Select(c => new SseEvent(c.Cursor, "payment_status_changed", JsonSerializer.Serialize(c, ResponseJson.Numbers.PaymentStatusChange))), events);
        Assert.Equal([PaymentStatus.Authorised, PaymentStatus.Waiting, PaymentStatus.Received], changes.Select(c => c.Status));
        var headers = stream.Response.Headers;
        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType?.ToString());
        Assert.Equal((true, "no"), (headers.CacheControl?.NoStore, headers.GetValues("X-Accel-Buffering").Single()));
        Assert.Equal("2000", stream.Retry);
    }

    [Fact]
    public async Task A_stream_goes_on_after_the_last_event_that_arrived()
    {
        await using var own = await StartAsync();
        await Walks.ToAsync(PaymentStatus.ReturnReceived, own.Client);
        var cursors = (await own.Client.ListEventsAsync()).Records.Select(c => c.Cursor).ToList();

        using var after = await SseReader.OpenAsync(own.Address, $"?after={cursors[2]}");
        Assert.Equal(cursors[3..], (await after.TakeAsync(2)).Select(e => e.Id));

        // Who comes back sends the address of the first time again.
        using var back = await SseReader.OpenAsync(own.Address, $"?after={cursors[0]}", lastEventId: cursors[3]);
        Assert.Equal(cursors[4], (await back.NextAsync())!.Id);
    }

    [Fact]
    public async Task Another_apps_changes_are_not_in_it()
    {
        await using var own = await StartAsync();
        using var other = own.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        using var stream = await SseReader.OpenAsync(own.Address, app: AppsOfTests.Other);
        await Walks.ToAsync(PaymentStatus.Received, own.Client);

        var payment = await other.ChargeAsync(Requests.Charge());

        Assert.Equal(payment.Uuid, (await stream.NextAsync())!.Change.Uuid);
    }

    [Theory]
    [InlineData("", "yesterday", """422 {"errors":{"Last-Event-ID":"is invalid"}}""")]
    [InlineData("?after=7", "-1", """422 {"errors":{"Last-Event-ID":"is invalid"}}""")]
    [InlineData("?after=x", "7", """422 {"errors":{"after":"is invalid"}}""")]
    [InlineData("?wait=61", "", """422 {"errors":{"wait":"must be less than or equal to 60"}}""")]
    public async Task What_is_wrong_before_it_begins_is_an_ordinary_answer(string query, string lastEventId, string answer)
    {
        using var wire = new RawWire(gateway);
        (string, string)[] headers = lastEventId.Length > 0 ? [("Accept", "text/event-stream"), ("Last-Event-ID", lastEventId)] : [("Accept", "text/event-stream")];
        Assert.Equal(answer, (await wire.SendAsync(HttpMethod.Get, $"{Wire.Cards}/events{query}", null, headers)).ToString());
        using var nobody = RawWire.WithoutCredentials(gateway);
        Assert.Equal(401, (await nobody.SendAsync(HttpMethod.Get, $"{Wire.Cards}/events{query}", null, headers)).Status);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/json, text/event-stream")]
    [InlineData("text/event-stream;q=0.5, application/json")]
    public async Task Who_would_as_well_have_JSON_gets_JSON(string accept)
    {
        using var wire = new RawWire(gateway);
        var answer = await wire.SendAsync(HttpMethod.Get, Wire.Cards + "/events", null, ("Accept", accept), ("Last-Event-ID", "no place"));
        Assert.Equal((200, "application/json; charset=utf-8"), (answer.Status, answer.ContentType));
    }

    [Fact]
    public async Task A_quiet_stream_shows_that_it_is_alive()
    {
        await using var line = await Line.OpenAsync(gateway);
        Assert.Equal("retry: 2000\n\n", await line.ReadAsync("\n\n"));
        for (var beats = 0; beats < 3; beats++)
        {
            await line.Clock.ArmedAsync(EventStream.Heartbeat);
            line.Clock.Advance(EventStream.Heartbeat);
            Assert.Equal(":\n\n", await line.ReadAsync("\n\n"));
        }
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_costs_no_memory_and_is_let_go()
    {
        const int Changes = EventStream.Page * 10;
        await using var line = await Line.OpenAsync(gateway, Changes);

        // The line is full: what was begun waits for room, and nothing more is read.
        await line.FullAsync();
        await line.Clock.ArmedAsync(EventStream.Patience);
        var filled = line.Held;
        Assert.InRange(filled, 1, 200_000);
        line.Clock.Advance(EventStream.Patience - TimeSpan.FromSeconds(1));
        Assert.Equal((1, filled), (line.Watch.Taken(Storage.Changes.App), line.Held));

        line.Clock.Advance(TimeSpan.FromSeconds(1));

        await line.Aborted;
        await line.Streaming;
        Assert.Equal(0, line.Watch.Taken(Storage.Changes.App));
        Assert.True(line.Held < Changes * 400, $"{line.Held} bytes of {Changes} changes were kept for somebody who reads nothing.");
    }

    [Fact]
    public async Task A_slow_reader_gets_everything_once_and_in_order()
    {
        const int Changes = (EventStream.Page * 3) + 7;
        await using var line = await Line.OpenAsync(gateway, Changes);
        var ids = new List<string>();
        for (var reads = 0; ids.Count < Changes; reads++)
        {
            if (reads < 6)
            {
                // It takes its time, though not so much that it is let go.
                await line.FullAsync();
                line.Clock.Advance(EventStream.Patience - TimeSpan.FromSeconds(1));
            }

            ids.AddRange((await line.ReadAsync("\n\n")).Split('\n').Where(l => l.StartsWith("id: ", StringComparison.Ordinal)));
        }

        Assert.Equal(Enumerable.Range(1, Changes).Select(i => $"id: {i}"), ids);
        Assert.False(line.Aborted.IsCompleted);
    }

    private async Task<Gateway> StartAsync()
    {
        var own = gateway.Another();
        await own.InitializeAsync();
        return own;
    }

    /// <summary>A stream without a socket: what it has written and nobody has read can be seen, and its time is the test's.</summary>
    private sealed class Line : IHttpRequestLifetimeFeature, IAsyncDisposable
    {
        private readonly Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 64 * 1024));
        private readonly CountingStream written;
        private readonly TaskCompletionSource aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ApplicationLifetime lifetime = new(NullLogger<ApplicationLifetime>.Instance);
        private readonly StringBuilder heard = new();
        private readonly Store store;
        private long read;

        private Line(Store store, Journal journal)
        {
            this.store = store;
            written = new(pipe.Writer.AsStream());
            Watch = new(journal, store.Reader, new RealTime(Clock), NullLogger<FeedWatch>.Instance);
        }

        public ManualClock Clock { get; } = new();

        public FeedWatch Watch { get; }

        public Task Streaming { get; private set; } = Task.CompletedTask;

        public Task Aborted => aborted.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public CancellationToken RequestAborted { get; set; }

        /// <summary>How many bytes were written that nobody has read.</summary>
        public long Held => written.Bytes - Interlocked.Read(ref read);

        /// <summary>Opens it for an app that has had so many changes.</summary>
        public static async Task<Line> OpenAsync(Gateway gateway, int changes = 0)
        {
            var store = await Store.CreateAsync(gateway);
            var journal = store.OpenJournal();
            await Task.WhenAll(Enumerable.Range(0, changes).Select(_ => Changes.AuthorisedAsync(journal)));
            var line = new Line(store, journal);
            var context = new DefaultHttpContext();
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(line.written));
            context.Features.Set<IHttpRequestLifetimeFeature>(line);
            var stream = new EventStream(store.Reader, new(new()), line.Watch, new(line.Clock), line.lifetime);
            line.Streaming = stream.WriteAsync(context, Changes.App, 0);
            return line;
        }

        public void Abort() => aborted.TrySetResult();

        public Task<long> FullAsync() => Eventually.GetAsync(() => Task.FromResult(Held), held => held >= 64 * 1024, "a full line");

        /// <summary>Reads what is there, and as far as an end if there is none in it.</summary>
        public async Task<string> ReadAsync(string end)
        {
            do
            {
                var result = await pipe.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
                var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, 8192));
                heard.Append(Encoding.UTF8.GetString(part));
                Interlocked.Add(ref read, part.Length);
                pipe.Reader.AdvanceTo(part.End);
            }
            while (!heard.ToString().Contains(end, StringComparison.Ordinal));

            var whole = heard.ToString();
            var until = whole.LastIndexOf(end, StringComparison.Ordinal) + end.Length;
            heard.Clear().Append(whole.AsSpan(until));
            return whole[..until];
        }

        public async ValueTask DisposeAsync()
        {
            lifetime.StopApplication();
            await Streaming.WaitAsync(TimeSpan.FromSeconds(60));
            Watch.Dispose();
            await store.DisposeAsync();
        }
    }

    private sealed class CountingStream(Stream inner) : Stream
    {
        private long bytes;

        public long Bytes => Interlocked.Read(ref bytes);

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Bytes;

        public override long Position
        {
            get => Bytes;
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Add(ref bytes, buffer.Length);
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

public sealed class EventStreamsOnSqlite(SqliteGateway gateway) : EventStreams(gateway);

public sealed class EventStreamsOnPostgres(PostgresGateway gateway) : EventStreams(gateway);
