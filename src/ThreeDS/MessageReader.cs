using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>What the reader of a message may take, and who it is.</summary>
public sealed record MessageExpectation
{
    /// <summary>The types of messages that are taken; another type is error 101.</summary>
    public required MessageTypes Types { get; init; }

    /// <summary>Who reads: a letter of <see cref="ThreeDS.Component"/>, for errorComponent.</summary>
    public required string Component { get; init; }

    /// <summary>The versions that are taken; another is error 102.</summary>
    public IReadOnlyList<ProtocolVersion> Versions { get; init; } = ProtocolVersion.Known;

    /// <summary>The identifiers of the extensions that are recognised; a critical extension that is not among them is error 202.</summary>
    public IReadOnlyCollection<string> Extensions { get; init; } = [];

    /// <summary>
    /// The request that an ARes or an RReq answers, which says what else must be in it: channel, category and what was asked for.
    /// Without it a payment in a browser is taken for granted.
    /// </summary>
    public AuthenticationRequest? Request { get; init; }
}

/// <summary>What came of reading: the message, or the error that answers it.</summary>
/// <param name="Message">The message, when it is right.</param>
/// <param name="Error">The error to answer with, when it is not. Whether it may be sent is for the reader to say: never in answer to an Erro.</param>
public readonly record struct MessageReading(Message? Message, ErrorMessage? Error)
{
    /// <summary>Whether a message of one type came.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="message">The message.</param>
    public bool Is<T>([NotNullWhen(true)] out T? message)
        where T : Message
    {
        message = Message as T;
        return message is not null;
    }
}

/// <summary>Reads messages by the field table. Whatever the bytes are, nothing is thrown: they are a message, or they have their error.</summary>
public static class MessageReader
{
    /// <summary>Reads one message.</summary>
    /// <param name="utf8Json">The message as it came.</param>
    /// <param name="expected">What may come.</param>
    public static MessageReading Read(ReadOnlySpan<byte> utf8Json, MessageExpectation expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var envelope = Envelope.Open(utf8Json);
        if (Refuse(envelope, expected, out var version) is { } refusal)
        {
            return new(null, refusal);
        }

        var findings = new Findings();
        var message = (Message)envelope.Table!.Create();
        var elements = new ElementReader(utf8Json, version, findings);
        elements.Read(message);
        var situation = new Situation(message, expected.Request);
        MessageRules.Check(message, situation, findings);
        FindCriticalExtensions(message, expected, findings);
        if (findings.IsEmpty)
        {
            return new(message, null);
        }

        var (code, detail) = findings.Worst();
        return new(null, envelope.Error(code, detail, expected));
    }

    private static ErrorMessage? Refuse(Envelope envelope, MessageExpectation expected, out ProtocolVersion version)
    {
        version = default;
        if (!envelope.IsJsonObject)
        {
            return envelope.Error(ErrorCode.InvalidMessage, "The message is not a JSON object in UTF-8.", expected);
        }

        if (!envelope.HasType)
        {
            return envelope.Error(ErrorCode.ElementMissing, "messageType", expected);
        }

        if (envelope.Table is null || !expected.Types.HasFlag(envelope.Table.Type))
        {
            return envelope.Error(ErrorCode.InvalidMessage, "messageType", expected);
        }

        if (!envelope.HasVersion)
        {
            return envelope.Error(ErrorCode.ElementMissing, "messageVersion", expected);
        }

        if (!ProtocolVersion.TryParse(envelope.Version, out version))
        {
            return envelope.Error(ErrorCode.InvalidFormat, "messageVersion", expected);
        }

        return expected.Versions.Contains(version) ? null : envelope.Error(ErrorCode.VersionNotSupported, "messageVersion", expected);
    }

    private static void FindCriticalExtensions(Message message, MessageExpectation expected, Findings findings)
    {
        if (message.Table.Find("messageExtension") is not { } field || message[field] is not IReadOnlyList<MessageExtension> extensions)
        {
            return;
        }

        foreach (var extension in extensions)
        {
            if (extension is { CriticalityIndicator: true, Id: { } identifier } && !expected.Extensions.Contains(identifier))
            {
                findings.Critical(identifier);
            }
        }
    }
}
