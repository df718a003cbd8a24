using System.Net;
using System.Net.Sockets;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Start;

/// <summary>A wrong setting stops the start with one sentence that names it.</summary>
public sealed class RefusedStart
{
    [Theory]
    [InlineData("--Tollgate:Mode=live", "Tollgate:Mode")]
    [InlineData("--Tollgate:Mode=production", "Tollgate:PublicUrl", "https")]
    [InlineData("--Tollgate:Databse=Host=localhost", "Tollgate:Databse")]
    [InlineData("--Tollgate:Sandbox:RefundDely=1", "Tollgate:Sandbox:RefundDely")]
    [InlineData("--Tollgate:Apps:0:Name=shop", "Tollgate:Apps:0:Name")]
    [InlineData("--Tollgate:Sandbox:RefundDelay=soon", "Tollgate:Sandbox:RefundDelay")]
    [InlineData("--Tollgate:Sandbox:SettlementDelay=-00:00:01", "Tollgate:Sandbox:SettlementDelay")]
    [InlineData("--Tollgate:Sandbox:ReplyDelay=1.5h", "Tollgate:Sandbox:ReplyDelay")]
    [InlineData("--Tollgate:Database=nonsense", "Tollgate:Database")]
    [InlineData("--Tollgate:Database=Host=localhost;Colour=red", "Tollgate:Database")]
    [InlineData("--Tollgate:Database=Username=tollgate", "Tollgate:Database", "Host")]
    [InlineData("--Tollgate:Database=Host=127.0.0.1;Port=1;Username=tollgate;Password=geheim-7;Timeout=5", "Tollgate:Database", "127.0.0.1:1")]
    [InlineData("--Tollgate:Database=Data Source=missing/folder/tollgate.db", "Tollgate:Database")]
    [InlineData("--Tollgate:PublicUrl=pay.example.com", "Tollgate:PublicUrl")]
    [InlineData("--Tollgate:AllowRemoteSandbox=yes", "Tollgate:AllowRemoteSandbox")]
    [InlineData("--Tollgate:WebhookNetworks=10.20.0.0", "Tollgate:WebhookNetworks", "10.20.0.0/16")]
    [InlineData("--Tollgate:WebhookNetworks=10.20.0.0/33", "Tollgate:WebhookNetworks")]
    [InlineData("--Tollgate:WebhookNetworks=10.20.0.0/16;fd12::/32", "Tollgate:WebhookNetworks")]
    [InlineData("--Tollgate:WebhookPorts=443,https", "Tollgate:WebhookPorts")]
    [InlineData("--Tollgate:WebhookPorts=0", "Tollgate:WebhookPorts")]
    [InlineData("--Tollgate:DataDirectory=/dev/null/data", "Tollgate:DataDirectory")]
    [InlineData("--urls=http://0.0.0.0:0", "urls", "Tollgate:AllowRemoteSandbox")]
    [InlineData("--urls=http://127.0.0.1:0;http://*:0", "urls", "Tollgate:AllowRemoteSandbox")]
    [InlineData("--urls=http://[::]:0", "urls", "Tollgate:AllowRemoteSandbox")]
    [InlineData("--urls=http://pay.example.com:0", "urls", "Tollgate:AllowRemoteSandbox")]
    [InlineData("--urls=127.0.0.1:8080", "urls")]
    [InlineData("--urls=http://127.0.0.1:99999", "urls")]
    [InlineData("--urls=ftp://127.0.0.1:0", "urls")]
    [InlineData("--urls=nonsense", "urls")]
    [InlineData("--urls=http://127.0.0.1:0/base", "urls")]
    [InlineData("--urls=https://127.0.0.1:0", "urls", "certificate")]
    [InlineData("--Tollgate:Sandbox:Acquirer=bank", "Tollgate:Sandbox:Acquirer")]
    [InlineData("--Tollgate:Sandbox:Acquirer=http://127.0.0.1:1", "Tollgate:Sandbox:Acquirer", "http://127.0.0.1:1")]
    [InlineData("--Tollgate:Sandbox:Acquirer=http://bank.example.com", "Tollgate:Sandbox:Acquirer", "Tollgate:AllowRemoteSandbox")]
    public async Task A_wrong_setting_is_named(string argument, string setting, string also = "")
    {
        await using var place = new Workplace();
        var sentence = await place.StartInVainAsync([argument]);
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
        Assert.Contains(also, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim-7", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serf", "serf", "sandbox-acquirer")]
    [InlineData("sandbox-acquirer --Tollgate:Mode=production", "Tollgate:Mode")]
    [InlineData("sandbox-acquirer --Tollgate:Sandbox:Acquirer=http://127.0.0.1:9090", "Tollgate:Sandbox:Acquirer")]
    [InlineData("sandbox-acquirer --urls=http://0.0.0.0:0", "urls", "Tollgate:AllowRemoteSandbox")]
    public async Task A_wrong_verb_or_setting_of_a_verb_is_named(string arguments, string setting, string also = "")
    {
        await using var place = new Workplace();
        var end = await place.Start([.. arguments.Split(' '), "--Tollgate:DataDirectory=data"]).ExitAsync();
        Assert.Equal((1, string.Empty), (end.ExitCode, end.Output));
        var sentence = Assert.Single(end.Errors.TrimEnd('\n').Split('\n'));
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
        Assert.Contains(also, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_acquirers_process_decides_is_refused_to_a_gateway_that_uses_it()
    {
        await using var place = new Workplace();
        var sentence = await place.StartInVainAsync(["--Tollgate:Sandbox:Acquirer=http://127.0.0.1:1", "--Tollgate:Sandbox:RefundDelay=00:00:01"]);
        Assert.Contains("Tollgate:Sandbox:RefundDelay", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_one_SQLite_is_refused_also_when_the_acquirer_is_a_process_of_its_own()
    {
        await using var acquirer = await AcquirerServer.StartAsync();
        await using var place = new Workplace();
        var (_, client, _) = await place.StartListeningAsync([acquirer.Setting]);
        using var owned = client;
        Assert.Contains("Tollgate:DataDirectory", await place.StartInVainAsync([acquirer.Setting]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tollgate__Mode", "live", "Tollgate:Mode")]
    [InlineData("Tollgate__Sandbox__RefundDelay", "soon", "Tollgate:Sandbox:RefundDelay")]
    [InlineData("ASPNETCORE_URLS", "http://0.0.0.0:0", "urls")]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080", "urls")]
    [InlineData("Kestrel__Endpoints__Http__Url", "http://0.0.0.0:0", "urls")]
    public async Task A_wrong_setting_in_the_environment_is_named(string name, string value, string setting)
    {
        await using var place = new Workplace();

        // No --urls here: it would take the place of the addresses in the environment.
        var end = await place.Start(["--Tollgate:DataDirectory=data"], (name, value)).ExitAsync();
        Assert.Equal((1, string.Empty), (end.ExitCode, end.Output));
        Assert.Contains(setting, Assert.Single(end.Errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Id", "", "Tollgate:Apps:0:Id")]
    [InlineData("SecretKey", "", "Tollgate:Apps:0:SecretKey")]
    [InlineData("WebhookSecret", "", "Tollgate:Apps:0:WebhookSecret")]
    [InlineData("WebhookSecret", "whsec_dG9vIHNob3J0", "Tollgate:Apps:0:WebhookSecret")]
    [InlineData("WebhookSecret", "hunter2-hunter2", "Tollgate:Apps:0:WebhookSecret")]
    [InlineData("WebhookMoney", "cents", "Tollgate:Apps:0:WebhookMoney")]
    [InlineData("WebhookEndpoint", "shop/webhook", "Tollgate:Apps:0:WebhookEndpoint")]
    [InlineData("OneLivePaymentPerOrder", "1", "Tollgate:Apps:0:OneLivePaymentPerOrder")]
    [InlineData("Id", "app-sandbox", "Tollgate:Apps")]
    public async Task A_wrong_setting_of_an_app_is_named_and_its_secret_is_not_repeated(string name, string value, string setting)
    {
        await using var place = new Workplace();
        var sentence = await place.StartInVainAsync(
        [
            "--Tollgate:Apps:0:Id=app-shop", "--Tollgate:Apps:0:SecretKey=sk-shop", $"--Tollgate:Apps:0:WebhookSecret={AppsOfTests.WebhookSecret}",
            $"--Tollgate:Apps:0:{name}={value}",
        ]);
        Assert.Contains(setting, sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apps_own_endpoint_to_which_webhooks_may_not_go_is_named()
    {
        await using var place = new Workplace();
        var sentence = await place.StartInVainAsync(
        [
            "--Tollgate:AllowPrivateWebhooks=false", "--Tollgate:Apps:0:Id=app-shop", "--Tollgate:Apps:0:SecretKey=sk-shop",
            $"--Tollgate:Apps:0:WebhookSecret={AppsOfTests.WebhookSecret}", "--Tollgate:Apps:0:WebhookEndpoint=http://192.168.0.7/hook",
        ]);
        Assert.Contains("app-shop", sentence, StringComparison.Ordinal);
        Assert.Contains("WebhookEndpoint", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_that_cannot_be_done_does_not_speak_of_a_start_and_who_asks_for_help_starts_nothing()
    {
        await using var place = new Workplace();
        var refused = await place.Start(["keys", "destroy"]).ExitAsync();
        Assert.Equal(1, refused.ExitCode);
        Assert.StartsWith("Tollgate cannot do that: The verb is keys list", refused.Errors, StringComparison.Ordinal);
        foreach (var word in new[] { "--help", "-h", "help" })
        {
            var helped = await place.Start([word]).ExitAsync();
            Assert.Equal((0, string.Empty), (helped.ExitCode, helped.Errors));
            Assert.Contains("keys, apps, vault, audit", helped.Output, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(place.Folder));
    }

    [Fact]
    public async Task A_settings_file_that_is_not_JSON_is_named()
    {
        await using var place = new Workplace();
        await File.WriteAllTextAsync(Path.Combine(place.Folder, "appsettings.json"), "{\"Tollgate\":{\"Mode\":\"sandbox\"");
        Assert.Contains("appsettings.json", await place.StartInVainAsync([]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sandbox_listens_to_other_machines_only_when_the_operator_says_so()
    {
        await using var place = new Workplace();
        var server = place.Start(["--urls=http://0.0.0.0:0", "--Tollgate:AllowRemoteSandbox=true"]);
        var banner = await server.UntilAsync(Workplace.LastLine);
        using var client = new Client.TollgateClient(new(Workplace.AddressIn(banner)), "app-sandbox", "sk-sandbox-tollgate");
        await client.GetSandboxClockAsync();
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var place = new Workplace();
        var address = "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port;
        var sentence = await place.StartInVainAsync(["--urls=" + address]);
        Assert.Contains("urls", sentence, StringComparison.Ordinal);
        Assert.Contains(address, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_another_server_uses_is_refused_and_left_alone()
    {
        await using var place = new Workplace();
        var (_, client, _) = await place.StartListeningAsync();
        using var owned = client;
        var payment = await client.ChargeAsync(Requests.Charge());

        Assert.Contains("Tollgate:DataDirectory", await place.StartInVainAsync([]), StringComparison.Ordinal);
        Assert.Equal(payment, await client.GetPaymentAsync(payment.Uuid));
    }
}
