using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>Where webhooks do not go, however the address is written: refused when a payment names it, and again when it is dialled.</summary>
public abstract class EndpointAddresses(Gateway gateway)
{
    // A line is: the host as a merchant writes it | what registration says.
    private const string Forms =
        """
        localhost            | is not allowed
        LOCALHOST            | is not allowed
        localhost.           | is not allowed
        shop.localhost       | is not allowed
        127.0.0.1            | is not allowed
        127.0.0.1.           | is not allowed
        127.1                | is not allowed
        127.0.1              | is not allowed
        2130706433           | is not allowed
        0x7f000001           | is not allowed
        0x7f000001.          | is not allowed
        0X7F.1               | is not allowed
        0x7f.0x0.0x0.0x1     | is not allowed
        0177.0.0.1           | is not allowed
        00177.1              | is not allowed
        017700000001         | is not allowed
        127。0。0。1          | is not allowed
        0                    | is not allowed
        0.0.0.0              | is not allowed
        10.0.0.1             | is not allowed
        100.64.0.1           | is not allowed
        169.254.169.254      | is not allowed
        172.31.255.255       | is not allowed
        192.0.0.1            | is not allowed
        192.0.2.1            | is not allowed
        192.88.99.1          | is not allowed
        192.168.1.1          | is not allowed
        198.18.0.1           | is not allowed
        198.51.100.1         | is not allowed
        203.0.113.1          | is not allowed
        224.0.0.1            | is not allowed
        255.255.255.255      | is not allowed
        [::]                 | is not allowed
        [::1]                | is not allowed
        [0:0:0:0:0:0:0:1]    | is not allowed
        [::127.0.0.1]        | is not allowed
        [::ffff:10.0.0.1]    | is not allowed
        [::FFFF:7F00:1]      | is not allowed
        [::ffff:0:10.0.0.1]  | is not allowed
        [64:ff9b::10.0.0.1]  | is not allowed
        [64:ff9b::7f00:1]    | is not allowed
        [64:ff9b:1::a00:1]   | is not allowed
        [100::1]             | is not allowed
        [2001::7f00:1]       | is not allowed
        [2001:2::1]          | is not allowed
        [2001:db8::1]        | is not allowed
        [2002:a00:1::]       | is not allowed
        [3fff::1]            | is not allowed
        [5f00::1]            | is not allowed
        [fc00::1]            | is not allowed
        [fd12::1]            | is not allowed
        [fe80::1]            | is not allowed
        [fe80::1%25eth0]     | is not allowed
        [fe80::1%1]          | is not allowed
        [2a00:1450::1%251]   | is not allowed
        [fec0::1]            | is not allowed
        [ff02::1]            | is not allowed
        １２７.０.０.１        | is invalid
        ①②⑦.0.0.1           | is invalid
        １27.1               | is invalid
        ١٢٧.0.0.1            | is invalid
        example.①           | is invalid
        256.1.1.1            | is invalid
        1.2.3.08             | is invalid
        1.2.3.4.5            | is invalid
        4294967296           | is invalid
        0xg.0x1              | is invalid
        127.0.0.%31          | is invalid
        %31%32%37.0.0.1      | is invalid
        %6c%6fcalhost        | is invalid
        127.0.0.1%00.a.com   | is invalid
        me@127.0.0.1         | is invalid
        127.0.0.1@a.com      | is invalid
        a.com%2f@127.0.0.1   | is invalid
        [::1                 | is invalid
        -a.com               | is invalid
        a..com               | is invalid
        """;

