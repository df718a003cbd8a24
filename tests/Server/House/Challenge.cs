using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Playwright;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>What a cardholder does on the challenge page.</summary>
public static class Challenge
{
    public static ILocator CodeField(this IPage page) => page.GetByLabel("Code", new() { Exact = true });

    public static ILocator Button(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Opens the page of a payment that needs a challenge.</summary>
    public static async Task OpenChallengeAsync(this IPage page, PaymentResponse payment)
    {
        Assert.NotNull(payment.PayCode?.ThreeDsUrl);
        await page.GotoAsync(payment.PayCode.ThreeDsUrl);
    }

    public static async Task EnterAsync(this IPage page, string code)
    {
        await page.CodeField().FillAsync(code);
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
