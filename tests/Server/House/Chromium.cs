using System.Globalization;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Tollgate.Server.Tests.House.Chromium))]

namespace Tollgate.Server.Tests.House;

/// <summary>
/// A browser for the whole run, started when the first test wants it, and the shop that it comes back to. Each page has a context of its own, as
/// a customer who has never been here.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> started;
    private ShopFront? shop;

    public Chromium() => started = new(StartAsync);

    /// <summary>A shop's return page.</summary>
    public ShopFront Shop => shop!;

    public async ValueTask InitializeAsync() => shop = await ShopFront.StartAsync();

    public async Task<IBrowserContext> NewCustomerAsync(BrowserNewContextOptions? options = null)
    {
        options ??= new();
        options.IgnoreHTTPSErrors = true;
        var context = await (await started.Value).Browser.NewContextAsync(options);
        context.SetDefaultTimeout(30_000);
        return context;
    }

    public async Task<IPage> NewPageAsync(BrowserNewContextOptions? options = null) => await (await NewCustomerAsync(options)).NewPageAsync();

    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated)
        {
            var (driver, browser) = await started.Value;
            await browser.DisposeAsync();
            driver.Dispose();
        }

        await Shop.DisposeAsync();
    }

    private async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        // Its own five seconds are short on a machine that does something else beside the tests.
        Assertions.SetDefaultExpectTimeout(30_000);
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync",

                // The guide's return_url is https://example.com: here, that is the tests' own shop.
                string.Create(CultureInfo.InvariantCulture, $"--host-resolver-rules=MAP example.com 127.0.0.1:{Shop.SecurePort}"),
            ],
        });
        return (driver, browser);
    }
}
