using System.Collections.Concurrent;
using System.Diagnostics;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;

namespace Tollgate.Server.Verification;

/// <summary>What was looked at, and what was found.</summary>
/// <param name="Payments">How many payments.</param>
/// <param name="Events">How many events.</param>
/// <param name="Entries">How many lines of the ledger.</param>
/// <param name="Violations">How many rules did not hold, of how many things.</param>
/// <param name="Warnings">What somebody must look at though it is not wrong.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Audited">How many entries of the audit log.</param>
internal sealed record VerificationResult(long Payments, long Events, long Entries, int Violations, int Warnings, TimeSpan Took, long Audited);

/// <summary>By what the audit log is verified.</summary>
/// <param name="OpenChain">Opens the key of its links, once the database is known to be one of ours; gives nothing where it is not at hand.</param>
/// <param name="Anchors">What was kept elsewhere of where it ended.</param>
internal sealed record AuditGround(Func<Task<AuditChain?>> OpenChain, IReadOnlyList<AuditAnchor> Anchors);

/// <summary>The database cannot be verified, and why.</summary>
internal sealed class CannotVerifyException(string message) : Exception(message);

/// <summary>
/// Verifies a whole database: every payment against its journal, and all of them together against ledger, feed, payouts and the acquirer's books. It reads
/// one snapshot on all processors, range by range, so that it needs no more memory for many payments than for few and can run beside a server.
/// </summary>
/// <param name="database">What to verify.</param>
/// <param name="openStatement">Reads the acquirer's books as they are now; <see langword="null"/> when they are not at hand.</param>
/// <param name="alertAfter">How long an operation may be in flight without a warning.</param>
/// <param name="clock">The time by which payments live, when there are no books to tell it.</param>
/// <param name="audit">By what the audit log is verified; without it, only that its entries name one another.</param>
internal sealed class Verifier(Database database, Func<IAcquirerStatement>? openStatement, TimeSpan alertAfter, TimeProvider clock, AuditGround? audit = null)
{
    private const int PaymentsInRange = 100;
    private const int MostWorkers = 8;
    private const int MostSecondLooks = 10_000;
    private const int MostGaps = 20;

    private static readonly TimeSpan BeforeSecondLook = TimeSpan.FromSeconds(1);

    private readonly Lock reporting = new();
    private readonly Lock dividing = new();
    private readonly ConcurrentQueue<string> disagreements = new();
    private readonly ConcurrentQueue<Action<WholeReader>> searches = new();
    private Action<Violation> tell = _ => { };
    private string? next = string.Empty;
    private long payments;
    private long events;
    private long entries;
    private long audited;
    private int violations;
    private int warnings;

    /// <summary>Verifies, and tells each violation as it is found.</summary>
    /// <exception cref="CannotVerifyException">There is nothing that this version can verify.</exception>
    public async Task<VerificationResult> RunAsync(Action<Violation> report)
    {
        var watch = Stopwatch.StartNew();
        tell = report;
        var workers = Math.Clamp(Environment.ProcessorCount, 1, MostWorkers);
        await using (var snapshot = await database.OpenSnapshotAsync(workers + 1))
        {
            var whole = new WholeReader(snapshot.Connections[0]);
            CheckSchema(whole.ReadSchemaVersion());
            var statement = openStatement?.Invoke();
            var (lastFeed, lastLedger) = whole.ReadLastPositions();
            var (feed, ledger) = (new Positions(lastFeed), new Positions(lastLedger));
            var payouts = new Payouts(whole.ReadPayouts());
            var inFlightSince = (statement?.Now ?? clock.GetUtcNow()) - alertAfter;
            var webhooksFrom = whole.ReadWebhooksFrom();
            var balances = new Balances();
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            AddSearches(new(audit is null ? null : await audit.OpenChain(), audit?.Anchors ?? []));
            using (var divider = new RecordReader(snapshot.Connections[0]))
            {
                var work = snapshot.Connections.Skip(1).Select(connection => Task.Factory.StartNew(
                    () => Work(divider, new(connection), new(connection), new(this, feed, ledger, payouts), statement, inFlightSince, webhooksFrom),
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default)).ToList();
                foreach (var listener in await Task.WhenAll(work))
                {
                    balances.Add(listener.Balances);
                    foreach (var (app, count) in listener.Payments)
                    {
                        counts[app] = counts.GetValueOrDefault(app) + count;
                    }
                }
            }

            CheckWhole(whole, feed, ledger, payouts, balances);
            CheckCounts(whole, counts);
            CheckStrangers(whole, statement);
        }

        await LookAgainAsync();
        return new(payments, events, entries, violations, warnings, watch.Elapsed, audited);
    }

