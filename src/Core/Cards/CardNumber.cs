namespace Tollgate.Core.Cards;

/// <summary>
/// A card number that is right by its check digit, its brand and its length. It prints masked; only <see cref="Reveal"/> gives the digits,
/// and who may call that is a short list which the repository's tests hold.
/// </summary>
public sealed class CardNumber : IEquatable<CardNumber>
{
    private readonly string digits;

    private CardNumber(string digits, Brand brand)
    {
        this.digits = digits;
        Brand = brand;
    }

    /// <summary>The brand that the number's first digits name.</summary>
    public Brand Brand { get; }

    /// <summary>The last four digits: all that leaves Tollgate (PCI DSS 3.4.1 would allow the BIN too).</summary>
    public string LastFour => digits[^4..];

    /// <summary>The first digits, which name the issuer: eight of a number of sixteen or more, otherwise six. With the last four they may be shown (PCI DSS 3.4.1).</summary>
    public string FirstDigits() => digits[..(digits.Length >= 16 ? 8 : 6)];

    /// <summary>Reads a number of 12 to 19 digits; spaces and dashes between them are tolerated.</summary>
    /// <param name="text">What was sent.</param>
    /// <param name="number">The number, when it is right.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CardNumber? number)
    {
        number = null;
        Span<char> digits = stackalloc char[19];
        var length = 0;
        foreach (var c in text)
        {
            if (c is ' ' or '-')
            {
                continue;
            }

            if (!char.IsAsciiDigit(c) || length == digits.Length)
            {
                return false;
            }

            digits[length++] = c;
        }

        digits = digits[..length];
        if (length < 12 || !Luhn.IsValid(digits) || !BrandTable.TryFind(digits, out var brand))
        {
            return false;
        }

        number = new(digits.ToString(), brand);
        return true;
    }

    /// <summary>The digits in clear. Only for sealing, for fingerprinting and for the acquirer's wire.</summary>
    public string Reveal() => digits;

    /// <inheritdoc/>
    public bool Equals(CardNumber? other) => other is not null && digits == other.digits;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CardNumber);

    /// <inheritdoc/>
    public override int GetHashCode() => digits.GetHashCode(StringComparison.Ordinal);

    /// <summary>Masked: asterisks and the last four digits.</summary>
    public override string ToString() => "****" + LastFour;
}

/// <summary>The security code printed on a card (CVV2, CVC2, CID): 3 or 4 digits. Never stored after authorisation (PCI DSS 3.3.1); prints masked.</summary>
public sealed class CardVerificationCode
{
    private readonly string digits;

    private CardVerificationCode(string digits) => this.digits = digits;

    /// <summary>Reads a code of as many digits as the brand prints.</summary>
    public static bool TryParse(string? text, Brand brand, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out CardVerificationCode? code)
    {
        code = null;
        if (text is null || text.Length != brand.SecurityCodeLength() || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        code = new(text);
        return true;
    }

    /// <summary>The digits in clear. Only for sealing until the authorisation, and for the acquirer's wire.</summary>
    public string Reveal() => digits;

    /// <summary>Masked.</summary>
    public override string ToString() => "***";
}
