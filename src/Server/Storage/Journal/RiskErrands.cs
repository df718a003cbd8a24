using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;

namespace Tollgate.Server.Storage.Journal;

/// <summary>How one engine does what is to be done against abuse, apart from the batches of changes.</summary>
internal interface IRiskWriter
{
    /// <summary>Tells the other processes what this one has to do, and hears all of them.</summary>
    Task<IReadOnlyList<ProcessBeat>> BeatAsync(ProcessBeat own);

    /// <summary>Forgets processes that have ended.</summary>
    Task EndBeatsAsync(IReadOnlyList<string> processes);

    /// <summary>Adds an entry to a list; false when there is one like it.</summary>
    Task<bool> AddListEntryAsync(RiskListEntry entry);

    /// <summary>Removes an entry of a list; false when there is none.</summary>
    Task<bool> RemoveListEntryAsync(string id);

    /// <summary>Removes marks that count no more.</summary>
    Task SweepRiskAsync(DateTimeOffset attemptsBefore, DateTimeOffset declinesBefore);
}

/// <content>What is done against abuse.</content>
internal sealed partial class Journal
{
    /// <summary>Raised after a commit of a change with something to count.</summary>
    public event Action<Change>? RiskMarked;

    /// <summary>Tells the other processes what this one has to do, and hears all of them.</summary>
    public Task<IReadOnlyList<ProcessBeat>> BeatAsync(ProcessBeat own) => RunAsync(new Errand<IReadOnlyList<ProcessBeat>>(() => writer.BeatAsync(own)));

    /// <summary>Forgets processes that have ended.</summary>
    public Task EndBeatsAsync(IReadOnlyList<string> processes) => RunAsync(new Errand<bool>(async () =>
    {
        await writer.EndBeatsAsync(processes);
        return true;
    }));

    /// <summary>Adds an entry to a list; false when there is one like it.</summary>
    public Task<bool> AddListEntryAsync(RiskListEntry entry) => RunAsync(new Errand<bool>(() => writer.AddListEntryAsync(entry)));

    /// <summary>Removes an entry of a list; false when there is none.</summary>
    public Task<bool> RemoveListEntryAsync(string id) => RunAsync(new Errand<bool>(() => writer.RemoveListEntryAsync(id)));

    /// <summary>Removes marks that count no more.</summary>
    public Task SweepRiskAsync(DateTimeOffset attemptsBefore, DateTimeOffset declinesBefore) => RunAsync(new Errand<bool>(async () =>
    {
        await writer.SweepRiskAsync(attemptsBefore, declinesBefore);
        return true;
    }));
}
