using System.Globalization;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Authentication;

/// <summary>How an app's cardholders are authenticated, and as whom the schemes know the merchant.</summary>
internal sealed record AppAuthentication
{
    /// <summary>The settings, which stand in an app's section beside its others.</summary>
    public static readonly string[] Known = ["Authentication", "AuthenticateFrom", "WhenAuthenticationUnavailable", "MerchantName", "MerchantCategory", "MerchantId", "Country"];

    /// <summary>Whose cardholders are asked.</summary>
    public AuthenticationPolicy Policy { get; init; } = AuthenticationPolicy.WhenRequired;

    /// <summary>From which amount on they are asked though the issuer does not want it, in the smallest unit; <see langword="null"/> for none.</summary>
    public long? From { get; init; }

    /// <summary>What becomes of a payment whose authentication cannot be had.</summary>
    public WhenUnavailable Unavailable { get; init; } = WhenUnavailable.Proceed;

    /// <summary>The merchant's name as the cardholder sees it, at most 40 characters.</summary>
    public string MerchantName { get; init; } = "Tollgate sandbox shop";

    /// <summary>The merchant category code, four digits.</summary>
    public string MerchantCategory { get; init; } = "5999";

    /// <summary>The merchant's number at the acquirer, at most 35 characters.</summary>
    public string MerchantId { get; init; } = "TOLLGATE-SANDBOX-SHOP";

    /// <summary>The merchant's country, ISO 3166-1, three digits.</summary>
    public string MerchantCountry { get; init; } = "036";

    /// <summary>Reads and checks.</summary>
    /// <param name="section">The app's section.</param>
    /// <param name="isSandbox">Whether the schemes are pretended, so that what they would know of the merchant may be left out.</param>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static AppAuthentication Read(IConfigurationSection section, bool isSandbox)
    {
        var policy = (section["Authentication"] ?? "when_required") switch
        {
            "never" => AuthenticationPolicy.Never,
            "when_required" => AuthenticationPolicy.WhenRequired,
            "always" => AuthenticationPolicy.Always,
            _ => throw new SettingException(section.Path + ":Authentication", "must be never, when_required or always"),
        };
        var otherwise = new AppAuthentication();
        var optional = isSandbox || policy == AuthenticationPolicy.Never;
        return new()
        {
            Policy = policy,
            From = section["AuthenticateFrom"] switch
            {
                null or "" => null,
                var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var from) && from > 0 => from,
                _ => throw new SettingException(section.Path + ":AuthenticateFrom", "must be a whole number of cents above 0"),
            },
            Unavailable = (section["WhenAuthenticationUnavailable"] ?? "proceed") switch
            {
                "proceed" => WhenUnavailable.Proceed,
                "refuse" => WhenUnavailable.Refuse,
                _ => throw new SettingException(section.Path + ":WhenAuthenticationUnavailable", "must be proceed or refuse"),
            },
            MerchantName = Text(section, "MerchantName", optional ? otherwise.MerchantName : null, "must be 1 to 40 characters of ASCII", t => t.Length <= 40 && t.All(IsPrintable)),
            MerchantCategory = Text(
                section, "MerchantCategory", optional ? otherwise.MerchantCategory : null, "must be a merchant category code of four digits", t => t.Length == 4 && t.All(char.IsAsciiDigit)),
            MerchantId = Text(section, "MerchantId", optional ? otherwise.MerchantId : null, "must be 1 to 35 characters of ASCII", t => t.Length <= 35 && t.All(IsPrintable)),
            MerchantCountry = Countries.NumberOf(Text(section, "Country", "AU", "must be a country's two letters, such as AU", Countries.Contains))!,
        };
    }

    private static string Text(IConfigurationSection section, string name, string? otherwise, string rule, Func<string, bool> holds) =>
        (section[name] is { Length: > 0 } text ? text : otherwise) is { } value && holds(value) ? value : throw new SettingException($"{section.Path}:{name}", rule);

    private static bool IsPrintable(char c) => c is >= ' ' and <= '~';
}
