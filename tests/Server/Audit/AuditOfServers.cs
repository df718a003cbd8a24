using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Tests.Audit;

/// <summary>What a server tells the audit log by itself, and how that is read.</summary>
public abstract class AuditOfServers(Gateway gateway)
{
    [Fact]
    public async Task P21_start_stop_configuration_refunds_and_evidence_are_in_the_log()
    {
        await using var own = gateway.Another("--Tollgate:RequestsPerSecond=1000", "--Tollgate:Apps:2:Id=app-third", "--Tollgate:Apps:2:SecretKey=sk-third-secret", $"--Tollgate:Apps:2:WebhookSecret={AppsOfTests.WebhookSecret}");
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge() with { Capture = true });
        await own.Client.RefundPaymentAsync(new() { Uuid = payment.Uuid, RefundAmount = 300, Reason = "Card 4242 4242 4242 4242 was charged twice" });
        var dispute = await own.Client.OpenDisputeAsync();
        await own.Client.SubmitEvidenceAsync(dispute.Id, new EvidenceRequest { Receipt = "A receipt" });
        await own.StopAsync();
        await own.StartAsync();

        var rows = await own.Services.GetRequiredService<AuditReader>().ListAsync(new()).ToListAsync();
        Assert.Equal("log_started", rows[0].Act);
        Assert.Single(rows, r => r.Act == "log_stopped");
        Assert.Equal(2, rows.Count(r => r.Act == "log_started"));
        var refund = Assert.Single(rows, r => r.Act == "refund_started");
        Assert.Equal(
            ("app", "app-sandbox", "127.0.0.1", $"payment {payment.Uuid}", true, "refunded 0 AUD of 1000 AUD", "refund of 300 AUD begun"),
            (refund.ActorKind, refund.Actor, refund.From, refund.Object, refund.Succeeded, refund.Before, refund.After));
        var read = Assert.Single(rows, r => r.Act == "evidence_read");
        Assert.Equal(("app-sandbox", $"evidence of dispute {dispute.Id}"), (read.Actor, read.Object));

