using System.Text;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Tests.Storage;

/// <summary>The short way of reading an event's body says what the serializer says, or nothing.</summary>
public class EventBodies
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, 123, TimeSpan.Zero);
    private static readonly OperationId Operation = new("6SXGYFEBPMFKS5KGSJNY");

    private static readonly AcquirerExchange[] Exchanges =
    [
        new("Authorisation", At, At.AddMilliseconds(7), "Approved", "00", "000000000001"),
        new("Inquiry", At, At.AddSeconds(1), "Unknown", null, null),
    ];

    private static readonly PaymentEvent[] Usual =
    [
        new PaymentEvent.AuthorisationStarted(At, Operation, At.AddSeconds(7)),
        new PaymentEvent.Authorised(At, Operation, new("000000000001", "A1B2C3", "100000000000001"), At.AddDays(7)) { Exchanges = Exchanges },
        new PaymentEvent.Authorised(At, Operation, new("Größe \"1\"", null, null), At.AddDays(7)) { Exchanges = [] },
        new PaymentEvent.CaptureStarted(At, Operation, new(1000, Currency.Aud), At.AddSeconds(7)),
        new PaymentEvent.Captured(At, Operation) { Exchanges = Exchanges },
        new PaymentEvent.Settled(At),
    ];

    private static readonly PaymentEvent[] Unusual =
    [
        new PaymentEvent.Settled(At, new(990, Currency.Aud), new(5, Currency.Aud), "file:1"),
        new PaymentEvent.Voided(At, Operation),
        new PaymentEvent.SessionEnded(At),
        new PaymentEvent.RefundStarted(At, Operation, new(300, Currency.Aud), "Wrong size", At.AddDays(10), At.AddSeconds(7)),
        new PaymentEvent.OutcomeUnknown(At, Operation, At.AddSeconds(9)),
    ];

    [Fact]
    public void Usual_events_are_read_as_they_were_written()
    {
        foreach (var happened in Usual)
        {
            var body = StorageJson.WriteEvent(happened);
            var read = EventBody.TryRead(happened.GetType().Name, body);
            Assert.NotNull(read);
            Assert.Equal(happened.GetType(), read.GetType());
            Assert.Equal(happened.Exchanges ?? [], read.Exchanges ?? []);
            Assert.Equal(happened with { Exchanges = null }, read with { Exchanges = null });
            Assert.Equal(body, StorageJson.WriteEvent(read));
        }
    }

    [Fact]
    public void Other_events_are_left_to_the_serializer()
    {
        foreach (var happened in Unusual)
        {
            var body = StorageJson.WriteEvent(happened);
            Assert.Null(EventBody.TryRead(happened.GetType().Name, body));
            Assert.Equal(happened, StorageJson.ReadEvent(happened.GetType().Name, body, null!));
        }
    }

    [Theory]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","at":"2026-03-01T10:00:01+00:00","operation":"A"}""")]
    [InlineData("""{"\u0061t":"2026-03-01T10:00:00+00:00","operation":"A"}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":"A","note":1}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":"A","exchanges":null}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00"}""")]
    public void What_is_unusual_in_a_usual_event_is_what_the_serializer_reads(string body)
    {
        Assert.Null(EventBody.TryRead(nameof(PaymentEvent.Captured), Encoding.UTF8.GetBytes(body)));
        Assert.IsType<PaymentEvent.Captured>(StorageJson.ReadEvent(nameof(PaymentEvent.Captured), Encoding.UTF8.GetBytes(body), null!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"at":"yesterday","operation":"A"}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":7}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":"A"} {}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":"A","exchanges":[{]}""")]
    [InlineData("""{"at":"2026-03-01T10:00:00+00:00","operation":"A","exchanges":[{"sent_at":"never"}]}""")]
    public void What_is_damaged_is_refused(string body) =>
        Assert.ThrowsAny<JsonException>(() => StorageJson.ReadEvent(nameof(PaymentEvent.Captured), Encoding.UTF8.GetBytes(body), null!));

    [Fact]
    public void What_is_no_text_is_refused() => Assert.ThrowsAny<JsonException>(() => StorageJson.ReadEvent(
        nameof(PaymentEvent.Captured), [.. "{\"at\":\"2026-03-01T10:00:00+00:00\",\"operation\":\""u8, 0xFF, .. "\"}"u8], null!));
}
