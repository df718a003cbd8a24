using System.Text.Json;
using System.Text.Unicode;

namespace Tollgate.ThreeDS;

/// <summary>What must be known of a message before its table can be chosen, and what of a broken one can still be told.</summary>
internal sealed class Envelope
{
    /// <summary>Longer than any name in the field table.</summary>
    public const int LongestName = 64;

    public bool IsJsonObject { get; private set; }

    /// <summary>The type, when it is one of ours.</summary>
    public Table? Table { get; private set; }

    public bool HasType { get; private set; }

    public bool HasVersion { get; private set; }

    public string? Version { get; private set; }

    public string? ServerTransaction { get; private set; }

    public string? AcsTransaction { get; private set; }

    public string? DirectoryServerTransaction { get; private set; }

    public string? SdkTransaction { get; private set; }

    /// <summary>Reads through the whole document, so that whoever reads it again finds it to be JSON in UTF-8.</summary>
    public static Envelope Open(ReadOnlySpan<byte> utf8Json)
    {
        var envelope = new Envelope();
        if (!Utf8.IsValid(utf8Json))
        {
            return envelope;
        }

        var reader = new Utf8JsonReader(utf8Json);
        try
        {
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    envelope.Take(ref reader);
                }

                // Nothing but white space may follow.
                envelope.IsJsonObject = !reader.Read();
            }
        }
        catch (JsonException)
        {
            envelope.IsJsonObject = false;
        }

        return envelope;
    }

    /// <summary>A string, or null when it is none or holds half a surrogate pair, of which no text can be made.</summary>
    public static string? TryGetText(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            return null;
        }

        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The error that answers the message, with what is known of it.</summary>
    public ErrorMessage Error(string code, string detail, MessageExpectation expected) => new()
    {
        MessageVersion = ProtocolVersion.TryParse(Version, out var version) && expected.Versions.Contains(version) ? Version! : Highest(expected).ToString(),
        ThreeDSServerTransID = ServerTransaction,
        AcsTransID = AcsTransaction,
        DsTransID = DirectoryServerTransaction,
        SdkTransID = SdkTransaction,
        ErrorCode = code,
        ErrorComponent = expected.Component,
        ErrorDescription = ErrorCode.Describe(code),
        ErrorDetail = detail,
        ErrorMessageType = Table?.Name,
    };

    // The first of two elements with one name counts; the second is found when the elements are read.
    private void Take(ref Utf8JsonReader reader)
    {
        var name = reader.ValueIsEscaped ? TryGetText(ref reader) : Known(ref reader);
        reader.Read();
        switch (name)
        {
            case "messageType" when !HasType:
                HasType = true;
                Table = TryGetText(ref reader) is { } type ? Tables.Find(type) : null;
                break;
            case "messageVersion" when !HasVersion:
                HasVersion = true;
                Version = TryGetText(ref reader);
                break;
            case "threeDSServerTransID":
                ServerTransaction ??= Identifier(ref reader);
                break;
            case "acsTransID":
                AcsTransaction ??= Identifier(ref reader);
                break;
            case "dsTransID":
                DirectoryServerTransaction ??= Identifier(ref reader);
                break;
            case "sdkTransID":
                SdkTransaction ??= Identifier(ref reader);
                break;
        }

        reader.Skip();
    }

    private static string? Known(ref Utf8JsonReader reader) => reader.ValueSpan.Length switch
    {
        11 when reader.ValueTextEquals("messageType"u8) => "messageType",
        14 when reader.ValueTextEquals("messageVersion"u8) => "messageVersion",
        20 when reader.ValueTextEquals("threeDSServerTransID"u8) => "threeDSServerTransID",
        10 when reader.ValueTextEquals("acsTransID"u8) => "acsTransID",
        9 when reader.ValueTextEquals("dsTransID"u8) => "dsTransID",
        10 when reader.ValueTextEquals("sdkTransID"u8) => "sdkTransID",
        _ => null,
    };

    private static string? Identifier(ref Utf8JsonReader reader) => TryGetText(ref reader) is { } text && Format.Uuid.Accepts(text) ? text : null;

    // An error is written, so it is in a version that we write.
    private static ProtocolVersion Highest(MessageExpectation expected)
    {
        var highest = ProtocolVersion.V210;
        foreach (var version in ProtocolVersion.Written)
        {
            highest = expected.Versions.Contains(version) ? version : highest;
        }

        return highest;
    }
}