        // The configuration was told once, for it did not change; and none of its secrets.
        var configured = rows.Where(r => r.Act == "configuration_changed").ToList();
        var limit = Assert.Single(configured, r => r.Object.StartsWith("Tollgate:RequestsPerSecond of server ", StringComparison.Ordinal));
        Assert.Equal((null, "1000"), (limit.Before, limit.After));
        var secret = Assert.Single(configured, r => r.Object.StartsWith("Tollgate:Apps:2:SecretKey", StringComparison.Ordinal));
        Assert.Matches(@"^\*\*\*\*[0-9a-f]{8}$", secret.After);
        Assert.DoesNotContain(rows, r => $"{r.Before}{r.After}{r.Object}" is var all && (all.Contains("sk-third", StringComparison.Ordinal) || all.Contains("whsec", StringComparison.Ordinal) || all.Contains("4242", StringComparison.Ordinal)));
        await own.StopAsync();
        await own.StartAsync();
    }

    [Fact]
    public async Task P21_how_often_each_key_was_used_is_in_the_log()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(Requests.Charge());
        await own.Client.CreatePaymentAsync(Requests.Token(payment.Token!.Id));
        await own.Services.GetRequiredService<KeyUseRecord>().WriteAsync();
        var first = await ReadAsync();
        var data = Assert.Single(first, r => r.Object.StartsWith("key 1 (data) by server ", StringComparison.Ordinal));
        Assert.Matches("^sealed [1-9][0-9]*, opened [1-9][0-9]*, digested 0 since ", data.After);
        Assert.Contains(first, r => r.Object.Contains("(fingerprint)", StringComparison.Ordinal) && r.After!.StartsWith("sealed 0, opened 0, digested ", StringComparison.Ordinal));
        Assert.DoesNotContain(first, r => r.Object.Contains("(audit)", StringComparison.Ordinal));

        // What was used since is told when the server stops, before it says that it stops; and of a key that was not used, nothing.
        await own.Client.CreatePaymentAsync(Requests.Token(payment.Token!.Id));
        await own.StopAsync();
        await own.StartAsync();
        var all = await own.Services.GetRequiredService<AuditReader>().ListAsync(new()).ToListAsync();
        Assert.Contains(all.TakeWhile(r => r.Act != "log_stopped").Skip(all.FindIndex(r => r.Position == first[^1].Position) + 1), r => r.Act == "key_used" && r.Object.Contains("(data)", StringComparison.Ordinal));

        async Task<List<AuditRow>> ReadAsync() => await own.Services.GetRequiredService<AuditReader>().ListAsync(new(Act: "key_used")).ToListAsync();
    }

    [Fact]
    public void P21_a_changed_setting_is_told_with_what_it_was()
    {
        var log = new ConfigurationRecord(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Tollgate:AlertAfter"] = "00:20:00",
                ["Tollgate:Database"] = "Host=db;Username=tollgate;Password=secret-of-the-database",
                ["Tollgate:Apps:0:SecretKey"] = "new",
                ["Tollgate:PublicUrl"] = "https://user:pass@pay.example.com/",
            }).Build(),
            gateway.Services.GetRequiredService<Vault.CardVault>(),
            gateway.Services.GetRequiredService<Server.Settings>());
        var before = new Dictionary<string, string> { ["Tollgate:AlertAfter"] = "00:15:00", ["Tollgate:Apps:0:SecretKey"] = "****00000000", ["Tollgate:Mode"] = "sandbox" };
        var told = log.Differs(before, DateTimeOffset.UnixEpoch).ToDictionary(e => e.Object.Split(' ')[0], e => (e.Before, e.After));
        Assert.Equal(("00:15:00", "00:20:00"), told["Tollgate:AlertAfter"]);
        Assert.Equal(("sandbox", null), told["Tollgate:Mode"]);
        Assert.Matches(@"^\*\*\*\*[0-9a-f]{8}$", told["Tollgate:Apps:0:SecretKey"].After);
        Assert.DoesNotContain(told.Values, t => $"{t}".Contains("secret-of", StringComparison.Ordinal) || $"{t}".Contains(":pass", StringComparison.Ordinal));
        Assert.Contains("Host=db", told["Tollgate:Database"].After, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task P21_the_log_is_reviewed_by_itself_and_who_changed_it_is_named_to_the_operator()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        own.LosesItsStore = true;
        var watch = own.Services.GetRequiredService<AuditWatch>();
        Assert.Empty(await watch.ReviewAsync());
        Assert.Contains("The audit log holds, and ends here: tollgate-audit ", own.Log, StringComparison.Ordinal);
        await using (var connection = await Proof.OpenAsync(own))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE audit SET actor = 'nobody' WHERE position = 1";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("entry 1 of the audit log", Assert.Single(await watch.ReviewAsync()).Subject);
        Assert.Contains("Critical The audit log does not hold: Violation [AuditChain] entry 1 of the audit log", own.Log, StringComparison.Ordinal);
        Assert.Contains(await own.Services.GetRequiredService<AuditReader>().ListAsync(new(Act: "log_reviewed", Succeeded: false)).ToListAsync(), row => row.After!.Contains("entry 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_is_listed_filtered_and_exported_and_reading_it_is_in_it()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var app = await own.Client.RegisterAppAsync(new() { AppId = "shop" });
        await Verbs.RunAsync(own, AuditVerbs.RunAsync, 0, "list", "--act", "app_added");
        var lines = (await Verbs.AuditAsync(own, "list", "--act", "app_added", "--format", "json")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var entry = JsonDocument.Parse(Assert.Single(lines));
        Assert.Equal(("app", "app-sandbox", "app shop", "succeeded"), (Text("actor_kind"), Text("actor"), Text("object"), Text("outcome")));
        var csv = (await Verbs.AuditAsync(own, "list", "--act", "app_added", "--format", "csv")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, csv.Length);
        Assert.StartsWith("position,at,act,actor_kind,actor,from,object,outcome,before,after,hash", csv[0], StringComparison.Ordinal);
        Assert.Contains(",app_added,app,app-sandbox,127.0.0.1,app shop,succeeded,", csv[1], StringComparison.Ordinal);
        var exports = await Verbs.AuditAsync(own, "list", "--act", "exported");
        Assert.Contains("exported by operator", exports, StringComparison.Ordinal);
        Assert.Contains("--act app_added --format csv", exports, StringComparison.Ordinal);
        Assert.Empty(await Verbs.AuditAsync(own, "list", "--actor", "nobody"));
        Assert.Empty(await Verbs.AuditAsync(own, "list", "--from", "2100-01-01"));
        Assert.Empty(await Verbs.AuditAsync(own, "list", "--object", "%"));
        Assert.Empty(await Verbs.AuditAsync(own, "list", "--outcome", "failed"));
        Assert.NotEmpty(await Verbs.AuditAsync(own, "list", "--after", "1", "--to", "2100-01-01"));

        // An anchor that was kept elsewhere, against what the verb verify finds later.
        var file = Path.Combine(own.DataDirectory, "anchors.txt");
        await File.WriteAllTextAsync(file, "# kept elsewhere\n\n" + await Verbs.AuditAsync(own, "anchor"), TestContext.Current.CancellationToken);
        Assert.True(AuditAnchor.TryParse((await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[2], out var anchor));
        Assert.InRange(anchor.Position, 5, 10_000);
        Assert.Single(await AuditAnchor.ReadFileAsync(file));
        await File.AppendAllTextAsync(file, "tollgate-audit 1 00 soon\n", TestContext.Current.CancellationToken);
        Assert.Contains("line 4 is no anchor", (await Assert.ThrowsAsync<SettingException>(() => AuditAnchor.ReadFileAsync(file))).Message, StringComparison.Ordinal);
        foreach (var wrong in (string[][])[[], ["anchor", "x"], ["list", "--page", "1"], ["purge"], ["list", "--act"]])
        {
            Assert.Contains("audit anchor, or audit list", (await Assert.ThrowsAsync<SettingException>(() => AuditVerbs.RunAsync(wrong, TextWriter.Null))).Message, StringComparison.Ordinal);
        }

        string Text(string name) => entry.RootElement.GetProperty(name).GetString()!;
    }

    [Fact]
    public void A_cell_that_begins_like_a_formula_is_none()
    {
        var row = new AuditRow(1, 0, "log_in_failed", "app", "=cmd|' /C calc'!A1", null, "a,\"b\"", false, null, "+1", [], []);
        Assert.Equal("1,1970-01-01T00:00:00.000Z,log_in_failed,app,'=cmd|' /C calc'!A1,,\"a,\"\"b\"\"\",failed,,'+1,", AuditText.Csv(row));
    }

    [Fact]
    public void P22_instants_are_stored_and_shown_in_UTC()
    {
        var entry = new AuditEntry(new DateTimeOffset(2026, 7, 1, 10, 0, 0, TimeSpan.FromHours(10)), AuditAct.Exported, AuditActor.System, null, "a");
        var row = Tests.Storage.Store.Chain.Link(AuditChain.Origin, entry);
        Assert.Contains(" 2026-07-01T00:00:00.000Z ", " " + AuditText.Line(row).Split(' ')[1] + " ", StringComparison.Ordinal);
        Assert.EndsWith(" 2026-07-01T00:00:00Z", new AuditAnchor(1, row.Hash, entry.At).ToString(), StringComparison.Ordinal);
    }
}

public sealed class AuditOfServersOnSqlite(SqliteGateway gateway) : AuditOfServers(gateway);

public sealed class AuditOfServersOnPostgres(PostgresGateway gateway) : AuditOfServers(gateway);
