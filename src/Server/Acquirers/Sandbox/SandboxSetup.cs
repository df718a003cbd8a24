using Tollgate.Core;
using Tollgate.Sandbox;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Keys;
using Tollgate.Server.Ledger;
using Tollgate.Server.Payments;
using Tollgate.Server.Settlement;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>Puts the pretend outside world in the places of the real one. Chosen at start, and nowhere else.</summary>
internal static class SandboxSetup
{
    /// <summary>The acquirer, the issuer and the clock of the sandbox.</summary>
    public static async Task AddSandboxAsync(this IServiceCollection services, Settings settings)
    {
        if (settings.Acquirer is { } address)
        {
            var remote = await ConnectAsync(address);
            services.AddSingleton<IAcquirerHost>(_ => remote);
        }
        else
        {
            var acquirer = Open(settings);
            services.AddSingleton(_ => acquirer);
            services.AddSingleton(s => CreateScheme(acquirer.Clock, s.GetRequiredService<PublicAddress>()));

            // Only what was asked for is closed at the end, and its books must be: the next server has them.
            services.AddSingleton<IAcquirerHost>(s => new AcquirerInProcess(s.GetRequiredService<SimulatedAcquirer>(), s.GetRequiredService<SimulatedScheme>().Issuer));
        }

        services.AddSingleton<TimeProvider>(s => s.GetRequiredService<IAcquirerHost>().Clock);
        services.AddSingleton<SandboxAcquirer>();
        services.AddSingleton<IAcquirer>(s => s.GetRequiredService<SandboxAcquirer>());
        services.AddSingleton<SandboxTime>();
        services.AddSingleton<SimulateCalls>();
        services.AddSingleton<RegisterApp>();
        services.AddUnlockedWork<SandboxWork>();
    }

    /// <summary>The directory server and the issuer in this process: for this gateway alone, whose results go to it by the shortest way.</summary>
    private static SimulatedScheme CreateScheme(TimeProvider clock, PublicAddress address) => new(
        clock,
        () => address.Url,
        url => url.AbsoluteUri.StartsWith(address.Url + "/", StringComparison.Ordinal) ? new(address.Local + url.AbsoluteUri[address.Url.Length..]) : null);

