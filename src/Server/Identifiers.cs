using System.Buffers.Binary;
using System.Security.Cryptography;
using Tollgate.Core;

namespace Tollgate.Server;

/// <summary>Draws identifiers. Those that are keys of tables begin with the time, so that new rows are appended to an index and not scattered over it.</summary>
internal static class Identifiers
{
    // Upper-case letters and digits without 0, 1, I, L and O, which people confuse.
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    private const int TimeLength = 7;
    private const int RandomLength = 9;

    private static readonly DateTimeOffset Epoch = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A payment's <c>uuid</c>: 7 characters of time in tenths of a second, 9 random ones (44 bits).</summary>
    public static PaymentId NewPayment(DateTimeOffset now)
    {
        Span<char> text = stackalloc char[TimeLength + RandomLength];
        var tenths = (now - Epoch).Ticks / (TimeSpan.TicksPerSecond / 10);
        for (var i = TimeLength - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(tenths % Alphabet.Length)];
            tenths /= Alphabet.Length;
        }

        RandomNumberGenerator.GetItems<char>(Alphabet, text[TimeLength..]);
        return new(text.ToString());
    }

    /// <summary>A saved card's <c>token.id</c>: 8 hexadecimal digits of time in seconds, 12 random ones (48 bits).</summary>
    public static CardToken NewToken(DateTimeOffset now) => new("tok_" + NewDigits(now));

    /// <summary>A dispute's identifier: <c>dp_</c>, then as a token's.</summary>
    public static DisputeId NewDispute(DateTimeOffset now) => new("dp_" + NewDigits(now));

    /// <summary>A payout's identifier: <c>po_</c>, then as a token's.</summary>
    public static PayoutId NewPayout(DateTimeOffset now) => new("po_" + NewDigits(now));

    /// <summary>An operation's reference: 20 characters.</summary>
    public static OperationId NewOperation() => new(RandomNumberGenerator.GetString(Alphabet, 20));

    /// <summary>The unguessable part of a challenge page's address: 32 characters, 158 bits.</summary>
    public static string NewChallengeKey() => RandomNumberGenerator.GetString(Alphabet, 32);

    private static string NewDigits(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[10];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)((now - Epoch).Ticks / TimeSpan.TicksPerSecond));
        RandomNumberGenerator.Fill(bytes[4..]);
        return Convert.ToHexStringLower(bytes);
    }
}
