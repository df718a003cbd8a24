using System.Text.Json;
using System.Text.Json.Serialization;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox;

/// <summary>An order to the acquirer's process: have something go wrong.</summary>
public sealed record ArmOrder(LinkFault Fault, MessageKind? Kind, string? Payment, int Times);

/// <summary>An order to the acquirer's process: what a gateway wants to happen now.</summary>
public sealed record NowOrder(NoticeKind Kind, string Payment);

/// <summary>What a gateway made of what it was told.</summary>
public sealed record Hearing(DueNotice Told, bool Heard);

/// <summary>Where the acquirer's clock is to be moved, or when something is due next.</summary>
public sealed record WireTime(DateTimeOffset? At);

/// <summary>What a gateway must be told to have something happen now, if anything.</summary>
public sealed record Chosen(DueNotice? Next);

/// <summary>Whether something came about.</summary>
public sealed record Done(bool Yes);

/// <summary>The text of a clearing file, if there is one of that name.</summary>
public sealed record WireFile(byte[]? Content);

/// <summary>The wire between gateways and an acquirer in a process of its own: HTTP and JSON. Every answer has the clock's offset in a header.</summary>
public static class HostWire
{
    /// <summary>The header with which every answer says how far the clock was moved, in ticks of 100 ns.</summary>
    public const string OffsetHeader = "sandbox-clock-offset";

    /// <summary>
    /// The header with which a gateway says where it is: the address that its customers know, a space, and the one at which this machine reaches it. Results of
    /// challenges go there.
    /// </summary>
    public const string GatewayHeader = "sandbox-gateway";

    /// <summary>How many due notices are given out at a time.</summary>
    public const int MostDue = 256;

    /// <summary>A message and its answer.</summary>
    public const string Exchange = "/exchange";

    /// <summary>Faults to arm.</summary>
    public const string Faults = "/faults";

    /// <summary>The books, by payment.</summary>
    public const string Books = "/books/";

    /// <summary>The clearing files, by name.</summary>
    public const string ClearingFiles = "/clearing-files/";

    /// <summary>What is due.</summary>
    public const string Due = "/notices/due";

    /// <summary>What is to happen now.</summary>
    public const string Now = "/notices/now";

    /// <summary>What a gateway has heard.</summary>
    public const string Heard = "/notices/heard";

    /// <summary>The clock: when something is due next, and moving it.</summary>
    public const string Clock = "/clock";
}

/// <summary>How the wire's messages are written. A card's secrets stay in the types that print masked, on both ends.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(CardNumberConverter), typeof(CardVerificationCodeConverter)])]
[JsonSerializable(typeof(SimulatedMessage))]
[JsonSerializable(typeof(SimulatedReply))]
[JsonSerializable(typeof(ArmOrder))]
[JsonSerializable(typeof(NowOrder))]
[JsonSerializable(typeof(Hearing))]
[JsonSerializable(typeof(WireTime))]
[JsonSerializable(typeof(WireFile))]
[JsonSerializable(typeof(Chosen))]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(IReadOnlyList<BookLine>))]
[JsonSerializable(typeof(IReadOnlyList<DueNotice>))]
public sealed partial class HostJson : JsonSerializerContext;

internal sealed class CardNumberConverter : JsonConverter<CardNumber>
{
    public override CardNumber Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CardNumber.TryParse(reader.GetString(), out var number) ? number : throw new JsonException("A card number is wrong.");

    public override void Write(Utf8JsonWriter writer, CardNumber value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
}

internal sealed class CardVerificationCodeConverter : JsonConverter<CardVerificationCode>
{
    public override CardVerificationCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Only American Express prints four digits.
        var text = reader.GetString();
        return CardVerificationCode.TryParse(text, text?.Length == 4 ? Brand.Amex : Brand.Visa, out var code)
            ? code
            : throw new JsonException("A security code is wrong.");
    }

    public override void Write(Utf8JsonWriter writer, CardVerificationCode value, JsonSerializerOptions options) => writer.WriteStringValue(value.Reveal());
}
