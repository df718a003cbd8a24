namespace Tollgate.Core.Cards;

/// <summary>The month until whose last day a card is valid.</summary>
/// <param name="Year">Four digits.</param>
/// <param name="Month">1 to 12.</param>
public readonly record struct Expiry(int Year, int Month)
{
    /// <summary>How far in the future an expiry may lie before it must be a mistake.</summary>
    public const int MaximumYearsAhead = 20;

    /// <summary>
    /// Whether the month is over everywhere: judged at UTC−12, where a day ends last, so that no cardholder is refused on a day on which
    /// the card is still valid at home.
    /// </summary>
    public bool IsOver(DateTimeOffset now) => now.ToOffset(TimeSpan.FromHours(-12)) is var there && (there.Year, there.Month).CompareTo((Year, Month)) > 0;

    /// <summary>Such as <c>2028-12</c>.</summary>
    public override string ToString() => $"{Year:D4}-{Month:D2}";
}
