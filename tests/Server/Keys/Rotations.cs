using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>A key is rotated while payments are made, and what it sealed goes over to the next.</summary>
public abstract class Rotations(Gateway shared)
{
    private const string NoQuarantine = "--Tollgate:Keys:Quarantine=00:00:00";

    [Fact]
    public async Task P13_everything_that_is_sealed_goes_over_to_the_new_key_and_the_old_one_can_be_destroyed()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        var notification = new WebhookNotification { EndpointUrl = receiver.Url, AuthorizationHeader = "Bearer of-the-payment" };
        var paid = await gateway.Client.ChargeAsync(Requests.Charge() with { WebhookNotification = notification });
        var pending = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        await gateway.Client.AddWebhookEndpointAsync(new() { EndpointUrl = receiver.Url + "/further", AuthorizationHeader = "Bearer of-the-endpoint" });
        await gateway.Client.RotateWebhookSecretAsync();
        var before = await CountAsync(gateway);
        Assert.Equal(["cards", "payments", "sealed_codes", "webhook_endpoints", "webhook_secrets", "webhooks"], before.Where(c => c.Key == 1).Select(c => c.Where).Order(StringComparer.Ordinal));
        Assert.Contains("Key 1 is active", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 1"))).Message, StringComparison.Ordinal);

        Assert.Contains("Key 7 (Data) is active since", (await gateway.KeysAsync("rotate data")).Said, StringComparison.Ordinal);
        await Eventually.GetAsync(() => CountAsync(gateway), counts => counts.All(c => c.Key == 7), "everything under the new key");
        Assert.Equal(before.Sum(c => c.Count), (await CountAsync(gateway)).Sum(c => c.Count));
        Assert.Contains("Everything is sealed with the active key", (await gateway.KeysAsync("progress --watch yes")).Said, StringComparison.Ordinal);
        Assert.Contains("is destroyed: nothing needed it any more", (await gateway.KeysAsync("destroy 1", NoQuarantine)).Said, StringComparison.Ordinal);
        await HeardAsync(gateway);

        // Everything still works without the old key: the saved card, the code that waits, the headers.
        var again = await gateway.Client.CreatePaymentAsync(Requests.Token(paid.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid });
        Assert.Equal(PaymentStatus.Authorised, again.Status);
        using var wire = new Wire(gateway.Address);
        await wire.AnswerChallengeAsync(pending);
        await Eventually.GetAsync(async () => (await gateway.Client.GetPaymentAsync(pending.Uuid)).Status, status => status == PaymentStatus.Authorised, "the authorisation with the code");
        await gateway.Client.CapturePaymentAsync(new() { Uuid = paid.Uuid });
        await Eventually.GetAsync(
            () => Task.FromResult(receiver.All.Count(r => r.Headers.TryGetValue("authorization", out var header) && header == "Bearer of-the-payment")), count => count >= 2, "the webhook of the capture, with its header");
    }

    [Fact]
    public async Task P13_a_server_that_dies_while_it_seals_anew_leaves_the_rest_to_the_next_one()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        for (var i = 0; i < 20; i++)
        {
            await AtOnce.DoAsync(25, _ => gateway.Client.ChargeAsync(Requests.Charge()));
        }

        await gateway.StopAsync();
        var database = Database.Create(gateway.DatabaseSettings.FirstOrDefault()?.Split('=', 2)[1], gateway.DataDirectory);
        var reader = new SealedReader(database);
        try
        {
            await gateway.KeysAsync("rotate data");
            long seen;
            await using (var server = await ServerProcess.StartAsync(gateway, "--Tollgate:Keys:ResealPerSecond=200"))
            {
                seen = await Eventually.GetAsync(() => LeftAsync(), left => left < 500, "the first rows under the new key");
                await server.KillAsync();
            }

            var left = await LeftAsync();
            Assert.InRange(left, 1, seen);
            var refused = await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 1", NoQuarantine));
            Assert.Contains($"Key 1 is needed yet: {left} of cards.", refused.Message, StringComparison.Ordinal);
            await gateway.StartAsync();
            await Eventually.GetAsync(() => LeftAsync(), count => count == 0, "the rest, by the next server");
        }
        finally
        {
            await database.DisposeAsync();
        }

