using Microsoft.Extensions.Configuration;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>The verb <c>keys</c>, as an operator types it beside a gateway.</summary>
internal static class OperatorsDesk
{
    /// <summary>Runs the verb on a gateway's data.</summary>
    public static async Task<(int Code, string Said)> KeysAsync(this Gateway gateway, string verb, params string[] settings)
    {
        using var output = new StringWriter();
        var code = await KeyVerbs.RunAsync(
            [.. verb.Split(' '), "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings, .. AppsOfTests.Settings, .. settings], TextReader.Null, output);
        return (code, output.ToString());
    }
}

/// <summary>A data directory and a database with nothing in them, on the engine of a gateway, for custodians.</summary>
internal sealed class EmptyPlace : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tollgate-empty-").FullName;

    private EmptyPlace(string? database)
    {
        Arguments = ["--Tollgate:Keys:Provider=shares", "--Tollgate:DataDirectory=" + folder, .. database is null ? Array.Empty<string>() : ["--Tollgate:Database=" + database]];
        Settings = Settings.Read(new ConfigurationBuilder().AddCommandLine(Arguments).Build());
        Migrated = Database.Create(Settings.Database, Settings.DataDirectory);
    }

    public string[] Arguments { get; }

    public Settings Settings { get; }

    /// <summary>The database at the present schema.</summary>
    public Database Migrated { get; }

    public static async Task<EmptyPlace> CreateAsync(Gateway gateway)
    {
        var place = new EmptyPlace(gateway is PostgresGateway postgres ? await postgres.Cluster.CreateDatabaseAsync() : null);
        await Migrator.MigrateAsync(place.Migrated);
        return place;
    }

    public async ValueTask DisposeAsync()
    {
        await Migrated.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Custodians before a screen: each writes his share down, the second of them wrongly at first.</summary>
internal sealed class Custodians(StringWriter screen) : TextReader
{
    private readonly List<KeyShare> shares = [];

    public IReadOnlyList<KeyShare> Shares => shares;

    /// <summary>How often a check value was typed that is wrong.</summary>
    public int Mistakes { get; private set; }

    public override Task<string?> ReadLineAsync() => Task.FromResult<string?>(Answer());

    private string Answer()
    {
        var lines = screen.ToString().TrimEnd().Split('\n');
        if (lines[^1].EndsWith("press Enter.", StringComparison.Ordinal))
        {
            return string.Empty;
        }

        if (shares.Count == 1 && Mistakes == 0)
        {
            Mistakes++;
            return "00000000";
        }

        shares.Add(KeyShare.Parse(lines.Last(l => l.StartsWith("tollgate-share", StringComparison.Ordinal))));
        return shares[^1].CheckValue;
    }
}
