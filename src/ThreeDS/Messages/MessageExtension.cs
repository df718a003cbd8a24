using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>What a scheme or a component adds to a message. EMV 3DS 2.2.0 table A.7.</summary>
public sealed record MessageExtension : Elements
{
    /// <summary>An object to be filled.</summary>
    public MessageExtension()
        : base(MessageExtensionFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal MessageExtension(Table table)
        : base(table)
    {
    }

    /// <summary>The extension's name.</summary>
    public required string Name { get => Text(MessageExtensionFields.Name)!; init => Put(MessageExtensionFields.Name, value); }

    /// <summary>The extension's identifier, with the scheme's prefix.</summary>
    public required string Id { get => Text(MessageExtensionFields.Id)!; init => Put(MessageExtensionFields.Id, value); }

    /// <summary>True when whoever does not know the extension must refuse the message (error 202).</summary>
    public required bool CriticalityIndicator
    {
        get => Flag(MessageExtensionFields.CriticalityIndicator) ?? false;
        init => Put(MessageExtensionFields.CriticalityIndicator, value);
    }

    /// <summary>What the extension carries, a JSON object.</summary>
    public required JsonFragment Data { get => Value<JsonFragment>(MessageExtensionFields.Data)!; init => Put(MessageExtensionFields.Data, value); }
}
