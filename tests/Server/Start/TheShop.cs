using Microsoft.Playwright;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Start;

/// <summary>The sample shop as a process beside a gateway, and a customer in a browser.</summary>
public abstract class TheShop(Gateway gateway, Chromium chromium)
{
    [Fact]
    public async Task A_customer_buys_confirms_and_gets_the_money_back()
    {
        await using var shop = await StartAsync();
        var page = await chromium.NewPageAsync();
        var complaints = page.Complaints();

        await page.GotoAsync(shop.Address);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay A$25.00" }).ClickAsync();
        await page.GetByText("AUD 25.00").First.WaitForAsync();
        await page.EnterAsync("123456");
        await SeesAsync(page, "Authorised, not captured yet");
        Assert.StartsWith(shop.Address + "/return?uuid=", page.Url, StringComparison.Ordinal);
        await IsToldAsync(page, "Authorised, not captured yet");
        var uuid = await page.Locator("dt:text-is('Payment') + dd").InnerTextAsync();

        await page.Button("Capture").ClickAsync();
        await SeesAsync(page, "Paid, funds on their way");
        await IsToldAsync(page, "Paid, funds on their way");
        await gateway.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.Settled });
        await IsToldAsync(page, "Paid");

        await page.Button("Refund").ClickAsync();
        await SeesAsync(page, "Refund on its way");
        await gateway.Client.SimulateAsync(new() { Uuid = uuid, Event = SimulatedEvent.RefundCompleted });
        await IsToldAsync(page, "Refunded");
        await SeesAsync(page, "Refunded");
        Assert.Equal(0, await page.Button("Refund").CountAsync());

        var books = await gateway.Client.GetBooksAsync(uuid);
        Assert.Equal((2500, 2500, 2500, 1), (books.Authorised, books.Captured, books.Refunded, books.Authorisations));
        Assert.DoesNotContain(complaints, c => !c.Contains("favicon", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_customer_who_mistypes_is_told_which_field_and_pays_the_same_order_once()
    {
        await using var shop = await StartAsync();
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(shop.Address);
        var order = await page.Locator("input[name=order]").InputValueAsync();
        await page.GetByLabel("E-mail").FillAsync("nobody");
        await page.GetByLabel("Expiry year").FillAsync("2001");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
        var alert = page.GetByRole(AriaRole.Alert);
        await Assertions.Expect(alert).ToContainTextAsync("E-mail is invalid");
        await Assertions.Expect(alert).ToContainTextAsync("Expiry year has expired");
        Assert.Equal(order, await page.Locator("input[name=order]").InputValueAsync());

        await page.GetByLabel("E-mail").FillAsync("john@example.com");
        await page.GetByLabel("Expiry year").FillAsync("2030");
        await page.GetByLabel("Card number").FillAsync("4242424242424242");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
        await SeesAsync(page, "Authorised, not captured yet");
        Assert.Equal(1, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = order })).Total);
    }

    [Fact]
    public async Task A_customer_who_cancels_at_the_bank_is_not_charged()
    {
        await using var shop = await StartAsync();
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(shop.Address);
        await page.GetByRole(AriaRole.Button, new() { Name = "Pay" }).ClickAsync();
        await page.BankButton("Cancel").ClickAsync();
        await SeesAsync(page, "Failed, nothing was charged");
        await IsToldAsync(page, "Failed, nothing was charged");
        Assert.Equal(0, await page.Button("Capture").CountAsync());
    }

    private static async Task SeesAsync(IPage page, string heading) =>
        await page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true }).WaitForAsync();

    /// <summary>Looks again and again until the shop says that a webhook has told it so.</summary>
    private static async Task IsToldAsync(IPage page, string words) => await Eventually.GetAsync(
        async () =>
        {
            await page.GetByRole(AriaRole.Link, new() { Name = "Look again" }).ClickAsync();
            return await page.Locator("dt:text-is('Last told by a webhook') + dd").InnerTextAsync();
        },
        told => told == words,
        $"a webhook at the shop that says '{words}'");

    private async Task<RunningShop> StartAsync()
    {
        // The shop lies where the same build put it: bin/<configuration>/<framework>, as these tests do.
        var built = Path.GetRelativePath(Repository.PathOf("tests", "Server"), AppContext.BaseDirectory);
        var assembly = Path.Combine(Repository.PathOf("samples", "Shop"), built, "Tollgate.Shop.dll");
        Assert.True(File.Exists(assembly), $"{assembly} is missing: the tests' project builds it.");
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var address = "http://127.0.0.1:" + ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var process = ChildProcess.StartDotnet(assembly, Path.GetDirectoryName(assembly)!, ["--urls=" + address, "--Shop:Tollgate=" + gateway.Address]);
        await process.UntilAsync("Now listening on");
        return new(process, address);
    }

    private sealed record RunningShop(ChildProcess Process, string Address) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}

public sealed class TheShopOnSqlite(SqliteGateway gateway, Chromium chromium) : TheShop(gateway, chromium);

public sealed class TheShopOnPostgres(PostgresGateway gateway, Chromium chromium) : TheShop(gateway, chromium);
