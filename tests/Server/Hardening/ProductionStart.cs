using System.Runtime.Versioning;
using Tollgate.Server.Hardening;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Start;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>What production does not start with, each asked of the executable. The last of them is that there is no acquirer, so that the others are seen to come before.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ProductionStart
{
    private const string Secret = "c2VjcmV0LW9mLXRoZS1zaG9wLTAx";

    private static readonly string[] Right =
    [
        "--Tollgate:Mode=production", "--Tollgate:DataDirectory=data", "--Tollgate:PublicUrl=https://pay.example.com", "--Tollgate:AllowSwap=true", "--urls=http://127.0.0.1:0",
        "--Tollgate:Apps:0:Id=app-shop", "--Tollgate:Apps:0:SecretKey=" + Secret, "--Tollgate:Apps:0:WebhookSecret=" + AppsOfTests.WebhookSecret,
        "--Tollgate:Apps:0:Authentication=never",
    ];

    [Fact]
    public async Task With_nothing_else_wrong_it_is_the_acquirer_that_is_missing()
    {
        await using var place = new Workplace();
        Assert.Contains("no acquirer but the sandbox's", await place.StartInVainAsync(Right), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Tollgate:Apps:0:Id=app-sandbox", "Tollgate:Apps", "everybody knows")]
    [InlineData("--Tollgate:Apps:0:SecretKey=sk-sandbox-tollgate", "Tollgate:Apps", "everybody knows")]
    [InlineData("--Tollgate:Apps:0:WebhookSecret=whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==", "Tollgate:Apps", "everybody knows")]
    [InlineData("--Tollgate:Apps:0:SecretKey=sk-shop-1", "Tollgate:Apps", "can be guessed")]
    [InlineData("--Tollgate:Apps:0:SecretKey=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Tollgate:Apps", "can be guessed")]
    [InlineData("--Tollgate:PublicUrl=http://pay.example.com", "Tollgate:PublicUrl", "https")]
    [InlineData("--Tollgate:PublicUrl=", "Tollgate:PublicUrl", "https")]
    [InlineData("--urls=http://0.0.0.0:0", "urls", "in clear")]
    [InlineData("--urls=http://10.1.2.3:8080", "urls", "in clear")]
    [InlineData("--Kestrel:EndpointDefaults:SslProtocols:0=Tls11", "Kestrel:EndpointDefaults:SslProtocols", "TLS 1.2")]
    [InlineData("--Tollgate:AllowCoreDumps=true", "Tollgate:AllowCoreDumps", "crash")]
    [InlineData("--Tollgate:PageWatch=off", "Tollgate:PageWatch", "11.6.1")]
    [InlineData("--Tollgate:Sandbox:Acquirer=http://127.0.0.1:9090", "Tollgate:Sandbox", "production")]
    [InlineData("--Tollgate:Sandbox:RefundDelay=00:00:01", "Tollgate:Sandbox", "production")]
    public async Task This_is_refused(string argument, string setting, string also)
    {
        await using var place = new Workplace();
        var name = argument.Split('=')[0];
        var sentence = await place.StartInVainAsync([.. Right.Where(a => a.Split('=')[0] != name), argument]);
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
        Assert.Contains(also, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-sandbox-tollgate", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task P30_dumps_that_the_environment_asks_for_are_refused()
    {
        await using var place = new Workplace();
        Assert.Contains("DOTNET_DbgEnableMiniDump", await place.StartInVainAsync(Right, ("DOTNET_DbgEnableMiniDump", "1")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data", UnixFileMode.OtherRead | UnixFileMode.OtherExecute)]
    [InlineData("data", UnixFileMode.GroupExecute)]
    [InlineData("data/keys", UnixFileMode.GroupRead)]
    [InlineData("data/keys/key-encryption.key", UnixFileMode.OtherRead)]
    [InlineData("data/keys/key-encryption.key", UnixFileMode.GroupWrite)]
    public async Task A_key_or_a_directory_that_others_can_reach_is_refused(string path, UnixFileMode more)
    {
        await using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "data"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Combine(place.Folder, "data", "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(place.KeyFile, Convert.ToBase64String(new byte[32]), TestContext.Current.CancellationToken);
        File.SetUnixFileMode(place.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Contains("no acquirer", await place.StartInVainAsync(Right), StringComparison.Ordinal);

        var open = Path.Combine(place.Folder, path);
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | more);
        var sentence = await place.StartInVainAsync(Right);
        Assert.Contains("Tollgate:DataDirectory", sentence, StringComparison.Ordinal);
        Assert.Contains("others than its owner", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_key_of_TLS_that_others_can_read_is_refused()
    {
        await using var place = new Workplace();
        var file = Path.Combine(place.Folder, "server.pem");
        await File.WriteAllTextAsync(file, "none", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("Tollgate:Tls:Key", await place.StartInVainAsync([.. Right, "--Tollgate:Tls:Certificate=server.pem"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_sandbox_has_left_is_not_productions()
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync(["--Tollgate:DataDirectory=data"]);
        client.Dispose();

        // While the sandbox runs its lock would do; afterwards its books remain.
        await server.TerminateAsync();
        Assert.Contains("sandbox", await place.StartInVainAsync(Right), StringComparison.Ordinal);
        File.Delete(Path.Combine(place.Folder, "data", "sandbox-acquirer.jsonl"));
        Assert.Contains("no acquirer", await place.StartInVainAsync(Right), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Tollgate:DataDirectory=data")]
    [InlineData("--Tollgate:DataDirectory=elsewhere", "--Tollgate:Database=Data Source=data/tollgate.db")]
    [InlineData("--Tollgate:DataDirectory=elsewhere", "--Tollgate:Database=Data Source=link.db")]
    public async Task A_second_server_on_one_SQLite_file_is_refused_in_production_and_in_the_sandbox(params string[] arguments)
    {
        await using var place = new Workplace();
        var (_, client, _) = await place.StartListeningAsync(["--Tollgate:DataDirectory=data"]);
        client.Dispose();
        File.CreateSymbolicLink(Path.Combine(place.Folder, "link.db"), Path.Combine(place.Folder, "data", "tollgate.db"));
        Assert.Contains("in use by another server", await place.StartInVainAsync(arguments), StringComparison.Ordinal);

        // The books of the sandbox would be refused before: they are beside it here.
        File.Delete(Path.Combine(place.Folder, "data", "sandbox-acquirer.jsonl"));
        Assert.Contains("in use by another server", await place.StartInVainAsync([.. Right.Where(a => !a.StartsWith("--Tollgate:DataDirectory", StringComparison.Ordinal)), .. arguments]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task P30_a_crash_writes_no_memory_down()
    {
        await using var place = new Workplace();
        await using var server = await ListeningProcess.StartAsync(place.Folder, "--urls=http://127.0.0.1:0", "--Tollgate:DataDirectory=data");
        var limit = Assert.Single(await File.ReadAllLinesAsync($"/proc/{server.Id}/limits", TestContext.Current.CancellationToken), l => l.StartsWith("Max core file size", StringComparison.Ordinal));
        Assert.Equal(["0", "0", "bytes"], limit["Max core file size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("Filename Type Size Used Priority\n", null, false)]
    [InlineData("Filename Type Size Used Priority\n/dev/sda2 partition 8388604 0 -2\n", null, true)]
    [InlineData("Filename Type Size Used Priority\n/dev/sda2 partition 8388604 0 -2\n", "max\n", true)]
    [InlineData("Filename Type Size Used Priority\n/dev/sda2 partition 8388604 0 -2\n", "0\n", false)]
    public void P30_swap_is_seen_unless_this_service_has_none_of_it(string swaps, string? most, bool may)
    {
        var root = Directory.CreateTempSubdirectory("tollgate-swap-");
        var group = root.CreateSubdirectory("sys/fs/cgroup/system.slice/tollgate.service");
        root.CreateSubdirectory("proc/self");
        File.WriteAllText(Path.Combine(root.FullName, "proc/swaps"), swaps);
        File.WriteAllText(Path.Combine(root.FullName, "proc/self/cgroup"), "0::/system.slice/tollgate.service\n");
        if (most is not null)
        {
            File.WriteAllText(Path.Combine(group.FullName, "memory.swap.max"), most);
        }

        Assert.Equal(may, ProcessGuard.MaySwap(root.FullName));
        root.Delete(recursive: true);
    }
}
