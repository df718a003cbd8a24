using System.Globalization;
using System.Text;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Http;

/// <summary>Reads a query string field by field; what is wrong is noted under its name. An empty value counts as missing.</summary>
internal readonly struct QueryFields(IQueryCollection query, FieldErrors errors)
{
    public int Integer(string name, int otherwise, int minimum, int maximum)
    {
        if (Value(name) is not { } text)
        {
            return otherwise;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            errors.Add(name, "must be an integer");
            return otherwise;
        }

        if (number < minimum)
        {
            errors.Add(name, "must be greater than 0");
        }
        else if (number > maximum)
        {
            errors.Add(name, string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {maximum}"));
        }

        return number;
    }

    public T? Choice<T>(string name)
        where T : struct, Enum
    {
        if (Value(name) is not { } text)
        {
            return null;
        }

        if (WireNames.TryParse<T>(text, out var choice))
        {
            return choice;
        }

        errors.Add(name, "is not included in the list");
        return null;
    }

    /// <summary>A day or an instant, UTC.</summary>
    public DateTimeOffset? Instant(string name)
    {
        // A plus sign that was not escaped has become a space.
        if (Value(name)?.Replace(' ', '+') is not { } text)
        {
            return null;
        }

        if (WireInstant.TryRead(text, out var instant))
        {
            return instant.ToUniversalTime();
        }

        errors.Add(name, "is invalid");
        return null;
    }

    /// <summary>A place to go on from; the beginning when left out.</summary>
    public long Cursor(string name)
    {
        var after = 0L;
        if (Value(name) is { } text && !TryCursor(text, out after))
        {
            errors.Add(name, "is invalid");
        }

        return after;
    }

    public static bool TryCursor(string text, out long cursor) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cursor);

    public string? Text(string name, int maximum)
    {
        if (Value(name) is not { } text)
        {
            return null;
        }

        if (text.Length > maximum)
        {
            errors.Add(name, string.Create(CultureInfo.InvariantCulture, $"is too long (maximum is {maximum} characters)"));
        }

        return Cleaned(text);
    }

    public string? Value(string name)
    {
        var value = query[name].ToString();
        return value.Length == 0 ? null : value;
    }

    /// <summary>
    /// A text that the database can be asked for. PostgreSQL refuses some control characters, and no row holds any: each becomes a character that is in
    /// no row either, so that what was asked for stays unknown.
    /// </summary>
    public static string Cleaned(string? text) =>
        string.Concat((text ?? string.Empty).EnumerateRunes().Select(r => Rune.IsControl(r) ? Rune.ReplacementChar : r));
}
