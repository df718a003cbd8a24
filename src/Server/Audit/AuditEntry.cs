using System.Net;
using Tollgate.Core;

namespace Tollgate.Server.Audit;

/// <summary>What the audit log tells of. A closed list, in the words that are stored: an act is added here, and never renamed.</summary>
internal enum AuditAct
{
    /// <summary>The keys were opened, or an attempt to open them failed.</summary>
    KeyUnlocked,

    /// <summary>A key was made.</summary>
    KeyCreated,

    /// <summary>A key took over from another.</summary>
    KeyRotated,

    /// <summary>A key seals no more.</summary>
    KeyRetired,

    /// <summary>A key was destroyed, and with it what it had sealed.</summary>
    KeyDestroyed,

    /// <summary>Keys were given out under other keys.</summary>
    KeyExported,

    /// <summary>Keys came in from another vault.</summary>
    KeyImported,

    /// <summary>Custodians were given their shares.</summary>
    KeyCeremony,

    /// <summary>How often a key sealed and opened in an hour.</summary>
    KeyUsed,

    /// <summary>A card was destroyed before its time, or all of an app.</summary>
    CardsDestroyed,

    /// <summary>An app was registered.</summary>
    AppAdded,

    /// <summary>An app's settings were changed.</summary>
    AppChanged,

    /// <summary>An app was removed.</summary>
    AppRemoved,

    /// <summary>An app got a secret, with its scopes and ranges.</summary>
    SecretCreated,

    /// <summary>An app's secret was revoked, or its end set.</summary>
    SecretRevoked,

    /// <summary>An app's webhook secret was made anew.</summary>
    WebhookSecretRotated,

    /// <summary>Where an app is told was changed.</summary>
    WebhookEndpointChanged,

    /// <summary>A list that allows or blocks was changed.</summary>
    ListChanged,

    /// <summary>The server started with other settings than the last time.</summary>
    ConfigurationChanged,

    /// <summary>A refund was begun.</summary>
    RefundStarted,

    /// <summary>Money was moved by an operator: a payout closed, a discrepancy resolved.</summary>
    MoneyMoved,

    /// <summary>Something was exported: the audit log, a vault.</summary>
    Exported,

    /// <summary>A merchant's evidence was opened.</summary>
    EvidenceRead,

    /// <summary>Somebody called with credentials that are not right.</summary>
    LogInFailed,

    /// <summary>The server began to keep this log.</summary>
    LogStarted,

    /// <summary>The server stopped keeping this log.</summary>
    LogStopped,

    /// <summary>The log was verified, and this is how it was found.</summary>
    LogReviewed,
}

/// <summary>What kind of actor.</summary>
internal enum AuditActorKind
{
    /// <summary>A merchant's app, over the API.</summary>
    App,

    /// <summary>A person with an account of their own.</summary>
    User,

    /// <summary>Whoever runs the operator's verbs, by the account on the machine.</summary>
    Operator,

    /// <summary>The server by itself.</summary>
    System,
}

/// <summary>Who acted.</summary>
/// <param name="Kind">What kind of actor.</param>
/// <param name="Name">The app's id, the person's name, or the account on the machine.</param>
internal readonly record struct AuditActor(AuditActorKind Kind, string Name)
{
    /// <summary>The server by itself.</summary>
    public static AuditActor System { get; } = new(AuditActorKind.System, "tollgate");

    /// <summary>Whoever runs this process at a terminal: behind sudo, the account that called it.</summary>
    public static AuditActor Operator { get; } = new(
        AuditActorKind.Operator,
        $"{(Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person ? person : Environment.UserName)}@{Environment.MachineName}");

    /// <summary>A merchant's app.</summary>
    public static AuditActor Of(AppId app) => new(AuditActorKind.App, app.Value);
}

/// <summary>One line of the audit log. Neither a secret nor a card number is in it.</summary>
/// <param name="At">When.</param>
/// <param name="Act">What was done.</param>
/// <param name="Actor">By whom.</param>
/// <param name="From">From which address; <see langword="null"/> when not over a network.</param>
/// <param name="Object">To what, such as <c>payment 7QK…</c>.</param>
/// <param name="Succeeded">Whether it was done, or refused.</param>
/// <param name="Before">What was so before.</param>
/// <param name="After">What is so now.</param>
internal sealed record AuditEntry(
    DateTimeOffset At, AuditAct Act, AuditActor Actor, IPAddress? From, string Object, bool Succeeded = true, string? Before = null, string? After = null);