    /// <summary>Opens the simulated acquirer's books in the data directory.</summary>
    /// <exception cref="SettingException">Another process has them open, or they cannot be read.</exception>
    public static SimulatedAcquirer Open(Settings settings)
    {
        var behaviour = new SandboxBehaviour(settings.SettlesAt, settings.RefundDelay, settings.ReplyDelay, settings.LateReplyDelay)
        {
            DisputePeriod = settings.DisputePeriod,
            DisputeDecisionDelay = settings.DisputeDecisionDelay,
        };
        try
        {
            return new(BooksPath(settings), behaviour, TimeProvider.System);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw InUse(settings);
        }
        catch (InvalidDataException damaged)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) holds books of the sandbox's acquirer that cannot be read: {damaged.Message.TrimEnd('.')}");
        }
    }

    /// <summary>
    /// The sandbox's clock, for a verb beside the server: the acquirer's own process has it, or its books. While a server in this directory has those open,
    /// it is real time.
    /// </summary>
    public static async Task<TimeProvider> ReadClockAsync(Settings settings)
    {
        if (settings.Acquirer is { } address)
        {
            using var host = await ConnectAsync(address);
            return host.Clock;
        }

        try
        {
            using var acquirer = Open(settings);
            return acquirer.Clock;
        }
        catch (SettingException)
        {
            return TimeProvider.System;
        }
    }

    /// <summary>The file of the books.</summary>
    public static string BooksPath(Settings settings) => Path.Combine(settings.DataDirectory, "sandbox-acquirer.jsonl");

    /// <summary>The calls that only the sandbox has; and who hears the acquirer.</summary>
    public static void UseSandbox(this WebApplication app, AppRegistry apps)
    {
        var news = app.Services.GetRequiredService<AcquirerNews>();
        app.Services.GetRequiredService<SandboxAcquirer>().Listener = news;
        app.Services.GetRequiredService<IAcquirerHost>().Listener = notice => notice.Kind switch
        {
            NoticeKind.ClearingFile => ImportAsync(app.Services, notice.Operation!),
            NoticeKind.RefundCompleted => news.RefundCompletedAsync(new(notice.Payment), Operation(notice)),
            NoticeKind.RefundRejected => news.RefundRejectedAsync(new(notice.Payment), Operation(notice)),
            _ => HearDisputeAsync(news, new(notice.Payment), notice.Kind, notice.Dispute!),
        };
        if (app.Services.GetRequiredService<IAcquirerHost>() is AcquirerOverHttp remote)
        {
            var address = app.Services.GetRequiredService<PublicAddress>();
            remote.Gateway = () => (address.Url, address.Local);
        }

        if (app.Services.GetService<SimulatedScheme>() is { } scheme)
        {
            app.MapGroup(string.Empty).IsOpenToAnybody("the pretend scheme: directory server and issuer").MapScheme(scheme);
        }

        var calls = app.Services.GetRequiredService<SimulateCalls>();
        foreach (var root in TollgateServer.Roots)
        {
            app.MapPost(root + "/cards/simulate", Access.Requires(apps, calls.SimulateAsync)).Needs(Scopes.Charge);
            app.MapGet(root + "/sandbox/clock", Access.Requires(apps, calls.ReadClockAsync)).Needs(Scopes.Read);
            app.MapPost(root + "/sandbox/clock", Access.Requires(apps, calls.MoveClockAsync)).Needs(Scopes.Charge);
            app.MapPost(root + "/sandbox/faults", Access.Requires(apps, calls.InjectFaultAsync)).Needs(Scopes.Charge);
            app.MapGet(root + "/sandbox/books/{uuid}", Access.Requires(apps, calls.ReadBooksAsync)).Needs(Scopes.Read);
            app.MapPost(root + "/sandbox/apps", Access.Requires(apps, app.Services.GetRequiredService<RegisterApp>().HandleAsync)).Needs(Scopes.All);
            app.MapPost(root + "/sandbox/payouts", Access.Requires(apps, app.Services.GetRequiredService<ClosePayouts>().HandleAsync)).Needs(Scopes.Charge);
        }
    }

    /// <summary>Fetches a clearing file and imports it. What of it does not match goes on the gateway's own list: the acquirer has told it.</summary>
    private static async Task<bool> ImportAsync(IServiceProvider services, string name)
    {
        var content = await services.GetRequiredService<IAcquirerHost>().ReadClearingFileAsync(name);
        if (content is null)
        {
            return false;
        }

        var report = await services.GetRequiredService<ClearingImport>().ImportAsync(content);
        Check.That(!report.OtherContent, "the sandbox's acquirer has one file of a name");
        return true;
    }

    private static SettingException InUse(Settings settings) =>
        new("Tollgate:DataDirectory", $"({settings.DataDirectory}) is in use by another server, or cannot be written");

    private static async Task<AcquirerOverHttp> ConnectAsync(Uri address)
    {
        try
        {
            return await AcquirerOverHttp.ConnectAsync(address, TimeProvider.System);
        }
        catch (Exception unreachable) when (unreachable is IOException or TimeoutException)
        {
            throw new SettingException("Tollgate:Sandbox:Acquirer", $"({address}) has no sandbox acquirer that answers: {(unreachable.InnerException ?? unreachable).Message.TrimEnd('.')}");
        }
    }

    private static Task<bool> HearDisputeAsync(AcquirerNews news, PaymentId payment, NoticeKind kind, NoticedDispute dispute) => kind switch
    {
        NoticeKind.DisputeOpened or NoticeKind.InquiryOpened => news.DisputeOpenedAsync(
            new(payment, dispute.Case, new(dispute.Amount, Currency.Aud), dispute.ReasonCode, dispute.Stage, dispute.RespondBy!.Value)),
        NoticeKind.DisputeMoved => news.DisputeMovedAsync(payment, dispute.Case, dispute.Stage, dispute.RespondBy),
        _ => news.DisputeResolvedAsync(payment, dispute.Case, kind == NoticeKind.DisputeWon),
    };

    private static OperationId? Operation(AcquirerNotice notice) => notice.Operation is { } operation ? new(operation) : null;
}
