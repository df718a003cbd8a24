using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>What a secret may be used for.</summary>
[JsonConverter(typeof(SnakeCaseEnum<AppScope>))]
public enum AppScope
{
    /// <summary>Taking money: charges, captures, voids, saved cards.</summary>
    Charge,

    /// <summary>Giving money back: refunds, and answers in disputes.</summary>
    Refund,

    /// <summary>Looking.</summary>
    Read,
}

/// <summary>An app of one's own; sandbox only: <c>POST /api/v2/sandbox/apps</c>.</summary>
public sealed record RegisterAppRequest
{
    /// <summary>Its id, 3 to 64 lower-case letters, digits, dots, dashes and underscores; made when left out.</summary>
    public string? AppId { get; init; }

    /// <summary>What its secret is for; everything when left out.</summary>
    public IReadOnlyList<AppScope>? Scopes { get; init; }

    /// <summary>Where changes of its payments are told: absolute http(s) URL.</summary>
    public string? WebhookEndpoint { get; init; }
}

/// <summary>An app that was registered. This is the only time that its secrets are shown.</summary>
public sealed record RegisteredApp
{
    /// <summary>Its id: the header <c>app-id</c>.</summary>
    public required string AppId { get; init; }

    /// <summary>Its secret: the header <c>secret-key</c>.</summary>
    public required SecretText SecretKey { get; init; }

    /// <summary>The secret's public name, by which it is revoked.</summary>
    public required string SecretId { get; init; }

    /// <summary>What the secret is for.</summary>
    public required IReadOnlyList<AppScope> Scopes { get; init; }

    /// <summary>By what its webhooks are signed, <c>whsec_…</c>.</summary>
    public required SecretText WebhookSecret { get; init; }
}
