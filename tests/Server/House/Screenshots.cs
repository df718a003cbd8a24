using Microsoft.Playwright;

namespace Tollgate.Server.Tests.House;

/// <summary>Pictures of what customers see, kept beside the tests' reports.</summary>
public static class Screenshots
{
    /// <summary>Keeps one in <c>artifacts/tests/screenshots</c>.</summary>
    public static Task KeepAsync(this IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Repository.PathOf("artifacts", "tests", "screenshots", name + ".png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
}
