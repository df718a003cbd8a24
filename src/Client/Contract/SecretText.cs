using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>A text that must never be printed: card numbers, security codes, secret keys, authorisation headers. Its <see cref="ToString"/> masks.</summary>
[JsonConverter(typeof(SecretTextConverter))]
public sealed class SecretText : IEquatable<SecretText>
{
    private readonly string value;

    /// <summary>Wraps a secret.</summary>
    public SecretText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        this.value = value;
    }

    /// <summary>Wraps a secret.</summary>
    public static implicit operator SecretText(string value) => new(value);

    /// <summary>Wraps a secret.</summary>
    public static SecretText FromString(string value) => new(value);

    /// <summary>The secret in clear: for the wire only.</summary>
    public string Expose() => value;

    /// <inheritdoc/>
    public bool Equals(SecretText? other) => other is not null && value == other.value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SecretText);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    /// <summary>Always four asterisks.</summary>
    public override string ToString() => "****";
}

internal sealed class SecretTextConverter : JsonConverter<SecretText>
{
    public override SecretText? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text ? new(text) : null;

    public override void Write(Utf8JsonWriter writer, SecretText value, JsonSerializerOptions options) => writer.WriteStringValue(value.Expose());
}
