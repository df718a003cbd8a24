using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Server.Tests.Authentication;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Start;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>What the server shows to who comes over TLS, and what it speaks.</summary>
public sealed class Tls : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tollgate-tls-");

    private string Certificate => Path.Combine(folder.FullName, "server.pem");

    private string Key => Path.Combine(folder.FullName, "server.key");

    private string[] Settings => ["--urls=https://127.0.0.1:0", "--Tollgate:Tls:Certificate=" + Certificate, "--Tollgate:Tls:Key=" + Key];

    public void Dispose()
    {
        authority.Dispose();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task P16_TLS_1_2_and_1_3_are_spoken_and_nothing_before()
    {
        Put(authority.ForServer());
        await using var gateway = new SqliteGateway().Another(Settings);
        await gateway.InitializeAsync();
        Assert.Equal(SslProtocols.Tls12, (await ShakeHandsAsync(gateway.Address, SslProtocols.Tls12)).Protocol);
        Assert.Equal(SslProtocols.Tls13, (await ShakeHandsAsync(gateway.Address, SslProtocols.Tls13)).Protocol);

        // The greetings of TLS 1.0 and 1.1 as bytes, for no library of today says them: the answer is the alert protocol_version (RFC 5246, 7.2).
        foreach (byte minor in (byte[])[1, 2])
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
            await socket.GetStream().WriteAsync(Greeting(minor), TestContext.Current.CancellationToken);
            var answer = new byte[7];
            await socket.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
            Assert.Equal((0x15, 2, 70), (answer[0], answer[5], answer[6]));
        }
    }

    [Fact]
    public async Task P16_plain_HTTP_is_not_answered_where_TLS_is_spoken()
    {
        Put(authority.ForServer());
        await using var gateway = new SqliteGateway().Another(Settings);
        await gateway.InitializeAsync();
        var answer = await RawSocket.AskAsync(gateway, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.False(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer);
    }

    [Fact]
    public async Task P16_who_comes_over_TLS_is_told_to_come_so_again()
    {
        Put(authority.ForServer());
        await using var gateway = new SqliteGateway().Another(Settings);
        await gateway.InitializeAsync();
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => authority.GaveOut(shown) } }) { BaseAddress = gateway.Address };
        foreach (var (host, told) in new[] { ("pay.example.com", true), ("localhost", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/health") { Headers = { Host = host } };
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(told, answer.Headers.TryGetValues("Strict-Transport-Security", out var value) && value.Single() == "max-age=63072000");
        }
    }

    [Fact]
    public async Task A_certificate_that_is_replaced_on_disk_is_shown_at_once_and_a_broken_one_is_not_and_is_said()
    {
        using var first = authority.ForServer();
        using var second = authority.ForServer();
        Put(first);
        await using var gateway = new SqliteGateway().Another(Settings);
        await gateway.InitializeAsync();
        Assert.Equal(first.Thumbprint, (await ShakeHandsAsync(gateway.Address)).Thumbprint);

        // Who is connected already stays so.
        using var connected = new TcpClient();
        await connected.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
        await using var staying = new SslStream(connected.GetStream(), false, (_, shown, _, _) => authority.GaveOut(shown));
        await staying.AuthenticateAsClientAsync("localhost");

        Put(second);
        var waited = Stopwatch.StartNew();
        await Eventually.GetAsync(() => ShakeHandsAsync(gateway.Address), shown => shown.Thumbprint == second.Thumbprint, "The new certificate");
        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(10), waited.Elapsed.ToString());
        await staying.WriteAsync("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.True(await staying.ReadAsync(new byte[1], TestContext.Current.CancellationToken) > 0);

        foreach (var broken in new[] { () => File.WriteAllText(Certificate, "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n"), () => PutKeyOf(first), () => File.Delete(Certificate) })
        {
            Put(second);
            var before = Alerts(gateway);
            broken();
            await Eventually.GetAsync(() => Task.FromResult(Alerts(gateway)), alerts => alerts > before, "The alert");
            Assert.Equal(second.Thumbprint, (await ShakeHandsAsync(gateway.Address)).Thumbprint);
        }

        Put(first);
        await Eventually.GetAsync(() => ShakeHandsAsync(gateway.Address), shown => shown.Thumbprint == first.Thumbprint, "The certificate that was put right");
    }

    [Fact]
    public async Task The_signal_to_hang_up_has_the_server_look_and_not_end()
    {
        using var first = authority.ForServer();
        using var second = authority.ForServer();
        Put(first);
        await using var server = await ListeningProcess.StartAsync(folder.FullName, [.. Settings, "--Tollgate:DataDirectory=" + Path.Combine(folder.FullName, "data")]);
        Assert.Equal(first.Thumbprint, (await ShakeHandsAsync(server.Address)).Thumbprint);
        Put(second);
        using (var signal = Process.Start("kill", ["-HUP", server.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.GetAsync(() => ShakeHandsAsync(server.Address), shown => shown.Thumbprint == second.Thumbprint, "The new certificate");
        Assert.False(server.HasEnded);
    }

    [Fact]
    public async Task A_start_with_a_certificate_that_cannot_be_used_is_refused()
    {
        await using var place = new Workplace();
        Put(authority.ForServer());
        using var other = authority.ForServer();
        PutKeyOf(other);
        Assert.Contains("Tollgate:Tls:Certificate", await place.StartInVainAsync(Settings), StringComparison.Ordinal);
        Assert.Contains("Tollgate:Tls:Certificate", await place.StartInVainAsync(["--Tollgate:Tls:Key=" + Key]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task P17_a_command_lists_every_certificate_with_its_end()
    {
        await using var place = new Workplace();
        using var own = authority.ForServer();
        using var client = authority.ForClient("Our gateway");
        Put(own);
        string[] settings =
        [
            "--Tollgate:Tls:Certificate=" + Certificate, "--Tollgate:Tls:Key=" + Key, "--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePem(client),
            "--Tollgate:ThreeDS:TrustedCertificates=" + authority.RootFile, "--Tollgate:ThreeDS:ResultsCertificate=" + authority.RootFile,
        ];
        var end = await place.Start(["certificates", .. settings]).ExitAsync();

        // They are of today and end tomorrow: which is said, and is no success.
        Assert.Equal(1, end.ExitCode);
        var lines = end.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(["directory servers' client", "directory servers' root", "results' authority", "server"], lines.Select(l => l.Split(':')[0]).Order());
        var shown = Assert.Single(lines, l => l.StartsWith("server: ", StringComparison.Ordinal));
        Assert.Contains("CN=localhost", shown, StringComparison.Ordinal);
        Assert.Contains("ECDSA 256 bits", shown, StringComparison.Ordinal);
        Assert.Contains(own.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), shown, StringComparison.Ordinal);
        Assert.Contains("replace it", shown, StringComparison.Ordinal);

        var none = await place.Start(["certificates"]).ExitAsync();
        Assert.Equal(0, none.ExitCode);
    }

    [Fact]
    public async Task P17_a_certificate_that_ends_soon_is_said_at_the_start()
    {
        Put(authority.ForServer());
        await using var gateway = new SqliteGateway().Another(Settings);
        await gateway.InitializeAsync();
        await Eventually.GetAsync(() => Task.FromResult(gateway.Log), log => log.Contains("The certificate server ends on", StringComparison.Ordinal), "The warning");
    }

    private static int Alerts(Gateway gateway) =>
        gateway.Log.Split('\n').Count(l => l.StartsWith("Critical", StringComparison.Ordinal) && l.Contains("were replaced by what cannot be used", StringComparison.Ordinal));

    private async Task<(string Thumbprint, SslProtocols Protocol)> ShakeHandsAsync(Uri address, SslProtocols protocols = SslProtocols.None)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols, RemoteCertificateValidationCallback = (_, shown, _, _) => authority.GaveOut(shown) });
        using var shown = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return (shown.Thumbprint, tls.SslProtocol);
    }

    /// <summary>A ClientHello with the version of TLS 1.0 (1) or 1.1 (2), and suites that both have.</summary>
    private static byte[] Greeting(byte minor)
    {
        byte[] suites = [0xC0, 0x14, 0xC0, 0x0A, 0xC0, 0x13, 0xC0, 0x09, 0x00, 0x35, 0x00, 0x2F];
        byte[] extensions = [0x00, 0x0A, 0x00, 0x06, 0x00, 0x04, 0x00, 0x17, 0x00, 0x18, 0x00, 0x0B, 0x00, 0x02, 0x01, 0x00];
        byte[] hello = [3, minor, .. new byte[32], 0, 0, (byte)suites.Length, .. suites, 1, 0, 0, (byte)extensions.Length, .. extensions];
        byte[] handshake = [1, 0, 0, (byte)hello.Length, .. hello];
        return [0x16, 3, 1, 0, (byte)handshake.Length, .. handshake];
    }

    private void Put(X509Certificate2 certificate)
    {
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        PutKeyOf(certificate);
    }

    private void PutKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
    }
}