    private void CheckSchema(long version)
    {
        if (version != Schema.Steps.Count)
        {
            throw new CannotVerifyException(version == 0
                ? $"{database.Name} is no database of Tollgate's."
                : $"{database.Name} is at schema version {version}, and this version verifies {Schema.Steps.Count}: start its own server on it first, or use the version that wrote it.");
        }
    }

    /// <summary>What no payment's rows can tell: rows of a payment that is not there, and of one that needs them no more.</summary>
    private void AddSearches(AuditCheck chain)
    {
        searches.Enqueue(whole =>
        {
            var (head, rows) = whole.ReadAudit();
            foreach (var broken in chain.Run(head, rows))
            {
                Report(broken);
            }

            audited = chain.Entries;
        });
        foreach (var table in WholeReader.StrayTables)
        {
            searches.Enqueue(whole =>
            {
                foreach (var owner in whole.ReadStrays(table))
                {
                    ReportStray(table, owner);
                }
            });
        }

        searches.Enqueue(whole =>
        {
            foreach (var uuid in whole.ReadNeedlessCodes())
            {
                Report(new(Rule.Card, "payment " + uuid, "the security code of its card", "deleted, for it has had its use", "still sealed"));
            }
        });
    }

    private Listener Work(RecordReader divider, RecordReader reader, WholeReader whole, Listener listener, IAcquirerStatement? statement, DateTimeOffset inFlightSince, long webhooksFrom)
    {
        // A search is one query over a whole table: last of all it would keep one worker when the others have nothing left.
        while (searches.TryDequeue(out var search))
        {
            search(whole);
        }

        using var check = new PaymentCheck(webhooksFrom);
        using var open = reader;
        var found = new List<Violation>();
        while (TakeRange(divider) is var (from, before))
        {
            long seenEvents = 0;
            var records = reader.Read(from, before, listener);
            foreach (var record in records)
            {
                seenEvents += record.Events.Count;
                listener.Count(record.App);
                if (check.Run(record, inFlightSince, found) is { } payment && statement is not null)
                {
                    Compare(payment, statement);
                }
            }

            found.ForEach(Report);
            found.Clear();
            Interlocked.Add(ref payments, records.Count);
            Interlocked.Add(ref events, seenEvents);
        }

        Interlocked.Add(ref entries, listener.Entries);
        return listener;
    }

    private (string From, string? Before)? TakeRange(RecordReader divider)
    {
        lock (dividing)
        {
            if (next is not { } from)
            {
                return null;
            }

            next = divider.FindEnd(from, PaymentsInRange);
            return (from, next);
        }
    }

    private void CheckWhole(WholeReader whole, Positions feed, Positions ledger, Payouts payouts, Balances balances)
    {
        foreach (var (first, last) in feed.Free().Take(MostGaps))
        {
            Report(new(Rule.FeedGapless, "the feed", $"what stands at {(first == last ? $"position {first}" : $"positions {first} to {last}")}", "a change of status", "nothing"));
        }

        foreach (var (first, last) in ledger.Free().Take(MostGaps))
        {
            Report(new(Rule.LedgerGapless, "the ledger", $"what stands at {(first == last ? $"position {first}" : $"positions {first} to {last}")}", "a line", "nothing"));
        }

        var stored = whole.ReadBalances().ToList();
        balances.Check(stored, Report);
        Balances.CheckBalanced(stored, Report);
        payouts.Check(Report);
    }

    private void CheckCounts(WholeReader whole, Dictionary<string, long> counts)
    {
        foreach (var (app, counted) in whole.ReadCounts())
        {
            counts.Remove(app, out var found);
            Compare(app, found, counted);
        }

        foreach (var (app, found) in counts)
        {
            Compare(app, found, 0);
        }

        void Compare(string app, long found, long counted)
        {
            if (found != counted)
            {
                Report(new(Rule.Count, "app " + app, "how many payments are counted", $"{found}", $"{counted}"));
            }
        }
    }

