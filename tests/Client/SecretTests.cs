using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class SecretTests
{
    private static readonly Uri Address = new("http://127.0.0.1:9");

    [Fact]
    public void A_charge_prints_without_card_number_security_code_and_authorisation_header()
    {
        var printed = Example.Charge.ToString();

        Assert.Contains("CardNumber = ****", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("4111", printed, StringComparison.Ordinal);
        Assert.Contains("CardCvvNumber = ****", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer xxxxxx", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_prints_without_its_secret_key()
    {
        using var client = new TollgateClient(Address, "app-test", "sk-test-of-nobody");

        Assert.DoesNotContain("sk-test", client.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-test", $"{SecretText.FromString("sk-test-of-nobody")}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-test\r\nof-nobody")]
    [InlineData("sk-test of-nobody")]
    [InlineData("sk-test-öf-nobody")]
    public void A_secret_key_that_cannot_be_a_header_is_refused_without_being_repeated(string key)
    {
        var error = Assert.Throws<ArgumentException>(() => new TollgateClient(Address, "app-test", key));

        Assert.DoesNotContain("sk-test", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("secretKey", error.ParamName);
    }

    [Theory]
    [InlineData("")]
    [InlineData("app\ntest")]
    public void An_app_id_that_cannot_be_a_header_is_refused(string appId) =>
        Assert.Equal("appId", Assert.Throws<ArgumentException>(() => new TollgateClient(Address, appId, "sk-test")).ParamName);

    [Theory]
    [InlineData("/api")]
    [InlineData("ftp://example.com")]
    public void A_base_address_that_is_not_http_is_refused(string address)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);

        Assert.Throws<ArgumentException>(() => new TollgateClient(uri, "app-test", "sk-test"));
    }

    [Fact]
    public async Task An_HTTP_client_that_was_passed_in_is_neither_changed_nor_disposed()
    {
        await using var server = new ScriptedServer(ScriptedServer.Answer(200, Example.Payment), ScriptedServer.Answer(200, Example.Payment));
        using var http = new HttpClient();

        using (var client = new TollgateClient(server.Address, "app-test", "sk-test", http))
        {
            await client.GetPaymentAsync("7PPPMXIGH", TestContext.Current.CancellationToken);
        }

        Assert.Empty(http.DefaultRequestHeaders);
        using var answer = await http.GetAsync(server.Address, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.False(server.Requests.Last().Headers.ContainsKey("secret-key"));
    }

    [Fact]
    public async Task A_handler_that_was_passed_in_is_used_and_not_disposed()
    {
        await using var server = new ScriptedServer(ScriptedServer.Answer(200, Example.Payment), ScriptedServer.Answer(200, Example.Payment));
        using var handler = new SocketsHttpHandler();

        for (var round = 0; round < 2; round++)
        {
            using var client = new TollgateClient(server.Address, "app-test", "sk-test", handler);
            await client.GetPaymentAsync("7PPPMXIGH", TestContext.Current.CancellationToken);
        }

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_disposed_client_sends_nothing()
    {
        var client = new TollgateClient(Address, "app-test", "sk-test");
        client.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetPaymentAsync("7PPPMXIGH", TestContext.Current.CancellationToken));
    }
}
