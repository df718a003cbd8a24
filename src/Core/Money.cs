namespace Tollgate.Core;

/// <summary>A currency of ISO 4217. Only <see cref="Aud"/> is switched on; the code carries a currency everywhere so that another can be.</summary>
/// <param name="Code">Three upper-case letters, such as <c>AUD</c>.</param>
/// <param name="Number">Three digits, such as <c>036</c>, as ISO 8583 and EMV 3DS want it.</param>
/// <param name="Exponent">How many decimals the smallest unit has: 2 for cents.</param>
public sealed record Currency(string Code, string Number, int Exponent)
{
    /// <summary>The Australian dollar.</summary>
    public static Currency Aud { get; } = new("AUD", "036", 2);

    /// <summary>Finds a currency that is switched on by its three letters, exactly as written.</summary>
    public static bool TryParse(string? code, out Currency currency)
    {
        currency = Aud;
        return string.Equals(code, Aud.Code, StringComparison.Ordinal);
    }

    /// <summary>The three letters.</summary>
    public override string ToString() => Code;
}

/// <summary>An amount in the smallest unit of its currency (cents). Arithmetic is checked and refuses to mix currencies.</summary>
/// <param name="Minor">The number of smallest units; 1000 is AUD 10.00.</param>
/// <param name="Currency">The currency.</param>
public readonly record struct Money(long Minor, Currency Currency) : IComparable<Money>
{
    /// <summary>Nothing, in a currency.</summary>
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>Whether this is more than nothing.</summary>
    public bool IsPositive => Minor > 0;

    /// <summary>The sum of two amounts of one currency.</summary>
    public static Money operator +(Money left, Money right) => new(checked(left.Minor + Same(left, right).Minor), left.Currency);

    /// <summary>The difference of two amounts of one currency.</summary>
    public static Money operator -(Money left, Money right) => new(checked(left.Minor - Same(left, right).Minor), left.Currency);

    /// <summary>Whether the left amount is smaller.</summary>
    public static bool operator <(Money left, Money right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left amount is larger.</summary>
    public static bool operator >(Money left, Money right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left amount is not larger.</summary>
    public static bool operator <=(Money left, Money right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left amount is not smaller.</summary>
    public static bool operator >=(Money left, Money right) => left.CompareTo(right) >= 0;

    /// <summary>The sum of two amounts of one currency.</summary>
    public static Money Add(Money left, Money right) => left + right;

    /// <summary>The difference of two amounts of one currency.</summary>
    public static Money Subtract(Money left, Money right) => left - right;

    /// <inheritdoc/>
    public int CompareTo(Money other) => Minor.CompareTo(Same(this, other).Minor);

    /// <summary>Such as <c>1000 AUD</c>: the smallest units, then the currency.</summary>
    public override string ToString() => $"{Minor} {Currency.Code}";

    private static Money Same(Money left, Money right)
    {
        Check.That(left.Currency == right.Currency, "amounts are only compared and added within one currency");
        return right;
    }
}
