using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Audit;

/// <summary>
/// What a server is set to, as the audit log may show it: of what is secret, only a keyed digest by which it can be told that it was changed.
/// </summary>
internal sealed partial class ConfigurationRecord(IConfiguration configuration, CardVault vault, Settings settings)
{
    private const int LongestValue = 300;

    private Dictionary<string, string>? values;

    /// <summary>Which of the servers it is of.</summary>
    public string Node { get; } = $"{Environment.MachineName}:{settings.DataDirectory}";

    /// <summary>The settings by their names.</summary>
    public IReadOnlyDictionary<string, string> Values => values ??= Read();

    /// <summary>How it differs from what it was, an entry for each setting.</summary>
    public IEnumerable<AuditEntry> Differs(IReadOnlyDictionary<string, string> before, DateTimeOffset at) =>
        from name in Values.Keys.Union(before.Keys).Order(StringComparer.OrdinalIgnoreCase)
        let was = before.GetValueOrDefault(name)
        let becomes = Values.GetValueOrDefault(name)
        where was != becomes
        select new AuditEntry(at, AuditAct.ConfigurationChanged, AuditActor.System, null, $"{name} of server {Node}", Before: was, After: becomes);

    private Dictionary<string, string> Read()
    {
        var read = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in configuration.GetSection("Tollgate").AsEnumerable().Append(new("urls", configuration["urls"])))
        {
            if (value is not null)
            {
                var shown = Show(name, value);
                read[name] = shown.Length > LongestValue ? shown[..LongestValue] + "…" : shown;
            }
        }

        return read;
    }

    private string Show(string name, string value)
    {
        if (SecretName().IsMatch(name))
        {
            return $"****{Convert.ToHexStringLower(vault.Digest(Encoding.UTF8.GetBytes($"setting|{name}|{value}"), KeyPurpose.Audit))[..8]}";
        }

        if (name.EndsWith(":Database", StringComparison.OrdinalIgnoreCase))
        {
            return Database.WithoutSecrets(value);
        }

        return Uri.TryCreate(value, UriKind.Absolute, out var url) && url.UserInfo.Length > 0 ? value.Replace(url.UserInfo, "****", StringComparison.Ordinal) : value;
    }

    [GeneratedRegex("(Secret|Password|Authorization|Token|Pin|Share|Shares|Key|Passphrase)[^:]*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
