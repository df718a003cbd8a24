using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Authentication;
using Tollgate.Server.Disputes;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Risk;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;

namespace Tollgate.Simulation;

/// <summary>What a caller hears: nothing when the process died, or the connection.</summary>
internal sealed record Heard(int StatusCode, byte[] Body, bool Replayed);

/// <summary>
/// One server process: the real endpoints, runner, due work and webhook delivery, on a store, a wire, a clock and identifiers of the simulation's. It
/// dies with everything it was about to do.
/// </summary>
internal sealed class ServerProcess
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(5);

    private readonly World world;
    private readonly StoreLink store;
    private readonly DueWork work;
    private readonly WebhookDelivery delivery;
    private readonly ClearingWatch watch;
    private readonly HashSet<Task> sending = [];
    private readonly ReadPayment read;
    private readonly ChargeCard chargeCard;
    private readonly ChargeToken chargeToken;
    private readonly CapturePayment capture;
    private readonly VoidPayment release;
    private readonly RefundPayment refund;
    private readonly DeleteToken deleteToken;
    private readonly Cardholder cardholder;
    private readonly ListDisputes listDisputes;
    private readonly BringEvidence bringEvidence;
    private readonly AcceptDispute acceptDispute;
    private readonly ILogger logger;
    private readonly TimeSpan phase;
    private DateTimeOffset lookedAt;
    private DateTimeOffset sweptAt;
    private bool works;
    private bool delivers;
    private bool watches;

    public ServerProcess(World world, Surroundings outside, string name)
    {
        this.world = world;
        Place = new(world, name);
        phase = world.Chance.Between(TimeSpan.Zero, Rest);
        var vault = House.Vault;
        var clock = new WorldClock(world);
        var identifiers = new SeededIdentifiers(world.Chance);
        store = new(world, outside.Store, outside.Tables, outside.StoreFaults, Crossing);
        var link = new AcquirerLink(world, outside.Wire, outside.Acquirer, outside.WireFaults, Crossing) { Process = this };
        var renderer = new PaymentRenderer(House.Address);
        var directory = new PlainDirectory();
        var composer = new WebhookComposer(renderer, House.Apps, directory);
        logger = new Logger<object>(world);
        var authentication = new Issuer(world);
        Runner = new(store, store, link, authentication, House.Vault, composer, identifiers, clock, new Logger<PaymentRunner>(world));
        News = new AcquirerNews(Runner, store, identifiers, new Logger<AcquirerNews>(world));
        var idempotency = new Idempotency(store, store, vault, clock);
        var authenticator = new AuthenticationRunner(store, store, vault, Runner, authentication, composer, identifiers, new Logger<AuthenticationRunner>(world));
        var common = new CommonFields(House.Settings);
        var risk = new RiskDesk(House.Settings, House.Apps, vault, new(vault, () => Task.FromResult<IReadOnlyList<RiskListEntry>>([])), new Logger<RiskDesk>(world));
        store.RiskMarked += change => change.RiskMarks.ToList().ForEach(mark => risk.Take(change.App.Value, JournalRows.Millis(change.At), mark.Kind, mark.Body, isOwn: true));
        var open = new OpenPayment(store, store, vault, authentication, authenticator, Runner, idempotency, renderer, composer, identifiers, risk);
        var operate = new OperateOnPayment(store, idempotency);
        chargeCard = new(open, common, vault, idempotency, House.Settings, clock);
        chargeToken = new(open, common, vault, store, idempotency);
        capture = new(operate, Runner, renderer);
        release = new(operate, Runner, renderer);
        refund = new(operate, Runner, renderer, new(clock));
        read = new(store, renderer);
        deleteToken = new(store, Runner);
        cardholder = new(world, store, authenticator);
        var answer = new AnswerDispute(store, store, idempotency);
        listDisputes = new(store);
        bringEvidence = new(answer, House.EvidenceForms, Runner, vault, new(clock));
        acceptDispute = new(answer, Runner);
        work = new(store, Runner, store, House.Settings, clock, new(clock), new Logger<DueWork>(world));
        delivery = new(store, outside.Webhooks, directory, new SeededRandom(world.Chance), clock, new Logger<WebhookDelivery>(world));
        var reconciliation = new Reconciliation(store, store, store, Runner, new Logger<Reconciliation>(world));
        Import = new(store, store, reconciliation, Runner);
        Desk = new(store, store, reconciliation);
        watch = new(reconciliation, store, House.Settings, clock, new Logger<ClearingWatch>(world));
        Runner.WorkDue += () => world.Soon(Place, Work);
        store.WebhooksDue += _ => world.Soon(Place, Deliver);
    }

    public Place Place { get; }

    public PaymentRunner Runner { get; }

    /// <summary>Who hears what the acquirer does by itself.</summary>
    public IAcquirerListener News { get; }

    /// <summary>Where clearing files come in.</summary>
    public ClearingImport Import { get; }

    /// <summary>Where the operator resolves what does not match.</summary>
    public ClearingDesk Desk { get; }

    public Crossing Crossing { get; } = new();

    /// <summary>Dies, with everything it was about to do.</summary>
    public void Die()
    {
        Place.Die();
        work.Dispose();
        delivery.Dispose();
        watch.Dispose();
    }

    /// <summary>Answers a call, unless it dies over it.</summary>
    public void Answer(Call call, Action<Heard> answered) => world.Soon(Place, async void () =>
    {
        var context = ContextOf(call);
        await Access.AnswerErrorsAsync(context, c => HandleAsync(call, c), logger);
        var body = ((MemoryStream)context.Response.Body).ToArray();
        answered(new(context.Response.StatusCode, body, context.Response.Headers.ContainsKey("Idempotent-Replayed")));
    });

    /// <summary>When this process looks for what is due next.</summary>
    public DateTimeOffset? NextLook(SimulatedStore.Due due)
    {
        var next = Min(works ? null : due.Work, Min(delivers ? null : due.Webhook, watches ? null : due.Clearing));
        if (next is not { } millis || Place.IsDead)
        {
            return null;
        }

        var at = DateTimeOffset.FromUnixTimeMilliseconds(millis) + phase;
        return at > lookedAt + Rest ? at : lookedAt + Rest;
    }

    /// <summary>Looks for what is due, when its time has come.</summary>
    public void Look(SimulatedStore.Due due)
    {
        if (NextLook(due) <= world.Now)
        {
            lookedAt = world.Now;
            world.Soon(Place, Work);
            world.Soon(Place, Deliver);
            if (due.Clearing <= JournalRows.Millis(world.Now))
            {
                world.Soon(Place, Watch);
            }
        }
    }

    private static long? Min(long? left, long? right) => left is null ? right : right is null ? left : Math.Min(left.Value, right.Value);

    private Task HandleAsync(Call call, HttpContext context) => call.Kind switch
    {
        CallKind.ChargeCard => chargeCard.HandleAsync(context, call.App),
        CallKind.ChargeToken => chargeToken.HandleAsync(context, call.App),
        CallKind.Capture => capture.HandleAsync(context, call.App),
        CallKind.Void => release.HandleAsync(context, call.App),
        CallKind.Refund => refund.HandleAsync(context, call.App),
        CallKind.Read => read.HandleAsync(context, call.App),
        CallKind.DeleteToken => deleteToken.HandleAsync(context, call.App),
        CallKind.Challenge => cardholder.ActAsync(call.Route[0].Value, call.Form!),
        CallKind.ListDisputes => listDisputes.HandleAsync(context, call.App),
        CallKind.BringEvidence => bringEvidence.HandleAsync(context, call.App),
        CallKind.AcceptDispute => acceptDispute.HandleAsync(context, call.App),
        _ => throw new ArgumentOutOfRangeException(nameof(call)),
    };

    private static DefaultHttpContext ContextOf(Call call)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = "/api/v2/cards/" + call.Kind;
        context.Response.Body = new MemoryStream();
        if (call.Body is { } body)
        {
            context.Request.ContentType = "application/json";
            context.Request.ContentLength = body.Length;
            context.Features.Set<IRequestBodyPipeFeature>(new WholeBody(body));
        }

        else
        {
            context.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        }

        context.Request.QueryString = new(call.Query);
        if (call.Key is { } key)
        {
            context.Request.Headers["Idempotency-Key"] = key;
        }

        foreach (var (name, value) in call.Route)
        {
            context.Request.RouteValues[name] = value;
        }

        return context;
    }

    private async void Work()
    {
        if (works)
        {
            return;
        }

        works = true;
        try
        {
            await work.TakeAsync();
            if (world.Now - sweptAt >= SweepEvery || await store.HasCardToDestroyAsync())
            {
                await store.SweepAsync(world.Now);
                sweptAt = world.Now;
            }
        }
        catch (Exception unavailable) when (Database.IsUnavailable(unavailable))
        {
            world.Counts.Add("fault: due work could not be looked for");
        }
        finally
        {
            works = false;
        }
    }

    private async void Deliver()
    {
        if (delivers)
        {
            return;
        }

        delivers = true;
        try
        {
            await delivery.TakeAsync(sending, CancellationToken.None);
        }
        catch (JournalUnavailableException)
        {
            world.Counts.Add("fault: webhooks could not be taken");
        }
        finally
        {
            delivers = false;
        }
    }

    private async void Watch()
    {
        if (watches)
        {
            return;
        }

        watches = true;
        try
        {
            await watch.RunAsync();
        }
        catch (Exception unavailable) when (Database.IsUnavailable(unavailable))
        {
            world.Counts.Add("fault: what does not match could not be looked for");
        }
        finally
        {
            watches = false;
        }
    }

    private sealed class WholeBody(byte[] body) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(body));
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }

    /// <summary>Identifiers from the seed. Now and then the last one comes again, as it may once in many lifetimes.</summary>
    private sealed class SeededIdentifiers(Chance chance) : Identifiers
    {
        private const int LengthOfOperation = 20;

        private readonly Dictionary<int, string> last = [];

        protected override void Draw(ReadOnlySpan<char> alphabet, Span<char> text)
        {
            if (text.Length < LengthOfOperation && chance.Happens(300) && last.TryGetValue(text.Length, out var again))
            {
                again.CopyTo(text);
                return;
            }

            for (var i = 0; i < text.Length; i++)
            {
                text[i] = alphabet[chance.Below(alphabet.Length)];
            }

            last[text.Length] = text.ToString();
        }
    }

    /// <summary>Listens for bugs in what is logged: an error whose cause is anything but the store.</summary>
    private sealed class Logger<T>(World world) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is null || !Database.IsUnavailable(exception))
            {
                world.Violation ??= new("nothing breaks", $"{formatter(state, exception)}: {exception}");
                return;
            }

            world.Counts.Add("logged: " + eventId.Name);
        }
    }
}
