using Tollgate.Sandbox;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>Puts the pretend outside world in the places of the real one. Chosen at start, and nowhere else.</summary>
internal static class SandboxSetup
{
    /// <summary>The acquirer, the issuer and the clock of the sandbox.</summary>
    public static void AddSandbox(this IServiceCollection services, Settings settings)
    {
        var behaviour = new SandboxBehaviour(settings.SettlementDelay, settings.RefundDelay, settings.ReplyDelay, settings.LateReplyDelay);
        SimulatedAcquirer acquirer;
        try
        {
            acquirer = new(Path.Combine(settings.DataDirectory, "sandbox-acquirer.jsonl"), behaviour, TimeProvider.System);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) is in use by another server, or cannot be written");
        }
        catch (InvalidDataException damaged)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) holds books of the sandbox's acquirer that cannot be read: {damaged.Message.TrimEnd('.')}");
        }

        services.AddSingleton(_ => acquirer);
        services.AddSingleton<TimeProvider>(acquirer.Clock);
        services.AddSingleton<SimulatedIssuer>();
        services.AddSingleton<ICardholderAuthentication, SandboxAuthentication>();
        services.AddSingleton<SandboxAcquirer>();
        services.AddSingleton<IAcquirer>(s => s.GetRequiredService<SandboxAcquirer>());
        services.AddSingleton<SandboxTime>();
        services.AddSingleton<SimulateCalls>();
        services.AddHostedService<SandboxWork>();
    }

    /// <summary>The calls that only the sandbox has; and who hears the acquirer.</summary>
    public static void UseSandbox(this WebApplication app, AppRegistry apps)
    {
        var news = app.Services.GetRequiredService<AcquirerNews>();
        app.Services.GetRequiredService<SandboxAcquirer>().Listener = news;
        app.Services.GetRequiredService<SimulatedAcquirer>().Listener = notice => notice.Kind switch
        {
            NoticeKind.Settled => news.SettledAsync(new(notice.Payment)),
            NoticeKind.RefundCompleted => news.RefundCompletedAsync(new(notice.Payment), Operation(notice)),
            _ => news.RefundRejectedAsync(new(notice.Payment), Operation(notice)),
        };
        var calls = app.Services.GetRequiredService<SimulateCalls>();
        foreach (var root in TollgateServer.Roots)
        {
            app.MapPost(root + "/cards/simulate", Access.Requires(apps, calls.SimulateAsync));
            app.MapGet(root + "/sandbox/clock", Access.Requires(apps, calls.ReadClockAsync));
            app.MapPost(root + "/sandbox/clock", Access.Requires(apps, calls.MoveClockAsync));
            app.MapPost(root + "/sandbox/faults", Access.Requires(apps, calls.InjectFaultAsync));
            app.MapGet(root + "/sandbox/books/{uuid}", Access.Requires(apps, calls.ReadBooksAsync));
        }
    }

    private static Core.OperationId? Operation(AcquirerNotice notice) => notice.Operation is { } operation ? new(operation) : null;
}
