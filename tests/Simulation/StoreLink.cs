using System.Data.Common;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Simulation;

/// <summary>The store could not be read.</summary>
internal sealed class UnreachableException() : DbException("The store cannot be reached.");

/// <summary>How often the store goes wrong, each so many times in ten thousand.</summary>
internal sealed record StoreFaults(int Refused, int MadeButNotSaid, int MadeTwice, int Slow, int Unread)
{
    public static StoreFaults None { get; } = new(0, 0, 0, 0, 0);
}

/// <summary>One process's connection to the store: every call is a step on the way there, one in the store, and one on the way back.</summary>
internal sealed class StoreLink(World world, Place store, SimulatedStore tables, StoreFaults faults, Crossing crossing) : IJournal, IPaymentLookup, IClearingLookup, IDisputeLookup
{
    public event Action<IReadOnlyCollection<long>>? WebhooksDue;

    /// <summary>A change was made that is counted, and this process has heard so.</summary>
    public event Action<Change>? RiskMarked;

    public Task<CommitResult> CommitAsync(Change change)
    {
        var done = new TaskCompletionSource<CommitResult>();
        var fault = FaultOfCommit();
        crossing.CommitsOnTheWay++;
        world.After(Way(), store, () =>
        {
            crossing.CommitsOnTheWay--;
            if (fault == Fault.Refused)
            {
                Answer(() => done.SetException(new JournalUnavailableException("The store refused.")));
                return;
            }

            var result = Make(change);
            if (fault == Fault.MadeTwice)
            {
                result = Make(change);
            }

            HashSet<long> due = [.. result.Conflict == Conflict.None ? change.Webhooks.Select(w => w.Lane) : [], .. tables.Released];
            tables.Released.Clear();

            crossing.WordsOnTheWay++;
            Answer(() =>
            {
                crossing.WordsOnTheWay--;
                if (fault == Fault.MadeButNotSaid)
                {
                    done.SetException(new JournalUnavailableException("The connection was lost.", new UnreachableException()));
                    return;
                }

                if (result.Conflict == Conflict.None && change.RiskMarks.Count > 0)
                {
                    RiskMarked?.Invoke(change);
                }

                done.SetResult(result);
                if (due.Count > 0)
                {
                    WebhooksDue?.Invoke(due);
                }
            });
        });
        return done.Task;
    }

