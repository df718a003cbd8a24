namespace Tollgate.ThreeDS;

/// <summary>
/// An EMV 3-D Secure message. Its properties are named as the data elements of EMV 3DS 2.2.0 table A.1, with the first letter in upper case; all are strings
/// but the flags, the lists and the objects. A message that <see cref="MessageReader"/> gave holds what its version demands;
/// one that is composed here is asked with <see cref="MessageValidator"/> before it is sent.
/// </summary>
public abstract record Message : Elements
{
    private protected Message(Table table)
        : base(table) => Put(table.MessageType, table.Name);

    /// <summary>The message's type.</summary>
    public MessageTypes Type => Table.Type;

    /// <summary>The version of the protocol the message is written in, such as 2.2.0.</summary>
    public required string MessageVersion { get => Text(Table.MessageVersion)!; init => Put(Table.MessageVersion, value); }
}
