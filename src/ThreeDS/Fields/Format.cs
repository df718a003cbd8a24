using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.ThreeDS;

internal delegate bool TextCheck(ReadOnlySpan<char> text);

/// <summary>What a value may look like: the column "format" of the field table, with length and allowed values. EMV 3DS 2.2.0 table A.1.</summary>
internal abstract record Format
{
    public static readonly Format
        Uuid = new TextFormat(36, 36, IsUuid) { IsPrintable = true },
        VersionNumber = new TextFormat(5, 8, text => ProtocolVersion.TryParse(text, out _)) { IsPrintable = true },
        EmailAddress = new TextFormat(3, 254, text => text.IndexOf('@') is > 0 and var at && at < text.Length - 1 && !text.ContainsAny(" \t\r\n")),
        IpAddress = new TextFormat(2, 45, IsAddress),
        TimeOffset = new TextFormat(1, 5, text => IsDigits(text is ['-', ..] ? text[1..] : text)),
        Minutes = new TextFormat(5, 5, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes is >= 1 and <= 10080),
        Instalments = new TextFormat(1, 3, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1),
        Date = Time("yyyyMMdd"),
        Minute = Time("yyyyMMddHHmm"),
        Second = Time("yyyyMMddHHmmss"),
        YearMonth = new TextFormat(4, 4, text => IsDigits(text) && DateOnly.TryParseExact(text[2..], "MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)),
        Cryptogram = new TextFormat(28, 28, AuthenticationValue.IsValid),
        Flag = new FlagFormat();

    /// <summary>At most ten extensions are in a message.</summary>
    public static Format Extensions => ListOf<MessageExtension>(MessageExtensionFields.Table, 10);

    /// <summary>True when the format leaves room for nothing but an identifier or a code, which may be printed.</summary>
    public bool IsPrintable { get; init; }

    /// <summary>Whether a value is right by itself; what is in an object or in a list of objects is checked by the rows of their own table.</summary>
    public abstract bool Accepts(object value);

    public static Format Text(int least, int most) => new TextFormat(least, most, _ => true);

    public static Format Digits(int least, int most) => new TextFormat(least, most, IsDigits);

    /// <summary>The same format, of a value that may be printed.</summary>
    public static Format Open(Format format) => format with { IsPrintable = true };

    public static Format Url(int most) => new TextFormat(1, most, IsAbsoluteUrl);

    public static Format OneOf(params string[] values) => new CodeFormat(values.ToFrozenSet(StringComparer.Ordinal)) { IsPrintable = true };

    /// <summary>Codes of two digits, given as ranges such as <c>01-06</c>; 80-99 are the directory server's.</summary>
    public static Format Codes(params string[] ranges) => OneOf([.. ranges.SelectMany(Spread)]);

    public static Format CodesList(params string[] ranges) => new CodeListFormat(ranges.SelectMany(Spread).ToFrozenSet(StringComparer.Ordinal));

    public static Format ObjectOf(Table table) => new ObjectFormat(table);

    public static Format ListOf<T>(Table table, int most)
        where T : Elements => new ListFormat<T>(table, most);

    /// <summary>An object that is kept as it is, of so many bytes at most.</summary>
    public static Format Raw(int most) => new RawFormat(most);

    private static TextFormat Time(string pattern) => new(pattern.Length, pattern.Length,
        text => IsDigits(text) && DateTime.TryParseExact(text, pattern, CultureInfo.InvariantCulture, DateTimeStyles.None, out _));

    private static IEnumerable<string> Spread(string range)
    {
        var first = int.Parse(range.AsSpan(0, 2), CultureInfo.InvariantCulture);
        var last = int.Parse(range.AsSpan(3, 2), CultureInfo.InvariantCulture);
        return Enumerable.Range(first, last - first + 1).Select(code => code.ToString("00", CultureInfo.InvariantCulture));
    }

    // The parser also reads 0x and + where a digit should be.
    private static bool IsUuid(ReadOnlySpan<char> text) => !text.ContainsAny("xX+") && Guid.TryParseExact(text, "D", out _);

    private static bool IsDigits(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');

    private static bool IsAbsoluteUrl(ReadOnlySpan<char> text) =>
        (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        && Uri.TryCreate(text.ToString(), UriKind.Absolute, out var url) && url.Host.Length > 0;

    // IPAddress also reads 1, 127.1 and 0x7f.0.0.1 as addresses, and a network interface behind one.
    private static bool IsAddress(ReadOnlySpan<char> text) => IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetworkV6 ? !text.ContainsAny("[]%") : text.SequenceEqual(address.ToString()));
}

/// <summary>A text of so many characters.</summary>
internal sealed record TextFormat(int Least, int Most, TextCheck IsRight) : Format
{
    public override bool Accepts(object value) =>
        value is string text && text.Length >= Least && text.Length <= Most && IsRight(text) && IsWellFormed(text);

    // What is not UTF-16 cannot be written as UTF-8.
    private static bool IsWellFormed(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return false;
            }

            i++;
        }

        return true;
    }
}

/// <summary>One of some values.</summary>
internal sealed record CodeFormat(FrozenSet<string> Values) : Format
{
    public override bool Accepts(object value) => value is string text && Values.Contains(text);
}

/// <summary>True or false.</summary>
internal sealed record FlagFormat : Format
{
    public override bool Accepts(object value) => value is bool;
}

/// <summary>An object whose elements have a table of their own.</summary>
internal sealed record ObjectFormat(Table Table) : Format
{
    public override bool Accepts(object value) => value is Elements elements && elements.Table == Table;
}

/// <summary>A list of such objects.</summary>
internal abstract record ListFormat(Table Table, int Most) : Format
{
    public abstract object Seal(List<Elements> items);
}

/// <summary>A list of objects of one type.</summary>
internal sealed record ListFormat<T>(Table Table, int Most) : ListFormat(Table, Most)
    where T : Elements
{
    public override bool Accepts(object value)
    {
        if (value is not IReadOnlyList<T> list || list.Count < 1 || list.Count > Most)
        {
            return false;
        }

        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is null)
            {
                return false;
            }
        }

        return true;
    }

    public override object Seal(List<Elements> items)
    {
        var sealedItems = new T[items.Count];
        for (var i = 0; i < sealedItems.Length; i++)
        {
            sealedItems[i] = (T)items[i];
        }

        return sealedItems;
    }
}

/// <summary>A list of codes.</summary>
internal sealed record CodeListFormat(FrozenSet<string> Values) : Format
{
    public override bool Accepts(object value) => value is IReadOnlyList<string> list && list.Count >= 1 && list.All(code => code is not null && Values.Contains(code));
}

/// <summary>An object that is kept as it is.</summary>
internal sealed record RawFormat(int Most) : Format
{
    public override bool Accepts(object value) => value is JsonFragment fragment && fragment.IsObject && fragment.Length <= Most;
}
