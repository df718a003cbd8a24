using Tollgate.Server.Tests.Start;

namespace Tollgate.Server.Tests.Break;

/// <summary>What is wrong with the data folder, or with where the server is to listen, is said in one sentence and not in a stack trace.</summary>
public sealed class BrokenFolders
{
    [Theory]
    [InlineData("{\"At\":\"2026-01-01T00:00:00+00:00\",\"Kind\":\"Auth\n")]
    [InlineData("{\"At\":\"2026-01-01T00:00:00+00:00\",\"Kind\":\"Nonsense\",\"Payment\":\"P\",\"Operation\":\"O\"}\n")]
    [InlineData("null\n")]
    public async Task Books_with_a_damaged_line_are_named(string lines)
    {
        await using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(place.Folder, "data", "sandbox-acquirer.jsonl"), lines, TestContext.Current.CancellationToken);
        var sentence = await place.StartInVainAsync(["--Tollgate:DataDirectory=data"]);
        Assert.Contains("Line 1 of sandbox-acquirer.jsonl", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Books_that_may_not_be_opened_are_named()
    {
        await using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "data", "sandbox-acquirer.jsonl"));
        Assert.Contains("Tollgate:DataDirectory", await place.StartInVainAsync(["--Tollgate:DataDirectory=data"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_be_made_is_named()
    {
        await using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(place.Folder, "data", "keys"), "not a folder", TestContext.Current.CancellationToken);
        var sentence = await place.StartInVainAsync(["--Tollgate:DataDirectory=data"]);
        Assert.Contains("Tollgate:DataDirectory", sentence, StringComparison.Ordinal);
        Assert.Contains("key", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosting_urls_that_are_preferred_to_endpoints_are_the_ones_that_are_checked()
    {
        await using var place = new Workplace();
        var sentence = await place.StartInVainAsync(["--preferHostingUrls=true", "--urls=http://0.0.0.0:0", "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0"]);
        Assert.Contains("Tollgate:AllowRemoteSandbox", sentence, StringComparison.Ordinal);
    }
}
