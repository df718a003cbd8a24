using System.Text;

namespace Tollgate.ThreeDS;

/// <summary>
/// The data elements of a message or of an object in one. What the field table knows is held by its row; what it does not know is kept as it came,
/// so that a message is written as it was read. It prints identifiers and codes, and the names only of everything else.
/// </summary>
public abstract record Elements
{
    /// <summary>Stands in a row whose element was there and was of the wrong type.</summary>
    internal static readonly object Broken = new();

    private static readonly object True = true;
    private static readonly object False = false;

    private readonly object?[] values;
    private List<UnrecognisedElement>? unrecognised;

    private protected Elements(Table table)
    {
        Table = table;
        values = new object?[table.Count];
    }

    /// <summary>Copies what the original holds, so that <c>with</c> leaves the original alone.</summary>
    protected Elements(Elements original)
    {
        ArgumentNullException.ThrowIfNull(original);
        Table = original.Table;
        values = (object?[])original.values.Clone();
        unrecognised = original.unrecognised is null ? null : [.. original.unrecognised];
    }

    internal Table Table { get; }

    internal IReadOnlyList<UnrecognisedElement> Unrecognised => unrecognised ?? (IReadOnlyList<UnrecognisedElement>)[];

    internal object? this[Field field]
    {
        get => values[field.Row];
        set => values[field.Row] = value;
    }

    /// <summary>Whether both hold the same elements, those the field table does not know included.</summary>
    public virtual bool Equals(Elements? other)
    {
        if (other is null || Table != other.Table || Unrecognised.Count != other.Unrecognised.Count)
        {
            return false;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (!AreEqual(values[i], other.values[i]))
            {
                return false;
            }
        }

        for (var i = 0; i < Unrecognised.Count; i++)
        {
            if (Unrecognised[i] != other.Unrecognised[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in values)
        {
            if (value is string or bool)
            {
                hash.Add(value);
            }
        }

        return hash.ToHashCode();
    }

    /// <summary>The elements by name, with the values of identifiers and codes; every other value prints as <c>***</c>.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder(Table.Name).Append(" {");
        foreach (var field in Table.Fields)
        {
            if (values[field.Row] is { } value)
            {
                // A value that is not what its format says may be anything.
                var shown = value is Elements ? value.ToString() : field.Format.IsPrintable && field.Format.Accepts(value) ? (string)value : "***";
                text.Append(' ').Append(field.Name).Append(" = ").Append(shown).Append(',');
            }
        }

        if (unrecognised is { Count: > 0 } rest)
        {
            text.Append(' ').Append(rest.Count).Append(" more,");
        }

        return text.Remove(text.Length - 1, 1).Append(" }").ToString();
    }

    internal void Keep(UnrecognisedElement element) => (unrecognised ??= []).Add(element);

    private protected string? Text(Field field) => values[field.Row] as string;

    private protected bool? Flag(Field field) => values[field.Row] as bool?;

    private protected T? Value<T>(Field field)
        where T : class => values[field.Row] as T;

    private protected void Put(Field field, object? value) => values[field.Row] = value is bool flag ? (flag ? True : False) : value;

    private static bool AreEqual(object? left, object? right)
    {
        if (left is not IReadOnlyList<object> items || right is not IReadOnlyList<object> others)
        {
            return Equals(left, right);
        }

        if (items.Count != others.Count)
        {
            return false;
        }

        for (var i = 0; i < items.Count; i++)
        {
            if (!Equals(items[i], others[i]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>An element that the field table of the message's version does not know, as it came.</summary>
internal sealed record UnrecognisedElement(string Name, JsonFragment Value);
