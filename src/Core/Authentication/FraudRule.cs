using System.Globalization;
using Tollgate.Core.Cards;

namespace Tollgate.Core.Authentication;

/// <summary>A quarter of the calendar year, as <c>2026-Q4</c>.</summary>
/// <param name="Year">The year.</param>
/// <param name="Number">1 to 4.</param>
public readonly record struct Quarter(int Year, int Number)
{
    /// <summary>The month with which it begins.</summary>
    public int FirstMonth => (Number * 3) - 2;

    /// <summary>The quarter so many later, or earlier.</summary>
    public Quarter Plus(int quarters)
    {
        var count = (Year * 4) + Number - 1 + quarters;
        return new(count / 4, (count % 4) + 1);
    }

    /// <summary>The quarter of a month.</summary>
    public static Quarter Of(int year, int month) => new(year, (month + 2) / 3);

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string? text, out Quarter quarter)
    {
        var isOne = text is [_, _, _, _, '-', 'Q', >= '1' and <= '4'];
        var year = 0;
        isOne = isOne && int.TryParse(text.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out year);
        quarter = isOne ? new(year, text![6] - '0') : default;
        return isOne;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Year:0000}-Q{Number}");
}

/// <summary>What an app sold in a quarter and what of it was fraud, both in cents of Australian dollars.</summary>
/// <param name="Quarter">The quarter.</param>
/// <param name="Fraud">The value of the chargebacks for fraud that were received in it.</param>
/// <param name="Sales">The value of the payments that settled in it.</param>
public sealed record FraudFigures(Quarter Quarter, long Fraud, long Sales);

/// <summary>
/// AusPayNet's framework against fraud without the card (IAC code set, volume 7): a merchant that breaches the thresholds in two quarters one after the other must have
/// cardholders authenticated. It holds from the end of the second until the end of a quarter that does not breach them, that is, while the last two complete
/// quarters do. A quarter that is not over counts neither way.
/// </summary>
public static class FraudRule
{
    /// <summary>Fraud of more than this breaches: AUD 50,000, in cents.</summary>
    public const long Limit = 50_000_00;

    /// <summary>If it is at least so many basis points of the sales besides: 0.20 %.</summary>
    public const int LimitInBasisPoints = 20;

    /// <summary>Whether a quarter passes both thresholds.</summary>
    public static bool IsBreached(FraudFigures figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        return figures.Fraud > Limit && (Int128)figures.Fraud * 10_000 >= (Int128)figures.Sales * LimitInBasisPoints;
    }

    /// <summary>The fraud in basis points of the sales, to the hundredth and never rounded up to the threshold; <see langword="null"/> without sales.</summary>
    public static decimal? BasisPoints(FraudFigures figures)
    {
        ArgumentNullException.ThrowIfNull(figures);
        return figures.Sales > 0 ? decimal.Floor(figures.Fraud * 1_000_000m / figures.Sales) / 100 : null;
    }

    /// <summary>Whether cardholders must be authenticated.</summary>
    /// <param name="complete">The quarters that are over, without a gap, the latest last.</param>
    public static bool RequiresAuthentication(IReadOnlyList<FraudFigures> complete)
    {
        ArgumentNullException.ThrowIfNull(complete);
        return complete is [.., var earlier, var latest] && IsBreached(earlier) && IsBreached(latest) && earlier.Quarter.Plus(1) == latest.Quarter;
    }

    /// <summary>Whether payments by a card count: those issued in Australia, and those of which nobody knows where they were.</summary>
    /// <param name="country">ISO 3166-1 alpha-2 of the issuer, when it is known.</param>
    public static bool Covers(string? country) => country is null or "AU";

    /// <summary>
    /// Whether a chargeback for this reason counts. It does when it is received, however it ends: the rule is about what was received in the quarter. An inquiry is
    /// none.
    /// </summary>
    /// <param name="brand">The card's scheme.</param>
    /// <param name="reasonCode">The scheme's reason code.</param>
    public static bool IsFraud(Brand brand, string reasonCode)
    {
        ArgumentNullException.ThrowIfNull(reasonCode);
        return brand switch
        {
            Brand.Visa => reasonCode is "10.1" or "10.2" or "10.3" or "10.4" or "10.5",
            Brand.Mastercard or Brand.Maestro => reasonCode is "4837" or "4870" or "4871",
            Brand.Amex => reasonCode is "F10" or "F14" or "F22" or "F24" or "F29" or "F30" or "F31",
            Brand.Discover or Brand.Diners => reasonCode is "UA01" or "UA02" or "UA05" or "UA06",
            Brand.Jcb => reasonCode is "546",
            Brand.UnionPay => reasonCode is "4802",
            _ => false,
        };
    }
}
