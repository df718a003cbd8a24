namespace Tollgate.Core.Cards;

/// <summary>
/// Which brand a number belongs to, by its first digits, and which lengths that brand has. The longest matching prefix wins;
/// between prefixes of one length the brand that stands first. The ranges are those that the npm package credit-card-type 10 publishes.
/// </summary>
public static class BrandTable
{
    private readonly record struct PrefixRange(int From, int To, int Digits);

    private sealed record BrandRow(Brand Brand, int[] Lengths, PrefixRange[] Prefixes);

    private static readonly BrandRow[] Rows =
    [
        Row(Brand.Visa, [16, 18, 19], "4"),
        Row(Brand.Mastercard, [16], "51-55 2221-2229 223-229 23-26 270-271 2720"),
        Row(Brand.Amex, [15], "34 37"),
        Row(Brand.Diners, [14, 16, 19], "300-305 36 38 39"),
        Row(Brand.Discover, [16, 19], "6011 644-649 65"),
        Row(
            Brand.Troy,
            [16],
            """
            9792 650052 650082-650083 650092 650161 650170 650173 650175 650268 650271 650273-650274 650456-650457 650836 650846-650850 650923
            650987 650990 654997 657366 657998 658758 658767-658768 65083700-65083704 65085800-65085804 65085900-65085901 65086000
            65086100-65086105 65086200-65086203 65875000-65875003 65875009 65875101-65875104 65875200 65875501 65875601 65875900
            65876000-65876002 65876100-65876103 65876110 65876115-65876116 65876200-65876201 65876500 65876504-65876505 65876600-65876602
            65877100-65877101 65877600-65877602 65877700 65877801-65877802 65878200-65878202 65878300-65878311 65878400-65878405
            65878500-65878505 65878600-65878601 65879800 65880800 65880900
            """),
        Row(Brand.Jcb, [16, 17, 18, 19], "2131 1800 3528-3589"),
        Row(
            Brand.UnionPay,
            [14, 15, 16, 17, 18, 19],
            """
            620 62100-62182 62184-62187 62185-62197 62200-62205 622010-622999 622018 62207-62209 623-626 6270 6272 6276 627700-627779
            627781-627799 6282-6289 6291 6292 810 8110-8131 8132-8151 8152-8163 8164-8171
            """),
        Row(Brand.Naranja, [16], "589562 402918 527572"),
        Row(
            Brand.Verve,
            [16, 18, 19],
            """
            506099-506127 506129 506133-506150 506158-506163 506166 506168 506170 506173 506176-506180 506184 506187-506188 506191 506195 506197
            507865 507866 507868-507877 507880-507888 507900 507941
            """),
        Row(Brand.Maestro, [12, 13, 14, 15, 16, 17, 18, 19], "493698 500000-504174 504176-506698 506779-508999 56-59 63 67 6"),
        Row(
            Brand.Elo,
            [16],
            """
            401178 401179 438935 457631 457632 431274 451416 457393 504175 506699-506778 509000-509999 627780 636297 636368 650031-650033
            650035-650051 650405-650439 650485-650538 650541-650598 650700-650718 650720-650727 650901-650978 651652-651679 655000-655019
            655021-655058
            """),
        Row(Brand.Mir, [16, 17, 18, 19], "2200-2204"),
        Row(Brand.Hiper, [16], "637095 63737423 63743358 637568 637599 637609 637612"),
        Row(Brand.Hipercard, [16], "606282"),
    ];

    /// <summary>The brand of a number of digits, when its prefix is one we know and its length is one that the brand has.</summary>
    public static bool TryFind(ReadOnlySpan<char> digits, out Brand brand)
    {
        brand = default;
        if (digits.Length < 12)
        {
            return false;
        }

        var head = int.Parse(digits[..8], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture);
        BrandRow? best = null;
        var strength = 0;
        foreach (var row in Rows)
        {
            foreach (var prefix in row.Prefixes)
            {
                var start = head / PowerOfTen(8 - prefix.Digits);
                if (prefix.Digits > strength && start >= prefix.From && start <= prefix.To)
                {
                    best = row;
                    strength = prefix.Digits;
                }
            }
        }

        if (best is null || !best.Lengths.AsSpan().Contains(digits.Length))
        {
            return false;
        }

        brand = best.Brand;
        return true;
    }

    private static int PowerOfTen(int exponent)
    {
        var power = 1;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    private static BrandRow Row(Brand brand, int[] lengths, string prefixes) => new(
        brand,
        lengths,
        [.. prefixes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(ParseRange)]);

    private static PrefixRange ParseRange(string text)
    {
        var parts = text.Split('-');
        var from = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        return new(from, parts.Length == 1 ? from : int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[0].Length);
    }
}
