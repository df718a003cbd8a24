using System.Globalization;
using System.Net;
using Tollgate.Client.Contract;
using Tollgate.Core.Ledger;
using Tollgate.Server.Apps;
using Tollgate.Server.Authentication;
using Tollgate.Server.RateLimits;
using Tollgate.Server.Risk;

namespace Tollgate.Server;

/// <summary>A merchant's app: who may call, and how it is told of changes.</summary>
internal sealed record AppSettings
{
    private static readonly string[] KnownApp =
    [
        "Id", "SecretKey", "WebhookSecret", "WebhookEndpoint", "WebhookAuthorization", "WebhookMoney", "OneLivePaymentPerOrder", "AllowedNetworks", "RequestsPerSecond", "Risk", "Fees", .. AppAuthentication.Known,
    ];

    private static readonly string[] KnownFees = ["BasisPoints", "Fixed", "TaxBasisPoints", "Dispute", "ReserveBasisPoints", "ReserveDays"];

    public required string Id { get; init; }

    /// <summary>What an app of the configuration proves itself by; the secrets of one in the database are digests.</summary>
    public required SecretText? SecretKey { get; init; }

    /// <summary><c>whsec_</c> and base64 of 24 to 64 bytes.</summary>
    public required SecretText WebhookSecret { get; init; }

    /// <summary>Where changes of payments without an endpoint of their own are told.</summary>
    public WebhookNotification? DefaultWebhook { get; init; }

    /// <summary>Whether webhooks write money as numbers, and not as the reference's text.</summary>
    public bool WebhookMoneyAsNumbers { get; init; }

    /// <summary>Whether an order may have one live payment only.</summary>
    public bool OneLivePaymentPerOrder { get; init; }

    /// <summary>How its customers are authenticated.</summary>
    public AppAuthentication Authentication { get; init; } = new();

    /// <summary>How many requests it may send in a second; <see langword="null"/> for as many as any app.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>How it is kept from being used to test stolen cards.</summary>
    public AppRisk Risk { get; init; } = new();

    /// <summary>The networks from which it may call; none for anywhere.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>What the app pays for our service; <see langword="null"/> for nothing. It is frozen on a payment when it is created.</summary>
    public FeeSchedule? Fees { get; init; }

    /// <summary>Reads and checks what an app is set to.</summary>
    /// <param name="section">Its section, of the configuration or as the database keeps it.</param>
    /// <param name="fees">What it pays unless the section says.</param>
    /// <param name="risk">How it is kept from being used to test cards unless the section says.</param>
    /// <param name="isSandbox">Whether the outside world is pretended.</param>
    /// <param name="isStored">Whether it is one of the database, where secrets are kept apart.</param>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static AppSettings Read(IConfigurationSection section, FeeSchedule? fees, AppRisk risk, bool isSandbox, bool isStored = false)
    {
        Settings.RefuseUnknown(section, isStored ? [.. KnownApp.Except(["SecretKey"])] : KnownApp);
        var secret = Settings.Required(section, "WebhookSecret");
        var key = new byte[65];
        if (!secret.StartsWith("whsec_", StringComparison.Ordinal)
            || !Convert.TryFromBase64String(secret["whsec_".Length..], key, out var length)
            || length is < 24 or > 64)
        {
            throw new SettingException(section.Path + ":WebhookSecret", "must be whsec_ and the base64 of 24 to 64 bytes");
        }

        var endpoint = Settings.ReadUrl(section, "WebhookEndpoint");
        return new()
        {
            Id = Settings.Required(section, "Id"),
            SecretKey = isStored ? null : new(Settings.Required(section, "SecretKey")),
            WebhookSecret = secret,
            DefaultWebhook = endpoint is null ? null : new() { EndpointUrl = endpoint.AbsoluteUri, AuthorizationHeader = section["WebhookAuthorization"] is { } value ? new SecretText(value) : null },
            WebhookMoneyAsNumbers = (section["WebhookMoney"] ?? "strings") switch
            {
                "strings" => false,
                "numbers" => true,
                _ => throw new SettingException(section.Path + ":WebhookMoney", "must be strings or numbers"),
            },
            OneLivePaymentPerOrder = Settings.ReadBoolean(section, "OneLivePaymentPerOrder", false),
            AllowedNetworks = AccessSettings.ReadNetworks(section, "AllowedNetworks"),
            RequestsPerSecond = RateLimitSettings.ReadRate(section, "RequestsPerSecond", null),
            Risk = AppRisk.Read(section.GetSection("Risk"), risk),
            Authentication = AppAuthentication.Read(section, isSandbox),
            Fees = ReadFees(section.GetSection("Fees")) ?? fees,
        };
    }

    /// <summary>Reads a fee schedule; nothing when there is none.</summary>
    internal static FeeSchedule? ReadFees(IConfigurationSection section)
    {
        Settings.RefuseUnknown(section, KnownFees);
        return !section.GetChildren().Any()
            ? null
            : new(
                ReadNumber(section, "BasisPoints", 10_000),
                ReadNumber(section, "Fixed", 1_000_000),
                ReadNumber(section, "TaxBasisPoints", 10_000),
                ReadNumber(section, "Dispute", 1_000_000),
                ReadNumber(section, "ReserveBasisPoints", 10_000),
                ReadNumber(section, "ReserveDays", 3650));
    }

    private static int ReadNumber(IConfigurationSection section, string name, int largest) => section[name] switch
    {
        null or "" => 0,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= largest => value,
        _ => throw new SettingException($"{section.Path}:{name}", string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 0 to {largest}")),
    };
}
