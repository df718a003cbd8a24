using System.Net.Sockets;
using Scalar.AspNetCore;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Authentication;
using Tollgate.Server.Disputes;
using Tollgate.Server.Feed;
using Tollgate.Server.Hardening;
using Tollgate.Server.Http;
using Tollgate.Server.Keys;
using Tollgate.Server.Ledger;
using Tollgate.Server.Payments;
using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server;

/// <summary>Puts the server together.</summary>
internal static class TollgateServer
{
    private const string DefaultAddress = "http://127.0.0.1:8080";

    /// <summary>Both roots of the API answer alike.</summary>
    public static readonly string[] Roots = ["/api/v2", "/v2"];

    /// <summary>Reads the settings, opens the database and the vault, and builds the server, ready to start.</summary>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="VaultException">The keys do not open.</exception>
    /// <param name="args">The command line.</param>
    /// <param name="configure">Adds to the host before it is built, such as another place for logs.</param>
    public static async Task<WebApplication> CreateAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = CreateBuilder(args);
        configure?.Invoke(builder);
        var settings = Settings.Read(builder.Configuration);
        var addresses = ChooseAddresses(builder, settings, DefaultAddress);
        ProductionRules.Check(settings, builder.Configuration, addresses);
        builder.Harden(settings);
        if (!settings.IsSandbox)
        {
            // What else production does not start with is said first.
            using var lookedAt = SoleServer.Of(settings);
            throw new SettingException("Tollgate:Mode", "is production, and this version has no acquirer but the sandbox's; payments would go nowhere");
        }

        CreateDataDirectory(settings.DataDirectory);
        var sole = SoleServer.Of(settings);
        builder.Services.AddSingleton(_ => sole);
        var database = Database.Create(settings.Database, settings.DataDirectory);
        KeyCustody keys;
        try
        {
            keys = await OpenAsync(database, settings, Migrator.MigrateAsync);
        }
        catch
        {
            // Whoever hears why may put it right and start again.
            sole.Dispose();
            throw;
        }

        var services = builder.Services;
        AddGateway(services, settings, database, keys);
        await services.AddSandboxAsync(settings);
        services.AddHostedService(s => s.GetRequiredService<KeyWatch>());
        services.AddHostedService(s => s.GetRequiredService<UnlockDoor>());
        services.AddUnlockedWork<AuditWatch>();
        services.AddUnlockedWork<KeyUseRecord>();
        services.AddUnlockedWork<FailedLogIns>();
        services.AddUnlockedWork<AppDirectory>();
        services.AddUnlockedWork<Resealing>();
        services.AddUnlockedWork<CardRetention>();
        services.AddUnlockedWork<DueWork>();
        services.AddUnlockedWork<PayoutSchedule>();
        services.AddUnlockedWork<FraudWatch>();
        services.AddUnlockedWork<ClearingWatch>();
        services.AddSingleton(_ => Random.Shared);
        services.AddUnlockedWork<WebhookDirectory>();
        services.AddUnlockedWork<WebhookDelivery>();
        services.AddUnlockedWork<FeedWatch>();
        services.AddUnlockedWork<CardRanges>();
        services.AddHostedService<CertificateWatch>();
        services.AddUnlockedWork<PageWatch>();
        services.AddUnlockedWork<RiskWatch>();
        services.AddHostedService<ProcessShares>();

