using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Start;

/// <summary>The server as a process, from an empty folder to a clean end.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FirstStart
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    [Fact]
    public async Task It_prints_where_it_is_who_may_call_and_a_payment_that_works_when_pasted()
    {
        await using var place = new Workplace();
        var (_, client, banner) = await place.StartListeningAsync();
        using var owned = client;
        Assert.Contains("app-sandbox", banner, StringComparison.Ordinal);
        Assert.Contains("sk-sandbox-tollgate", banner, StringComparison.Ordinal);
        Assert.Contains("whsec_", banner, StringComparison.Ordinal);

        var pasted = banner[banner.IndexOf("curl", StringComparison.Ordinal)..];
        var shell = new ProcessStartInfo("sh", ["-c", pasted]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var curl = Process.Start(shell)!;
        var answer = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        Assert.True(curl.ExitCode == 0, await curl.StandardError.ReadToEndAsync());
        var payment = JsonSerializer.Deserialize(answer, ResponseJson.Numbers.PaymentResponse)!;
        Assert.Equal(PaymentStatus.Authorised, payment.Status);
        Assert.Equal(payment.Uuid, (await client.GetPaymentAsync(payment.Uuid)).Uuid);
    }

    [Fact]
    public async Task It_keeps_its_data_and_its_key_to_its_owner()
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync();
        client.Dispose();
        Assert.Equal(OwnersFolder, File.GetUnixFileMode(Path.Combine(place.Folder, "data")));
        Assert.Equal(OwnersFolder, File.GetUnixFileMode(Path.GetDirectoryName(place.KeyFile)!));
        Assert.Equal(OwnersFile, File.GetUnixFileMode(place.KeyFile));
        Assert.True(File.Exists(Path.Combine(place.Folder, "data", "tollgate.db")));
        Assert.Equal(["data"], Directory.EnumerateFileSystemEntries(place.Folder).Select(Path.GetFileName));
        await server.TerminateAsync();
    }

    [Fact]
    public async Task It_ends_cleanly_when_asked_and_a_second_start_has_the_payments()
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync();
        var payment = await client.ChargeAsync(Requests.Charge());
        await client.AdvanceSandboxClockAsync(TimeSpan.FromDays(1));
        client.Dispose();
        var end = await server.TerminateAsync();
        Assert.Equal((0, string.Empty), (end.ExitCode, end.Errors));

        (server, client, _) = await place.StartListeningAsync();
        using var owned = client;
        Assert.Equal(payment, await client.GetPaymentAsync(payment.Uuid));
        Assert.True((await client.GetSandboxClockAsync()).Now - payment.CreatedAt >= TimeSpan.FromDays(1));
        Assert.Equal(PaymentStatus.Waiting, (await client.CapturePaymentAsync(new() { Uuid = payment.Uuid })).Status);
        Assert.Equal(PaymentStatus.Authorised, (await client.CreatePaymentAsync(Requests.Token(payment.Token!.Id))).Status);
        Assert.Equal(0, (await server.TerminateAsync()).ExitCode);
    }

    [Fact]
    public async Task Without_its_key_file_it_does_not_start_and_makes_no_new_key()
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync();
        client.Dispose();
        await server.TerminateAsync();
        var key = await File.ReadAllTextAsync(place.KeyFile);
        File.Delete(place.KeyFile);

        Assert.Contains(place.KeyFile, await place.StartInVainAsync([]), StringComparison.Ordinal);
        Assert.False(File.Exists(place.KeyFile));

        await File.WriteAllTextAsync(place.KeyFile, key);
        File.SetUnixFileMode(place.KeyFile, OwnersFile);
        (_, client, _) = await place.StartListeningAsync();
        client.Dispose();
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public async Task A_key_file_that_others_can_reach_is_refused(UnixFileMode others)
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync();
        client.Dispose();
        await server.TerminateAsync();
        File.SetUnixFileMode(place.KeyFile, OwnersFile | others);

        Assert.Contains(place.KeyFile, await place.StartInVainAsync([]), StringComparison.Ordinal);
        Assert.Equal(OwnersFile | others, File.GetUnixFileMode(place.KeyFile));
    }

    [Theory]
    [InlineData("not a key")]
    [InlineData("dG9vIHNob3J0")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_key_file_with_another_content_is_refused(string content)
    {
        await using var place = new Workplace();
        var (server, client, _) = await place.StartListeningAsync();
        client.Dispose();
        await server.TerminateAsync();
        await File.WriteAllTextAsync(place.KeyFile, content);

        var sentence = await place.StartInVainAsync([]);
        Assert.Contains("key file", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(content, sentence, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(place.KeyFile));
    }

    [Fact]
    public async Task Every_source_of_settings_is_heard_and_the_command_line_last()
    {
        await using var place = new Workplace();
        await File.WriteAllTextAsync(
            Path.Combine(place.Folder, "appsettings.json"),
            """
            {"Tollgate":{"DataDirectory":"from-file","Sandbox":{"SettlementDelay":"00:07:00","RefundDelay":"00:00:01"},
             "Apps":[{"Id":"app-file","SecretKey":"sk-file","WebhookSecret":"whsec_b3RoZXItYXBwLXdlYmhvb2stc2VjcmV0LTAwMDE="}]}}
            """);
        var (_, client, _) = await place.StartListeningAsync(
            ["--Tollgate:DataDirectory=from-command-line"], ("Tollgate__Sandbox__RefundDelay", "02:00:00"), ("Tollgate__DataDirectory", "from-environment"));
        using var owned = client;
        Assert.Equal(
            ["appsettings.json", "from-command-line"], Directory.EnumerateFileSystemEntries(place.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var payment = await client.ChargeAsync(Requests.Charge() with { Capture = true });
        await client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(PaymentStatus.Waiting, (await client.GetPaymentAsync(payment.Uuid)).Status);
        await client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(PaymentStatus.Received, (await client.GetPaymentAsync(payment.Uuid)).Status);

        await client.RefundPaymentAsync(new() { Uuid = payment.Uuid, Reason = "Wrong size" });
        await client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(119));
        Assert.Equal(PaymentStatus.ReturnPending, (await client.GetPaymentAsync(payment.Uuid)).Status);
        await client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(PaymentStatus.ReturnReceived, (await client.GetPaymentAsync(payment.Uuid)).Status);
    }

    [Fact]
    public async Task Customers_are_sent_to_the_public_address()
    {
        await using var place = new Workplace();
        var (_, client, _) = await place.StartListeningAsync(["--Tollgate:PublicUrl=https://pay.example.com/gateway/"]);
        using var owned = client;
        var payment = await client.ChargeAsync(Requests.Charge("4111111111111111"));
        Assert.StartsWith($"https://pay.example.com/gateway/3ds/{payment.Uuid}/", payment.PayCode?.ThreeDsUrl, StringComparison.Ordinal);
    }
}
