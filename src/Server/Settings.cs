using System.Globalization;
using System.Net;
using Tollgate.Client.Contract;
using Tollgate.Core.Ledger;
using Tollgate.Core.Risk;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.Hardening;
using Tollgate.Server.Keys;
using Tollgate.Server.Ledger;
using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;
using Tollgate.Server.Settlement;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server;

/// <summary>A setting is wrong: the start stops with this one sentence.</summary>
internal sealed class SettingException(string name, string problem) : Exception($"{name} {problem}.")
{
    /// <summary>The setting, as it is written in configuration.</summary>
    public string Name => name;
}

/// <summary>The server's settings, checked: <c>Tollgate:…</c> in appsettings, environment (<c>Tollgate__…</c>) or command line.</summary>
internal sealed record Settings
{
    /// <summary>The word that has the sandbox settle as the world does.</summary>
    private const string CutOff = "cut-off";

    private static readonly string[] Known =
    [
        "Mode", "DataDirectory", "Database", "PublicUrl", "AllowRemoteSandbox", "AllowPrivateWebhooks", "WebhookNetworks", "WebhookPorts", "RequestsPerSecond", "RateLimits", "Risk", "Apps", "Fees", "Payouts", "Holidays", "ClearingGrace", "AlertAfter", "ThreeDS", "Sandbox", "Keys",
        .. HardeningSettings.Known, .. AccessSettings.Known,
    ];

    private static readonly string[] KnownSandbox = ["Acquirer", .. Delays];

    private static string[] Delays => ["SettlementDelay", "RefundDelay", "ReplyDelay", "LateReplyDelay", "DisputePeriod", "DisputeDecisionDelay"];

    /// <summary>Whether the outside world is pretended.</summary>
    public required bool IsSandbox { get; init; }

    public required string DataDirectory { get; init; }

    public required string? Database { get; init; }

    /// <summary>Where customers' browsers reach this server; the address it listens on when not set.</summary>
    public required Uri? PublicUrl { get; init; }

    public required bool AllowRemoteSandbox { get; init; }

    /// <summary>Whether webhooks may go to any address at all.</summary>
    public required bool AllowPrivateWebhooks { get; init; }

    /// <summary>The networks to which webhooks may go besides the public internet.</summary>
    public required IReadOnlyList<IPNetwork> WebhookNetworks { get; init; }

    /// <summary>The ports to which webhooks may go; <see langword="null"/> for any.</summary>
    public required IReadOnlyList<int>? WebhookPorts { get; init; }

    /// <summary>How many requests an app may send in a second, its bursts included; <see langword="null"/> for no limit.</summary>
    public required int? RequestsPerSecond { get; init; }

    /// <summary>How often one source may call.</summary>
    public required RateLimitSettings RateLimits { get; init; }

    /// <summary>The apps of the configuration; there may be others in the database.</summary>
    public required IReadOnlyList<AppSettings> Apps { get; init; }

    /// <summary>What an app pays that has no fees of its own.</summary>
    public required FeeSchedule? Fees { get; init; }

    /// <summary>How an app is kept from being used to test cards that has no rules of its own.</summary>
    public required AppRisk Risk { get; init; }

    /// <summary>How callers are told apart, and when they are locked out.</summary>
    public AccessSettings Access { get; init; } = new();

    /// <summary>How long an operation may be in flight before the operator is told.</summary>
    public required TimeSpan AlertAfter { get; init; }

    /// <summary>When payouts are closed by themselves; <see langword="null"/> for never.</summary>
    public required PayoutTimes? Payouts { get; init; }

    /// <summary>When captures settle.</summary>
    public required BusinessCalendar Calendar { get; init; }

    /// <summary>How long after it is due a settlement may be missing before the operator is told.</summary>
    public required TimeSpan ClearingGrace { get; init; }

    /// <summary>Where the key encryption key is, and how long keys are used.</summary>
    public required KeySettings Keys { get; init; }

    /// <summary>How the schemes' directory servers are spoken to.</summary>
    public required ThreeDSSettings ThreeDS { get; init; }

    /// <summary>How the server defends itself.</summary>
    public required HardeningSettings Hardening { get; init; }

    /// <summary>Where the sandbox's acquirer listens, when it is a process of its own.</summary>
    public required Uri? Acquirer { get; init; }

    /// <summary>From a capture to its settlement in the sandbox; <see langword="null"/> for the calendar's next business day, as in the world.</summary>
    public required TimeSpan? SettlementDelay { get; init; }

    public required TimeSpan RefundDelay { get; init; }

    public required TimeSpan ReplyDelay { get; init; }

    public required TimeSpan LateReplyDelay { get; init; }