    public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes) =>
        AskAsync(() => tables.LeaseWebhooks(now, until, lanes), Refused);

    public Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit) => AskAsync(() => tables.ListLanes(after, limit), Refused);

    public Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit) =>
        AskAsync(() => tables.GiveUpWebhooks(lane, now, before, limit), Refused);

    public Task DisableEndpointAsync(DisabledEndpoint endpoint) => throw new NotSupportedException("No endpoint of the simulation is gone for good.");

    public Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit) =>
        AskAsync(() => tables.LeaseDue(now, leaseFrom, leaseUntil, limit), Refused);

    public async Task SweepAsync(DateTimeOffset now) => await AskAsync(
        () =>
        {
            tables.Sweep(now);
            return true;
        },
        Refused);

    public Task<Payment?> FindAsync(PaymentId id) => ReadAsync(() => tables.Find(id.Value));

    public Task<Payment?> FindAsync(AppId app, string uuid) => ReadAsync(() => tables.Find(app.Value, uuid));

    public Task<Payment?> FindClaimantAsync(AppId app, byte[] digest) => ReadAsync(() => tables.FindClaimant(app.Value, digest));

    public Task<StoredAnswer?> FindAnswerAsync(AppId app, byte[] keyDigest, DateTimeOffset since) => ReadAsync(() => tables.FindAnswer(app.Value, keyDigest, since));

    public Task<StoredCard?> FindCardAsync(CardToken token) => ReadAsync(() => tables.FindCard(token));

    public Task<byte[]?> FindSealedCodeAsync(PaymentId payment) => ReadAsync(() => tables.FindCode(payment));

    public Task<IReadOnlyList<PaymentEvent>> ReadJournalAsync(Payment payment) => ReadAsync(() => tables.ReadJournal(payment.Id.Value));

    public Task<IReadOnlyList<NewEvidence>> ReadEvidenceAsync(DisputeId dispute) => ReadAsync(() => tables.ReadEvidence(dispute));

    public Task<IReadOnlyList<Payment>> ListInFlightAsync(DateTimeOffset startedBefore, DateTimeOffset now) => ReadAsync(() => tables.ListInFlight(startedBefore, now));

    public Task<bool> HasCardToDestroyAsync() => ReadAsync(tables.HasCardToDestroy);

    private static JournalUnavailableException Refused() => new("The store refused.");

    Task<byte[]?> IClearingLookup.FindFileAsync(string id) => ReadAsync(() => tables.FindFile(id));

    Task<IReadOnlySet<int>> IClearingLookup.ReadLinesAsync(string file) => ReadAsync(() => tables.ReadLines(file));

    Task<bool> IClearingLookup.IsOpenAsync(string discrepancy) => ReadAsync(() => tables.FindDiscrepancy(discrepancy) is { ResolvedAt: null });

    Task<StoredDiscrepancy?> IClearingLookup.FindAsync(string id) => ReadAsync(() => tables.FindDiscrepancy(id));

    Task<IReadOnlyList<StoredDiscrepancy>> IClearingLookup.ListKnownByNowAsync(int limit) => ReadAsync(() => tables.ListKnownByNow(limit));

    Task<IReadOnlyList<(PaymentId Payment, DateTimeOffset Since)>> IClearingLookup.ListUnsettledAsync(DateTimeOffset before, int limit) =>
        ReadAsync(() => tables.ListUnsettled(before, limit));

    Task<StoredDispute?> IDisputeLookup.FindAsync(AppId app, string id) => ReadAsync(() => tables.FindDispute(app, id));

    Task<(int Total, IReadOnlyList<StoredDispute> Page)> IDisputeLookup.ListAsync(AppId app, DisputeQuery query) => ReadAsync(() => tables.ListDisputes(app, query));

    Task<ILookup<string, ListedEvidence>> IDisputeLookup.ListEvidenceAsync(params IEnumerable<DisputeId> disputes) => ReadAsync(() => tables.ListEvidence([.. disputes]));

    private enum Fault
    {
        None,
        Refused,
        MadeButNotSaid,
        MadeTwice,
    }

    private Fault FaultOfCommit()
    {
        var fault = world.GoesWrong(faults.Refused) ? Fault.Refused
            : world.GoesWrong(faults.MadeButNotSaid) ? Fault.MadeButNotSaid
            : world.GoesWrong(faults.MadeTwice) ? Fault.MadeTwice
            : Fault.None;
        if (fault != Fault.None)
        {
            world.Counts.Add(fault switch
            {
                Fault.Refused => "fault: the store refuses a change",
                Fault.MadeButNotSaid => "fault: the store makes a change and says that it did not",
                _ => "fault: the store makes a change, and tries it again",
            });
        }

        return fault;
    }

    private CommitResult Make(Change change)
    {
        var result = tables.Apply(change);
        world.Counts.Add(result.Conflict == Conflict.None ? "commits" : $"conflict: {result.Conflict}");
        if (change.Idempotency is { } key)
        {
            world.Tell(result.Conflict == Conflict.None ? "key claimed" : "key not claimed", key.Payment?.Value, change.Answer?.StatusCode ?? 0);
        }

        foreach (var recorded in result.Conflict == Conflict.None ? change.Events : [])
        {
            world.Counts.Add($"event: {recorded.Event.GetType().Name}");
            world.Tell(recorded.Event.GetType().Name, change.Payment!.Id.Value, recorded.Version);
        }

        if (result.Conflict != Conflict.None)
        {
            world.Tell("conflict", result.Conflict.ToString());
            return result;
        }

        if (change.Discrepancy is { } found)
        {
            world.Counts.Add($"discrepancy: {found.Kind}");
            world.Tell("discrepancy", found.Id);
        }

        if (change.Resolution is { } resolution)
        {
            world.Counts.Add($"resolved: {resolution.How}");
            world.Tell($"resolved, {resolution.How}", resolution.Id);
        }

        return result;
    }

    private Task<T> ReadAsync<T>(Func<T> read) => AskAsync(read, () => new UnreachableException());

    private Task<T> AskAsync<T>(Func<T> ask, Func<Exception> refuse)
    {
        var done = new TaskCompletionSource<T>();
        if (world.GoesWrong(faults.Unread))
        {
            world.Counts.Add("fault: the store cannot be asked");
            Answer(() => done.SetException(refuse()));
            return done.Task;
        }

        world.After(Way(), store, () =>
        {
            var found = ask();
            Answer(() => done.SetResult(found));
        });
        return done.Task;
    }

    private void Answer(Action answer) => world.After(Way(), store, answer);

    private TimeSpan Way()
    {
        if (world.GoesWrong(faults.Slow))
        {
            world.Counts.Add("fault: the store is slow");
            return world.Chance.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(8));
        }

        return TimeSpan.Zero;
    }
}

/// <summary>What a process has under way at an instant, by which it is told in what moment it died.</summary>
internal sealed class Crossing
{
    public int CommitsOnTheWay { get; set; }

    public int WordsOnTheWay { get; set; }

    public int RequestsOnTheWire { get; set; }

    public int RepliesOnTheWire { get; set; }

    public string Moment => this switch
    {
        { CommitsOnTheWay: > 0 } => "a commit on the way",
        { WordsOnTheWay: > 0 } => "a commit made and not heard of",
        { RequestsOnTheWire: > 0 } => "a request on the wire",
        { RepliesOnTheWire: > 0 } => "a reply on the wire",
        _ => "nothing on the way",
    };
}
