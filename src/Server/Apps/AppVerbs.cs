using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Apps;

/// <summary>The operator's verb <c>apps</c>.</summary>
internal static class AppVerbs
{
    private const string Usage =
        "is apps add [--app ID] [--scopes charge,refund,read] [--valid-for P90D] [NAME=VALUE ...], apps list, apps add-secret --app ID [--scopes …] [--valid-for P90D], "
        + "apps rotate --app ID [--overlap P1D] [--scopes …] [--valid-for P90D], apps revoke --app ID --secret SECRET-ID, apps set --app ID NAME=VALUE ..., or apps remove --app ID; "
        + "with --json each prints JSON";

    private static readonly Asker Us = new(AuditActor.Operator, null);

    /// <summary>Registers, lists, changes or removes apps, and gives and takes their secrets. 1 when it could not be done.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var isJson = own.Contains("--json");
        var (words, options, values) = Read([.. own.Where(w => w != "--json")]);
        Func<AppDesk, Task<object>> work = (words, string.Join(' ', options.Keys.Order(StringComparer.Ordinal).Except(["scopes", "valid-for"]))) switch
        {
            ("add", "" or "app") => async desk => await desk.AddAsync(Us, options.GetValueOrDefault("app"), values, ScopesOf(options) ?? Scopes.All, ValidFor(options)),
            ("list", "") when options.Count == 0 && values.Count == 0 => async desk => await desk.ListAsync(),
            ("add-secret", "app") when values.Count == 0 => async desk => await desk.AddSecretAsync(Us, App(options), ScopesOf(options), ValidFor(options), null),
            ("rotate", "app" or "app overlap") when values.Count == 0 => async desk => await desk.AddSecretAsync(Us, App(options), ScopesOf(options), ValidFor(options), Overlap(options)),
            ("revoke", "app secret") when options.Count == 2 && values.Count == 0 => async desk => await DoneAsync(desk.RevokeAsync(Us, App(options), options["secret"]), $"{options["secret"]} is revoked"),
            ("set", "app") when options.Count == 1 && values.Count > 0 => async desk => await DoneAsync(desk.ChangeAsync(Us, App(options), values), $"{options["app"]} is set"),
            ("remove", "app") when options.Count == 1 && values.Count == 0 => async desk => await DoneAsync(desk.RemoveAsync(Us, App(options)), $"{options["app"]} is removed"),
            _ => throw new SettingException("The verb", Usage),
        };
        await using var op = await Operator.OpenAsync(settings);
        var desk = op.Get<AppDesk>();
        try
        {
            var result = await work(desk);
            foreach (var line in isJson ? [Json(desk, op.Get<AppRegistry>(), result)] : Lines(desk, op.Get<AppRegistry>(), result))
            {
                await output.WriteLineAsync(line);
            }

            return 0;
        }
        catch (AppRefusedException refused)
        {
            await output.WriteLineAsync(isJson ? $"{{\"error\":\"{refused.Refusal}\"}}" : Why(refused.Refusal));
            return 1;
        }
    }

    /// <summary>Why nothing was arranged, as a sentence.</summary>
    public static string Why(AppRefusal refusal) => refusal switch
    {
        AppRefusal.IdInvalid => "An app's id is 3 to 64 lower-case letters, digits, dots, dashes and underscores, and begins with a letter or digit.",
        AppRefusal.Exists => "There is, or was, an app of this id.",
        AppRefusal.TooMany => "There are as many apps as there can be.",
        AppRefusal.NoApp => "There is no such app.",
        AppRefusal.Configured => "The app is one of the configuration, and is changed there.",
        AppRefusal.TooManySecrets => "The app has ten secrets already: revoke one first.",
        AppRefusal.NoSecret => "The app has no such secret that is not revoked already.",
        AppRefusal.Moved => "Somebody else changed the app at the same moment: look, and try again.",
        AppRefusal.SeveralScopes => "The app's secrets are not all for the same, and all of them would end: say with --scopes what the new one is for.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
    };

    private static async Task<object> DoneAsync(Task work, string what)
    {
        await work;
        return what;
    }

    private static (string Verb, Dictionary<string, string> Options, Dictionary<string, string> Values) Read(string[] own)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 1; i < own.Length; i++)
        {
            var fits = own[i] is ['-', '-', .. var name]
                ? i + 1 < own.Length && options.TryAdd(name, own[++i])
                : own[i].IndexOf('=', StringComparison.Ordinal) is > 0 and var at && values.TryAdd(own[i][..at], own[i][(at + 1)..]);
            if (!fits)
            {
                throw new SettingException("The verb", Usage);
            }
        }

        return (own.FirstOrDefault() ?? string.Empty, options, values);
    }

    private static AppId App(Dictionary<string, string> options) => new(options["app"]);

    private static Scopes? ScopesOf(Dictionary<string, string> options) => !options.TryGetValue("scopes", out var text) ? null
        : ScopeNames.TryParse(text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            ?? throw new SettingException("--scopes", "is one or more of charge,refund,read");

    private static TimeSpan Overlap(Dictionary<string, string> options) => !options.TryGetValue("overlap", out var text) ? RotateSecret.Otherwise
        : RotateSecret.ParseOverlap(text) ?? throw new SettingException("--overlap", "must be a duration from P0D to P30D");

    private static TimeSpan? ValidFor(Dictionary<string, string> options)
    {
        if (!options.TryGetValue("valid-for", out var text))
        {
            return null;
        }

        try
        {
            var span = XmlConvert.ToTimeSpan(text);
            if (span > TimeSpan.Zero && span <= TimeSpan.FromDays(3660))
            {
                return span;
            }
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            // It is said below.
        }

        throw new SettingException("--valid-for", "must be a duration such as P90D, ten years at most");
    }

    private static IEnumerable<string> Lines(AppDesk desk, AppRegistry registry, object result)
    {
        switch (result)
        {
            case (MadeSecret secret, Client.Contract.SecretText webhook):
                yield return $"app-id: {secret.App}";
                yield return $"secret-key: {secret.Secret.Expose()}";
                yield return $"webhook secret: {webhook.Expose()}";
                yield return Described(secret) + " This is the only time that they are shown.";
                break;
            case MadeSecret secret:
                yield return $"app-id: {secret.App}";
                yield return $"secret-key: {secret.Secret.Expose()}";
                yield return Described(secret) + " This is the only time that it is shown.";
                break;
            case (IReadOnlyList<StoredApp> apps, IReadOnlyList<StoredAppSecret> secrets):
                foreach (var app in apps)
                {
                    var state = app.RemovedAt is { } removed ? $"removed {Instant(removed)}" : registry.IsConfigured(app.Id.Value) ? "hidden by one of the configuration" : "live";
                    yield return $"{app.Id} {state}, registered {Instant(app.CreatedAt)}, {app.Settings}";
                    foreach (var secret in secrets.Where(s => s.App == app.Id))
                    {
                        yield return $"  {secret.Id} {StateOf(desk, secret)}, {string.Join(",", ScopeNames.Of((Scopes)secret.Scopes))}, made {Instant(secret.CreatedAt)}, "
                            + (secret.LastUsedAt is { } used ? $"last used {Instant(used)}" : "never used");
                    }
                }

                break;
            default:
                yield return $"{result}.";
                break;
        }
    }

    private static string Json(AppDesk desk, AppRegistry registry, object result)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            switch (result)
            {
                case (MadeSecret secret, Client.Contract.SecretText webhook):
                    Write(json, secret, webhook.Expose());
                    break;
                case MadeSecret secret:
                    Write(json, secret, null);
                    break;
                case (IReadOnlyList<StoredApp> apps, IReadOnlyList<StoredAppSecret> secrets):
                    Write(desk, registry, json, apps, secrets);
                    break;
                default:
                    json.WriteStartObject();
                    json.WriteBoolean("ok", true);
                    json.WriteEndObject();
                    break;
            }
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Write(Utf8JsonWriter json, MadeSecret secret, string? webhook)
    {
        json.WriteStartObject();
        json.WriteString("app_id", secret.App.Value);
        json.WriteString("secret_id", secret.Id);
        json.WriteString("secret_key", secret.Secret.Expose());
        WriteScopes(json, secret.Scopes);
        json.WriteString("expires_at", Instant(secret.ExpiresAt));
        if (webhook is not null)
        {
            json.WriteString("webhook_secret", webhook);
        }

        json.WriteString("others_end_at", Instant(secret.OthersEndAt));
        json.WriteEndObject();
    }

    private static void Write(AppDesk desk, AppRegistry registry, Utf8JsonWriter json, IReadOnlyList<StoredApp> apps, IReadOnlyList<StoredAppSecret> secrets)
    {
        json.WriteStartArray();
        foreach (var app in apps)
        {
            json.WriteStartObject();
            json.WriteString("app_id", app.Id.Value);
            json.WriteString("created_at", Instant(app.CreatedAt));
            json.WriteString("removed_at", Instant(app.RemovedAt));
            json.WriteBoolean("configured", registry.IsConfigured(app.Id.Value));
            json.WritePropertyName("settings");
            json.WriteRawValue(app.Settings);
            json.WriteStartArray("secrets");
            foreach (var secret in secrets.Where(s => s.App == app.Id))
            {
                json.WriteStartObject();
                json.WriteString("secret_id", secret.Id);
                json.WriteString("state", StateOf(desk, secret).Split(' ')[0]);
                WriteScopes(json, (Scopes)secret.Scopes);
                json.WriteString("created_at", Instant(secret.CreatedAt));
                json.WriteString("expires_at", Instant(secret.ExpiresAt));
                json.WriteString("revoked_at", Instant(secret.RevokedAt));
                json.WriteString("last_used_at", Instant(secret.LastUsedAt));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteScopes(Utf8JsonWriter json, Scopes scopes)
    {
        json.WriteStartArray("scopes");
        foreach (var name in ScopeNames.Of(scopes))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private static string Described(MadeSecret secret) =>
        $"{secret.Id} is for {string.Join(", ", ScopeNames.Of(secret.Scopes))}, {(secret.ExpiresAt is { } end ? "until " + Instant(end) : "without end")}."
        + (secret.OthersEndAt is { } others ? $" Those before it end {Instant(others)}." : string.Empty);

    private static string StateOf(AppDesk desk, StoredAppSecret secret) => secret.RevokedAt is { } revoked ? $"revoked {Instant(revoked)}"
        : !desk.IsLive(secret) ? $"ended {Instant(secret.ExpiresAt)}"
        : secret.ExpiresAt is { } end ? $"live until {Instant(end)}"
        : "live";

    private static string? Instant(DateTimeOffset? instant) => instant?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