    /// <summary>How long the sandbox's merchants have to answer in a dispute.</summary>
    public required TimeSpan DisputePeriod { get; init; }

    /// <summary>From evidence to the sandbox's decision.</summary>
    public required TimeSpan DisputeDecisionDelay { get; init; }

    /// <summary>The sandbox's own app. Its credentials are public.</summary>
    public static AppSettings SandboxApp { get; } = new()
    {
        Id = "app-sandbox",
        SecretKey = "sk-sandbox-tollgate",
        WebhookSecret = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==",
    };

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Tollgate");
        RefuseUnknown(section, Known);
        var isSandbox = (section["Mode"] ?? "sandbox").ToLowerInvariant() switch
        {
            "sandbox" => true,
            "production" => false,
            _ => throw new SettingException("Tollgate:Mode", "must be sandbox or production"),
        };
        var sandbox = section.GetSection("Sandbox");
        RefuseUnknown(sandbox, KnownSandbox);
        if (!isSandbox && sandbox.GetChildren().Any())
        {
            throw new SettingException("Tollgate:Sandbox", "has no meaning when Tollgate:Mode is production");
        }

        var allowRemote = ReadBoolean(section, "AllowRemoteSandbox", false);
        var acquirer = ReadUrl(sandbox, "Acquirer");
        if (acquirer is not null && Delays.FirstOrDefault(delay => sandbox[delay] is not null) is { } delayed)
        {
            throw new SettingException($"Tollgate:Sandbox:{delayed}", "has no meaning beside Tollgate:Sandbox:Acquirer: the acquirer's own process has it");
        }

        if (acquirer is { Scheme: "http", IsLoopback: false } && !allowRemote)
        {
            throw new SettingException(
                "Tollgate:Sandbox:Acquirer", $"({acquirer}) is on another machine, and card numbers would go there in clear; use https, or set Tollgate:AllowRemoteSandbox=true");
        }

        var fees = AppSettings.ReadFees(section.GetSection("Fees"));
        var risk = AppRisk.Read(section.GetSection("Risk"), new() { Mode = isSandbox ? RiskMode.Monitor : RiskMode.Enforce });
        var apps = section.GetSection("Apps").GetChildren().Select(app => AppSettings.Read(app, fees, risk, isSandbox)).ToList();
        if (isSandbox)
        {
            apps.Insert(0, SandboxApp with { Fees = fees, Risk = risk });
        }

        if (apps.GroupBy(a => a.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new SettingException("Tollgate:Apps", $"names the app {twice.Key} twice");
        }

        var dataDirectory = Path.GetFullPath(section["DataDirectory"] is { Length: > 0 } directory ? directory : "data");
        var settings = new Settings
        {
            IsSandbox = isSandbox,
            DataDirectory = dataDirectory,
            Keys = KeySettings.Read(section.GetSection("Keys"), dataDirectory),
            Database = Storage.Database.CheckConnectionString(section["Database"]),
            PublicUrl = ReadPublicUrl(section),
            AllowRemoteSandbox = allowRemote,
            AllowPrivateWebhooks = ReadBoolean(section, "AllowPrivateWebhooks", isSandbox),
            WebhookNetworks = AccessSettings.ReadNetworks(section, "WebhookNetworks", orAddresses: false),
            WebhookPorts = ReadPorts(section) ?? (isSandbox ? null : [443]),
            RequestsPerSecond = section["RequestsPerSecond"] switch
            {
                null or "" => null,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit > 0 => limit,
                _ => throw new SettingException("Tollgate:RequestsPerSecond", "must be a whole number above 0"),
            },
            RateLimits = RateLimitSettings.Read(section.GetSection("RateLimits"), isSandbox),
            Apps = apps,
            Fees = fees,
            Risk = risk,
            Access = AccessSettings.Read(section),
            AlertAfter = ReadDelay(section, "AlertAfter", TimeSpan.FromMinutes(15)),
            Payouts = ReadPayouts(section),
            Calendar = ReadCalendar(section),
            ClearingGrace = ReadDelay(section, "ClearingGrace", TimeSpan.FromDays(1)),
            ThreeDS = ThreeDSSettings.Read(section.GetSection("ThreeDS"), isSandbox),
            Hardening = HardeningSettings.Read(section, isSandbox),
            Acquirer = acquirer,
            SettlementDelay = sandbox["SettlementDelay"] == CutOff ? null : ReadDelay(sandbox, "SettlementDelay", TimeSpan.FromMinutes(1)),
            RefundDelay = ReadDelay(sandbox, "RefundDelay", TimeSpan.FromSeconds(30)),
            ReplyDelay = ReadDelay(sandbox, "ReplyDelay", TimeSpan.Zero),
            LateReplyDelay = ReadDelay(sandbox, "LateReplyDelay", TimeSpan.FromSeconds(6)),
            DisputePeriod = ReadDelay(sandbox, "DisputePeriod", TimeSpan.FromDays(7)),
            DisputeDecisionDelay = ReadDelay(sandbox, "DisputeDecisionDelay", TimeSpan.FromMinutes(1)),
        };
        if (apps.FirstOrDefault(a => a.DefaultWebhook is { } webhook && WebhookAddress.Problem(new(webhook.EndpointUrl), settings) is not null) is { } app)
        {
            throw new SettingException("Tollgate:Apps", $"gives the app {app.Id} a WebhookEndpoint to which webhooks may not go");
        }

        return settings;
    }

