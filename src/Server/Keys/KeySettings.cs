using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>Where the key encryption key is, and how long keys are used: <c>Tollgate:Keys:…</c>.</summary>
internal sealed record KeySettings
{
    private const string Section = "Tollgate:Keys";

    private static readonly string[] Known =
    [
        "Provider", "File", "Key", "KeyFile", "Module", "Token", "Label", "Pin", "PinFile", "ShareFiles", "Cryptoperiod", "WrappingCryptoperiod", "WarnBefore",
        "Quarantine", "ResealPerSecond", "UnusedCards", "Next",
    ];

    // What a setting is for: it is refused beside another provider, where somebody would think that it does something.
    private static readonly Dictionary<string, KeyProvider> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        ["File"] = KeyProvider.File,
        ["Key"] = KeyProvider.Environment,
        ["KeyFile"] = KeyProvider.Environment,
        ["Module"] = KeyProvider.Pkcs11,
        ["Token"] = KeyProvider.Pkcs11,
        ["Label"] = KeyProvider.Pkcs11,
        ["Pin"] = KeyProvider.Pkcs11,
        ["PinFile"] = KeyProvider.Pkcs11,
        ["ShareFiles"] = KeyProvider.Shares,
    };

    public required KeyProvider Provider { get; init; }

    /// <summary>The key file of the provider <c>file</c>.</summary>
    public required string File { get; init; }

    /// <summary>The key of the provider <c>environment</c>, in base64.</summary>
    public required SecretText? Key { get; init; }

    /// <summary>The mounted secret of the provider <c>environment</c>.</summary>
    public required string? KeyFile { get; init; }

    /// <summary>The key of the provider <c>pkcs11</c>.</summary>
    public required Pkcs11Place? Place { get; init; }

    /// <summary>The PIN of the token's user.</summary>
    public required SecretText? Pin { get; init; }

    /// <summary>Shares for a verb, which ends with them in a moment. A server has its shares brought to it.</summary>
    public required IReadOnlyList<string> ShareFiles { get; init; }

    /// <summary>How long keys are used.</summary>
    public required Cryptoperiods Periods { get; init; }

    /// <summary>How long before a key's end the operator is told.</summary>
    public required TimeSpan WarnBefore { get; init; }

    /// <summary>How long a key is retired before it may be destroyed: longer than a process can work with an old register.</summary>
    public required TimeSpan Quarantine { get; init; }

    /// <summary>How many rows a second are sealed anew.</summary>
    public required int ResealPerSecond { get; init; }

    /// <summary>After how many days without a payment a card's number is destroyed; <see langword="null"/> for never.</summary>
    public required int? UnusedCards { get; init; }

    /// <summary>Reads and checks.</summary>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static KeySettings Read(IConfigurationSection section, string dataDirectory)
    {
        Settings.RefuseUnknown(section, Known);
        var provider = (section["Provider"] ?? "file").ToLowerInvariant() switch
        {
            "file" => KeyProvider.File,
            "environment" => KeyProvider.Environment,
            "pkcs11" => KeyProvider.Pkcs11,
            "shares" => KeyProvider.Shares,
            _ => throw new SettingException(Section + ":Provider", "must be file, environment, pkcs11 or shares"),
        };
        if (Own.FirstOrDefault(o => o.Value != provider && section[o.Key] is not null) is { Key: { } stray, Value: var theirs })
        {
            throw new SettingException($"{Section}:{stray}", $"has no meaning when {Section}:Provider is {KeyRegister.Name(provider)}: it is of {KeyRegister.Name(theirs)}");
        }

        if (provider == KeyProvider.Environment && (section["Key"] is null) == (section["KeyFile"] is null))
        {
            throw new SettingException(Section, "needs either Key, best from the environment as Tollgate__Keys__Key, or KeyFile, a mounted secret; and not both");
        }

        return new()
        {
            Provider = provider,
            File = section["File"] is { Length: > 0 } file ? Path.GetFullPath(file) : Path.Combine(dataDirectory, "keys", "key-encryption.key"),
            Key = section["Key"] is { } key ? new(key) : null,
            KeyFile = section["KeyFile"],
            Place = provider != KeyProvider.Pkcs11 ? null : new(Settings.Required(section, "Module"), Settings.Required(section, "Token"), section["Label"] ?? "tollgate"),
            Pin = provider == KeyProvider.Pkcs11 ? ReadPin(section) : null,
            ShareFiles = Settings.List(section, "ShareFiles"),
            Periods = new(
                ReadDays(section, "Cryptoperiod", Cryptoperiods.Default.Data), ReadDays(section, "WrappingCryptoperiod", Cryptoperiods.Default.Wrapping)),
            WarnBefore = ReadDays(section, "WarnBefore", TimeSpan.FromDays(30)),
            Quarantine = ReadDays(section, "Quarantine", TimeSpan.FromMinutes(5)),
            UnusedCards = section["UnusedCards"] switch
            {
                null or "" or "keep" => null,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 3650 => days,
                _ => throw new SettingException(Section + ":UnusedCards", "must be a number of days from 1 to 3650, or keep"),
            },
            ResealPerSecond = section["ResealPerSecond"] switch
            {
                null or "" => 1000,
                var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate > 0 => rate,
                _ => throw new SettingException(Section + ":ResealPerSecond", "must be a whole number above 0"),
            },
        };
    }

    private static SecretText ReadPin(IConfigurationSection section)
    {
        if (section["PinFile"] is not { Length: > 0 } path)
        {
            return new(Settings.Required(section, "Pin"));
        }

        try
        {
            return new(System.IO.File.ReadAllText(path).Trim());
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SettingException(Section + ":PinFile", $"({path}) cannot be read");
        }
    }

    private static TimeSpan ReadDays(IConfigurationSection section, string name, TimeSpan otherwise) => section[name] switch
    {
        null or "" => otherwise,
        var text when TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= TimeSpan.Zero && value <= TimeSpan.FromDays(3650) => value,
        _ => throw new SettingException($"{Section}:{name}", "must be a duration such as 365.00:00:00"),
    };
}