        async Task<long> LeftAsync() => (await reader.CountAsync()).Where(c => c is { Where: "cards", Key: 1 }).Sum(c => c.Count);
    }

    [Fact]
    public async Task What_is_destroyed_with_its_key_is_named_and_gone()
    {
        await using var gateway = shared.Another("--Tollgate:Keys:ResealPerSecond=1");
        await gateway.InitializeAsync();
        var paid = await gateway.Client.ChargeAsync(Requests.Charge());
        await gateway.StopAsync();
        await gateway.KeysAsync("rotate data");
        Assert.Contains("Key 1 is needed yet: 1 of cards", (await Assert.ThrowsAsync<VaultException>(() => gateway.KeysAsync("destroy 1", NoQuarantine))).Message, StringComparison.Ordinal);
        Assert.Contains("is destroyed: 1 of cards", (await gateway.KeysAsync("destroy 1 --shred yes", NoQuarantine)).Said, StringComparison.Ordinal);
        await gateway.StartAsync();
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => gateway.Client.CreatePaymentAsync(Requests.Token(paid.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid }));
        Assert.NotNull(refused);
        Assert.Contains("Data key 1 is destroyed", gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_fingerprint_key_is_rotated_cards_are_known_by_either_and_afterwards_by_the_new_one()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var order = Requests.Charge();
        var paid = await gateway.Client.ChargeAsync(order);
        var before = await PrintOfAsync(gateway, paid.Token!.Id);
        await gateway.KeysAsync("rotate fingerprint");
        await HeardAsync(gateway);

        // The same order with the same card is the same payment, and the card is the one that the payment before was made with.
        Assert.Equal(paid.Uuid, (await gateway.Client.ChargeAsync(order)).Uuid);
        var continued = Requests.Charge() with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid };
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.ChargeAsync(continued)).Status);
        await Eventually.GetAsync(() => PrintOfAsync(gateway, paid.Token.Id), print => print != before, "the card's new fingerprint");

        await Eventually.GetAsync(
            async () => (await gateway.KeysAsync("progress")).Said, said => said.Contains("has its fingerprint", StringComparison.Ordinal), "all new fingerprints");
        await gateway.KeysAsync("destroy 2", NoQuarantine);
        await HeardAsync(gateway);
        var later = Requests.Charge() with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid };
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.ChargeAsync(later)).Status);
    }

    [Fact]
    public async Task The_cards_of_an_app_are_destroyed_and_no_other_ones()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var ours = await gateway.Client.ChargeAsync(Requests.Charge());
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var theirs = await other.ChargeAsync(Requests.Charge());
        Assert.Equal("1 card numbers of app-other are destroyed.\n", (await gateway.KeysAsync("shred --app app-other")).Said);
        using var wire = new Wire(gateway.Address);
        Assert.Equal("200", (await wire.CreatePaymentAsync(Requests.Token(ours.Token!.Id))).Verdict);
        await using var connection = await Proof.OpenAsync(gateway);
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT COUNT(*) FROM cards WHERE token_id = @id AND sealed IS NULL AND deleted_at IS NOT NULL", new { id = theirs.Token!.Id }));
    }

    [Fact]
    public async Task P15_a_card_that_nobody_pays_with_is_destroyed_after_its_days_and_the_report_proves_it()
    {
        await using var gateway = shared.Another("--Tollgate:Keys:UnusedCards=30");
        await gateway.InitializeAsync();
        var (kept, forgotten) = (await gateway.Client.ChargeAsync(Requests.Charge()), await gateway.Client.ChargeAsync(Requests.Charge()));
        await gateway.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(20));
        using var wire = new Wire(gateway.Address);
        Assert.Equal("200", (await wire.CreatePaymentAsync(Requests.Token(kept.Token!.Id))).Verdict);
        await gateway.Client.AdvanceSandboxClockAsync(TimeSpan.FromDays(20));
        await Eventually.GetAsync(
            async () => (await gateway.Reader.FindCardAsync(new(forgotten.Token!.Id)))!.Sealed, box => box is null, "the end of a card that nobody paid with");
        Assert.Equal(422, (await wire.CreatePaymentAsync(Requests.Token(forgotten.Token!.Id))).Status);
        Assert.Equal("200", (await wire.CreatePaymentAsync(Requests.Token(kept.Token.Id))).Verdict);
        var (code, said) = await gateway.KeysAsync("retention", "--Tollgate:Keys:UnusedCards=30");
        Assert.Equal(0, code);
        Assert.Contains("cards of app-sandbox: 1 unused since", said, StringComparison.Ordinal);
        Assert.EndsWith("No card that has been unused for 30 days has its number yet.\n", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cards_go_to_another_vault_and_are_paid_with_there()
    {
        await using var from = shared.Another();
        await using var to = shared.Another();
        await from.InitializeAsync();
        await to.InitializeAsync();
        var paid = await from.Client.ChargeAsync(Requests.Charge());
        var (key, file) = (Path.Combine(to.DataDirectory, "recipient.pem"), Path.Combine(from.DataDirectory, "export"));
        await VaultAsync(to, "recipient", "--to", key);
        await File.WriteAllTextAsync(file + ".pem", "no key", TestContext.Current.CancellationToken);
        Assert.Contains("no public key", (await Assert.ThrowsAsync<VaultException>(() => VaultAsync(from, "export", "--for", file + ".pem", "--to", file))).Message, StringComparison.Ordinal);
        Assert.StartsWith("The file ", (await Assert.ThrowsAsync<VaultException>(() => VaultAsync(from, "export", "--for", key, "--to", key))).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(" on the vault", await Verbs.AuditAsync(from, "list", "--act", "exported"), StringComparison.Ordinal);
        Assert.Contains("1 cards are in", await VaultAsync(from, "export", "--for", key, "--to", file), StringComparison.Ordinal);
        Assert.DoesNotContain("4242424242424242", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)), StringComparison.Ordinal);

        // One that was cut off, and one that is for somebody else, are used in no part.
        await File.WriteAllBytesAsync(file + ".cut", (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))[..^1], TestContext.Current.CancellationToken);
        Assert.Contains("cut off", (await Assert.ThrowsAsync<VaultException>(() => VaultAsync(to, "import", "--from", file + ".cut"))).Message, StringComparison.Ordinal);
        await VaultAsync(from, "recipient", "--to", key + ".other");
        Assert.Contains("for another vault", (await Assert.ThrowsAsync<VaultException>(() => VaultAsync(from, "import", "--from", file))).Message, StringComparison.Ordinal);

        Assert.Equal("1 cards were imported; 0 were there already.\n", await VaultAsync(to, "import", "--from", file));
        Assert.Equal("0 cards were imported; 1 were there already.\n", await VaultAsync(to, "import", "--from", file));
        Assert.Contains("1 cards are imported from", await Verbs.AuditAsync(to, "list", "--act", "key_imported"), StringComparison.Ordinal);
        using var wire = new Wire(to.Address);
        var there = await wire.CreatePaymentAsync(Requests.Token(paid.Token!.Id) with { PaymentType = PaymentType.Unscheduled });
        Assert.Equal("200", there.Verdict);
        Assert.Equal(PaymentStatus.Authorised, there.Payment.Status);
    }

    [Fact]
    public async Task An_import_of_many_cards_that_is_killed_is_completed_by_the_next_and_one_that_fits_not_changes_nothing()
    {
        await using var from = shared.Another();
        await using var to = shared.Another();
        await from.InitializeAsync();
        await to.InitializeAsync();
        const int count = 451;
        var registered = await from.Client.RegisterAppAsync(new() { AppId = "shop" });
        using var shop = from.ClientFor(registered.AppId, registered.SecretKey.Expose());
        await shop.ChargeAsync(Requests.Charge());
        var tokens = new List<string>();
        for (var i = 1; i < count; i += 50)
        {
            tokens.AddRange((await Task.WhenAll(Enumerable.Range(0, 50).Select(n => from.Client.ChargeAsync(Requests.Charge(n % 2 == 0 ? "4242424242424242" : "5555555555554444"))))).Select(p => p.Token!.Id));
        }

        var (key, file) = (Path.Combine(to.DataDirectory, "recipient.pem"), Path.Combine(from.DataDirectory, "export"));
        await VaultAsync(to, "recipient", "--to", key);
        Assert.Contains($"{count} cards are in", await VaultAsync(from, "export", "--for", key, "--to", file), StringComparison.Ordinal);

        // An app that nobody has registered here yet.
        Assert.Contains("cards of app shop, which is not registered here: none of it is used", await RefusedAsync(), StringComparison.Ordinal);
        await to.Client.RegisterAppAsync(new() { AppId = "shop" });

        // The last token is another card's here, and then another app's: nothing of the export is used.
        await using (var connection = await Proof.OpenAsync(to))
        {
            var own = (await to.Client.ChargeAsync(Requests.Charge("378282246310005"))).Token!.Id;
            var (app, vault) = (new AppId(Server.Settings.SandboxApp.Id), to.Services.GetRequiredService<CardVault>());
            var held = (await to.Reader.FindCardAsync(new(own)))!.Sealed!;
            var box = vault.Seal(vault.Unseal(held, new(own), app), new(tokens[^1]), app);
            await connection.ExecuteAsync("UPDATE cards SET token_id = @token, sealed = @box WHERE token_id = @own", new { token = tokens[^1], box, own });
            Assert.Contains($"{tokens[^1]} is another card's here: none of it is used", await RefusedAsync(), StringComparison.Ordinal);
            await connection.ExecuteAsync("UPDATE cards SET app_id = @other WHERE token_id = @token", new { other = AppsOfTests.Other.Id, token = tokens[^1] });
            Assert.Contains($"{tokens[^1]} is another card's here: none of it is used", await RefusedAsync(), StringComparison.Ordinal);
            await connection.ExecuteAsync(
                "UPDATE cards SET token_id = @own, app_id = @app, sealed = @held WHERE token_id = @token", new { own, app = app.Value, held, token = tokens[^1] });
            Assert.Equal(0, await CountAsync());

            // Killed when some cards are there.
            using (var import = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Tollgate.Server.dll"), "vault", "import", "--from", file, "--Tollgate:DataDirectory=" + to.DataDirectory, .. to.DatabaseSettings, .. AppsOfTests.Settings]))!)
            {
                await Eventually.GetAsync(CountAsync, n => n > 0 || import.HasExited, "the first batch");
                import.Kill();
                await import.WaitForExitAsync(TestContext.Current.CancellationToken);
            }

            var first = await CountAsync();
            Assert.True(first is 200 or 400 or count, $"{first} cards are there");
            Assert.Equal($"{count - first} cards were imported; {first} were there already.\n", await VaultAsync(to, "import", "--from", file));

            async Task<long> CountAsync() => await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM cards") - 1;
        }

        using var wire = new Wire(to.Address);
        foreach (var token in (string[])[tokens[0], tokens[199], tokens[200], tokens[^1]])
        {
            Assert.Equal("200", (await wire.CreatePaymentAsync(Requests.Token(token) with { PaymentType = PaymentType.Unscheduled })).Verdict);
        }

        async Task<string> RefusedAsync() => (await Assert.ThrowsAsync<VaultException>(() => VaultAsync(to, "import", "--from", file))).Message;
    }

    private static async Task<string> VaultAsync(Gateway gateway, params string[] verb)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await VaultVerbs.RunAsync([.. verb, "--Tollgate:DataDirectory=" + gateway.DataDirectory, .. gateway.DatabaseSettings, .. AppsOfTests.Settings], output));
        return output.ToString();
    }

    private static Task<IReadOnlyList<(string Where, int Key, long Count)>> CountAsync(Gateway gateway) => gateway.Services.GetRequiredService<SealedReader>().CountAsync();

    private static async Task<string> PrintOfAsync(Gateway gateway, string token) => (await gateway.Reader.FindCardAsync(new(token)))!.Facts.Card.Fingerprint;

    /// <summary>Waits until the gateway has the register that is stored.</summary>
    private static async Task HeardAsync(Gateway gateway)
    {
        var stored = await KeyReader.ReadSerialAsync(gateway.Services.GetRequiredService<Database>());
        await Eventually.GetAsync(() => Task.FromResult(gateway.Services.GetRequiredService<KeyRing>().Held!.Register.Serial), serial => serial == stored, "the server's hearing of the keys");
    }
}

public sealed class RotationsOnSqlite(SqliteGateway gateway) : Rotations(gateway);

public sealed class RotationsOnPostgres(PostgresGateway gateway) : Rotations(gateway);