    /// <summary>Checks that an address to listen on is one.</summary>
    /// <exception cref="SettingException">It is not.</exception>
    public static void CheckAddress(string address)
    {
        try
        {
            if (BindingAddress.Parse(address) is { Scheme: "http" or "https", Port: >= 0 and <= IPEndPoint.MaxPort, PathBase: "" })
            {
                return;
            }
        }
        catch (FormatException)
        {
            // It is said below.
        }

        throw new SettingException("urls", $"has {address}, which is not an address to listen on such as http://127.0.0.1:8080");
    }

    /// <summary>Whether an address that the server listens on can be reached from other machines.</summary>
    public static bool IsRemote(string address)
    {
        var host = BindingAddress.Parse(address).Host;
        return host != "localhost" && !(IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip))
            && !host.StartsWith("unix:", StringComparison.Ordinal);
    }

    /// <summary>When the funds of a capture are to arrive: what the sandbox's acquirer does, unless it has settings of its own; else by the calendar.</summary>
    public DateTimeOffset SettlesAt(DateTimeOffset capturedAt) => IsSandbox && Acquirer is null && SettlementDelay is { } delay ? capturedAt + delay : Calendar.SettlesAt(capturedAt);

    private static Uri? ReadPublicUrl(IConfigurationSection section)
    {
        // EMV 3DS, notificationURL: 256 characters, of which our path takes 64.
        var url = ReadUrl(section, "PublicUrl");
        return url?.AbsoluteUri.Length > 180 ? throw new SettingException("Tollgate:PublicUrl", "must have at most 180 characters, or 3-D Secure has no room for the addresses below it") : url;
    }

    private static PayoutTimes? ReadPayouts(IConfigurationSection section) => section["Payouts"] switch
    {
        null or "" or "off" => null,
        var text when PayoutTimes.TryParse(text, out var times) => times,
        _ => throw new SettingException("Tollgate:Payouts", "must be off, or a time in Sydney such as daily 09:00 or weekly monday 09:00"),
    };

    private static List<int>? ReadPorts(IConfigurationSection section)
    {
        var ports = List(section, "WebhookPorts").Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= IPEndPoint.MaxPort
            ? port
            : throw new SettingException("Tollgate:WebhookPorts", "must be ports such as 443,8443, with commas between them")).ToList();
        return ports.Count > 0 ? ports : null;
    }

    private static BusinessCalendar ReadCalendar(IConfigurationSection section) => BusinessCalendar.TryCreate(List(section, "Holidays"), out var calendar)
        ? calendar
        : throw new SettingException("Tollgate:Holidays", "must be days such as 2027-06-14, with commas between them");

    internal static string[] List(IConfigurationSection section, string name) =>
        (section[name] ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    internal static string Required(IConfigurationSection section, string name) =>
        section[name] is { Length: > 0 } text ? text : throw new SettingException($"{section.Path}:{name}", "must be set");

    internal static Uri? ReadUrl(IConfigurationSection section, string name)
    {
        if (string.IsNullOrEmpty(section[name]))
        {
            return null;
        }

        return Uri.TryCreate(section[name], UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new SettingException($"{section.Path}:{name}", "must be an absolute http or https URL");
    }

    internal static bool ReadBoolean(IConfigurationSection section, string name, bool otherwise) => section[name] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var value) => value,
        _ => throw new SettingException($"{section.Path}:{name}", "must be true or false"),
    };

    private static TimeSpan ReadDelay(IConfigurationSection section, string name, TimeSpan otherwise) => section[name] switch
    {
        null or "" => otherwise,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero && value <= TimeSpan.FromDays(365) => value,
        _ => throw new SettingException($"{section.Path}:{name}", "must be a duration such as 00:00:30 or 10.00:00:00"),
    };

    internal static void RefuseUnknown(IConfigurationSection section, string[] known)
    {
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new SettingException(child.Path, $"is not a setting; the settings here are {string.Join(", ", known)}");
            }
        }
    }
}
