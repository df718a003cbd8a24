using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Disputes;

/// <summary>The kinds of file that evidence can be, told from their content alone: a name or a declared type proves nothing.</summary>
internal sealed record EvidenceFileType(string ContentType, string Extension)
{
    private const int LongestName = 100;

    private static readonly EvidenceFileType Pdf = new("application/pdf", ".pdf");
    private static readonly EvidenceFileType Png = new("image/png", ".png");
    private static readonly EvidenceFileType Jpeg = new("image/jpeg", ".jpg");

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("<>:\"|?*");

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>What a file is; nothing when it is none of them, or not whole.</summary>
    public static EvidenceFileType? Of(ReadOnlySpan<byte> file) => IsPdf(file) ? Pdf : IsPng(file) ? Png : IsJpeg(file) ? Jpeg : null;

    /// <summary>
    /// A name that can be shown and stored: the last part of a path, without control and invisible characters, at most 100 characters, with the extension of
    /// what the file is. A name that is none any more, or hides a card number, is replaced.
    /// </summary>
    public string Clean(string? name)
    {
        var last = (name ?? string.Empty).Split('/', '\\')[^1];
        var clean = new StringBuilder();
        foreach (var rune in last.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate || rune == Rune.ReplacementChar)
            {
                continue;
            }

            if (clean.Length + rune.Utf16SequenceLength > LongestName - Extension.Length)
            {
                break;
            }

            clean.Append(rune.IsBmp && Forbidden.Contains((char)rune.Value) ? "_" : rune.ToString());
        }

        var stem = Path.GetFileNameWithoutExtension(clean.ToString()).Trim(' ', '.');
        return (stem.Length == 0 || Luhn.HidesCardNumber(stem) ? "evidence" : stem) + Extension;
    }

    private static bool IsPdf(ReadOnlySpan<byte> file)
    {
        // ISO 32000-1, 7.5.2 and 7.5.5: the header first, the place of the cross-references and the end-of-file marker last.
        if (!file.StartsWith("%PDF-1."u8) && !file.StartsWith("%PDF-2."u8))
        {
            return false;
        }

        var end = file.TrimEnd(" \t\r\n\0\f"u8);
        return end.EndsWith("%%EOF"u8) && end[^Math.Min(end.Length, 1024)..].LastIndexOf("startxref"u8) >= 0;
    }

    private static bool IsPng(ReadOnlySpan<byte> file)
    {
        // PNG, 5.2 to 5.6: the signature, IHDR first, IDAT somewhere, IEND last, and nothing after it. A chunk is length, type, data and check.
        if (!file.StartsWith(PngSignature))
        {
            return false;
        }

        var rest = file[PngSignature.Length..];
        var (first, data) = (true, false);
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var type = rest.Slice(4, 4);
            if (length > rest.Length - 12 || first != type.SequenceEqual("IHDR"u8) || (first && length != 13))
            {
                return false;
            }

            rest = rest[(12 + (int)length)..];
            if (type.SequenceEqual("IEND"u8))
            {
                return data && length == 0 && rest.IsEmpty;
            }

            data |= type.SequenceEqual("IDAT"u8);
            first = false;
        }

        return false;
    }

    private static bool IsJpeg(ReadOnlySpan<byte> file)
    {
        // ITU-T T.81, B.1.1 and B.2.1: segments of marker and length up to the first scan, a frame before it, the end-of-image marker last.
        if (!file.StartsWith<byte>([0xFF, 0xD8, 0xFF]) || !file.EndsWith<byte>([0xFF, 0xD9]))
        {
            return false;
        }

        var rest = file[2..];
        var frame = false;
        while (rest.Length >= 4 && rest[0] == 0xFF)
        {
            var marker = rest[1];
            if (marker == 0xFF)
            {
                // Fill bytes may stand before a marker.
                rest = rest[1..];
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (marker is < 0xC0 or (>= 0xD0 and <= 0xD9) || length < 2 || length > rest.Length - 2)
            {
                return false;
            }

            if (marker == 0xDA)
            {
                return frame;
            }

            frame |= marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            rest = rest[(2 + length)..];
        }

        return false;
    }
}
