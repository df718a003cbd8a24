using System.Buffers;
using System.Text;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>A secret was found where it must not be.</summary>
internal sealed record Leak(string Place, string Secret, string Form, long Offset);

/// <summary>
/// Looks for secrets byte by byte, in every form in which somebody could have written them: in clear, grouped, as UTF-16, in base64 at each of its
/// three alignments, in hexadecimal, as a URL writes them.
/// </summary>
internal sealed class LeakScanner
{
    private const int ChunkLength = 1 << 20;

    private readonly Dictionary<string, (string Secret, string Form)> needles = new(StringComparer.Ordinal);
    private readonly Lazy<SearchValues<string>> search;
    private readonly Lazy<int> longest;

    public LeakScanner()
    {
        search = new(() => SearchValues.Create([.. needles.Keys], StringComparison.Ordinal));
        longest = new(() => needles.Keys.Max(n => n.Length));
    }

    /// <summary>A text that is long enough to be nobody else's, in whatever form it stands.</summary>
    public void AddText(string name, string secret)
    {
        var bytes = Encoding.UTF8.GetBytes(secret);
        Add(name, "in clear", bytes);

        // Without the zero at its end: then it is in both orders of bytes, and no needle begins with a zero, of which files are full.
        Add(name, "as UTF-16", Encoding.Unicode.GetBytes(secret)[..^1]);
        Add(name, "in lower-case hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)));
        Add(name, "in upper-case hexadecimal", Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)));
        Add(name, "as a URL writes it, every byte", Encoding.ASCII.GetBytes(string.Concat(bytes.Select(b => $"%{b:X2}"))));
        Add(name, "as a URL writes it", Encoding.ASCII.GetBytes(Uri.EscapeDataString(secret)));
        for (var before = 0; before < 3; before++)
        {
            // Only the characters that hold nothing but bits of the secret: those at the edges depend on its neighbours.
            var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var certain = text[((before * 8 + 5) / 6)..((before + bytes.Length) * 8 / 6)];
            Add(name, $"in base64 after {before} bytes", Encoding.ASCII.GetBytes(certain));
            Add(name, $"in base64 for URLs after {before} bytes", Encoding.ASCII.GetBytes(certain.Replace('+', '-').Replace('/', '_')));
        }
    }

    /// <summary>A card number, also as people group it.</summary>
    public void AddCard(string digits)
    {
        var name = $"the card …{digits[^4..]}";
        AddText(name, digits);
        int[] groups = digits.Length == 15 ? [4, 6, 5] : digits.Length == 14 ? [4, 6, 4] : [4, 4, 4, 4];
        foreach (var separator in (string[])[" ", "-", "+", "\u00a0"])
        {
            var start = 0;
            var grouped = string.Join(separator, groups.Select(length => digits[start..(start += length)]));
            AddText(name + " in groups", grouped);
        }
    }

    /// <summary>
    /// A security code. Three or four digits stand by chance everywhere, so it is looked for with what would stand beside it: the names that the field has in a
    /// request, in the source and in what prints records, and the quotes of JSON.
    /// </summary>
    public void AddCode(string code)
    {
        var name = $"the security code {code}";
        foreach (var field in (string[])["card_cvv_number", "CardCvvNumber", "cvv", "cvc", "Code", "code", "sealed"])
        {
            foreach (var form in (string[])[$"\"{field}\":\"{code}\"", $"\"{field}\": \"{code}\"", $"{field} = {code}", $"{field}={code}", $"{field}: {code}", $"\\\"{field}\\\":\\\"{code}\\\""])
            {
                AddText(name, form);
            }
        }

        Add(name, "as a text of JSON", Encoding.ASCII.GetBytes($"\"{code}\""));
        Add(name, "as a text of JSON in UTF-16", Encoding.Unicode.GetBytes($"\"{code}\"")[..^1]);
    }

    /// <summary>A security code in the same row as the payment that it was sent with: beside the identifier, as each engine lays a row out.</summary>
    public void AddCodeOf(string payment, string code)
    {
        var name = $"the security code {code} in a row";
        var digits = Encoding.ASCII.GetBytes(code);
        byte[] uuid = Encoding.ASCII.GetBytes(payment);

        // SQLite writes the values of a row without anything between them; PostgreSQL writes the length, shifted, in the byte before a short value.
        Add(name, "behind its payment", [.. uuid, .. digits]);
        Add(name, "behind its payment, with its length", [.. uuid, (byte)(((digits.Length + 1) << 1) | 1), .. digits]);
    }

    /// <summary>Every secret in a file, a body or a text.</summary>
    public IEnumerable<Leak> Scan(string place, Stream content)
    {
        var buffer = new byte[ChunkLength + longest.Value];
        var kept = 0;
        var offset = 0L;
        while (true)
        {
            var read = content.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);
            var length = kept + read;
            if (read == 0)
            {
                yield break;
            }

            var text = Encoding.Latin1.GetString(buffer, 0, length);
            foreach (var leak in Find(place, text, offset))
            {
                yield return leak;
            }

            // What could have begun at the end of this piece is seen again, whole, in the next.
            kept = Math.Min(longest.Value - 1, length);
            Array.Copy(buffer, length - kept, buffer, 0, kept);
            offset += length - kept;
        }
    }

    public IEnumerable<Leak> Scan(string place, byte[] content) => Scan(place, new MemoryStream(content));

    public IEnumerable<Leak> Scan(string place, string content) => Scan(place, Encoding.UTF8.GetBytes(content));

    /// <summary>Every secret in every file under a folder; the files that it read are told, so that a test can see that it read the right ones.</summary>
    public (IReadOnlyList<Leak> Leaks, IReadOnlyList<string> Files) ScanFolder(string folder)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(f => !IsSocket(f))];
        return ([.. files.SelectMany(ScanFile)], files);
    }

    public IEnumerable<Leak> ScanFile(string file)
    {
        using var stream = Open(file);
        foreach (var leak in Scan(Path.GetFileName(Path.GetDirectoryName(file)) + "/" + Path.GetFileName(file), stream))
        {
            yield return leak;
        }
    }

    private static Stream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            // A running database server removes files of its own: what is gone holds nothing.
            return Stream.Null;
        }
    }

    // Sockets of PostgreSQL and of the runtime, and the runtime's pipes: they hold nothing, and whoever opens a pipe waits for somebody at its other end.
    private static bool IsSocket(string file) => Path.GetFileName(file) is var name
        && (name.StartsWith(".s.PGSQL", StringComparison.Ordinal) || name.StartsWith("clr-debug-pipe-", StringComparison.Ordinal) || name.StartsWith("dotnet-diagnostic-", StringComparison.Ordinal));

    private IEnumerable<Leak> Find(string place, string text, long offset)
    {
        for (var start = 0; ;)
        {
            var at = text.AsSpan(start).IndexOfAny(search.Value);
            if (at < 0)
            {
                yield break;
            }

            start += at;
            var (secret, form) = needles.First(n => string.CompareOrdinal(text, start, n.Key, 0, n.Key.Length) == 0).Value;
            yield return new(place, secret, form, offset + start);
            start++;
        }
    }

    private void Add(string secret, string form, byte[] bytes) => needles.TryAdd(Encoding.Latin1.GetString(bytes), (secret, form));
}
