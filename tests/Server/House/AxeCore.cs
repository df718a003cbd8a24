using System.Text.Json;
using Microsoft.Playwright;

namespace Tollgate.Server.Tests.House;

/// <summary>Deque's rules of accessibility, run in the browser on what it shows.</summary>
public static class AxeCore
{
    private static readonly Lazy<string> Script = new(() => File.ReadAllText(Repository.PathOf("tests", "npm", "node_modules", "axe-core", "axe.min.js")));

    /// <summary>Fails with what is wrong with a page, the bank's own page in its frame left out.</summary>
    public static async Task AssertAccessibleAsync(this IPage page)
    {
        // It is evaluated by the debugger, which no content policy holds back; loaded by the page it would be refused.
        await page.EvaluateAsync(Script.Value);
        var found = await page.EvaluateAsync<JsonElement>(
            "axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
            + ".then(r => ({ rules: r.passes.length, problems: r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html).join(' ')) }))");
        Assert.InRange(found.GetProperty("rules").GetInt32(), 8, 1000);
        Assert.Empty(found.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()));
    }
}
