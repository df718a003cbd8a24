using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Tests.Recovery;

/// <summary>Who holds the due work has it to himself, and waits for what the background has taken of it from the moment at which it is taken.</summary>
public class DueWorkTurns
{
    [Fact]
    public async Task What_is_leased_and_not_yet_begun_is_waited_for()
    {
        var store = new HeldStore();
        using var work = Work(store);

        var background = work.TakeAsync();
        var held = work.HoldAsync();
        Assert.False(held.IsCompleted);
        store.Leased.SetResult([new("2DFQEMJYSBB7DDD8")]);
        Assert.Equal(1, await background);
        await held;
        var asked = work.RunAsync();
        await store.Looking.Task;
        Assert.False(asked.IsCompleted);

        // Meanwhile the background takes nothing.
        var other = work.TakeAsync();
        store.Found.SetResult(null);
        await asked;
        Assert.Equal((1, false), (store.Looks, other.IsCompleted));
        work.Resume();
        Assert.Equal(0, await other);
    }

    private static DueWork Work(HeldStore store)
    {
        var runner = new PaymentRunner(store, store, null!, null!, null!, null!, new(), TimeProvider.System, NullLogger<PaymentRunner>.Instance);
        return new(store, runner, store, Settings.Read(new ConfigurationBuilder().Build()), TimeProvider.System, new(TimeProvider.System), NullLogger<DueWork>.Instance);
    }

    /// <summary>A store whose first lease, and whose first payment, come when the test says so.</summary>
    private sealed class HeldStore : IJournal, IPaymentLookup
    {
        private int leases;

        public event Action<IReadOnlyCollection<long>>? WebhooksDue
        {
            add { }
            remove { }
        }

        public TaskCompletionSource<IReadOnlyList<PaymentId>> Leased { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Looking { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Payment?> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Looks { get; private set; }

        public Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit) =>
            leases++ == 0 ? Leased.Task : Task.FromResult<IReadOnlyList<PaymentId>>([]);

        public Task<Payment?> FindAsync(PaymentId id)
        {
            Looks++;
            Looking.SetResult();
            return Found.Task;
        }

        public Task<CommitResult> CommitAsync(Change change) => throw new NotSupportedException();

        public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit) => throw new NotSupportedException();

        public Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit) => throw new NotSupportedException();

        public Task DisableEndpointAsync(DisabledEndpoint endpoint) => throw new NotSupportedException();

        public Task SweepAsync(DateTimeOffset now) => throw new NotSupportedException();

        public Task<StoredCard?> FindCardAsync(CardToken token) => throw new NotSupportedException();

        public Task<byte[]?> FindSealedCodeAsync(PaymentId payment) => throw new NotSupportedException();

        public Task<IReadOnlyList<NewEvidence>> ReadEvidenceAsync(DisputeId dispute) => throw new NotSupportedException();

        public Task<Payment?> FindAsync(AppId app, string uuid) => throw new NotSupportedException();

        public Task<Payment?> FindClaimantAsync(AppId app, byte[] digest) => throw new NotSupportedException();

        public Task<StoredAnswer?> FindAnswerAsync(AppId app, byte[] keyDigest, DateTimeOffset since) => throw new NotSupportedException();

        public Task<IReadOnlyList<PaymentEvent>> ReadJournalAsync(Payment payment) => throw new NotSupportedException();

        public Task<IReadOnlyList<Payment>> ListInFlightAsync(DateTimeOffset startedBefore, DateTimeOffset now) => throw new NotSupportedException();

        public Task<bool> HasCardToDestroyAsync() => throw new NotSupportedException();
    }
}
