using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Tollgate.ThreeDS;

/// <summary>A JSON value that is kept as it is: what a message carries without the protocol knowing what is in it. It prints its size only.</summary>
public sealed class JsonFragment : IEquatable<JsonFragment>
{
    private readonly byte[] utf8;

    private JsonFragment(byte[] utf8) => this.utf8 = utf8;

    /// <summary>The value's size in bytes.</summary>
    public int Length => utf8.Length;

    /// <summary>The value as JSON in UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 => utf8;

    internal bool IsObject => utf8[0] == (byte)'{';

    /// <summary>Takes one JSON value, in UTF-8 and without a comment.</summary>
    /// <param name="utf8">The value; white space around it is dropped.</param>
    /// <param name="fragment">The value, when it is one.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonFragment? fragment)
    {
        fragment = null;
        var value = utf8.Trim(" \t\r\n"u8);
        if (value.IsEmpty || !System.Text.Unicode.Utf8.IsValid(value))
        {
            return false;
        }

        var reader = new Utf8JsonReader(value);
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            return false;
        }

        fragment = new(value.ToArray());
        return true;
    }

    /// <summary>Takes one JSON value.</summary>
    /// <param name="json">The value.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static JsonFragment Parse(string json) =>
        TryParse(Encoding.UTF8.GetBytes(json), out var fragment) ? fragment : throw new FormatException("This is not one JSON value.");

    /// <inheritdoc/>
    public bool Equals(JsonFragment? other) => other is not null && utf8.AsSpan().SequenceEqual(other.utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as JsonFragment);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(utf8);
        return hash.ToHashCode();
    }

    /// <summary>The size, not the value.</summary>
    public override string ToString() => $"JSON of {utf8.Length} bytes";

    /// <summary>Takes a value that was already read as part of a valid document.</summary>
    internal static JsonFragment Trusted(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());
}
