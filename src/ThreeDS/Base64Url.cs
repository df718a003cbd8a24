using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>
/// The form in which creq, cres and threeDSMethodData travel through the browser: base64url without padding (RFC 4648, section 5). What is written is strict;
/// what is read may be padded or of the other alphabet, because what is found in the wild is.
/// </summary>
public static class Base64Url
{
    /// <summary>The bytes as base64url, without padding.</summary>
    /// <param name="bytes">The bytes.</param>
    public static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    /// <summary>Reads base64 or base64url, padded or not; anything else, white space included, is refused.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">The most bytes it may decode to.</param>
    /// <param name="bytes">The bytes, when it is right.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, int most, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var data = text.TrimEnd('=');
        var padding = text.Length - data.Length;
        if (padding > 2 || (padding > 0 && text.Length % 4 != 0) || data.Length % 4 == 1 || (data.Length / 4 * 3L) + Math.Max(0, (data.Length % 4) - 1) > most)
        {
            return false;
        }

        var decoded = new byte[(data.Length / 4 * 3) + Math.Max(0, (data.Length % 4) - 1)];
        uint bits = 0;
        var (held, written) = (0, 0);
        foreach (var c in data)
        {
            var value = Value(c);
            if (value < 0)
            {
                return false;
            }

            bits = unchecked((bits << 6) | (uint)value);
            held += 6;
            if (held >= 8)
            {
                held -= 8;
                decoded[written++] = unchecked((byte)(bits >> held));
            }
        }

        bytes = decoded;
        return true;
    }

    private static int Value(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' or '-' => 62,
        '/' or '_' => 63,
        _ => -1,
    };
}
