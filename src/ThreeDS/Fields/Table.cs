using System.Collections.Frozen;
using System.Text.Json;

namespace Tollgate.ThreeDS;

/// <summary>A row of the field table: an element's name, its format, when it must be there, and the version that brought it.</summary>
internal sealed record Field(int Row, string Name, Format Format, Presence Presence, ProtocolVersion Since)
{
    public JsonEncodedText EncodedName { get; } = JsonEncodedText.Encode(Name);

    public bool IsIn(ProtocolVersion version) => version >= Since;
}

/// <summary>The rows of one message or of one object in a message, in the order in which they are written.</summary>
internal sealed class Table
{
    private readonly FrozenDictionary<string, Field> byName;
    private readonly Func<Table, Elements> create;

    public Table(string name, MessageTypes type, Field[] fields, Func<Table, Elements> create)
    {
        Name = name;
        Type = type;
        Fields = fields;
        this.create = create;
        byName = fields.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal);
    }

    public string Name { get; }

    public MessageTypes Type { get; }

    public Field[] Fields { get; }

    public int Count => Fields.Length;

    /// <summary>The first row of every message.</summary>
    public Field MessageType => Fields[0];

    /// <summary>The second row of every message.</summary>
    public Field MessageVersion => Fields[1];

    public Elements Create() => create(this);

    public Field? Find(ReadOnlySpan<char> name) => byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var field) ? field : null;

    public Field? Find(string name) => byName.GetValueOrDefault(name);
}

/// <summary>Collects the rows of a table while it is written down.</summary>
internal sealed class Rows
{
    private readonly List<Field> rows = [];

    public Field Add(string name, Format format, Presence presence, ProtocolVersion since)
    {
        rows.Add(new(rows.Count, name, format, presence, since));
        return rows[^1];
    }

    public Table Close(MessageTypes type, Func<Table, Elements> create) => new(type.ToString(), type, [.. rows], create);

    public Table Close(string name, Func<Table, Elements> create) => new(name, MessageTypes.None, [.. rows], create);
}
