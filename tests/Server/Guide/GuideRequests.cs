using System.Text.Json;
using System.Text.RegularExpressions;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Guide;

/// <summary>A request that the server-to-server guide shows: where it goes, and its body as it stands there.</summary>
public sealed record GuideRequest(string Path, string Body);

/// <summary>
/// The guide's requests. The guide itself lies beside the repository where it is at hand, and is not part of it; the requests alone are copied here.
/// </summary>
public static partial class GuideRequests
{
    /// <summary>The guide, where it is at hand.</summary>
    public static string GuidePath { get; } = Repository.PathOf("..", "shared", "spec", "s2s-guide.txt");

    /// <summary>The copy of its requests.</summary>
    public static string CopyPath { get; } = Repository.PathOf("tests", "Server", "Guide", "guide-requests.txt");

    /// <summary>All of them in their order, from the guide itself where it is at hand.</summary>
    public static IReadOnlyList<GuideRequest> All { get; } = Read(File.Exists(GuidePath) ? GuidePath : CopyPath);

    /// <summary>Finds the requests in a text: objects with an amount and no uuid, each after the line with its endpoint.</summary>
    public static IReadOnlyList<GuideRequest> Read(string path)
    {
        var lines = File.ReadAllText(path).Split('\n');
        var requests = new List<GuideRequest>();
        string? own = null;
        string? named = null;
        for (var i = 0; i < lines.Length; i++)
        {
            if (Endpoint().Match(lines[i]) is { Success: true } endpoint)
            {
                named = endpoint.Groups["path"].Value;
                own ??= named;
            }
            else if (lines[i] == "{")
            {
                var first = i;
                JsonElement found;
                while (!TryParse(string.Join('\n', lines[first..(i + 1)]), out found))
                {
                    i++;
                }

                if (found.TryGetProperty("amount", out _) && !found.TryGetProperty("uuid", out _))
                {
                    // The example beside the table of fields has no endpoint of its own: it is for the one that the whole page is about.
                    requests.Add(new(named ?? own!, string.Join('\n', lines[first..(i + 1)])));
                    named = null;
                }
            }
        }

        return requests;
    }

    private static bool TryParse(string text, out JsonElement found)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            found = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            found = default;
            return false;
        }
    }

    [GeneratedRegex(@"^POST (https://[^/]+)?(?<path>/api/v2/cards/\w+)$")]
    private static partial Regex Endpoint();
}
