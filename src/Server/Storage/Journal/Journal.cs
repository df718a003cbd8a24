using System.Threading.Channels;
using Tollgate.Core;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>How one engine makes a batch of changes durable in one transaction.</summary>
internal interface IBatchWriter : IWebhookWriter, IRiskWriter, IAdministrativeWriter, IDisposable
{
    /// <summary>
    /// Commits every change that has no conflict, and says of each what became of it. No two changes of a batch touch the same payment,
    /// key or claim. Throws when nothing of the batch is durable, or when that cannot be told.
    /// </summary>
    Task<WrittenBatch> WriteAsync(IReadOnlyList<Change> batch);

    /// <summary>Whether a failure is the store's as a whole, so that trying the changes one by one would only fail again.</summary>
    bool IsStoreFailure(Exception failure);

    /// <summary>Takes webhooks that are due from some lanes, so that no other process takes them before <paramref name="until"/>.</summary>
    Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes);

    /// <summary>Lanes with webhooks that wait, in their order after one.</summary>
    Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit);

    /// <summary>Gives up webhooks of a lane that were made, or asked for again, before an instant; how many.</summary>
    Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit);

    /// <summary>Remembers that an endpoint wants to be told nothing any more.</summary>
    Task DisableEndpointAsync(DisabledEndpoint endpoint);

    /// <summary>
    /// Takes payments about which something is to be done by <paramref name="now"/>, the longest due first, so that no other process takes them before
    /// the lease is over. Leases are in real time, whatever the sandbox's clock says.
    /// </summary>
    Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit);

    /// <summary>Closes what an app has available into a payout; false when there is nothing to close, or this payout was closed before.</summary>
    Task<bool> ClosePayoutAsync(PayoutOrder payout);

    /// <summary>Removes what has had its time: idempotency keys and order claims after a day, deleted cards that no payment needs any more.</summary>
    Task SweepAsync(DateTimeOffset now);

    /// <summary>Runs statements that both engines understand, in one transaction with the entries of the audit log that tell of what came of them.</summary>
    Task<T> InTransactionAsync<T>(Func<System.Data.Common.DbConnection, Task<T>> work, Func<T, IReadOnlyList<AuditEntry>> audit);
}

/// <summary>A batch that is durable.</summary>
/// <param name="Results">What became of each change.</param>
/// <param name="Released">Lanes with webhooks that waited for another, and do not any more.</param>
internal readonly record struct WrittenBatch(CommitResult[] Results, IReadOnlyCollection<long> Released);

/// <summary>Where a step is made durable.</summary>
internal interface IJournal
{
    /// <summary>Makes a change, all of it or nothing.</summary>
    /// <exception cref="JournalUnavailableException">Whether the change was made is not known, and nobody was told that it was.</exception>
    Task<CommitResult> CommitAsync(Change change);

    /// <summary>Commits one entry of the audit log alone. Entries that tell of a change go with it, as <see cref="Change.Audit"/>.</summary>
    /// <exception cref="JournalUnavailableException">It is not known whether it was committed: what it tells of must not be done.</exception>
    Task AuditAsync(AuditEntry entry) => CommitAsync(new() { App = new(entry.Actor.Name), At = entry.At, Audit = [entry] });

    /// <summary>Takes webhooks that are due from some lanes, so that no other process takes them before <paramref name="until"/>.</summary>
    Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes);

    /// <summary>Lanes with webhooks that wait, in their order after one.</summary>
    Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit);

    /// <summary>Gives up webhooks of a lane that were made, or asked for again, before an instant; how many.</summary>
    Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit);

    /// <summary>Remembers that an endpoint wants to be told nothing any more.</summary>
    Task DisableEndpointAsync(DisabledEndpoint endpoint);

    /// <summary>Takes payments about which something is to be done, so that no other process takes them before the lease, in real time, is over.</summary>
    Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit);

    /// <summary>Removes what has had its time.</summary>
    Task SweepAsync(DateTimeOffset now);

    /// <summary>Raised after a commit that made webhooks due, with their lanes.</summary>
    event Action<IReadOnlyCollection<long>>? WebhooksDue;
}

