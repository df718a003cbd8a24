using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Audit;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>A vault whose key encryption key custodians have in shares.</summary>
public abstract class SealedServers(Gateway shared)
{
    private const string Shares = "--Tollgate:Keys:Provider=shares";

    private static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task P12_a_sealed_server_refuses_calls_until_enough_custodians_have_come_and_works_then()
    {
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var waiting = await Walks.ToAsync(PaymentStatus.Waiting, gateway.Client);
        await gateway.StopAsync();
        var files = Enumerable.Range(1, 5).Select(n => Path.Combine(gateway.DataDirectory, "share-" + n)).ToArray();
        var moved = await gateway.KeysAsync($"move --to shares --shares 5 --threshold 3 --files {string.Join(',', files)}");
        Assert.Contains("Everything is wrapped by key encryption key 2 (shares, check value ", moved.Said, StringComparison.Ordinal);
        Assert.Contains("with Tollgate:Keys:Provider=shares", moved.Said, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file)));
        File.Delete(Path.Combine(gateway.DataDirectory, "keys", "key-encryption.key"));

        await using (var server = await ServerProcess.StartAsync(gateway, Shares))
        {
            await RefusesAsync(server, gateway);
            Assert.Equal("Share 2 is taken; 2 more are needed.\n", await BringAsync(gateway, files[1]));
            Assert.Equal("Share 2 has been brought already.\n", await BringAsync(gateway, files[1], code: 1));
            Assert.Equal("Share 5 is taken; 1 more is needed.\n", await BringAsync(gateway, files[4]));
            using var http = new HttpClient { BaseAddress = server.Address };
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "{\"status\":\"sealed\"}"), await GetAsync(http, "/health"));
            Assert.Equal("The vault is open.\n", await BringAsync(gateway, files[0]));

            Assert.Equal((HttpStatusCode.OK, "{\"status\":\"ok\"}"), await GetAsync(http, "/health"));
            Assert.Equal(PaymentStatus.Authorised, (await server.Client.ChargeAsync(Requests.Charge())).Status);
            Assert.Equal("The vault is open already; the share was not needed, and was not kept.\n", await BringAsync(gateway, files[2], code: 1));

            // The background work has begun too.
            await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
            await Eventually.GetAsync(
                async () => (await server.Client.GetPaymentAsync(waiting.Uuid)).Status, status => status == PaymentStatus.Received, "the settlement after the vault was opened");
        }

        // A verb that needs keys is given shares. Back in a file, everything opens as before, and the log has who came while it could not be written.
        Assert.Contains("with Tollgate:Keys:Provider=file", (await gateway.KeysAsync("move --to file", Shares, "--Tollgate:Keys:ShareFiles=" + string.Join(',', files[2..]))).Said, StringComparison.Ordinal);
        await gateway.StartAsync();
        var entries = new List<AuditRow>();
        await foreach (var entry in gateway.Services.GetRequiredService<AuditReader>().ListAsync(new()))
        {
            entries.Add(entry);
        }

        Assert.Equal(
            ["share 1 of 5 False", "a share False", "share 2 of 5 True", "share 2 of 5 False", "share 5 of 5 True", "share 1 of 5 True", "share 3 of 5 False"],
            entries.Where(e => e.Act == "key_unlocked").Select(e => $"{e.Object.Split(" of set")[0]} {e.Succeeded}"));
        Assert.Single(entries, e => e.Act == "key_ceremony");
        Assert.Equal(2, entries.Count(e => e.Act == "key_rotated"));
    }

    [Fact]
    public async Task P12_a_ceremony_gives_each_custodian_one_share_and_a_new_vault_its_keys()
    {
        await using var place = await EmptyPlace.CreateAsync(shared);
        Assert.Contains("hold the ceremony first", (await Assert.ThrowsAsync<SettingException>(() => KeyCustody.OpenAsync(place.Migrated, place.Settings.Keys))).Message, StringComparison.Ordinal);

        var output = new StringWriter();
        using var custodians = new Custodians(output);
        Assert.Equal(0, await KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "2", .. place.Arguments], custodians, output));
        Assert.Equal([1, 2, 3], custodians.Shares.Select(s => s.Number));
        Assert.Equal(1, custodians.Mistakes);

        // Between two custodians the screen is cleared.
        Assert.Equal(3, output.ToString().Split("\e[2J\e[3J").Length - 1);
        var register = (await KeyReader.ReadAsync(place.Migrated))!;
        Assert.Equal((KeyProvider.Shares, $"{custodians.Shares[0].Set} 2/3"), (register.Current.Provider, register.Current.Custody));
        Assert.Contains(register.Current.CheckValue, output.ToString(), StringComparison.Ordinal);
        using var key = KeyShares.Combine([.. custodians.Shares.Skip(1)]);
        register.Open(key).Dispose();

        var again = await Assert.ThrowsAsync<VaultException>(() => KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "2", .. place.Arguments], TextReader.Null, TextWriter.Null));
        Assert.Contains("has keys already", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ceremony_that_is_broken_off_leaves_a_vault_without_keys()
    {
        await using var place = await EmptyPlace.CreateAsync(shared);
        var broken = await Assert.ThrowsAsync<VaultException>(() => KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "2", .. place.Arguments], new StringReader("\nwrong\nwrong\nwrong\n"), TextWriter.Null));
        Assert.Contains("Share 1 was not written down", broken.Message, StringComparison.Ordinal);
        Assert.Null(await KeyReader.ReadAsync(place.Migrated));
        await Assert.ThrowsAsync<VaultException>(() => KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "1", .. place.Arguments], TextReader.Null, TextWriter.Null));
        Assert.Null(await KeyReader.ReadAsync(place.Migrated));
    }

    [Fact]
    public async Task Shares_that_do_not_give_the_key_are_all_forgotten()
    {
        await using var place = await EmptyPlace.CreateAsync(shared);
        var output = new StringWriter();
        using var custodians = new Custodians(output);
        await KeyVerbs.RunAsync(["ceremony", "--shares", "3", "--threshold", "2", .. place.Arguments], custodians, output);
        using var custody = await KeyCustody.OpenAsync(place.Migrated, place.Settings.Keys);

        // A share that was made up: of the right set, with a check value that fits, and with another value.
        var real = custodians.Shares[0];
        var made = KeyShare.Parse(new KeyShare(real.Set, real.Number, real.Threshold, real.Count, new byte[KeyEncryptionKey.Length]).Expose());
        Assert.Equal(1, (await custody.TakeAsync(made, Noon)).Needed);
        Assert.Contains(
            "all of them are forgotten", (await Assert.ThrowsAsync<VaultException>(() => custody.TakeAsync(KeyShare.Parse(custodians.Shares[1].Expose()), Noon))).Message, StringComparison.Ordinal);
        Assert.False(custody.Ring.IsOpen);
        Assert.Equal(1, (await custody.TakeAsync(custodians.Shares[1], Noon)).Needed);
        Assert.Equal(0, (await custody.TakeAsync(custodians.Shares[2], Noon)).Needed);
        Assert.True(custody.Ring.IsOpen);
    }

    [Fact]
    public async Task Shares_that_are_not_enough_are_forgotten_ten_minutes_after_the_last_of_them()
    {
        await using var place = await EmptyPlace.CreateAsync(shared);
        var output = new StringWriter();
        using var custodians = new Custodians(output);
        await KeyVerbs.RunAsync(["ceremony", "--shares", "4", "--threshold", "3", .. place.Arguments], custodians, output);
        var written = custodians.Shares.Select(s => s.Expose()).ToList();
        using var custody = await KeyCustody.OpenAsync(place.Migrated, place.Settings.Keys);
        var first = KeyShare.Parse(written[0]);
        Assert.Equal(2, (await custody.TakeAsync(first, Noon)).Needed);
        Assert.Equal(0, await custody.ForgetOldAsync(Noon + TimeSpan.FromMinutes(9)));
        Assert.Equal(1, (await custody.TakeAsync(KeyShare.Parse(written[1]), Noon + TimeSpan.FromMinutes(9))).Needed);
        Assert.Equal(0, await custody.ForgetOldAsync(Noon + TimeSpan.FromMinutes(18)));
        Assert.Equal(2, await custody.ForgetOldAsync(Noon + TimeSpan.FromMinutes(19)));
        Assert.NotEqual(written[0], first.Expose());

        // Also when nobody looked meanwhile: the third of three alone opens nothing.
        Assert.Equal(2, (await custody.TakeAsync(KeyShare.Parse(written[0]), Noon + TimeSpan.FromMinutes(20))).Needed);
        Assert.Equal(2, (await custody.TakeAsync(KeyShare.Parse(written[0]), Noon + TimeSpan.FromMinutes(30))).Needed);
        Assert.Equal(1, (await custody.TakeAsync(KeyShare.Parse(written[2]), Noon + TimeSpan.FromMinutes(31))).Needed);
        Assert.Equal(0, (await custody.TakeAsync(KeyShare.Parse(written[3]), Noon + TimeSpan.FromMinutes(32))).Needed);
        Assert.True(custody.Ring.IsOpen);
    }

    private static async Task RefusesAsync(ServerProcess server, Gateway gateway)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "{\"status\":\"sealed\"}"), await GetAsync(http, "/health"));
        foreach (var path in new[] { "/api/v2/cards/payments", "/v2/cards/events", "/3ds/results", "/nowhere" })
        {
            using var refused = await http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "2"), (refused.StatusCode, refused.Headers.RetryAfter!.ToString()));
            Assert.Equal(
                """{"errors":{"code":"SEALED","message":"The vault is sealed: its custodians have to open it. Send the request again after the time in Retry-After."}}""",
                await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(http, "/openapi/v2.json")).Status);

        // A share of a ceremony that this vault knows nothing of; and something that is none, past the verb that would have noticed.
        var stranger = Path.Combine(gateway.DataDirectory, "stranger");
        var strangers = KeyShares.Generate(5, 3).Shares;
        OwnFile.Create(stranger, strangers[0].Expose());
        Assert.Contains($"Share 1 is of set {strangers[0].Set}, and this vault's shares are of set", await BringAsync(gateway, stranger, code: 1), StringComparison.Ordinal);
        var door = Assert.Single(UnlockDoor.FindAll(gateway.DataDirectory));
        Assert.Equal("no That is no share: one begins with tollgate-share-1, and has six parts behind that.\n", await SayAsync(door, "open\n"));

        // Nobody else's account opens the door.
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(door));
        }
    }

    private static async Task<string> SayAsync(string door, string line)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(door), TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.ASCII.GetBytes(line), TestContext.Current.CancellationToken);
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> BringAsync(Gateway gateway, string file, int code = 0)
    {
        var end = await gateway.KeysAsync("unlock --share " + file, Shares);
        Assert.Equal(code, end.Code);
        return end.Said;
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

public sealed class SealedServersOnSqlite(SqliteGateway gateway) : SealedServers(gateway);

public sealed class SealedServersOnPostgres(PostgresGateway gateway) : SealedServers(gateway);
