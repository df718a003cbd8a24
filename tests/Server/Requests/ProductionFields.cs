using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Tests;

/// <summary>
/// The rules that only production has. This version refuses to start there, for want of an acquirer, so the fields are read by their reader alone.
/// </summary>
public class ProductionFields
{
    [Theory]
    [InlineData("https://example.com/back", null)]
    [InlineData("http://example.com/back", "is invalid")]
    [InlineData("http://localhost/back", "is invalid")]
    [InlineData("ftp://example.com/back", "is invalid")]
    public void Browsers_return_over_https_only(string url, string? message) =>
        Assert.Equal(message, Read($$"""{"return_url":"{{url}}"}""", (common, fields) => common.ReturnUrl(fields)).GetValueOrDefault("return_url"));

    [Theory]
    [InlineData("https://example.com/hook", null)]
    [InlineData("https://93.184.215.14/hook", null)]
    [InlineData("https://[2606:2800:21f:cb07::1]/hook", null)]
    [InlineData("http://example.com/hook", "is invalid")]
    [InlineData("https://me:pw@example.com/hook", "is invalid")]
    [InlineData("https://bücher.example/hook", null)]
    [InlineData("https://example.com.:443/hook", null)]
    [InlineData("https://localhost/hook", "is not allowed")]
    [InlineData("https://shop.localhost/hook", "is not allowed")]
    [InlineData("https://127.0.0.1/hook", "is not allowed")]
    [InlineData("https://127.1.2.3/hook", "is not allowed")]
    [InlineData("https://2130706433/hook", "is not allowed")]
    [InlineData("https://0x7f000001/hook", "is not allowed")]
    [InlineData("https://0177.0.0.1/hook", "is not allowed")]
    [InlineData("https://127.1/hook", "is not allowed")]
    [InlineData("https://0.0.0.0/hook", "is not allowed")]
    [InlineData("https://10.0.0.1/hook", "is not allowed")]
    [InlineData("https://172.16.0.1/hook", "is not allowed")]
    [InlineData("https://172.31.255.255/hook", "is not allowed")]
    [InlineData("https://192.168.1.1/hook", "is not allowed")]
    [InlineData("https://100.64.0.1/hook", "is not allowed")]
    [InlineData("https://169.254.169.254/latest/meta-data", "is not allowed")]
    [InlineData("https://224.0.0.1/hook", "is not allowed")]
    [InlineData("https://255.255.255.255/hook", "is not allowed")]
    [InlineData("https://[::1]/hook", "is not allowed")]
    [InlineData("https://[::]/hook", "is not allowed")]
    [InlineData("https://[fe80::1]/hook", "is not allowed")]
    [InlineData("https://[fc00::1]/hook", "is not allowed")]
    [InlineData("https://[::ffff:10.0.0.1]/hook", "is not allowed")]
    [InlineData("https://[64:ff9b::10.0.0.1]/hook", "is not allowed")]
    public void Webhooks_go_to_the_public_internet_over_https(string url, string? message)
    {
        Assert.Equal(message, ReadWebhook(url));

        // Where the operator allows them, private addresses pass; the scheme stays.
        Assert.Equal(message == "is not allowed" ? null : message, ReadWebhook(url, "--Tollgate:AllowPrivateWebhooks=true"));
    }

    [Theory]
    [InlineData("https://example.com:8443/hook", "is not allowed")]
    [InlineData("https://example.com:22/hook", "is not allowed")]
    [InlineData("https://example.com:8443/hook", null, "--Tollgate:WebhookPorts=443,8443")]
    [InlineData("https://example.com:8080/hook", "is not allowed", "--Tollgate:WebhookPorts=443,8443")]
    [InlineData("https://10.20.0.1/hook", null, "--Tollgate:WebhookNetworks=10.20.0.0/16")]
    [InlineData("https://10.21.0.1/hook", "is not allowed", "--Tollgate:WebhookNetworks=10.20.0.0/16")]
    [InlineData("https://pay.example.com/hook", "is not allowed", "--Tollgate:PublicUrl=https://pay.example.com")]
    [InlineData("https://PAY.example.com./hook", "is not allowed", "--Tollgate:PublicUrl=https://pay.example.com")]
    [InlineData("https://shop.example.com/hook", null, "--Tollgate:PublicUrl=https://pay.example.com")]
    public void Webhooks_go_to_open_ports_and_never_to_the_gateway_itself(string url, string? message, params string[] settings) =>
        Assert.Equal(message, ReadWebhook(url, settings));

    [Fact]
    public void The_sandbox_can_be_told_to_refuse_private_webhooks_too() =>
        Assert.Equal("is not allowed", ReadWebhook("http://127.0.0.1/hook", "--Tollgate:Mode=sandbox", "--Tollgate:AllowPrivateWebhooks=false"));

    private static string? ReadWebhook(string url, params string[] settings) =>
        Read($$$"""{"webhook_notification":{"endpoint_url":"{{{url}}}"}}""", (common, fields) => common.Webhook(fields), settings)
            .GetValueOrDefault("webhook_notification.endpoint_url");

    private static IReadOnlyDictionary<string, string> Read(string json, Action<CommonFields, JsonFields> read, params string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(["--Tollgate:Mode=production", .. settings]).Build();
        var errors = new FieldErrors();
        using var document = JsonDocument.Parse(json);
        read(new(Settings.Read(configuration)), new(document.RootElement, string.Empty, errors));
        return errors.Messages;
    }
}
