using System.Text.Json;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.RateLimits;

/// <summary>What one server process has to do, as it tells the others every second.</summary>
/// <param name="Id">The process.</param>
/// <param name="Beat">How often it has told.</param>
/// <param name="Demand">How many requests it had in the last second of what is in demand: JSON, by name.</param>
internal sealed record ProcessBeat(string Id, long Beat, string Demand);

/// <summary>
/// Which part of a limit is this process's: it tells the others every second what it has to do, hears them, and divides (<see cref="Division"/>). A process that joins
/// others waits until they have heard of it before it listens.
/// </summary>
internal sealed class ProcessShares(Database database, Journal journal, RealTime real, RateLimits limits, ILogger<ProcessShares> logger) : BackgroundService
{
    /// <summary>How often a process tells what it has to do.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private const int Delay = 2;
    private const int DeadAfter = 4;
    private const int ForgottenAfter = 120;
    private const int MostNames = 200;

    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly Dictionary<string, (long Beat, int Missed)> others = new(StringComparer.Ordinal);
    private readonly Division division = new();
    private long beat;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (database.IsShared && limits.Any)
        {
            using var timer = new PeriodicTimer(Every, real.Clock);
            for (var joining = await BeatAsync() > 1 ? Delay : 0; joining > 0 && await timer.WaitForNextTickAsync(cancellationToken); joining--)
            {
                await BeatAsync();
            }
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (database.IsShared && limits.Any)
        {
            try
            {
                await journal.EndBeatsAsync([id]);
            }
            catch (JournalUnavailableException)
            {
                // The others notice by themselves.
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
        {
            return;
        }

        using var timer = new PeriodicTimer(Every, real.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    if (limits.Any)
                    {
                        await BeatAsync();
                    }
                }
                catch (JournalUnavailableException down)
                {
                    Log.BackgroundBroke(logger, nameof(ProcessShares), down);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    /// <summary>Tells the others, hears them, and takes its part; how many processes there are.</summary>
    private async Task<int> BeatAsync()
    {
        var demand = limits.TakeDemand(MostNames);
        var heard = await journal.BeatAsync(new(id, ++beat, JsonSerializer.Serialize(demand, DemandJson.Default.DictionaryStringInt32)));
        var living = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        List<string> forgotten = [];
        foreach (var other in heard.Where(h => h.Id != id))
        {
            // By its beats, not by a clock: the clocks of two machines differ.
            var missed = others.TryGetValue(other.Id, out var before) && before.Beat == other.Beat ? before.Missed + 1 : 0;
            others[other.Id] = (other.Beat, missed);
            if (missed < DeadAfter)
            {
                living.Add(other.Id, JsonSerializer.Deserialize(other.Demand, DemandJson.Default.DictionaryStringInt32)!);
            }
            else if (missed > ForgottenAfter)
            {
                forgotten.Add(other.Id);
            }
        }

        if (forgotten.Count > 0)
        {
            await journal.EndBeatsAsync(forgotten);
        }

        limits.Take(division.Hear(demand, living), real.Clock.GetTimestamp());
        return living.Count + 1;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class DemandJson : System.Text.Json.Serialization.JsonSerializerContext;
