using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Browser;

/// <summary>Who sees little, or nothing, finds their way: axe-core has nothing to say about any document of the 3DS page, by day or by night.</summary>
public sealed partial class PageForEveryEye(SqliteGateway gateway, Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Dark, 320)]
    public async Task No_document_breaks_a_rule_of_axe_core(ColorScheme scheme, int width)
    {
        foreach (var (name, method, url, form) in await PagesOfPayment.AllAsync(gateway))
        {
            var page = await chromium.NewPageAsync(new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 } });

            // Without the script a document stays where it is, and shows after a while what is there for whoever has none.
            await page.RouteAsync(Script(), route => route.AbortAsync());
            if (form is not null)
            {
                await page.RouteAsync(url, route => route.ContinueAsync(new()
                {
                    Method = method.Method,
                    Headers = new Dictionary<string, string> { ["content-type"] = "application/x-www-form-urlencoded" },
                    PostData = System.Text.Encoding.ASCII.GetBytes(string.Join('&', form.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"))),
                }));
            }

            await page.GotoAsync(url);
            await page.EvaluateAsync("document.querySelectorAll('.by-hand').forEach(e => e.style.visibility = 'visible')");
            Assert.InRange(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
            await page.AssertAccessibleAsync();
            await page.KeepAsync($"{name.Split(',')[0]}-{scheme}-{width}".ToLowerInvariant());
            await page.Context.CloseAsync();
        }
    }

    [Fact]
    public async Task The_banks_page_in_its_frame_breaks_none_either()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4000000000001091") with { ReturnUrl = chromium.Shop.ReturnUrl });
        var page = await chromium.NewPageAsync();
        await page.OpenChallengeAsync(payment);
        await page.CodeField().WaitForAsync();
        await page.AssertAccessibleAsync();
        await page.KeepAsync("challenge-framed");
    }

    [GeneratedRegex(@"/3ds/assets/page\.[0-9a-f]+\.js$")]
    private static partial Regex Script();
}
