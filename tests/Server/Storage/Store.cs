using System.Security.Cryptography;
using Dapper;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>A database of the test's own and as many journals on it as it wants; each journal stands for one server process.</summary>
internal sealed class Store : IAsyncDisposable
{
    private readonly List<Journal> journals = [];
    private readonly string? folder;
    private readonly string? connectionString;
    private readonly List<Database> databases = [];

    private Store(string? folder, string? connectionString)
    {
        this.folder = folder;
        this.connectionString = connectionString;
        Database = OpenDatabase();
        Reader = new(Database);
    }

    public static DateTimeOffset Now { get; } = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    /// <summary>The chain of its audit log, under a key that everybody knows.</summary>
    public static AuditChain Chain { get; } = new(content => HMACSHA256.HashData("the key of the tests"u8, content));

    public Database Database { get; }

    public PaymentReader Reader { get; }

    /// <summary>An empty database on the engine of a gateway, brought to the present schema unless told otherwise.</summary>
    public static async Task<Store> CreateAsync(Gateway gateway, bool migrated = true)
    {
        Store store;
        if (gateway is PostgresGateway postgres)
        {
            store = new(null, await postgres.Cluster.CreateDatabaseAsync());
        }
        else
        {
            store = new(Directory.CreateTempSubdirectory("tollgate-store-").FullName, null);
        }

        if (migrated)
        {
            await Migrator.MigrateAsync(store.Database);
        }

        return store;
    }

    /// <summary>Another connection pool to the same data, as another process has it.</summary>
    public Database OpenDatabase()
    {
        var database = Database.Create(connectionString, folder ?? string.Empty);
        databases.Add(database);
        return database;
    }

    public Journal OpenJournal()
    {
        var journal = new Journal(OpenDatabase().OpenWriter(Chain));
        journals.Add(journal);
        return journal;
    }

    public async Task<T?> ScalarAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Database.OpenAsync();
        return await connection.ExecuteScalarAsync<T>(sql, values);
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Database.OpenAsync();
        return (await connection.QueryAsync<T>(sql, values)).AsList();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Database.OpenAsync();
        await connection.ExecuteAsync(sql);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var journal in journals)
        {
            await journal.DisposeAsync();
        }

        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }

        if (folder is not null)
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>Changes as the server makes them, without a server.</summary>
internal static class Changes
{
    private static int payments;
    private static int cards;

    public const long Lane = 42;

    private const string Url = "http://127.0.0.1/webhook";

    public static AppId App { get; } = new("app-one");

    public static OperationId Authorisation { get; } = new("op-auth");

    /// <summary>A payment that is about to be authorised, and what creates it.</summary>
    public static (Payment Payment, Change Change) Create(
        string? uuid = null, string externalId = "order-1", IReadOnlyList<OrderClaim>? claims = null, IdempotencyClaim? key = null, CardToken? needs = null, DateTimeOffset? at = null)
    {
        var now = at ?? Store.Now;
        var facts = Facts(uuid ?? NewId(), externalId, now, needs);
        var created = new PaymentEvent.Created(now, facts);
        var started = new PaymentEvent.AuthorisationStarted(now, Authorisation, now.AddSeconds(7));
        var payment = Payment.Evolve(Payment.Evolve(null, created), started);
        return (payment, new()
        {
            App = App,
            At = now,
            Payment = payment,
            Events = [new(created, 1, PaymentStatus.Pending, PaymentStatus.Pending, []), new(started, 2, PaymentStatus.Pending, PaymentStatus.Pending, [])],
            NewCard = needs is null ? Card(facts.Token, facts.Id) : null,
            NeedsCard = needs,
            Claims = claims ?? [],
            Idempotency = key,
        });
    }