        var app = builder.Build();
        Map(app);
        return app;
    }

    /// <summary>All that a server has but for the outside world and the work that it does by itself; what an operator's verb has too.</summary>
    public static void AddGateway(IServiceCollection services, Settings settings, Database database, KeyCustody keys)
    {
        services.AddSingleton(settings);
        services.AddSingleton(_ => database);
        services.AddKeys(settings.Keys, keys);
        services.AddSingleton<CardVault>();
        services.AddSingleton(s => new Journal(database.OpenWriter(s.GetRequiredService<AuditChain>())));
        services.AddSingleton<IJournal>(s => s.GetRequiredService<Journal>());
        services.AddAudit();
        services.AddSingleton<PaymentReader>();
        services.AddSingleton<StoreHealth>();
        services.AddSingleton<IPaymentLookup>(s => s.GetRequiredService<PaymentReader>());
        services.AddSingleton<Identifiers>();
        services.AddApps();
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<PaymentRenderer>();
        services.AddWebhooks();
        services.AddThreeDS();
        services.AddSingleton<PaymentRunner>();
        services.AddSingleton<AuthenticationRunner>();
        services.AddSingleton<AcquirerNews>();
        services.AddRisk();
        services.AddSingleton<RateLimits.RateLimits>();
        services.AddSingleton<OpenPayment>();
        services.AddSingleton<Idempotency>();
        services.AddSingleton<CommonFields>();
        services.AddSingleton<ChargeCard>();
        services.AddSingleton<ChargeToken>();
        services.AddSingleton<OperateOnPayment>();
        services.AddSingleton<CapturePayment>();
        services.AddSingleton<VoidPayment>();
        services.AddSingleton<RefundPayment>();
        services.AddSingleton<ReadPayment>();
        services.AddSingleton<TimelineReader>();
        services.AddSingleton<ReadTimeline>();
        services.AddSingleton<ListPayments>();
        services.AddSingleton<FeedWatch>();
        services.AddSingleton<EventStream>();
        services.AddSingleton<ReadEvents>();
        services.AddSingleton<DeleteToken>();
        services.AddSingleton<IDisputeLookup, DisputeReader>();
        services.AddSingleton<ListDisputes>();
        services.AddSingleton<ReadDispute>();
        services.AddSingleton<AnswerDispute>();
        services.AddSingleton<AcceptDispute>();
        services.AddSingleton<EvidenceForms>();
        services.AddSingleton<BringEvidence>();
        services.AddSingleton<AuthenticationPage>();
        services.AddLedger();
        services.AddSettlement();
        services.AddSingleton(_ => new RealTime(TimeProvider.System));
    }

    /// <summary>Starts to listen, and to work.</summary>
    /// <exception cref="SettingException">It cannot listen where it is told to.</exception>
    public static async Task ListenAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception cause) when (cause is IOException or SocketException or InvalidOperationException)
        {
            // The background work has begun already, and must not find its services disposed under it.
            await app.StopAsync();

            // Taken, not an address of this machine, not ours to take, or https without a certificate: Kestrel's first line says which.
            throw new SettingException("urls", "names an address that cannot be listened on: " + cause.Message.Split('\n')[0].Trim().TrimEnd('.'));
        }
    }

    /// <summary>The address at which customers' browsers reach the server, once it listens.</summary>
    public static string PublishAddress(WebApplication app)
    {
        var settings = app.Services.GetRequiredService<Settings>();
        var address = app.Services.GetRequiredService<PublicAddress>();
        var listening = ListeningAddress(app);
        address.Url = settings.PublicUrl?.AbsoluteUri.TrimEnd('/') ?? listening;
        address.Local = listening;
        return listening;
    }

    /// <summary>Where a server listens, as this machine reaches it.</summary>
    public static string ListeningAddress(WebApplication app) => Reachable(app.Urls.First());

    /// <summary>An address that is listened on, as this machine reaches it.</summary>
    public static string Reachable(string address) => address
        .Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal).Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal).TrimEnd('/');

    /// <summary>A host as both of the executable's servers have it.</summary>
    /// <exception cref="SettingException">A file of settings cannot be read.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        WebApplicationBuilder builder;
        try
        {
            // Settings are read once. Watching their folder for changes would hear of every write to a database in it.
            builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
        }
        catch (InvalidDataException unreadable)
        {
            throw new SettingException("appsettings.json", $"cannot be read ({unreadable.Message.TrimEnd('.')}): {unreadable.GetBaseException().Message.TrimEnd('.')}");
        }

        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024;
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // What stops the start is said in one sentence, by whoever called; not in a stack trace before it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        return builder;
    }

    /// <summary>Chooses where to listen; a sandbox only where no other machine reaches it, unless the operator says otherwise.</summary>
    /// <exception cref="SettingException">It must not listen there.</exception>
    /// <returns>Where it will listen.</returns>
    public static IReadOnlyList<string> ChooseAddresses(WebApplicationBuilder builder, Settings settings, string otherwise)
    {
        var addresses = Addresses(builder.Configuration);
        if (addresses.Count == 0)
        {
            builder.WebHost.UseUrls(otherwise);
        }

        foreach (var address in addresses)
        {
            Settings.CheckAddress(address);
        }

        if (settings is { IsSandbox: true, AllowRemoteSandbox: false } && addresses.FirstOrDefault(Settings.IsRemote) is { } remote)
        {
            throw new SettingException(
                "urls",
                $"has {remote}, which other machines can reach, and the sandbox's credentials are public, so they are refused there; listen on 127.0.0.1, or set Tollgate:AllowRemoteSandbox=true");
        }

        return addresses;
    }

    private static void Map(WebApplication app)
    {
        var services = app.Services;
        var apps = services.GetRequiredService<AppRegistry>();
        var logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Tollgate.Requests");
        _ = services.GetRequiredService<SoleServer>();
        app.UseCallerAddress(services.GetRequiredService<Settings>().Access);
        app.UseHardening();
        app.Use(next => context => Access.AnswerErrorsAsync(context, next, logger));
        var keys = services.GetRequiredService<KeyRing>();
        app.Use(next => context => SealedDoor.LetsIn(keys, context) ? next(context) : SealedDoor.Answer.WriteAsync(context));
        app.UseRateLimits();
        app.Use(next => context => Doors.KeepShutAsync(context, next));
        foreach (var root in Roots)
        {
            var cards = root + "/cards";
            app.MapPost(cards + "/charges", Access.Requires(apps, services.GetRequiredService<ChargeCard>().HandleAsync)).Needs(Scopes.Charge);
            app.MapPost(cards + "/create_payment", Access.Requires(apps, services.GetRequiredService<ChargeToken>().HandleAsync)).Needs(Scopes.Charge);
            app.MapPost(cards + "/capture_payment", Access.Requires(apps, services.GetRequiredService<CapturePayment>().HandleAsync)).Needs(Scopes.Charge);
            app.MapPost(cards + "/void_payment", Access.Requires(apps, services.GetRequiredService<VoidPayment>().HandleAsync)).Needs(Scopes.Charge);
            app.MapPost(cards + "/refund_payment", Access.Requires(apps, services.GetRequiredService<RefundPayment>().HandleAsync)).Needs(Scopes.Refund);
            app.MapGet(cards + "/payments/{uuid}", Access.Requires(apps, services.GetRequiredService<ReadPayment>().HandleAsync)).Needs(Scopes.Read);
            app.MapGet(cards + "/payments/{uuid}/timeline", Access.Requires(apps, services.GetRequiredService<ReadTimeline>().HandleAsync)).Needs(Scopes.Read);
            app.MapGet(cards + "/payments", Access.Requires(apps, services.GetRequiredService<ListPayments>().HandleAsync)).Needs(Scopes.Read);
            app.MapGet(cards + "/disputes", Access.Requires(apps, services.GetRequiredService<ListDisputes>().HandleAsync)).Needs(Scopes.Read);
            app.MapGet(cards + "/disputes/{id}", Access.Requires(apps, services.GetRequiredService<ReadDispute>().HandleAsync)).Needs(Scopes.Read);
            app.MapPost(cards + "/disputes/{id}/accept", Access.Requires(apps, services.GetRequiredService<AcceptDispute>().HandleAsync)).Needs(Scopes.Refund);
            app.MapPost(cards + "/disputes/{id}/evidence", Access.Requires(apps, services.GetRequiredService<BringEvidence>().HandleAsync)).Needs(Scopes.Refund);
            app.MapGet(cards + "/events", Access.Requires(apps, services.GetRequiredService<ReadEvents>().HandleAsync)).Needs(Scopes.Read);
            app.MapDelete(cards + "/{token_id}", Access.Requires(apps, services.GetRequiredService<DeleteToken>().HandleAsync)).Needs(Scopes.Charge);
            app.MapApps(apps, root);
            app.MapLedger(apps, root);
            app.MapWebhooks(apps, root);
        }

        app.UseSandbox(apps);

        services.GetRequiredService<AuthenticationPage>().Map(app.MapGroup(string.Empty).IsOpenToAnybody("cardholders' browsers; the key in the address is the secret"));
        app.MapThreeDS();

        app.MapGet("/openapi/v2.json", ApiDescription.WriteAsync).IsOpenToAnybody("the description of the API");
        MapReference(app);
        app.MapGet("/", context =>
        {
            context.Response.Redirect("/docs");
            return Task.CompletedTask;
        }).IsOpenToAnybody("leads to the reference");

        var health = services.GetRequiredService<StoreHealth>();
        app.MapGet("/health", async (HttpContext context) =>
        {
            await health.CheckAsync(context.RequestAborted);
            context.Response.ContentType = "application/json";
            if (!keys.IsOpen)
            {
                // A balancer must send nobody here; whoever asks whether the process lives reads the body.
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "2";
                context.Response.ContentLength = SealedDoor.Health.Length;
            }

            await context.Response.WriteAsync(keys.IsOpen ? "{\"status\":\"ok\"}" : SealedDoor.Health, context.RequestAborted);
        }).IsOpenToAnybody("says to probes whether the server works, and nothing else");
    }

    /// <summary>The readable reference: ours alone, nothing in it asks another host, and its requests work as they are sent.</summary>
    private static void MapReference(WebApplication app)
    {
        var sandbox = Settings.SandboxApp;
        app.MapScalarApiReference("/docs", options => options
            .WithTitle("Tollgate API")
            .WithOpenApiRoutePattern("/openapi/v2.json")
            .DisableDefaultFonts()
            .HideDeveloperTools()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .AddPreferredSecuritySchemes("appId", "secretKey")
            .AddApiKeyAuthentication("appId", key => key.Value = sandbox.Id)
            .AddApiKeyAuthentication("secretKey", key => key.Value = sandbox.SecretKey!.Expose())).IsOpenToAnybody("the reference of the API");
    }

    /// <summary>Opens the database and the vault.</summary>
    /// <param name="database">The database.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="prepare">Brings the database to the present schema, or requires that it is there.</param>
    /// <exception cref="SettingException">They cannot be opened.</exception>
    public static async Task<KeyCustody> OpenAsync(Database database, Settings settings, Func<Database, Task> prepare)
    {
        try
        {
            await prepare(database);
            return await KeyCustody.OpenAsync(database, settings.Keys);
        }
        catch (Exception unreachable) when (Database.IsUnavailable(unreachable))
        {
            throw new SettingException("Tollgate:Database", $"({database.Name}) cannot be used: {unreachable.Message}");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) does not let the key file be read or made: {denied.Message.TrimEnd('.')}");
        }
    }

    /// <summary>Makes the data directory, which only its owner reads.</summary>
    /// <exception cref="SettingException">It cannot be made.</exception>
    public static void CreateDataDirectory(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({path}) cannot be created");
        }
    }

    private static List<string> Addresses(ConfigurationManager configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>().ToList();
        var ports = (configuration["http_ports"] + ";" + configuration["https_ports"]).Split(';', StringSplitOptions.RemoveEmptyEntries);
        List<string> urls = configuration["urls"] is { Length: > 0 } text
            ? [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            : [.. ports.Select(port => "http://*:" + port)];

        // Endpoints win over URLs, unless the host is told otherwise.
        var prefersUrls = configuration["preferHostingUrls"] is "1" || string.Equals(configuration["preferHostingUrls"], "true", StringComparison.OrdinalIgnoreCase);
        return endpoints.Count > 0 && !(prefersUrls && urls.Count > 0) ? endpoints : urls;
    }
}
