using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Core.Authentication;

namespace Tollgate.Server;

/// <summary>Draws identifiers. Those that are keys of tables begin with the time, so that new rows are appended to an index and not scattered over it.</summary>
internal class Identifiers
{
    // Upper-case letters and digits without 0, 1, I, L and O, which people confuse.
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Hexadecimal = "0123456789abcdef";
    private const int TimeLength = 7;
    private const int RandomLength = 9;

    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A payment's <c>uuid</c>: 7 characters of time in tenths of a second, 9 random ones (44 bits).</summary>
    public PaymentId NewPayment(DateTimeOffset now)
    {
        Span<char> text = stackalloc char[TimeLength + RandomLength];
        var tenths = (now - Epoch).Ticks / (TimeSpan.TicksPerSecond / 10);
        for (var i = TimeLength - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(tenths % Alphabet.Length)];
            tenths /= Alphabet.Length;
        }

        Draw(Alphabet, text[TimeLength..]);
        return new(text.ToString());
    }

    /// <summary>A saved card's <c>token.id</c>: 8 hexadecimal digits of time in seconds, 12 random ones (48 bits).</summary>
    public CardToken NewToken(DateTimeOffset now) => new("tok_" + NewDigits(now));

    /// <summary>A dispute's identifier: <c>dp_</c>, then as a token's.</summary>
    public DisputeId NewDispute(DateTimeOffset now) => new("dp_" + NewDigits(now));

    /// <summary>A payout's identifier: <c>po_</c>, then as a token's.</summary>
    public PayoutId NewPayout(DateTimeOffset now) => new("po_" + NewDigits(now));

    /// <summary>A further endpoint's identifier: <c>we_</c>, then as a token's.</summary>
    public string NewEndpoint(DateTimeOffset now) => "we_" + NewDigits(now);

    /// <summary>The public name of an app's secret: <c>sec_</c>, then as a token's.</summary>
    public string NewSecret(DateTimeOffset now) => "sec_" + NewDigits(now);

    /// <summary>The id of an app that was given none: <c>app-</c> and 16 random hexadecimal digits.</summary>
    public string NewApp()
    {
        Span<char> random = stackalloc char[16];
        Draw(Hexadecimal, random);
        return $"app-{random}";
    }

    /// <summary>
    /// The identifier of the payout that the schedule closes for an app at an instant: the same in every process, so that it is closed once.
    /// </summary>
    public static PayoutId PayoutOf(AppId app, Currency currency, DateTimeOffset slot)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{app}|{currency}"));
        return new(string.Create(CultureInfo.InvariantCulture, $"po_{Seconds(slot):x8}{Convert.ToHexStringLower(digest)[..12]}"));
    }

    /// <summary>An operation's reference: 20 characters.</summary>
    public OperationId NewOperation() => new(NewText(20));

    /// <summary>The unguessable part of a challenge page's address: 32 characters, 158 bits.</summary>
    public string NewChallengeKey() => NewText(32);

    /// <summary>The identifier of an attempt to authenticate a payment's cardholder (threeDSServerTransID).</summary>
    public string NewAttempt(PaymentId payment)
    {
        Span<char> digits = stackalloc char[2 * ServerTransactionId.RandomLength];
        Draw("0123456789abcdef", digits);
        return ServerTransactionId.For(payment, Convert.FromHexString(digits));
    }

    /// <summary>Fills a text with characters that nobody can guess; a simulation draws them from its seed.</summary>
    protected virtual void Draw(ReadOnlySpan<char> alphabet, Span<char> text)
    {
        // One call for many characters: a call costs more than what it draws. What is past the last whole multiple of the alphabet is thrown away, so
        // that every character is as likely as any other.
        var fair = 256 - (256 % alphabet.Length);
        Span<byte> random = stackalloc byte[64];
        for (var drawn = 0; drawn < text.Length;)
        {
            RandomNumberGenerator.Fill(random);
            for (var i = 0; i < random.Length && drawn < text.Length; i++)
            {
                if (random[i] < fair)
                {
                    text[drawn++] = alphabet[random[i] % alphabet.Length];
                }
            }
        }
    }

    private string NewDigits(DateTimeOffset now)
    {
        Span<char> random = stackalloc char[12];
        Draw(Hexadecimal, random);
        return string.Create(CultureInfo.InvariantCulture, $"{Seconds(now):x8}{random}");
    }

    private static uint Seconds(DateTimeOffset now) => unchecked((uint)((now - Epoch).Ticks / TimeSpan.TicksPerSecond));

    private string NewText(int length)
    {
        Span<char> text = stackalloc char[length];
        Draw(Alphabet, text);
        return text.ToString();
    }
}