    [Fact]
    public async Task Every_form_of_a_private_address_is_refused_when_it_is_named_and_when_it_is_dialled()
    {
        await using var own = gateway.Another("--Tollgate:AllowPrivateWebhooks=false");
        await own.InitializeAsync();
        using var wire = new RawWire(own);
        var wrong = new StringBuilder();
        foreach (var line in Forms.Split('\n'))
        {
            var (host, message) = (line.Split('|')[0].Trim(), line.Split('|')[1].Trim());
            var answer = await wire.PostAsync(
                Wire.Cards + "/charges", RequestBody.Charging().With("webhook_notification.endpoint_url", $"\"http://{host}:9/hook\"").ToString());
            if (answer.ToString() != RawAnswer.Invalid(("webhook_notification.endpoint_url", message)))
            {
                wrong.AppendLine(CultureInfo.InvariantCulture, $"{host} was answered {answer}");
            }

            // What cannot be dialled at all need not be refused. Whatever is asked of the names leads home.
            if (Uri.TryCreate($"http://{host}:9/hook", UriKind.Absolute, out var url)
                && !await RefusesAsync(new(url.IdnHost, url.Port), [IPAddress.Loopback], "--Tollgate:AllowPrivateWebhooks=false"))
            {
                wrong.AppendLine(CultureInfo.InvariantCulture, $"{host} was dialled");
            }
        }

        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Fact]
    public async Task An_endpoint_that_was_allowed_once_is_judged_again_when_it_is_dialled()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = _ => 500;
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var payment = await own.Client.ChargeAsync(ToldAt(receiver.Url));
        await receiver.NextAsync();
        await Outbox.AfterTriesAsync(own, payment, 1);
        await own.StopAsync();
        try
        {
            await using var server = await ServerProcess.StartAsync(own, "--Tollgate:AllowPrivateWebhooks=false");
            using var wire = new Wire(server.Address);
            await server.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
            await Eventually.GetAsync(
                () => wire.GetAsync($"{Wire.Cards}/payments/{payment.Uuid}/timeline"),
                timeline => timeline.Body.Contains("is not allowed: its address is not of the public internet", StringComparison.Ordinal),
                "the refusal to dial");
        }
        finally
        {
            await own.StartAsync();
        }

        Assert.Single(receiver.All);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_a_try_in_vain()
    {
        var payment = await gateway.Client.ChargeAsync(ToldAt("http://shop.invalid/hook"));
        Assert.Equal("could not be reached: its name does not resolve", (await Outbox.AfterTriesAsync(gateway, payment, 1)).LastError);
    }

    [Fact]
    public async Task A_network_that_the_operator_opens_is_open()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var own = gateway.Another("--Tollgate:AllowPrivateWebhooks=false", "--Tollgate:WebhookNetworks=10.20.0.0/16, 127.0.0.1/32");
        await own.InitializeAsync();

        await own.Client.ChargeAsync(ToldAt(receiver.Url));

        await receiver.NextAsync();
        using var wire = new RawWire(own);
        Assert.Equal(
            RawAnswer.Invalid(("webhook_notification.endpoint_url", "is not allowed")),
            (await wire.PostAsync(
                Wire.Cards + "/charges", RequestBody.Charging().With("webhook_notification.endpoint_url", "\"http://127.0.0.2/\"").ToString())).ToString());
    }

    [Fact]
    public async Task Nothing_of_an_answer_comes_back_with_the_next_webhook()
    {
        var carried = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var endpoint = new ScriptedEndpoint(context =>
        {
            carried.Enqueue($"{context.Request.Headers.Cookie}{context.Request.Headers.Authorization}{context.Request.Headers.ProxyAuthorization}");
            context.Response.Headers.SetCookie = "session=1; Path=/";
            context.Response.Headers.WWWAuthenticate = "Negotiate";
            return Task.CompletedTask;
        });
        await endpoint.ListenAsync();
        for (var times = 0; times < 2; times++)
        {
            var payment = await gateway.Client.ChargeAsync(ToldAt(endpoint.Address + "/hook"));
            Assert.True((await Outbox.AfterTriesAsync(gateway, payment, 1)).IsDelivered);
        }

        Assert.Equal([string.Empty, string.Empty], carried);
    }

    /// <summary>Whether an endpoint is refused when its name has these addresses.</summary>
    internal static async Task<bool> RefusesAsync(DnsEndPoint endpoint, IPAddress[] addresses, params string[] settings) =>
        await RefusalAsync(endpoint, addresses, settings) is not null;

    /// <summary>Why an endpoint is refused when its name has these addresses.</summary>
    internal static async Task<string?> RefusalAsync(DnsEndPoint endpoint, IPAddress[] addresses, params string[] settings)
    {
        try
        {
            var dialled = await WebhookAddress.ResolveAsync(endpoint, SettingsOf(settings), (_, _) => Task.FromResult(addresses), CancellationToken.None);
            Assert.Equal(addresses, dialled);
            return null;
        }
        catch (RefusedEndpointException refused)
        {
            return refused.Message;
        }
    }

    internal static Settings SettingsOf(params string[] settings) => Settings.Read(new ConfigurationBuilder().AddCommandLine(settings).Build());

    private static ChargeRequest ToldAt(string url) => Requests.Charge("4000000000000002") with { WebhookNotification = new() { EndpointUrl = url } };
}

