namespace Tollgate.Simulation;

/// <summary>What came of one history.</summary>
internal sealed record HistoryResult(ulong Seed, ulong Hash, Counts Counts, ViolationException? Violation, IReadOnlyList<string> Story);

/// <summary>One history: what the seed makes of merchants, server processes, a store, an acquirer, and of everything that goes wrong between them.</summary>
internal sealed class History
{
    private const long MostTurns = 400_000;

    private readonly World world;
    private readonly Surroundings outside;
    private readonly List<ServerProcess> processes = [];
    private readonly Merchants merchants;
    private readonly int processCount;
    private readonly int crashes;
    private readonly Place place;
    private int started;

    private History(ulong seed, Counts counts, StoreFlaws flaws, bool tells)
    {
        world = new(seed, counts, tells);
        var chance = world.Chance;
        processCount = 1 + chance.Below(3);
        crashes = chance.Below(3) * 40;
        place = new(world, "outside");
        var calm = chance.Below(10) == 0;
        outside = new(
            place,
            new(asJson: chance.Below(5) == 0, flaws),
            calm ? StoreFaults.None : new(Rate(150), Rate(150), Rate(150), Rate(300), Rate(60)),
            place,
            new(world, place) { Listener = AnyProcess },
            calm ? WireFaults.None : new(Rate(800), Rate(600), Rate(400), Rate(500), Rate(800), Rate(600), Rate(1500), Rate(600), Rate(1000)),
            new(world, place, calm ? 0 : Rate(2500)));
        merchants = new(world, place, AnyProcess);
        outside.Webhooks.Heard = merchants.Hear;
        outside.Acquirer.Clearing.Importer = AnyProcess;
        outside.Tables.Listed = new Operator(world, place, AnyProcess, outside.Acquirer.Clearing).Hear;
        world.NextWake = _ => NextLook();
        world.Wake = Look;

        int Rate(int most) => chance.Below(3) == 0 ? 0 : chance.Below(most);
    }

    /// <summary>Lives the history of a seed to its end, and judges it.</summary>
    public static HistoryResult Run(ulong seed, StoreFlaws flaws = StoreFlaws.None, bool tells = false)
    {
        var counts = new Counts();
        var history = new History(seed, counts, flaws, tells);
        ViolationException? violation = null;
        try
        {
            history.Live();
            Verdict.Pass(history.outside, history.merchants.Exchanges, history.world);
        }
        catch (ViolationException found)
        {
            violation = found;
        }
        catch (Core.InvariantViolationException broken)
        {
            violation = new("invariants hold", broken.ToString());
        }

        history.processes.ForEach(p => p.Die());
        counts.Add("histories");
        return new(seed, history.world.Hash, counts, violation, history.world.Story);
    }

    private void Live()
    {
        for (var i = 0; i < processCount; i++)
        {
            Start();
        }

        var chance = world.Chance;
        var count = 2 + chance.Below(4);
        merchants.Begin(count, 5 + (36 / count), inHaste: chance.Below(3) > 0);
        world.BeforeTurn = CrashSometimes;
        world.Live(() => merchants.AreDone, MostTurns);
        Heal();
        world.Live(() => false, MostTurns);
    }

    /// <summary>From now on nothing goes wrong. What has gone wrong already runs its course.</summary>
    private void Heal()
    {
        world.Tell("heals");
        world.IsHealed = true;
        world.BeforeTurn = null;
        while (processes.Count < processCount)
        {
            Start();
        }
    }

    private void Start() => processes.Add(new(world, outside, $"server {++started}"));

    private void CrashSometimes()
    {
        if (crashes == 0 || processes.Count == 0 || !world.Chance.Happens(crashes))
        {
            return;
        }

        var dying = processes[world.Chance.Below(processes.Count)];

        // Most of the time a process has nothing under way, and its death teaches nothing.
        if (dying.Crossing.Moment == "nothing on the way" && world.Chance.Below(4) != 0)
        {
            return;
        }

        world.Counts.Add("crash: " + dying.Crossing.Moment);
        world.Tell("dies", dying.Place.Name);
        dying.Die();
        processes.Remove(dying);
        world.After(world.Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(30)), place, () =>
        {
            if (processes.Count < processCount)
            {
                Start();
            }
        });
    }

    private ServerProcess? AnyProcess() => processes.Count == 0 ? null : processes[world.Chance.Below(processes.Count)];

    private DateTimeOffset? NextLook()
    {
        var due = outside.Tables.NextDue();
        DateTimeOffset? next = null;
        foreach (var process in processes)
        {
            if (process.NextLook(due) is { } look && !(next <= look))
            {
                next = look;
            }
        }

        return next;
    }

    private void Look()
    {
        var due = outside.Tables.NextDue();
        foreach (var process in processes)
        {
            process.Look(due);
        }
    }
}