    /// <summary>What came of a try at a payment's webhook.</summary>
    public static DeliveryResult Delivery(PaymentId payment, int version, DeliveryState state, DateTimeOffset next) => new(
        new(payment, version, string.Empty, App, Lane, Url, null, [], 0, 0, Store.Now),
        state,
        next,
        new(Store.Now, 7, state == DeliveryState.Delivered ? 200 : 500, null, state == DeliveryState.Delivered ? null : "answered 500"));

    /// <summary>Takes what is due, whatever its endpoint.</summary>
    public static async Task<IReadOnlyList<DueWebhook>> TakeWebhooksAsync(this Journal journal, DateTimeOffset now, DateTimeOffset until, int limit) =>
        await journal.LeaseWebhooksAsync(now, until, [.. (await journal.ListLanesAsync(-1, 100)).Select(l => new LaneRoom(l.Lane, limit))]);

    /// <summary>The next step of a payment: one event, and a webhook where there is one.</summary>
    public static (Payment Payment, Change Change) Step(Payment before, PaymentEvent happened, bool webhook = false)
    {
        var after = Payment.Evolve(before, happened);
        return (after, new()
        {
            App = App,
            At = happened.At,
            Payment = after,
            ExpectedVersion = before.Version,
            Events = [new(happened, after.Version, before.Status, after.Status, Postings.Of(before, after, happened))],
            Webhooks = webhook ? [new(after.Id, after.Version, string.Empty, Lane, Url, null, [(byte)after.Version])] : [],
            Dispute = after.Dispute,
        });
    }

    public static (Payment Payment, Change Change) Authorise(Payment payment, bool webhook = false) => Step(
        payment,
        new PaymentEvent.Authorised(Store.Now, Authorisation, new("000000000001", "A1B2C3", "100000000000001"), Store.Now.AddDays(7)),
        webhook);

    /// <summary>Creates and authorises a payment, and its card with it.</summary>
    public static async Task<Payment> AuthorisedAsync(Journal journal, bool webhook = false)
    {
        var (created, creation) = Create();
        var (authorised, authorisation) = Authorise(created, webhook);
        await MadeAsync(journal, creation);
        await MadeAsync(journal, authorisation);
        return authorised;
    }

    public static async Task MadeAsync(Journal journal, Change change) => Assert.Equal(Conflict.None, (await journal.CommitAsync(change)).Conflict);

    public static OrderClaim Claim(string order, string payment, DateTimeOffset? expires = null, string? replaces = null) =>
        new(Digest("order " + order), new(payment), expires ?? Store.Now.AddDays(1), replaces is null ? null : new(replaces));

    public static IdempotencyClaim Key(string key, string? payment = null, DateTimeOffset? at = null) =>
        new(Digest("key " + key), Digest("body"), payment is null ? null : new(payment), at ?? Store.Now);

    public static byte[] Digest(string text) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));

    public static string NewId() => $"PAY{Interlocked.Increment(ref payments):D9}";

    private static NewCard Card(CardToken token, PaymentId first) => new(token, App, first, [1, 2, 3], new(CardFacts, Cardholder), Store.Now);

    private static CardFacts CardFacts { get; } = new(Brand.Visa, "4242", "US", new(2028, 12), "fingerprint");

    private static Cardholder Cardholder { get; } = new("John", "Doe", "john.doe@example.com", "John Doe", new("123 Main Street", "Sydney", "NSW", "AU", "2000"));

    private static PaymentFacts Facts(string uuid, string externalId, DateTimeOffset now, CardToken? token) => new()
    {
        Id = new(uuid),
        App = App,
        ExternalId = externalId,
        Amount = new(1000, Currency.Aud),
        CaptureAtOnce = false,
        Type = PaymentType.Regular,
        Token = token ?? new($"tok_{Interlocked.Increment(ref cards):x20}"),
        BroughtCard = token is null,
        Card = CardFacts,
        Cardholder = Cardholder,
        ReturnUrl = "https://example.com",
        CreatedAt = now,
        SessionEndsAt = now.AddMinutes(15),
    };
}
