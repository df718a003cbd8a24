using System.Text.Json;
using Tollgate.Core;
using Tollgate.Server.Storage;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Apps;

/// <summary>
/// The settings of an app in the database: the same names and the same checks as those of <c>Tollgate:Apps:N</c>. Those that are secret are sealed.
/// </summary>
internal sealed class StoredSettings(Settings settings, CardVault vault)
{
    private static readonly string[] Secret = ["WebhookSecret", "WebhookAuthorization"];

    /// <summary>Settings as they are stored.</summary>
    public (string Settings, byte[] Sealed) Write(AppId app, IReadOnlyDictionary<string, string> values) => (
        Json(values.Where(v => !IsSecret(v.Key))),
        vault.SealText(Json(values.Where(v => IsSecret(v.Key))), Context(app)));

    /// <summary>What is stored of an app, under its settings' names.</summary>
    /// <exception cref="VaultException">It is sealed, or was changed.</exception>
    public Dictionary<string, string> Read(StoredApp app)
    {
        var values = new Dictionary<string, string>(Parse(app.Settings), StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Parse(vault.UnsealText(app.Sealed, Context(app.Id))))
        {
            values[name] = value;
        }

        return values;
    }

    /// <summary>What they set an app to.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public AppSettings Check(AppId app, IReadOnlyDictionary<string, string> values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            values.Select(v => KeyValuePair.Create<string, string?>($"{app}:{v.Key}", v.Value)).Append(new($"{app}:Id", app.Value))).Build();
        var read = AppSettings.Read(configuration.GetSection(app.Value), settings.Fees, settings.Risk, settings.IsSandbox, isStored: true);
        foreach (var rule in read.Risk.Rules)
        {
            // What is counted was decided when the server started.
            var most = settings.Apps.Select(a => a.Risk).Append(settings.Risk).SelectMany(r => r.Rules).Where(r => r.Counter == rule.Counter).Max(r => Math.Max(r.Challenge ?? 1, r.Refuse ?? 1));
            if (Math.Max(rule.Challenge ?? 1, rule.Refuse ?? 1) > most)
            {
                throw new SettingException($"{app}:Risk:{rule.Counter}", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"can be at most {most}, the highest of the configuration"));
            }
        }

        return read.DefaultWebhook is { } webhook && WebhookAddress.Problem(new(webhook.EndpointUrl), settings) is not null
            ? throw new SettingException($"{app}:WebhookEndpoint", "names a place to which webhooks may not go")
            : read;
    }

    /// <summary>Whether a setting's value is shown to nobody.</summary>
    public static bool IsSecret(string name) => Secret.Contains(name, StringComparer.OrdinalIgnoreCase);

    internal static string Context(AppId app) => $"app settings|{app}";

    private static string Json(IEnumerable<KeyValuePair<string, string>> values)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in values.OrderBy(v => v.Key, StringComparer.OrdinalIgnoreCase))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Dictionary<string, string> Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? string.Empty, StringComparer.Ordinal);
    }
}
