using System.Globalization;
using Tollgate.Core.Risk;

namespace Tollgate.Server.Risk;

/// <summary>How an app is kept from being used to test stolen cards: <c>Tollgate:Risk</c>, and the same names in the app's own section <c>Risk</c>.</summary>
internal sealed record AppRisk
{
    private static readonly string[] Known = ["Mode", .. Enum.GetNames<RiskCounter>()];

    /// <summary>What is done with what is counted.</summary>
    public RiskMode Mode { get; init; }

    /// <summary>The table of rules.</summary>
    public IReadOnlyList<RiskRule> Rules { get; init; } = RiskRules.Default;

    /// <summary>Reads and checks.</summary>
    /// <param name="section">The section.</param>
    /// <param name="otherwise">What holds where it says nothing.</param>
    /// <exception cref="SettingException">Something is wrong.</exception>
    public static AppRisk Read(IConfigurationSection section, AppRisk otherwise)
    {
        Settings.RefuseUnknown(section, Known);
        return new()
        {
            Mode = section["Mode"] switch
            {
                null or "" => otherwise.Mode,
                "off" => RiskMode.Off,
                "monitor" => RiskMode.Monitor,
                "enforce" => RiskMode.Enforce,
                _ => throw new SettingException(section.Path + ":Mode", "must be off, monitor or enforce"),
            },
            Rules = [.. otherwise.Rules.Select(rule => Read(section, rule))],
        };
    }

    private static RiskRule Read(IConfigurationSection section, RiskRule rule)
    {
        var name = rule.Counter.ToString();
        if (section[name] is not { Length: > 0 } text)
        {
            return rule;
        }

        if (text == "off")
        {
            return rule with { Challenge = null, Refuse = null };
        }

        // Such as 3/6, -/10 or 3/6 in 00:10:00.
        var longest = rule.IsShare ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        var parts = text.Split(" in ");
        var window = rule.Window;
        if (parts.Length <= 2
            && parts[0].Split('/') is [var challenge, var refuse]
            && TryCount(challenge, out var from) && TryCount(refuse, out var above)
            && (from is null || above is null || from <= above)
            && (parts.Length == 1 || (TimeSpan.TryParse(parts[1], CultureInfo.InvariantCulture, out window) && window >= TimeSpan.FromMinutes(1) && window <= longest)))
        {
            return rule with { Challenge = from, Refuse = above, Window = window };
        }

        throw new SettingException(
            $"{section.Path}:{name}",
            string.Create(CultureInfo.InvariantCulture, $"must be off, or from which count on it is challenged and refused, 1 to {RiskRules.LargestCount}, such as 3/6, -/10 or 3/6 in 00:10:00, the time at most {longest:c}"));
    }

    private static bool TryCount(string text, out int? count)
    {
        count = null;
        if (text == "-")
        {
            return true;
        }

        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= RiskRules.LargestCount;
        count = number;
        return isNumber;
    }
}
