using System.Globalization;

namespace Tollgate.Server.Hardening;

/// <summary>What a caller may take of the server's time and room.</summary>
/// <param name="Connections">How many connections may be open at once.</param>
/// <param name="HeaderTime">How long the headers of a request may take.</param>
/// <param name="BodyGrace">How long a body may be slower than it must be.</param>
/// <param name="BodyRate">How many bytes of a body must come in a second.</param>
/// <param name="IdleTime">How long a connection may be open without a request.</param>
internal sealed record LimitSettings(int Connections, TimeSpan HeaderTime, TimeSpan BodyGrace, int BodyRate, TimeSpan IdleTime)
{
    private static readonly string[] Known = ["Connections", "HeaderTime", "BodyGrace", "BodyRate", "IdleTime"];

    /// <summary>Kestrel counts once a second, so that less than two seconds is no grace.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    public static LimitSettings Read(IConfigurationSection section)
    {
        Settings.RefuseUnknown(section, Known);
        return new(
            Number(section, "Connections", 10_000, 1, 1_000_000),
            Time(section, "HeaderTime", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)),
            Time(section, "BodyGrace", TimeSpan.FromSeconds(5), LeastGrace),
            Number(section, "BodyRate", 500, 1, 1_000_000),
            Time(section, "IdleTime", TimeSpan.FromSeconds(130), TimeSpan.FromSeconds(1)));
    }

    private static int Number(IConfigurationSection section, string name, int otherwise, int smallest, int largest) => section[name] switch
    {
        null or "" => otherwise,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= smallest && value <= largest => value,
        _ => throw new SettingException($"{section.Path}:{name}", string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {smallest} to {largest}")),
    };

    private static TimeSpan Time(IConfigurationSection section, string name, TimeSpan otherwise, TimeSpan least) => section[name] switch
    {
        null or "" => otherwise,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= TimeSpan.FromHours(1) => value,
        _ => throw new SettingException($"{section.Path}:{name}", $"must be a duration from {least} to 01:00:00"),
    };
}

/// <summary>The server's own certificate: PEM files.</summary>
/// <param name="Certificate">The certificate, and behind it those that lead to its root.</param>
/// <param name="Key">Its private key; the same file when it is in there.</param>
internal sealed record TlsSettings(string Certificate, string Key)
{
    private static readonly string[] Known = ["Certificate", "Key"];

    public static TlsSettings? Read(IConfigurationSection section)
    {
        Settings.RefuseUnknown(section, Known);
        return section["Certificate"] is { Length: > 0 } certificate
            ? new(Path.GetFullPath(certificate), Path.GetFullPath(section["Key"] is { Length: > 0 } key ? key : certificate))
            : section["Key"] is { Length: > 0 } ? throw new SettingException(section.Path + ":Certificate", "must be set where there is a key") : null;
    }
}

/// <summary>How the server defends itself: what of <c>Tollgate:…</c> is not about payments.</summary>
internal sealed record HardeningSettings
{
    /// <summary>The settings that are read here.</summary>
    public static readonly string[] Known = ["Limits", "Tls", "AllowCoreDumps", "AllowSwap", "PageWatch", "AuthorisedHeaders"];

    public required LimitSettings Limits { get; init; }

    /// <summary>The server's certificate; <see langword="null"/> where a proxy on this machine has it, or Kestrel's own settings do.</summary>
    public required TlsSettings? Tls { get; init; }

    /// <summary>Whether a crash may write the process's memory to a file: for somebody who looks for a bug in the sandbox.</summary>
    public required bool AllowCoreDumps { get; init; }

    /// <summary>Whether the machine's swap is no reason to refuse the start, since it is encrypted.</summary>
    public required bool AllowSwap { get; init; }

    /// <summary>How often the public pages are compared with what was authorised; <see langword="null"/> for never.</summary>
    public required TimeSpan? PageWatch { get; init; }

    /// <summary>Headers that a proxy in front of the server adds to pages, and may.</summary>
    public required IReadOnlyList<string> AuthorisedHeaders { get; init; }

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static HardeningSettings Read(IConfigurationSection section, bool isSandbox) => new()
    {
        Limits = LimitSettings.Read(section.GetSection("Limits")),
        Tls = TlsSettings.Read(section.GetSection("Tls")),
        AllowCoreDumps = Settings.ReadBoolean(section, "AllowCoreDumps", false),
        AllowSwap = Settings.ReadBoolean(section, "AllowSwap", false),
        PageWatch = section["PageWatch"] switch
        {
            null or "" => isSandbox ? null : TimeSpan.FromDays(7),
            "off" => isSandbox ? null : throw new SettingException("Tollgate:PageWatch", "cannot be off in production: PCI DSS 11.6.1 wants the pages looked at"),
            var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.FromSeconds(1) && value <= TimeSpan.FromDays(7) => value,
            _ => throw new SettingException("Tollgate:PageWatch", "must be a duration of at most a week such as 1.00:00:00"),
        },
        AuthorisedHeaders = [.. (section["AuthorisedHeaders"] ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)],
    };
}
