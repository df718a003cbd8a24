using System.Globalization;
using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Http;

/// <summary>
/// Reads an object of a request field by field, into types that cannot be wrong. What is missing, of the wrong type or out of bounds is noted
/// under its dotted path, and reading goes on, so that one answer names every mistake. An explicit null counts as missing.
/// </summary>
internal readonly struct JsonFields(JsonElement element, string prefix, FieldErrors errors)
{
    public FieldErrors Errors => errors;

    public string Path(string name) => prefix + name;

    /// <summary>A text without control characters; blank counts as missing.</summary>
    public string? Text(string name, int maximum, bool required = false, int minimum = 1, bool lines = false)
    {
        if (!TryGet(name, required, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String || !TryText(value, out var text))
        {
            return Wrong<string>(name, "is invalid");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            return required ? Wrong<string>(name, "can't be blank") : null;
        }

        if (text.Length > maximum)
        {
            return Wrong<string>(name, $"is too long (maximum is {maximum} characters)");
        }

        if (text.Length < minimum)
        {
            return Wrong<string>(name, $"is too short (minimum is {minimum} characters)");
        }

        foreach (var c in text)
        {
            if (char.IsControl(c) && !(lines && c is '\r' or '\n' or '\t'))
            {
                return Wrong<string>(name, "is invalid");
            }
        }

        return text;
    }

    /// <summary>A whole number; <c>1000.0</c> is one, <c>"1000"</c> and <c>10.5</c> are not.</summary>
    public long? Integer(string name, long minimum, long maximum, bool required = false)
    {
        if (!TryGet(name, required, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            return WrongNumber(name, "must be an integer");
        }

        if (!IsWhole(value.GetRawText()))
        {
            return WrongNumber(name, "must be an integer");
        }

        if (!value.TryGetDecimal(out var number))
        {
            // Beyond what a decimal holds: far too large or far too small.
            return WrongNumber(name, value.GetDouble() > 0 ? TooLarge(maximum) : TooSmall(minimum));
        }

        if (number < minimum)
        {
            return WrongNumber(name, TooSmall(minimum));
        }

        return number > maximum ? WrongNumber(name, TooLarge(maximum)) : (long)number;
    }

    /// <summary>A whole number that is an <see langword="int"/>.</summary>
    public int? SmallInteger(string name, int minimum, int maximum, bool required = false) => (int?)Integer(name, minimum, maximum, required);

    public bool? Boolean(string name)
    {
        if (!TryGet(name, required: false, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        errors.Add(Path(name), "must be true or false");
        return null;
    }

    /// <summary>One of the names of an enumeration, in lower case with underscores.</summary>
    public T? Choice<T>(string name, bool required = false)
        where T : struct, Enum
    {
        if (!TryGet(name, required, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && TryText(value, out var text))
        {
            if (WireNames.TryParse<T>(text, out var choice))
            {
                return choice;
            }

            if (text.Length == 0 && !required)
            {
                return null;
            }
        }

        errors.Add(Path(name), "is not included in the list");
        return null;
    }

    /// <summary>A list of names of an enumeration; none when it is missing.</summary>
    public IReadOnlyCollection<T> Choices<T>(string name)
        where T : struct, Enum
    {
        if (!TryGet(name, required: false, out var value))
        {
            return [];
        }

        var choices = new HashSet<T>();
        if (value.ValueKind != JsonValueKind.Array)
        {
            errors.Add(Path(name), "must be a list");
            return choices;
        }

        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && TryText(item, out var text) && WireNames.TryParse<T>(text, out var choice))
            {
                choices.Add(choice);
            }
            else
            {
                errors.Add(Path(name), "is not included in the list");
            }
        }

        return choices;
    }

    /// <summary>A day or an instant, UTC.</summary>
    public DateTimeOffset? Instant(string name, bool required = false)
    {
        if (Text(name, 64, required) is not { } text)
        {
            return null;
        }

        if (WireInstant.TryRead(text, out var instant))
        {
            return instant.ToUniversalTime();
        }

        errors.Add(Path(name), "is invalid");
        return null;
    }

    /// <summary>An object within.</summary>
    public JsonFields? Object(string name, bool required = false)
    {
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                return new(value, Path(name) + ".", errors);
            }

            errors.Add(Path(name), "is invalid");
            return null;
        }

        if (required)
        {
            errors.Add(Path(name), "can't be blank");
        }

        return null;
    }

    private bool TryGet(string name, bool required, out JsonElement value)
    {
        if (element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        if (required)
        {
            errors.Add(Path(name), "can't be blank");
        }

        return false;
    }

    private static bool TryText(JsonElement value, out string text)
    {
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // The escapes of the text do not make Unicode: half a surrogate pair.
            text = string.Empty;
            return false;
        }
    }

    // Told from the digits as they were sent: a decimal has 28 of them, and rounds away what makes a longer number a fraction.
    private static bool IsWhole(string number)
    {
        var mantissa = number.AsSpan();
        var exponent = 0L;
        if (mantissa.IndexOfAny('e', 'E') is >= 0 and var e)
        {
            if (!long.TryParse(mantissa[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            {
                exponent = mantissa[e + 1] == '-' ? long.MinValue : long.MaxValue;
            }

            mantissa = mantissa[..e];
        }

        var significant = mantissa.TrimEnd("0.");
        if (significant.IndexOfAnyInRange('1', '9') < 0)
        {
            return true;
        }

        // How many places after the point the last digit that counts has; below zero when it stands before the point.
        var point = mantissa.IndexOf('.') is >= 0 and var p ? p : mantissa.Length;
        var places = significant.Length > point ? significant.Length - point - 1 : significant.Length - point;
        return exponent >= places;
    }

    private static string TooSmall(long minimum) => minimum == 1
        ? "must be greater than 0"
        : string.Create(CultureInfo.InvariantCulture, $"must be greater than or equal to {minimum}");

    private static string TooLarge(long maximum) => string.Create(CultureInfo.InvariantCulture, $"must be less than or equal to {maximum}");

    private T? Wrong<T>(string name, string message)
        where T : class
    {
        errors.Add(Path(name), message);
        return null;
    }

    private long? WrongNumber(string name, string message)
    {
        errors.Add(Path(name), message);
        return null;
    }
}
