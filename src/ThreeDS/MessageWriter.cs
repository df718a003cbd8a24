using System.Buffers;
using System.Text.Json;

namespace Tollgate.ThreeDS;

/// <summary>Writes messages by the field table, as compact JSON in UTF-8.</summary>
public static class MessageWriter
{
    /// <summary>The message as JSON in UTF-8.</summary>
    /// <param name="message">The message.</param>
    public static byte[] Write(Message message)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        Write(message, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the message as JSON in UTF-8.</summary>
    /// <param name="message">The message.</param>
    /// <param name="output">Where it goes.</param>
    public static void Write(Message message, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        Write(json, message);
    }

    private static void Write(Utf8JsonWriter json, Elements elements)
    {
        json.WriteStartObject();
        foreach (var field in elements.Table.Fields)
        {
            if (elements[field] is { } value)
            {
                json.WritePropertyName(field.EncodedName);
                WriteValue(json, value);
            }
        }

        foreach (var (name, value) in elements.Unrecognised)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case Elements nested:
                Write(json, nested);
                break;
            case JsonFragment fragment:
                json.WriteRawValue(fragment.Utf8.Span, skipInputValidation: true);
                break;
            case IReadOnlyList<Elements> items:
                json.WriteStartArray();
                for (var i = 0; i < items.Count; i++)
                {
                    Write(json, items[i]);
                }

                json.WriteEndArray();
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartArray();
                for (var i = 0; i < texts.Count; i++)
                {
                    json.WriteStringValue(texts[i]);
                }

                json.WriteEndArray();
                break;
            default:
                throw new InvalidOperationException($"No element is a {value.GetType().Name}.");
        }
    }
}
