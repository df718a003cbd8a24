using System.Buffers;

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
    public static void Write(Message message, IBufferWriter<byte> output) => throw new NotImplementedException();
}
