using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>What a cardholder does on the 3DS page, and on the bank's page in it.</summary>
public static class Challenge
{
    /// <summary>The bank's page, in its frame. A phone, and a browser without scripts, has it in the whole window.</summary>
    public static IFrameLocator Bank(this IPage page) => page.FrameLocator("#challenge-frame");

    public static ILocator CodeField(this IPage page) => page.Bank().GetByLabel("Code", new() { Exact = true });

    public static ILocator BankButton(this IPage page, string name) => page.Bank().GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator BankAlert(this IPage page) => page.Bank().GetByRole(AriaRole.Alert);

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Opens the page of a payment whose cardholder is to be authenticated.</summary>
    public static async Task<IResponse?> OpenChallengeAsync(this IPage page, PaymentResponse payment)
    {
        Assert.NotNull(payment.PayCode?.ThreeDsUrl);
        return await page.GotoAsync(payment.PayCode.ThreeDsUrl);
    }

    /// <summary>
    /// What a page complains of in the browser's console. That a field has the focus of another page's window is no complaint, but a remark of Chromium's on the
    /// bank's own field.
    /// </summary>
    public static List<string> Complaints(this IPage page)
    {
        var complaints = new List<string>();
        page.PageError += (_, error) => complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (!message.Text.StartsWith("Autofocus processing was blocked", StringComparison.Ordinal))
            {
                complaints.Add(message.Text);
            }
        };
        return complaints;
    }

    /// <summary>A tab in which no time passes, so that it does nothing by itself while somebody acts in it.</summary>
    public static async Task<IPage> NewStillPageAsync(this IBrowserContext customer)
    {
        var page = await customer.NewPageAsync();
        await page.Clock.InstallAsync();
        await page.Clock.PauseAtAsync(DateTime.UtcNow.AddHours(1));
        return page;
    }

    public static async Task EnterAsync(this IPage page, string code)
    {
        await page.CodeField().FillAsync(code);
        await page.BankButton("Confirm").ClickAsync();
    }

    /// <summary>Enters a code in the bank's page where it has the whole window.</summary>
    public static async Task EnterInWindowAsync(this IPage page, string code)
    {
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(code);
        await page.Button("Confirm").ClickAsync();
    }

    /// <summary>Waits until the browser is back at the shop, and gives what came with it.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ComeBackAsync(this IPage page)
    {
        await page.GetByRole(AriaRole.Heading, new() { Name = "Back at the shop" }).WaitForAsync();

        // A parameter that came twice would read as two values, which no expected value has.
        return QueryHelpers.ParseQuery(new Uri(page.Url).Query).ToDictionary(p => p.Key, p => p.Value.ToString(), StringComparer.Ordinal);
    }
}