public sealed class EndpointAddressesOnSqlite(SqliteGateway gateway) : EndpointAddresses(gateway);

public sealed class EndpointAddressesOnPostgres(PostgresGateway gateway) : EndpointAddresses(gateway);

/// <summary>What a name resolves to decides, each time that it is dialled.</summary>
public sealed class EndpointNames
{
    private const string Production = "--Tollgate:Mode=production";
    private const string NotPublic = "is not allowed: its name leads to an address that is not of the public internet";

    private static readonly IPAddress Public = IPAddress.Parse("93.184.215.14");
    private static readonly IPAddress PublicToo = IPAddress.Parse("2606:2800:21f:cb07::1");

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::1")]
    [InlineData("::ffff:192.168.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("fe80::1%2")]
    public async Task One_private_address_among_public_ones_is_enough_to_refuse(string address)
    {
        var own = IPAddress.Parse(address);
        foreach (var addresses in (IPAddress[][])[[own], [Public, own], [own, PublicToo], [Public, PublicToo, own]])
        {
            Assert.Equal(NotPublic, await EndpointAddresses.RefusalAsync(new("merchant.com", 443), addresses, Production));
        }
    }

    [Fact]
    public async Task Public_addresses_are_dialled_as_they_were_checked() =>
        Assert.Null(await EndpointAddresses.RefusalAsync(new("merchant.com", 443), [Public, PublicToo], Production));

    [Fact]
    public async Task A_name_without_an_address_is_refused() =>
        Assert.Equal("could not be reached: its name does not resolve", await EndpointAddresses.RefusalAsync(new("merchant.com", 443), [], Production));

    [Fact]
    public async Task A_name_that_cannot_be_looked_up_is_refused()
    {
        var refused = await Assert.ThrowsAsync<RefusedEndpointException>(() => WebhookAddress.ResolveAsync(
            new("merchant.com", 443), EndpointAddresses.SettingsOf(Production), (_, _) => throw new SocketException((int)SocketError.TryAgain), CancellationToken.None));
        Assert.Equal("could not be reached: its name does not resolve", refused.Message);
    }

    [Theory]
    [InlineData(443, null, true)]
    [InlineData(80, null, false)]
    [InlineData(8443, null, false)]
    [InlineData(22, null, false)]
    [InlineData(8443, "443, 8443", true)]
    [InlineData(443, "8443", false)]
    public async Task Production_dials_the_ports_that_are_open_to_webhooks(int port, string? ports, bool dials) =>
        Assert.Equal(
            dials ? null : "is not allowed: its port is not open to webhooks",
            await EndpointAddresses.RefusalAsync(new("merchant.com", port), [Public], ports is null ? [Production] : [Production, "--Tollgate:WebhookPorts=" + ports]));

    [Theory]
    [InlineData("pay.example.com")]
    [InlineData("PAY.example.com.")]
    public async Task Production_does_not_dial_itself(string host)
    {
        string[] settings = [Production, "--Tollgate:PublicUrl=https://pay.example.com/cards"];
        Assert.Equal("is not allowed: it is this gateway", await EndpointAddresses.RefusalAsync(new(host, 443), [Public], settings));
        Assert.Null(await EndpointAddresses.RefusalAsync(new("shop.example.com", 443), [Public], settings));
    }

    [Theory]
    [InlineData("10.20.30.40", true)]
    [InlineData("::ffff:10.20.0.1", true)]
    [InlineData("fd12:3456::9", true)]
    [InlineData("10.21.0.1", false)]
    [InlineData("fd12:3457::9", false)]
    [InlineData("127.0.0.1", false)]
    public async Task Networks_that_the_operator_opens_are_dialled_and_no_others(string address, bool dials) => Assert.Equal(
        dials ? null : NotPublic,
        await EndpointAddresses.RefusalAsync(
            new("merchant.com", 443), [Public, IPAddress.Parse(address)], Production, "--Tollgate:WebhookNetworks=10.20.0.0/16,fd12:3456::/32"));
}