    private void CheckStrangers(WholeReader whole, IAcquirerStatement? statement)
    {
        foreach (var known in statement?.Payments.Chunk(500) ?? [])
        {
            foreach (var uuid in whole.FindMissing(known))
            {
                Disagree(uuid, null, statement!.Find(uuid));
            }
        }
    }

    /// <summary>The acquirer's books go on while ours are read: what disagrees is looked at again, now, before it is called wrong.</summary>
    private async Task LookAgainAsync()
    {
        var reader = new PaymentReader(database);
        var open = disagreements.ToList();
        for (var look = 1; open.Count > 0; look++)
        {
            if (look > 1)
            {
                await Task.Delay(BeforeSecondLook);
            }

            var statement = openStatement!();
            var still = new List<string>();
            foreach (var uuid in open)
            {
                var payment = await FindAsync(reader, uuid);
                var expected = payment is null ? new AcquirerPosition() : AcquirerPosition.Expected(payment);
                if (expected is { } ours && !ours.Agrees(statement.Find(uuid)))
                {
                    still.Add(uuid);
                    if (look == 3)
                    {
                        ReportBooks(uuid, payment is null ? null : ours, statement.Find(uuid));
                    }
                }
            }

            open = look == 3 ? [] : still;
        }
    }

    private static async Task<Payment?> FindAsync(PaymentReader reader, string uuid)
    {
        try
        {
            return await reader.FindAsync(new PaymentId(uuid));
        }
        catch (System.Text.Json.JsonException)
        {
            // That its row is damaged has been said.
            return null;
        }
    }

    private void Compare(Payment payment, IAcquirerStatement statement)
    {
        var theirs = statement.Find(payment.Id.Value);
        if (AcquirerPosition.Expected(payment) is { } ours && !ours.Agrees(theirs))
        {
            Disagree(payment.Id.Value, ours, theirs);
        }
    }

    private void Disagree(string uuid, AcquirerPosition? ours, AcquirerPosition theirs)
    {
        if (disagreements.Count < MostSecondLooks)
        {
            disagreements.Enqueue(uuid);
        }
        else
        {
            ReportBooks(uuid, ours, theirs);
        }
    }

    private void ReportBooks(string uuid, AcquirerPosition? ours, AcquirerPosition theirs) =>
        Report(new(Rule.Books, "payment " + uuid, "what the acquirer's books say of it", ours?.ToString() ?? "nothing, for we do not know it", theirs.ToString()));

    private void ReportStray(string table, string owner) => Report(new(Rule.Orphan, $"{table} of {owner}", "what it belongs to", "there", "not there"));

    private void Report(Violation violation)
    {
        lock (reporting)
        {
            _ = violation.IsWarning ? warnings++ : violations++;
            tell(violation);
        }
    }

    /// <summary>Hears, for one worker, what is read besides the payments.</summary>
    private sealed class Listener(Verifier verifier, Positions feed, Positions ledger, Payouts payouts) : IRecordListener
    {
        public Balances Balances { get; } = new();

        public long Entries { get; private set; }

        /// <summary>How many payments each app has.</summary>
        public Dictionary<string, long> Payments { get; } = new(StringComparer.Ordinal);

        public void Count(string app) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(Payments, app, out _)++;

        public void FeedTaken(long position)
        {
            if (feed.Take(position) is { } wrong)
            {
                verifier.Report(new(Rule.FeedGapless, "the feed", "a position", "handed out once, up to the last one", wrong));
            }
        }

        public void Posted(string? payout, long position, in LedgerEntry entry)
        {
            Entries++;
            Balances.Post(entry);
            if (ledger.Take(position) is { } wrong)
            {
                verifier.Report(new(Rule.LedgerGapless, "the ledger", "a position", "handed out once, up to the last one", wrong));
            }

            if (!payouts.Post(payout, position, entry))
            {
                verifier.ReportStray("ledger", payout!);
            }
        }

        public void Stray(string table, string payment) => verifier.ReportStray(table, payment);
    }
}
