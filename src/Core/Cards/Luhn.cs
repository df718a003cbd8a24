namespace Tollgate.Core.Cards;

/// <summary>The check digit of card numbers: ISO/IEC 7812-1, annex B (modulus 10, double-add-double).</summary>
public static class Luhn
{
    /// <summary>Whether the last digit is the right check digit for those before it. Anything but digits is wrong.</summary>
    public static bool IsValid(ReadOnlySpan<char> digits)
    {
        if (digits.IsEmpty)
        {
            return false;
        }

        var sum = 0;
        var doubled = false;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            var digit = digits[i] - '0';
            if (digit is < 0 or > 9)
            {
                return false;
            }

            if (doubled)
            {
                digit *= 2;
                if (digit > 9)
                {
                    digit -= 9;
                }
            }

            sum += digit;
            doubled = !doubled;
        }

        return sum % 10 == 0;
    }

    /// <summary>Whether a text holds a run of 13 to 19 digits, spaces and dashes between them allowed, that passes the check: a card number in the wrong place.</summary>
    public static bool HidesCardNumber(ReadOnlySpan<char> text)
    {
        Span<char> run = stackalloc char[MaximumLength];
        var length = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (length == MaximumLength)
                {
                    run[1..].CopyTo(run);
                    length--;
                }

                run[length++] = c;
                if (EndsInCardNumber(run[..length]))
                {
                    return true;
                }
            }
            else if (c is not (' ' or '-'))
            {
                length = 0;
            }
        }

        return false;
    }

    private const int MaximumLength = 19;

    private static bool EndsInCardNumber(ReadOnlySpan<char> run)
    {
        for (var length = 13; length <= run.Length; length++)
        {
            var candidate = run[^length..];
            if (candidate[0] != '0' && IsValid(candidate))
            {
                return true;
            }
        }

        return false;
    }
}
