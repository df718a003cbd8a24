using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;

namespace Tollgate.Server;

/// <summary>
/// What an operator's verb works with: the settings and the store of the server, beside which it may run. It listens nowhere and speaks to no acquirer.
/// </summary>
internal sealed class Operator : IAsyncDisposable
{
    private readonly WebApplication app;

    private Operator(WebApplication app) => this.app = app;

    /// <summary>Opens the store that a server has made.</summary>
    /// <exception cref="SettingException">A setting is wrong, or the store is not one of this version.</exception>
    public static async Task<Operator> OpenAsync(string[] settingArguments)
    {
        var builder = TollgateServer.CreateBuilder(settingArguments);
        var settings = Settings.Read(builder.Configuration);
        var database = Database.Create(settings.Database, settings.DataDirectory);
        var keys = await TollgateServer.OpenAsync(database, settings, Migrator.RequireAsync);
        TollgateServer.AddGateway(builder.Services, settings, database, keys);
        builder.Services.AddSingleton<IAcquirer, NoAcquirer>();
        var clock = settings.IsSandbox ? await SandboxSetup.ReadClockAsync(settings) : TimeProvider.System;
        builder.Services.AddSingleton(clock);
        var app = builder.Build();
        await app.Services.GetRequiredService<AppDirectory>().RefreshAsync();
        return new(app);
    }

    /// <summary>A service of the server.</summary>
    public T Get<T>()
        where T : notnull => app.Services.GetRequiredService<T>();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>Splits a verb's own words and options from the settings behind it, which have a colon in their name.</summary>
    public static (string[] Own, string[] Settings) Split(string[] arguments) =>
        (arguments.Where(a => !IsSetting(a)).ToArray(), arguments.Where(IsSetting).ToArray());

    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.Split('=')[0].Contains(':', StringComparison.Ordinal);

    /// <summary>A verb sends nothing.</summary>
    private sealed class NoAcquirer : IAcquirer
    {
        public TimeSpan Timeout => TimeSpan.Zero;

        public Task<Outcome> SendAsync(AcquirerOrder order) => Task.FromResult<Outcome>(new Outcome.NotSent());
    }
}
