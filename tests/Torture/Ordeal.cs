using System.Diagnostics;
using System.Globalization;
using Tollgate.Server.Tests.House;

namespace Tollgate.Torture;

/// <summary>The real server under load, and what takes the ground from under it. After each round it recovers, and everything that it said must be true.</summary>
public abstract class Ordeal
{
    private const int SmallFile = 64 * 1024;

    /// <summary>The acquirer's time and a margin, then the lease of a server that died while it recovered, and the next look; on a machine that is busy.</summary>
    private static readonly TimeSpan LongestInFlight = TimeSpan.FromSeconds(45);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_server_that_is_killed_again_and_again_keeps_every_word_that_it_gave()
    {
        var folder = Stage.NewFolder();
        await using (var stage = await Stage.SetUpAsync(folder, await CreateDatabaseAsync()))
        {
            var took = new List<double>();
            for (var kill = 1; kill < Effort.Kills; kill++)
            {
                var started = Stopwatch.GetTimestamp();
                await stage.KillServerAsync(afterAnswers: Random.Shared.Next(20, 250));

                // Every fourth time it is killed again while it recovers.
                if (kill % 4 != 0)
                {
                    await stage.RecoverAsync();
                }

                took.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }

            await stage.KillServerAsync(afterAnswers: 50);
            var recovered = await stage.RecoverInRealTimeAsync();
            Assert.True(recovered < LongestInFlight, $"Something was in flight for {recovered}.");
            await stage.EndAsync(string.Create(CultureInfo.InvariantCulture,
                $"{Effort.Kills} kills, {took.DefaultIfEmpty().Average():F1} s each; nothing in flight {recovered.TotalSeconds:F1} s after the last"));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_full_disk_makes_it_say_no_and_nothing_worse()
    {
        await using var disk = await SmallDisk.MountAsync(DiskSize);
        await using var cluster = await StartOwnClusterAsync(disk.Folder);
        await using var stage = await Stage.SetUpAsync(disk.Folder, cluster is null ? null : await cluster.CreateDatabaseAsync());
        for (var round = 0; round < Effort.Rounds; round++)
        {
            var trading = stage.Market.TradeAsync(stage.Client);
            await stage.Market.AnswersAsync(50);
            await (disk.IsMounted ? disk.FillAsync() : LimitFilesAsync(stage.Server, cluster, SmallFile));
            await trading.WaitAsync(Patience);
            await (disk.IsMounted ? disk.FreeAsync() : LimitFilesAsync(stage.Server, cluster, null));

            // Whoever could not go on without room has ended, and is started again as an operator would; the server too.
            if (cluster is not null)
            {
                await Eventually.GetAsync(async () => await cluster.RunsAsync() || await cluster.TryStartAsync(), runs => runs, "the return of PostgreSQL");
            }

            await stage.ComesBackAsync();
            await stage.RecoverAsync();
            await stage.KillServerAsync(afterAnswers: 50);
            await stage.RecoverAsync();
        }

        await stage.EndAsync($"{Effort.Rounds} times no room, by {(disk.IsMounted ? "a full file system" : "a limit on the size of files: this user or machine mounts no file system")}");
    }

    /// <summary>An empty database; none on SQLite.</summary>
    protected abstract Task<string?> CreateDatabaseAsync();

    /// <summary>How many megabytes are little.</summary>
    protected abstract int DiskSize { get; }

    /// <summary>A database server that has its data in a folder; none on SQLite.</summary>
    protected abstract Task<PostgresCluster?> StartOwnClusterAsync(string folder);

    private static async Task LimitFilesAsync(ListeningProcess server, PostgresCluster? cluster, long? bytes)
    {
        if (cluster is not null)
        {
            await (await cluster.RunsAsync() ? cluster.LimitFilesAsync(bytes) : Task.CompletedTask);
        }
        else if (!server.HasEnded)
        {
            await server.LimitFilesAsync(bytes);
        }
    }
}

public sealed class OrdealOnSqlite : Ordeal
{
    protected override int DiskSize => 16;

    protected override Task<string?> CreateDatabaseAsync() => Task.FromResult<string?>(null);

    protected override Task<PostgresCluster?> StartOwnClusterAsync(string folder) => Task.FromResult<PostgresCluster?>(null);
}

public sealed class OrdealOnPostgres(OrdealOnPostgres.Shared shared) : Ordeal, IClassFixture<OrdealOnPostgres.Shared>
{
    protected override int DiskSize => 192;

    [Fact]
    public async Task A_database_that_is_killed_costs_nothing_that_was_answered() => await TradeThroughAsync("kills of PostgreSQL", async (stage, trading) =>
    {
        await shared.Cluster.KillAndStartAsync();
        stage.Market.Close();
        await trading;
    });

    [Fact]
    public async Task A_database_that_stands_still_is_waited_for() => await TradeThroughAsync("pauses of PostgreSQL", async (stage, trading) =>
    {
        await shared.Cluster.PauseAsync();
        try
        {
            await Eventually.GetAsync(stage.HealthAsync, health => health == 503, "a word about the database");

            // When it goes on, everything in flight is overdue, though its requests still run.
            await stage.LetTimePassAsync();
        }
        finally
        {
            await shared.Cluster.ResumeAsync();
        }

        stage.Market.Close();
        await trading;
    });

    [Fact]
    public async Task What_one_of_two_servers_leaves_undone_the_other_does()
    {
        var folder = Stage.NewFolder();
        await using (var stage = await Stage.SetUpAsync(folder, await CreateDatabaseAsync()))
        {
            stage.Market.IsShared = true;
            await using var other = await stage.StartAnotherServerAsync();
            using var client = Stage.ClientOf(other);
            for (var round = 0; round < Effort.Rounds; round++)
            {
                // One stands still in the middle of its work, the other takes its work for abandoned, and then it goes on where it was.
                var trading = stage.Market.TradeAsync(stage.Client);
                await stage.Market.AnswersAsync(50);
                await stage.Server.PauseAsync();
                await stage.LetTimePassAsync();
                await stage.NothingIsInFlightAsync();
                await stage.Server.ResumeAsync();
                stage.Market.Close();
                await trading;
                await stage.RecoverAsync();

                // And it dies.
                var elsewhere = stage.Market.TradeAsync(client);
                await stage.Market.AnswersAsync(20);
                stage.Market.Close();
                await elsewhere;
                trading = stage.Market.TradeAsync(stage.Client);
                await stage.Market.AnswersAsync(50);
                await stage.Server.KillAsync();
                await trading;
                await stage.LetTimePassAsync();
                await stage.NothingIsInFlightAsync();
                await stage.StartServerAsync();
                await stage.RecoverAsync();
            }

            await other.KillAsync();
            await stage.EndAsync($"{Effort.Rounds} pauses and kills of one of two servers");
        }

        Directory.Delete(folder, recursive: true);
    }

    protected override async Task<string?> CreateDatabaseAsync() => await shared.Cluster.CreateDatabaseAsync();

    protected override async Task<PostgresCluster?> StartOwnClusterAsync(string folder)
    {
        // Small pieces of write-ahead log, so that it soon needs another.
        var cluster = new PostgresCluster(Path.Combine(folder, "postgres"), "--wal-segsize=1");
        await cluster.InitializeAsync();
        return cluster;
    }

    private async Task TradeThroughAsync(string what, Func<Stage, Task, Task> trouble)
    {
        var folder = Stage.NewFolder();
        await using (var stage = await Stage.SetUpAsync(folder, await CreateDatabaseAsync()))
        {
            for (var round = 0; round < Effort.Rounds; round++)
            {
                var trading = stage.Market.TradeAsync(stage.Client);
                await stage.Market.AnswersAsync(100);
                await trouble(stage, trading);
                await stage.ComesBackAsync();
                await stage.RecoverAsync();
                await stage.KillServerAsync(afterAnswers: 50);
                await stage.RecoverAsync();
            }

            await stage.EndAsync($"{Effort.Rounds} {what}");
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>One database server for the tests that do not fill its disk.</summary>
    public sealed class Shared : IAsyncLifetime
    {
        public PostgresCluster Cluster { get; } = new();

        public ValueTask InitializeAsync() => Cluster.InitializeAsync();

        public ValueTask DisposeAsync() => Cluster.DisposeAsync();
    }
}
