using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>Every answer, of the API and of every page, has the headers that hold whoever gets it.</summary>
public sealed class HeadersOfAnswers(SqliteGateway gateway, Chromium chromium)
{
    [Theory]
    [InlineData("GET", "/api/v2/cards/payments", 200)]
    [InlineData("GET", "/api/v2/cards/payments/NOSUCH123", 404)]
    [InlineData("GET", "/api/v2/cards/events", 200)]
    [InlineData("POST", "/api/v2/cards/charges", 415)]
    [InlineData("PUT", "/api/v2/cards/charges", 405)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/", 302)]
    [InlineData("GET", "/docs", 302)]
    [InlineData("GET", "/docs/", 200)]
    [InlineData("GET", "/docs/scalar.js", 200)]
    [InlineData("GET", "/openapi/v2.json", 200)]
    [InlineData("GET", "/health", 200)]
    [InlineData("GET", "/3ds/NOSUCH123/KEY", 404)]
    [InlineData("GET", "/3ds/specimen", 200)]
    [InlineData("GET", "/3ds/assets/none.js", 404)]
    [InlineData("POST", "/3ds/results", 200)]
    [InlineData("GET", "/sandbox/acs/challenge", 405)]
    public async Task Has_them(string method, string path, int status)
    {
        using var wire = new RawWire(gateway);
        var answer = await wire.SendAsync(new(method), path, null);
        Assert.Equal(status, answer.Status);
        Assert.Equal("nosniff", answer.Headers.GetValueOrDefault("X-Content-Type-Options"));
        Assert.Equal("no-referrer", answer.Headers.GetValueOrDefault("Referrer-Policy"));
        Assert.Contains("frame-ancestors '", answer.Headers.GetValueOrDefault("Content-Security-Policy") ?? string.Empty, StringComparison.Ordinal);
        Assert.True(path == "/docs/scalar.js" || answer.Headers.GetValueOrDefault("Cache-Control") == "no-store", answer.Headers.GetValueOrDefault("Cache-Control"));
        Assert.False(answer.Headers.ContainsKey("Server"));
        Assert.False(answer.Headers.ContainsKey("Set-Cookie"));
        Assert.False(answer.Headers.ContainsKey("Strict-Transport-Security"), "Without TLS there is nothing to promise.");
    }

    [Fact]
    public async Task An_answer_to_nobody_has_them_too()
    {
        using var wire = RawWire.WithoutCredentials(gateway);
        var answer = await wire.GetAsync("/api/v2/cards/payments");
        Assert.Equal((401, "no-store", "nosniff"), (answer.Status, answer.Headers["Cache-Control"], answer.Headers["X-Content-Type-Options"]));
    }

    [Fact]
    public async Task The_reference_works_under_its_policy_and_runs_nothing_but_what_is_ours()
    {
        var page = await chromium.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                complaints.Add(message.Text);
            }
        };
        await page.GotoAsync(gateway.Address + "docs");
        await Microsoft.Playwright.Assertions.Expect(page.GetByText("/api/v2/cards/charges").First).ToBeAttachedAsync();
        Assert.DoesNotContain(complaints, c => c.Contains("script", StringComparison.OrdinalIgnoreCase) && !c.Contains("eval", StringComparison.OrdinalIgnoreCase));
        Assert.True(await page.EvaluateAsync<bool>("() => { const s = document.createElement('script'); s.textContent = 'window.ran = true'; document.head.append(s); return window.ran !== true; }"));
        await page.Context.CloseAsync();
    }
}
