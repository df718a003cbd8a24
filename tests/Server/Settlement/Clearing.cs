using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Payments;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Ledger;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Settlement;

/// <summary>Clearing files by hand, into a gateway whose own acquirer settles nothing in time.</summary>
public abstract class Clearing(Gateway gateway)
{
    private const string Never = "--Tollgate:Sandbox:SettlementDelay=300.00:00:00";

    [Fact]
    public async Task A_file_settles_what_it_has_and_again_it_changes_nothing()
    {
        await using var own = await StartAsync();
        var payments = new List<PaymentResponse>();
        for (var i = 0; i < 5; i++)
        {
            payments.Add(await CapturedAsync(own));
        }

        var name = FileText.NewName();
        var file = FileText.Of(name, [.. await Task.WhenAll(payments.Take(4).Select(p => RecordOfAsync(own, p, cost: 12)))]);

        Assert.Equal("4 settled, 0 before, 0 listed", await ImportAsync(own, file));
        var before = await SnapshotAsync(own);
        Assert.Equal("0 settled, 4 before, 0 listed", await ImportAsync(own, file));
        Assert.Equal(["0 settled, 4 before, 0 listed", "0 settled, 4 before, 0 listed"], await Task.WhenAll(ImportAsync(own, file), ImportAsync(own, file)));
        Assert.Equal("other content", await ImportAsync(own, FileText.Of(name, await RecordOfAsync(own, payments[4]))));
        Assert.Equal(before, await SnapshotAsync(own));

        Assert.Equal([PaymentStatus.Received, PaymentStatus.Waiting], (await StatusesAsync(own, payments)).Distinct());
        Assert.Equal("pending 1000, available 4000", await MoneyOfApp.LineAsync(own.Client));
        Assert.Equal((4 * 988L, 48L), (await AccountAsync(own, 2), await AccountAsync(own, 3)));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task Of_a_damaged_file_nothing_is_imported()
    {
        await using var own = await StartAsync();
        var payment = await CapturedAsync(own);
        var file = FileText.Of(FileText.NewName(), await RecordOfAsync(own, payment));
        file[^10] ^= 1;
        await Assert.ThrowsAsync<ClearingFormatException>(() => ImportAsync(own, file));
        Assert.Equal(0, await NumberAsync(own, "SELECT COUNT(*) FROM clearing_files") + await NumberAsync(own, "SELECT COUNT(*) FROM clearing_records"));
        file[^10] ^= 1;
        Assert.Equal("1 settled, 0 before, 0 listed", await ImportAsync(own, file));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_that_breaks_anywhere_goes_on_where_it_was(bool commitsFirst)
    {
        await using var own = await StartAsync();
        for (var breaksAt = 0; breaksAt < 5; breaksAt++)
        {
            var payments = new List<PaymentResponse>();
            for (var i = 0; i < 2; i++)
            {
                payments.Add(await CapturedAsync(own));
            }

            string[] records = [.. await Task.WhenAll(payments.Select(p => RecordOfAsync(own, p))), FileText.Record("UNKNOWN", "UNKNOWN", 5)];
            var file = FileText.Of(FileText.NewName(), [.. records, records[0]]);
            await Assert.ThrowsAsync<JournalUnavailableException>(() => Broken(own, breaksAt, commitsFirst).ImportAsync(file));
            await ImportAsync(own, file);

            Assert.Equal("0 settled, 4 before, 0 listed", await ImportAsync(own, file));
            Assert.All(await StatusesAsync(own, payments), status => Assert.Equal(PaymentStatus.Received, status));
            Assert.Equal(2 * (breaksAt + 1), (await own.Services.GetRequiredService<ClearingReader>().ListAsync(true, 100)).Count);
        }

        Assert.Equal("available 10000", await MoneyOfApp.LineAsync(own.Client));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task What_does_not_match_is_listed_and_resolved_by_the_operator()
    {
        await using var own = await StartAsync();
        var (less, more, twice, refused) = (await CapturedAsync(own), await CapturedAsync(own), await CapturedAsync(own), await CapturedAsync(own));
        var held = await own.Client.ChargeAsync(Requests.Charge());
        var name = FileText.NewName();
        Assert.Equal("1 settled, 0 before, 6 listed", await ImportAsync(own, FileText.Of(
            name,
            await RecordOfAsync(own, less, 900, 9),
            await RecordOfAsync(own, more, 1100),
            await RecordOfAsync(own, twice),
            await RecordOfAsync(own, twice),
            await RecordOfAsync(own, refused, 1),
            FileText.Record("NOBODY", "OPNOBODY", 7),
            FileText.Record(held.Uuid, "OPNOBODY", 1000))));
        Assert.Equal(
            [
                $"amount-differs.{name}.2 ours 1000 theirs 900", $"amount-differs.{name}.3 ours 1000 theirs 1100", $"amount-differs.{name}.6 ours 1000 theirs 1",
                $"missing-here.{name}.7 ours - theirs 7", $"missing-here.{name}.8 ours - theirs 1000", $"twice.{name}.5 ours 1000 theirs 1000",
            ],
            await ListAsync(own));

        // What is different settles with what was cleared; we bear or keep the difference, the merchant has what was captured.
        await VerbAsync(own, 0, $"amount-differs.{name}.2: resolved.", "resolve", $"amount-differs.{name}.2", "--how", "accept", "--note", "agreed");
        await VerbAsync(own, 0, $"amount-differs.{name}.3: resolved.", "resolve", $"amount-differs.{name}.3", "--how", "accept", "--note", "agreed");
        await VerbAsync(own, 1, $"amount-differs.{name}.6: not resolved: a different amount is accepted or ignored.", "resolve", $"amount-differs.{name}.6", "--how", "write-off", "--note", "x");
        await VerbAsync(own, 0, $"amount-differs.{name}.6: resolved.", "resolve", $"amount-differs.{name}.6", "--how", "ignore", "--note", "their mistake; a new file comes");
        await VerbAsync(own, 1, $"amount-differs.{name}.6: not resolved: it was resolved before: ignore.", "resolve", $"amount-differs.{name}.6", "--how", "accept", "--note", "x");
        await VerbAsync(own, 1, $"missing-here.{name}.7: not resolved: its capture is still not known here; it is tried again by itself, or ignored.", "resolve", $"missing-here.{name}.7", "--how", "accept", "--note", "x");
        await VerbAsync(own, 0, $"missing-here.{name}.7: resolved.", "resolve", $"missing-here.{name}.7", "--how", "ignore", "--note", "another gateway's");
        await VerbAsync(own, 1, $"twice.{name}.5: not resolved: a capture that was cleared twice is ignored, once the acquirer has its money back.", "resolve", $"twice.{name}.5", "--how", "accept", "--note", "x");
        await VerbAsync(own, 0, $"twice.{name}.5: resolved.", "resolve", $"twice.{name}.5", "--how", "ignore", "--note", "paid back");
        await VerbAsync(own, 1, "twice.NONE.1: not resolved: there is no such discrepancy.", "resolve", "twice.NONE.1", "--how", "ignore", "--note", "x");
        Assert.Equal([$"missing-here.{name}.8 ours - theirs 1000"], await ListAsync(own));

        Assert.Equal(
            [PaymentStatus.Received, PaymentStatus.Received, PaymentStatus.Received, PaymentStatus.Waiting], await StatusesAsync(own, [less, more, twice, refused]));
        Assert.Equal("pending 1000, available 3000", await MoneyOfApp.LineAsync(own.Client));
        Assert.Equal((891L + 1100 + 1000, 109L - 100), (await AccountAsync(own, 2), await AccountAsync(own, 3)));
        Assert.Equal("1 settled, 0 before, 0 listed", await ImportAsync(own, FileText.Of(FileText.NewName(), await RecordOfAsync(own, refused))));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task A_record_that_comes_before_its_capture_is_known_settles_once_it_is()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge());
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.Capture, Uuid = payment.Uuid });
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.Inquiry, Uuid = payment.Uuid });
        var capture = own.Client.CapturePaymentAsync(new() { Uuid = payment.Uuid });
        await Eventually.GetAsync(
            () => own.Client.GetBooksAsync(payment.Uuid), books => books.Captured == 1000, "the capture at the acquirer");

        // The acquirer clears what it has taken, while we still wait for its answer.
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        await capture;
        var settled = await Eventually.GetAsync(() => own.Client.GetPaymentAsync(payment.Uuid), p => p.Status == PaymentStatus.Received, "settlement");
        Assert.Equal(1000, settled.PaidAmount);
        Assert.Empty(await ListAsync(own));
        var resolved = Assert.Single(await own.Services.GetRequiredService<ClearingReader>().ListAsync(false, 100));
        Assert.Equal((DiscrepancyKind.MissingHere, Reconciliation.Matched), (resolved.Found.Kind, resolved.How));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_capture_that_no_file_has_in_time_is_listed_and_comes_right_or_is_written_off()
    {
        await using var own = await StartAsync();
        var (late, lost, early) = (await CapturedAsync(own), await CapturedAsync(own), await CapturedAsync(own));
        Assert.Equal("0 settled, 0 before, 1 listed", await ImportAsync(own, FileText.Of("EARLY", await RecordOfAsync(own, early, 999))));
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(2));
        var fresh = await CapturedAsync(own);

        var watch = Watch(own);
        Assert.True(await watch.RunAsync());
        Assert.False(await watch.RunAsync());
        var (lateId, lostId) = ($"missing-there.{(await FindAsync(own, late)).CapturedBy}", $"missing-there.{(await FindAsync(own, lost)).CapturedBy}");
        Assert.Equal(
            new[] { $"{lateId} ours 1000 theirs -", $"{lostId} ours 1000 theirs -", "amount-differs.EARLY.2 ours 1000 theirs 999" }.Order(StringComparer.Ordinal), await ListAsync(own));

        await ImportAsync(own, FileText.Of(FileText.NewName(), await RecordOfAsync(own, late)));
        Assert.DoesNotContain(await ListAsync(own), line => line.StartsWith(lateId, StringComparison.Ordinal));
        await VerbAsync(own, 1, $"{lostId}: not resolved: a capture that is missing there is written off or ignored.", "resolve", lostId, "--how", "accept", "--note", "x");
        await VerbAsync(own, 0, $"{lostId}: resolved.", "resolve", lostId, "--how", "write-off", "--note", "the acquirer has lost it");

        // The merchant has its money, and we have not.
        Assert.Equal([PaymentStatus.Received, PaymentStatus.Received, PaymentStatus.Waiting, PaymentStatus.Waiting], await StatusesAsync(own, [late, lost, early, fresh]));
        Assert.Equal("pending 2000, available 2000", await MoneyOfApp.LineAsync(own.Client));
        Assert.Equal((1000L, 1000L), (await AccountAsync(own, 2), await AccountAsync(own, 3)));
        Assert.Equal("0 settled, 0 before, 1 listed", await ImportAsync(own, FileText.Of(FileText.NewName(), await RecordOfAsync(own, lost))));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task A_capture_that_settles_while_it_is_being_listed_comes_right_by_itself()
    {
        await using var own = await StartAsync();
        var payment = await CapturedAsync(own);
        var operation = (await FindAsync(own, payment)).CapturedBy!.Value;
        var name = FileText.NewName();
        Assert.Equal("1 settled, 0 before, 0 listed", await ImportAsync(own, FileText.Of(name, await RecordOfAsync(own, payment))));

        // What a watch writes that read the payment before the file came.
        var id = $"missing-there.{operation}";
        await own.Services.GetRequiredService<Journal>().CommitAsync(new()
        {
            App = new(string.Empty),
            At = DateTimeOffset.UtcNow,
            Discrepancy = new(id, DiscrepancyKind.MissingThere, null, null, payment.Uuid, operation.Value, 1000, null, "AUD"),
        });
        var clearing = own.Services.GetRequiredService<ClearingReader>();
        var resolved = (await Eventually.GetAsync(() => clearing.FindAsync(id), found => found!.ResolvedAt is not null, "the end of it"))!;
        Assert.Equal((Reconciliation.Matched, name + ":2"), (resolved.How, resolved.Note));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task A_record_that_was_missing_to_one_import_and_settles_by_another_of_its_file_comes_right_by_itself()
    {
        await using var own = await StartAsync();
        var payment = await CapturedAsync(own);
        var operation = (await FindAsync(own, payment)).CapturedBy!.Value;
        var name = FileText.NewName();
        Assert.Equal("1 settled, 0 before, 0 listed", await ImportAsync(own, FileText.Of(name, await RecordOfAsync(own, payment))));

        // What the first import has listed, that did not know of the capture yet.
        var id = $"missing-here.{name}.2";
        await own.Services.GetRequiredService<Journal>().CommitAsync(new()
        {
            App = new(string.Empty),
            At = DateTimeOffset.UtcNow,
            Discrepancy = new(id, DiscrepancyKind.MissingHere, name, 2, payment.Uuid, operation.Value, null, 1000, "AUD"),
        });
        var clearing = own.Services.GetRequiredService<ClearingReader>();
        var resolved = (await Eventually.GetAsync(() => clearing.FindAsync(id), found => found!.ResolvedAt is not null, "the end of it"))!;
        Assert.Equal((Reconciliation.Matched, name + ":2"), (resolved.How, resolved.Note));
        Assert.Empty(await ListAsync(own));
        await Proof.HoldsAsync(own);
    }

    [Fact]
    public async Task The_operators_verbs_work_beside_the_server_and_say_how_they_go()
    {
        await using var own = await StartAsync();
        var payment = await CapturedAsync(own);
        var path = Path.Combine(own.DataDirectory, "clearing.txt");
        var name = FileText.NewName();
        await VerbAsync(own, 1, $"Nothing was imported: Could not find file '{path}'.", "import", path);
        await File.WriteAllTextAsync(path, "x\n");
        await VerbAsync(own, 1, "Nothing was imported: line 1: a file has a header and a trailer at least.", "import", path);
        await File.WriteAllBytesAsync(path, FileText.Of(name, await RecordOfAsync(own, payment)));
        await VerbAsync(own, 0, $"{name}: 1 records; 1 settled, 0 dealt with before, 0 do not match.", "import", path);
        await File.WriteAllBytesAsync(path, FileText.Of(name));
        await VerbAsync(own, 1, $"Refused: another file was imported under the name {name}.", "import", path);
        Assert.Equal(PaymentStatus.Received, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);

        using var output = new StringWriter();
        Assert.Equal(0, await Server.Ledger.PayoutVerbs.RunAsync(["close", "--app", "app-sandbox", .. SettingsOf(own)], output));
        var payout = Assert.Single((await own.Client.ListPayoutsAsync()).Records);
        Assert.Equal($"{payout.Id} app-sandbox AUD paid out 1000, carried 0, recovered 0", output.ToString().Trim());
        Assert.Equal(0, await Server.Ledger.PayoutVerbs.RunAsync(["close", "--all", .. SettingsOf(own)], output));
        Assert.Single((await own.Client.ListPayoutsAsync()).Records);
        foreach (var wrong in (string[][])[["close"], ["close", "--app", "nobody"], ["open"], []])
        {
            await Assert.ThrowsAsync<SettingException>(() => Server.Ledger.PayoutVerbs.RunAsync([.. wrong, .. SettingsOf(own)], output));
        }

        foreach (var wrong in (string[][])[[], ["import"], ["list", "--closed"], ["resolve", "x", "--how", "pray", "--note", "y"], ["resolve", "x", "--how", "ignore", "--note", ""]])
        {
            await Assert.ThrowsAsync<SettingException>(() => ClearingVerbs.RunAsync([.. wrong, .. SettingsOf(own)], output));
        }
    }

    [Fact]
    public async Task By_the_cut_off_the_sandbox_settles_on_the_next_business_day()
    {
        await using var own = gateway.Another("--Tollgate:Sandbox:SettlementDelay=cut-off");
        await own.InitializeAsync();
        var payment = await CapturedAsync(own);
        var settlesAt = own.Services.GetRequiredService<Settings>().Calendar.SettlesAt((await FindAsync(own, payment)).CapturedAt!.Value);
        await own.Client.AdvanceSandboxClockAsync(settlesAt - (await own.Client.GetSandboxClockAsync()).Now - TimeSpan.FromMinutes(1));
        Assert.Equal(PaymentStatus.Waiting, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(7));
        Assert.InRange((await FindAsync(own, payment)).SettledAt!.Value, settlesAt, settlesAt.AddMinutes(1));
        Assert.Empty(await ListAsync(own));
        await Proof.HoldsToTheEndAsync(own);
    }

    private async Task<Gateway> StartAsync()
    {
        var own = gateway.Another(Never);
        await own.InitializeAsync();
        return own;
    }

    private static Task<PaymentResponse> CapturedAsync(Gateway own) => own.Client.ChargeAsync(Requests.Charge() with { Capture = true });

    private static async Task<Core.Payments.Payment> FindAsync(Gateway own, PaymentResponse payment) => (await own.Reader.FindAsync(new PaymentId(payment.Uuid)))!;

    private static async Task<string> RecordOfAsync(Gateway own, PaymentResponse payment, long amount = 1000, long cost = 0) =>
        FileText.Record(payment.Uuid, (await FindAsync(own, payment)).CapturedBy!.Value.Value, amount, cost);

    private static async Task<string> ImportAsync(Gateway own, byte[] file)
    {
        var report = await own.Services.GetRequiredService<ClearingImport>().ImportAsync(file);
        return report.OtherContent ? "other content" : $"{report.Settled} settled, {report.Before} before, {report.Listed} listed";
    }

    private static async Task<IReadOnlyList<PaymentStatus>> StatusesAsync(Gateway own, IEnumerable<PaymentResponse> payments)
    {
        var statuses = new List<PaymentStatus>();
        foreach (var payment in payments)
        {
            statuses.Add((await own.Client.GetPaymentAsync(payment.Uuid)).Status);
        }

        return statuses;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(Gateway own) =>
        [.. (await own.Services.GetRequiredService<ClearingReader>().ListAsync(true, 100))
            .Select(d => $"{d.Found.Id} ours {d.Found.Ours?.ToString() ?? "-"} theirs {d.Found.Theirs?.ToString() ?? "-"}").Order(StringComparer.Ordinal)];

    private static async Task VerbAsync(Gateway own, int exit, string said, params string[] words)
    {
        using var output = new StringWriter();
        var ended = await ClearingVerbs.RunAsync([.. words, .. SettingsOf(own)], output);
        Assert.Equal((exit, said), (ended, output.ToString().Trim()));
    }

    private static string[] SettingsOf(Gateway own) => ["--Tollgate:DataDirectory=" + own.DataDirectory, .. own.DatabaseSettings, .. AppsOfTests.Settings, Never];

    /// <summary>A watch that expects what this gateway's acquirer does not do: to settle in a minute.</summary>
    private static ClearingWatch Watch(Gateway own)
    {
        var services = own.Services;
        var settings = services.GetRequiredService<Settings>() with { SettlementDelay = TimeSpan.FromMinutes(1) };
        return new(
            services.GetRequiredService<Reconciliation>(), services.GetRequiredService<ClearingReader>(), settings, services.GetRequiredService<TimeProvider>(), NullLogger<ClearingWatch>.Instance);
    }

    /// <summary>The import of a process whose store goes away at one of its commits: before it is made, or before anybody is told that it was.</summary>
    private static ClearingImport Broken(Gateway own, int at, bool commitsFirst)
    {
        var services = own.Services;
        var journal = new BreakingJournal(services.GetRequiredService<Journal>(), at, commitsFirst);
        var reader = services.GetRequiredService<PaymentReader>();
        var runner = new PaymentRunner(
            journal,
            reader,
            services.GetRequiredService<IAcquirer>(),
            services.GetRequiredService<Tollgate.Server.Authentication.ICardholderAuthentication>(),
            services.GetRequiredService<CardVault>(),
            services.GetRequiredService<WebhookComposer>(),
            services.GetRequiredService<Identifiers>(),
            services.GetRequiredService<TimeProvider>(),
            NullLogger<PaymentRunner>.Instance);
        var clearing = services.GetRequiredService<ClearingReader>();
        return new(journal, clearing, new(journal, reader, clearing, runner, NullLogger<Reconciliation>.Instance), runner);
    }

    private static async Task<long> AccountAsync(Gateway own, int account) =>
        await NumberAsync(own, $"SELECT CAST(SUM(debits - credits) AS BIGINT) FROM balances WHERE account = {account}");

    private static async Task<long> NumberAsync(Gateway own, string sql)
    {
        await using var connection = await Proof.OpenAsync(own);
        return await Dapper.SqlMapper.ExecuteScalarAsync<long?>(connection, sql) ?? 0;
    }

    private static async Task<string> SnapshotAsync(Gateway own)
    {
        var text = new StringBuilder();
        foreach (var table in (string[])["events", "ledger", "clearing_files", "clearing_records", "discrepancies", "webhooks"])
        {
            text.Append(table).Append(' ').Append(await NumberAsync(own, $"SELECT COUNT(*) FROM {table}")).Append("; ");
        }

        return text.ToString();
    }

    private sealed class BreakingJournal(Journal journal, int at, bool commitsFirst) : IJournal
    {
        private int commits;

        public event Action<IReadOnlyCollection<long>>? WebhooksDue
        {
            add => journal.WebhooksDue += value;
            remove => journal.WebhooksDue -= value;
        }

        public async Task<CommitResult> CommitAsync(Change change)
        {
            var breaks = Interlocked.Increment(ref commits) > at;
            if (!breaks || commitsFirst)
            {
                var made = await journal.CommitAsync(change);
                if (!breaks)
                {
                    return made;
                }
            }

            throw new JournalUnavailableException("The store is away.");
        }

        public Task<IReadOnlyList<DueWebhook>> LeaseWebhooksAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> lanes) =>
            journal.LeaseWebhooksAsync(now, until, lanes);

        public Task<IReadOnlyList<WaitingLane>> ListLanesAsync(long after, int limit) => journal.ListLanesAsync(after, limit);

        public Task<int> GiveUpWebhooksAsync(long lane, DateTimeOffset now, DateTimeOffset before, string error, int limit) =>
            journal.GiveUpWebhooksAsync(lane, now, before, error, limit);

        public Task DisableEndpointAsync(DisabledEndpoint endpoint) => journal.DisableEndpointAsync(endpoint);

        public Task<IReadOnlyList<PaymentId>> LeaseDueAsync(DateTimeOffset now, DateTimeOffset leaseFrom, DateTimeOffset leaseUntil, int limit) =>
            journal.LeaseDueAsync(now, leaseFrom, leaseUntil, limit);

        public Task SweepAsync(DateTimeOffset now) => journal.SweepAsync(now);
    }
}

public sealed class ClearingOnSqlite(SqliteGateway gateway) : Clearing(gateway);

public sealed class ClearingOnPostgres(PostgresGateway gateway) : Clearing(gateway);
