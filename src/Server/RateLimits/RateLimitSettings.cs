using System.Globalization;

namespace Tollgate.Server.RateLimits;

/// <summary>How often one source may call: <c>Tollgate:RateLimits</c>. What an app may do stands in <c>Tollgate:RequestsPerSecond</c>.</summary>
internal sealed record RateLimitSettings
{
    private static readonly string[] Known = ["SourceRequestsPerSecond", "VisitorRequestsPerSecond"];

    /// <summary>How many calls of the API one source may send in a second; <see langword="null"/> for no limit.</summary>
    public int? Source { get; init; }

    /// <summary>How many other requests, to pages and whatever asks for no credentials, one source may send in a second; <see langword="null"/> for no limit.</summary>
    public int? Visitor { get; init; }

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static RateLimitSettings Read(IConfigurationSection section, bool isSandbox)
    {
        Settings.RefuseUnknown(section, Known);
        return new() { Source = ReadRate(section, Known[0], isSandbox ? null : 1000), Visitor = ReadRate(section, Known[1], isSandbox ? null : 50) };
    }

    /// <summary>A number of requests in a second; <c>off</c> for no limit.</summary>
    /// <exception cref="SettingException">It is none.</exception>
    public static int? ReadRate(IConfigurationSection section, string name, int? otherwise) => section[name] switch
    {
        null or "" => otherwise,
        "off" => null,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= 1_000_000 => limit,
        _ => throw new SettingException($"{section.Path}:{name}", "must be off, or a whole number from 1 to 1000000"),
    };
}
