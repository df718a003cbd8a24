namespace Tollgate.Core.Cards;

/// <summary>
/// The issuer's country by the first digits of a number (BIN). It knows only published test ranges: real ranges belong to the schemes, who
/// license them to acquirers.
/// </summary>
public static class BinTable
{
    private static readonly (string Prefix, string Country)[] Rows =
    [
        ("400000036", "AU"), ("411111", "US"), ("424242", "US"), ("400000", "US"), ("400084", "US"), ("555555", "US"), ("222300", "US"),
        ("378282", "US"), ("601111", "US"), ("305693", "US"), ("353011", "JP"), ("620000", "CN"),
    ];

    /// <summary>The ISO 3166-1 alpha-2 country of the issuer, or <see langword="null"/> when the table does not know it.</summary>
    public static string? CountryOf(CardNumber number)
    {
        var digits = number.Reveal().AsSpan();
        foreach (var (prefix, country) in Rows)
        {
            if (digits.StartsWith(prefix, StringComparison.Ordinal))
            {
                return country;
            }
        }

        return null;
    }
}
