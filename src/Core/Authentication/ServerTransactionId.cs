using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Tollgate.Core.Authentication;

/// <summary>
/// The 3DS server's identifier of an attempt (threeDSServerTransID): a UUID that carries the payment's identifier, so that a result finds its payment
/// without a table. It says that it is of version 4, since directory servers know no other kind of bits that mean nothing to them. It is no secret:
/// what protects a result is that it must name the other two identifiers as well.
/// </summary>
public static class ServerTransactionId
{
    /// <summary>How many random bytes an identifier takes.</summary>
    public const int RandomLength = 5;

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private const int LongestPayment = 16;

    /// <summary>The identifier of an attempt for a payment.</summary>
    /// <param name="payment">The payment; at most 16 upper-case letters and digits.</param>
    /// <param name="random"><see cref="RandomLength"/> random bytes.</param>
    public static string For(PaymentId payment, ReadOnlySpan<byte> random)
    {
        Check.That(random.Length == RandomLength, "an identifier takes five random bytes");
        Check.That(payment.Value.Length is > 0 and <= LongestPayment, "a payment's identifier has at most 16 characters");

        // A digit is put before it, so that a leading zero of the payment's is not lost.
        var number = UInt128.One;
        foreach (var letter in payment.Value)
        {
            var digit = Alphabet.IndexOf(letter, StringComparison.Ordinal);
            Check.That(digit >= 0, "a payment's identifier is of upper-case letters and digits");
            number = (number * (UInt128)Alphabet.Length) + (UInt128)digit;
        }

        // 84 bits hold 1 and sixteen digits of 36; the 38 that are left of a UUID's 122 are drawn.
        UInt128 drawn = ((ulong)random[0] << 32) | BinaryPrimitives.ReadUInt32BigEndian(random[1..]);
        var bits = (number << 38) | (drawn & ((1UL << 38) - 1));

        // Version and variant have their places: after the first 48 bits, and after 12 more.
        var high = (ulong)(bits >> 74) << 16 | 0x4000 | (ulong)((bits >> 62) & 0xFFF);
        var low = 0x8000_0000_0000_0000 | (ulong)(bits & 0x3FFF_FFFF_FFFF_FFFF);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new Guid(bytes, bigEndian: true).ToString("D");
    }

    /// <summary>The payment that an identifier carries. False when it is none of ours.</summary>
    public static bool TryReadPayment([NotNullWhen(true)] string? id, out PaymentId payment)
    {
        payment = default;
        // The parser passes over white space, and reads 0x and + where a digit should be: what it reads is written otherwise then.
        if (!Guid.TryParseExact(id, "D", out var guid) || !guid.ToString("D").Equals(id, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        var (high, low) = (BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
        if ((high & 0xF000) != 0x4000 || (low >> 62) != 2)
        {
            return false;
        }

        var bits = ((UInt128)(high >> 16) << 74) | ((UInt128)(high & 0xFFF) << 62) | (low & 0x3FFF_FFFF_FFFF_FFFF);
        var number = bits >> 38;
        Span<char> text = stackalloc char[LongestPayment + 1];
        var start = text.Length;
        while (number > UInt128.One && start > 0)
        {
            text[--start] = Alphabet[(int)(number % (UInt128)Alphabet.Length)];
            number /= (UInt128)Alphabet.Length;
        }

        if (number != UInt128.One || text.Length - start is 0 or > LongestPayment)
        {
            return false;
        }

        payment = new(new string(text[start..]));
        return true;
    }
}
