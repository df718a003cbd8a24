using System.Text.Json;

namespace Tollgate.ThreeDS;

/// <summary>Puts the elements of a document into their rows. The document is known to be JSON in UTF-8; what is in it is not known.</summary>
internal ref struct ElementReader
{
    private readonly ReadOnlySpan<byte> utf8Json;
    private readonly ProtocolVersion version;
    private Findings findings;
    private Utf8JsonReader json;

    public ElementReader(ReadOnlySpan<byte> utf8Json, ProtocolVersion version, Findings findings)
    {
        this.utf8Json = utf8Json;
        this.version = version;
        this.findings = findings;
        json = new(utf8Json);
    }

    private readonly bool IsLenient => version > ProtocolVersion.V220;

    public void Read(Message message)
    {
        message[message.Table.MessageType] = null;
        json.Read();
        ReadObject(message, null);
    }

    private void ReadObject(Elements into, string? path)
    {
        Span<char> buffer = stackalloc char[Envelope.LongestName];
        HashSet<string>? others = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = Find(into.Table, buffer, out var other);
            json.Read();
            if (field is null)
            {
                Keep(into, path, other, ref others);
            }
            else if (into[field] is not null || (others is not null && others.Contains(field.Name)))
            {
                findings.Duplicate(path, field.Name);
                json.Skip();
            }
            else
            {
                ReadValue(into, field, path, ref others);
            }
        }
    }

    // The name of an element that the table has is not made a string again.
    private readonly Field? Find(Table table, Span<char> buffer, out string? other)
    {
        other = null;
        Field? field = null;
        if (!json.ValueIsEscaped && json.ValueSpan.Length <= buffer.Length)
        {
            field = table.Find(buffer[..json.CopyString(buffer)]);
        }

        if (field is null)
        {
            var copy = json;
            other = Envelope.TryGetText(ref copy);
            field = other is null ? null : table.Find(other);
        }

        if (field is not null && !field.IsIn(version))
        {
            other = field.Name;
            return null;
        }

        return field;
    }

    private void Keep(Elements into, string? path, string? name, ref HashSet<string>? others)
    {
        if (name is null)
        {
            findings.Wrong(path, "an element whose name is no text");
            json.Skip();
        }
        else if (!(others ??= new(StringComparer.Ordinal)).Add(name))
        {
            findings.Duplicate(path, name);
            json.Skip();
        }
        else
        {
            into.Keep(new(name, Fragment()));
        }
    }

    private void ReadValue(Elements into, Field field, string? path, ref HashSet<string>? others)
    {
        if (!IsLenient || field.Presence.IsEssential)
        {
            var value = Value(field, path);
            if (value is null)
            {
                findings.Wrong(path, field.Name);
            }

            into[field] = value ?? Elements.Broken;
            return;
        }

        // Version 2.3.1 has other types for some elements: what does not fit the row is kept as what the table does not know.
        var start = json;
        var all = findings;
        findings = new();
        into[field] = Value(field, path) is { } fitting && findings.IsEmpty ? fitting : null;
        findings = all;
        if (into[field] is null)
        {
            json = start;
            Keep(into, path, field.Name, ref others);
        }
    }

    /// <summary>The value in the form its format has, or null when it is of another type; then its end has been reached all the same.</summary>
    private object? Value(Field field, string? path)
    {
        switch (field.Format)
        {
            case ObjectFormat { Table: var table } when json.TokenType == JsonTokenType.StartObject:
                return Object(table, Under(path, field));
            case ListFormat list when json.TokenType == JsonTokenType.StartArray:
                return List(list, Under(path, field));
            case CodeListFormat when json.TokenType == JsonTokenType.StartArray:
                return Texts();
            case RawFormat when json.TokenType == JsonTokenType.StartObject:
                return Fragment();
            case FlagFormat when json.TokenType is JsonTokenType.True or JsonTokenType.False:
                return json.GetBoolean();
            case TextFormat or CodeFormat when json.TokenType == JsonTokenType.String:
                return Envelope.TryGetText(ref json);
            default:
                json.Skip();
                return null;
        }
    }

    private static string Under(string? path, Field field) => path is null ? field.Name : $"{path}.{field.Name}";

    private Elements Object(Table table, string path)
    {
        var elements = table.Create();
        ReadObject(elements, path);
        return elements;
    }

    private object? List(ListFormat format, string path)
    {
        var items = new List<Elements>();
        var fits = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject && items.Count < format.Most)
            {
                items.Add(Object(format.Table, path));
            }
            else
            {
                fits = false;
                json.Skip();
            }
        }

        return fits ? format.Seal(items) : null;
    }

    private string[]? Texts()
    {
        var texts = new List<string>();
        var fits = true;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (Envelope.TryGetText(ref json) is { } text)
            {
                texts.Add(text);
            }
            else
            {
                fits = false;
                json.Skip();
            }
        }

        return fits ? [.. texts] : null;
    }

    private JsonFragment Fragment()
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        return JsonFragment.Trusted(utf8Json[start..(int)json.BytesConsumed]);
    }
}