/// <summary>
/// The one way to write. It gathers what many requests bring at the same moment and makes it durable in one transaction; a call returns when
/// its change is on disk, or says which conflict refused it.
/// </summary>
internal sealed partial class Journal : IJournal, IAsyncDisposable
{
    private const int LargestBatch = 512;
    private const int LongestQueue = 8192;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(LongestQueue)
    {
        SingleReader = true,
        AllowSynchronousContinuations = true,
    });
    private readonly IBatchWriter writer;
    private readonly Task loop;

    public Journal(IBatchWriter writer)
    {
        this.writer = writer;

        // It has a thread of its own: what is written next must not stand in line behind the requests that wait for it.
        loop = Task.Factory.StartNew(WriteLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public event Action<IReadOnlyCollection<long>>? WebhooksDue;

    /// <summary>Raised for each app for which a commit took places in the feed.</summary>
    public event Action<AppId>? FeedGrew;

    /// <summary>Makes a change, all of it or nothing.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be reached, the queue is full, or the server is shutting down.</exception>
    public Task<CommitResult> CommitAsync(Change change)
    {
        var waiting = new Waiting(change);
        change.Prepare();
        return queue.Writer.TryWrite(waiting)
            ? waiting.Done.Task
            : Task.FromException<CommitResult>(new JournalUnavailableException("The journal takes no more changes at the moment."));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes) =>
        RunAsync(new Errand<IReadOnlyList<DueWebhook>>(() => writer.LeaseWebhooksAsync(now, until, lanes)));

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit) =>
        RunAsync(new Errand<IReadOnlyList<WaitingLane>>(() => writer.ListLanesAsync(after, limit)));

    /// <inheritdoc/>
    public Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit) =>
        RunAsync(new Errand<int>(() => writer.GiveUpWebhooksAsync(lane, now, before, error, limit)));

    /// <inheritdoc/>
    public Task DisableEndpointAsync(DisabledEndpoint endpoint) => RunAsync(new Errand<bool>(async () =>
    {
        await writer.DisableEndpointAsync(endpoint);
        return true;
    }));

    /// <inheritdoc/>
    public Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit) =>
        RunAsync(new Errand<IReadOnlyList<PaymentId>>(() => writer.LeaseDueAsync(now, leaseFrom, leaseUntil, limit)));

    /// <summary>Closes what an app has available into a payout; false when there is nothing to close, or this payout was closed before.</summary>
    public Task<bool> ClosePayoutAsync(PayoutOrder payout) => RunAsync(new Errand<bool>(() => writer.ClosePayoutAsync(payout)));

    /// <inheritdoc/>
    public async Task SweepAsync(DateTimeOffset now)
    {
        await RunAsync(new Errand<bool>(async () =>
        {
            await writer.SweepAsync(now);
            return true;
        }));
        await SweepWebhooksAsync(now - KeepsWebhooksFor);
    }

    /// <summary>Writes what is queued, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        writer.Dispose();
    }

    private async Task<T> RunAsync<T>(Errand<T> errand)
    {
        try
        {
            await queue.Writer.WriteAsync(errand);
        }
        catch (ChannelClosedException)
        {
            throw new JournalUnavailableException("The journal is closed.");
        }

        return await errand.Result.Task;
    }

    private void WriteLoop()
    {
        var batch = new List<Waiting>(LargestBatch);
        var touched = new HashSet<object>();
        var deferred = new Queue<Waiting>();
        while (deferred.Count > 0 || HasNext())
        {
            batch.Clear();
            touched.Clear();
            Errand? errand = null;
            for (var i = deferred.Count; i > 0; i--)
            {
                Take(deferred.Dequeue());
            }

            while (errand is null && batch.Count < LargestBatch && deferred.Count < LargestBatch && queue.Reader.TryRead(out var next))
            {
                if (next is Errand other)
                {
                    errand = other;
                }
                else
                {
                    Take(next);
                }
            }

            if (batch.Count > 0)
            {
                WriteAsync(batch).GetAwaiter().GetResult();
            }

            errand?.RunAsync().GetAwaiter().GetResult();
        }

        bool HasNext()
        {
            var comes = queue.Reader.WaitToReadAsync();
            return comes.IsCompletedSuccessfully ? comes.Result : comes.AsTask().GetAwaiter().GetResult();
        }

        void Take(Waiting waiting)
        {
            // A change that touches what another of this batch touches waits for the next one, and then meets what that one left.
            if (touched.Overlaps(waiting.Keys) || batch.Count == LargestBatch)
            {
                deferred.Enqueue(waiting);
            }
            else
            {
                touched.UnionWith(waiting.Keys);
                batch.Add(waiting);
            }
        }
    }

    private async Task WriteAsync(List<Waiting> batch)
    {
        try
        {
            var (results, released) = await writer.WriteAsync([.. batch.Select(w => w.Change!)]);
            var lanes = released.Count > 0 ? new HashSet<long>(released) : null;
            HashSet<AppId>? grown = null;
            for (var i = 0; i < batch.Count; i++)
            {
                if (results[i].Conflict == Conflict.None && batch[i].Change is { } change)
                {
                    if (change.Webhooks.Count > 0)
                    {
                        (lanes ??= []).UnionWith(change.Webhooks.Select(w => w.Lane));
                    }

                    if (change.RiskMarks.Count > 0)
                    {
                        RiskMarked?.Invoke(change);
                    }

                    if (change.Events.Any(e => e.ChangesStatus))
                    {
                        (grown ??= []).Add(change.App);
                    }
                }

                batch[i].Done.SetResult(results[i]);
            }

            if (lanes is not null)
            {
                WebhooksDue?.Invoke(lanes);
            }

            foreach (var app in grown ?? [])
            {
                FeedGrew?.Invoke(app);
            }
        }
        catch (Exception failure) when (batch.Count > 1 && !writer.IsStoreFailure(failure))
        {
            // One change that the database cannot take must not fail its neighbours: each is tried alone.
            foreach (var waiting in batch)
            {
                await WriteAsync([waiting]);
            }
        }
        catch (Exception failure) when (batch is [{ Change.Deliveries.Count: > 1 } many] && !writer.IsStoreFailure(failure))
        {
            // Nor does one delivery that it cannot take make it forget the others.
            List<Waiting> alone = [.. many.Change!.Deliveries.Select(d => new Waiting(new() { App = many.Change.App, At = many.Change.At, Deliveries = [d] }))];
            foreach (var waiting in alone)
            {
                await WriteAsync([waiting]);
            }

            var failed = alone.Find(w => w.Done.Task.Exception is not null)?.Done.Task.Exception;
            _ = failed is null ? many.Done.TrySetResult(default) : many.Done.TrySetException(failed.InnerExceptions);
        }
        catch (Exception failure)
        {
            foreach (var waiting in batch)
            {
                waiting.Done.SetException(new JournalUnavailableException("The store could not make the change.", failure));
            }
        }
    }

    private class Waiting(Change? change)
    {
        public Change? Change => change;

        public TaskCompletionSource<CommitResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<object> Keys { get; } = change is null ? [] : [.. KeysOf(change)];

        private static IEnumerable<object> KeysOf(Change change)
        {
            if (change.Payment is { } payment)
            {
                yield return payment.Id;
            }

            if (change.DeletesCard is { } card)
            {
                yield return card;
            }

            foreach (var (webhook, _, _, _) in change.Deliveries)
            {
                yield return (webhook.Payment, webhook.Version, webhook.Endpoint);
            }

            if ((change.Idempotency?.KeyDigest ?? change.Answer?.KeyDigest) is { } key)
            {
                yield return (change.App, Convert.ToHexString(key));
            }

            foreach (var claim in change.Claims)
            {
                yield return (change.App, Convert.ToHexString(claim.Digest));
            }

            if (change.Dispute is { } dispute)
            {
                yield return dispute.Id;
            }

            if (change.ClearingFile is { } file)
            {
                yield return file.Id;
            }

            if (change.ClearingRecord is { } record)
            {
                yield return (record.FileId, record.Line);
            }

            if ((change.Discrepancy?.Id ?? change.Resolution?.Id) is { } discrepancy)
            {
                yield return discrepancy;
            }
        }
    }

    private abstract class Errand() : Waiting(null)
    {
        public abstract Task RunAsync();
    }

    private sealed class Errand<T>(Func<Task<T>> work) : Errand
    {
        public TaskCompletionSource<T> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task RunAsync()
        {
            try
            {
                Result.SetResult(await work());
            }
            catch (Exception cause)
            {
                Result.SetException(new JournalUnavailableException("The store could not do it.", cause));
            }
        }
    }
}

/// <summary>The store cannot be reached: whether the change was made is not known, and nobody was told that it was.</summary>
internal sealed class JournalUnavailableException(string message, Exception? cause = null) : Exception(message, cause);
