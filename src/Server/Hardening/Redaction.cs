using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Hardening;

/// <summary>
/// Takes out of a text what must not be in a log, wherever it came from: card numbers, security codes, and the secrets of apps and webhooks. A second net behind
/// the types that print masked; what it takes too much of is no loss.
/// </summary>
internal static partial class Redaction
{
    public const string Mark = "[redacted]";

    private const int Shortest = 13;
    private const int Longest = 19;

    // What stands in no text that needs the long way.
    private static readonly SearchValues<string> Names = SearchValues.Create(
        ["cvv", "cvc", "security_code", "securitycode", "authorization", "secret", "card_number", "cardnumber", "whsec_", "sk-", "sk_"], StringComparison.OrdinalIgnoreCase);

    /// <summary>The text without them; the same text when there are none.</summary>
    public static string Clean(string text)
    {
        if (text.AsSpan().ContainsAny(Names))
        {
            text = Named().Replace(text, "$1$2" + Mark);
            text = Shaped().Replace(text, Mark);
        }

        return WithoutCards(text);
    }

    private static string WithoutCards(string text)
    {
        StringBuilder? cleaned = null;
        var copied = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsAsciiDigit(text[i]))
            {
                i++;
                continue;
            }

            // A run: digits, and single spaces or dashes between them.
            var end = i + 1;
            var count = 1;
            while (end < text.Length)
            {
                if (char.IsAsciiDigit(text[end]))
                {
                    end++;
                    count++;
                }
                else if (IsSeparator(text[end]) && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1]))
                {
                    end++;
                }
                else
                {
                    break;
                }
            }

            if (count >= Shortest && FindIn(text.AsSpan(i, end - i)) is var (start, length))
            {
                (cleaned ??= new()).Append(text, copied, i + start - copied).Append(Mark);
                copied = i + start + length;
                i = copied;
            }
            else
            {
                i = end;
            }
        }

        return cleaned is null ? text : cleaned.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>
    /// The first card number in a run. A number that stands by itself has only to pass its check; one that other digits touch has to begin as a card's as well, or
    /// every long number would lose a part.
    /// </summary>
    private static (int Start, int Length)? FindIn(ReadOnlySpan<char> run)
    {
        Span<char> digits = stackalloc char[Longest];
        for (var start = 0; start < run.Length; start++)
        {
            if (IsSeparator(run[start]))
            {
                continue;
            }

            var beginsAlone = start == 0 || IsSeparator(run[start - 1]);
            var (found, count) = (0, 0);
            for (var at = start; at < run.Length && count < Longest; at++)
            {
                if (IsSeparator(run[at]))
                {
                    continue;
                }

                digits[count++] = run[at];
                var alone = beginsAlone && (at + 1 == run.Length || IsSeparator(run[at + 1]));
                if (count >= Shortest && Luhn.IsValid(digits[..count]) && (alone || BrandTable.TryFind(digits[..count], out _)))
                {
                    found = at + 1 - start;
                }
            }

            if (found > 0)
            {
                return (start, found);
            }
        }

        return null;
    }

    private static bool IsSeparator(char c) => c is ' ' or '-' or '\u00a0';

    // A name as JSON, a form, a header or a record writes it, and its value: to the closing quotation mark, or to where a word ends.
    [GeneratedRegex(
        """\b((?:card_?)?(?:cvv2?|cvc2?)(?:_?(?:number|code))?|(?:card_?)?security_?code|card_?number|authorization(?:_?header)?|secret[-_]?key|webhook_?secret)\b(\\?["']?\s*[:=]\s*)(?:\\"(?:[^"\\]|\\[^"])*(?:\\")?|"(?:[^"\\]|\\.)*"?|'[^']*'?|(?:(?:Bearer|Basic|Digest)\s+)?[^\s,;&}\]"'\\]+)""",
        RegexOptions.IgnoreCase)]
    private static partial Regex Named();

    // The shapes of our own secrets.
    [GeneratedRegex("""\bwhsec_[A-Za-z0-9+/=_-]{4,}|\bsk[-_][A-Za-z0-9._-]{4,}""")]
    private static partial Regex Shaped();
}
