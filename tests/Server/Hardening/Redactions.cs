using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tollgate.Server.Hardening;

namespace Tollgate.Server.Tests.Hardening;

// These log as somebody would who has not read the house's rules.
#pragma warning disable CA1848, CA1727, CA2254

/// <summary>What reaches a sink, whoever logged it: neither card numbers nor secrets, and everything else.</summary>
public sealed class Redactions : IDisposable
{
    private const string Card = "4242424242424242";
    private const string Amex = "378282246310005";
    private const string Secret = "sk-shop-0123456789abcdef";
    private const string WebhookSecret = "whsec_b3RoZXItYXBwLXdlYmhvb2stc2VjcmV0LTAwMDE=";

    private readonly Sink sink = new();
    private readonly ServiceProvider services;
    private readonly ILogger logger;

    public Redactions()
    {
        var collection = new ServiceCollection();
        collection.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(sink));
        RedactedLog.AddTo(collection);
        services = collection.BuildServiceProvider();
        logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");
    }

    public static TheoryData<string, string> Texts => new()
    {
        { $"card {Card} declined", "card [redacted] declined" },
        { "card 4242 4242 4242 4242 declined", "card [redacted] declined" },
        { "card 4242-4242-4242-4242.", "card [redacted]." },
        { "3782 822463 10005", "[redacted]" },
        { $"{Card},{Amex}", "[redacted],[redacted]" },
        { $"order 12 {Card} and more", "order 12 [redacted] and more" },
        { $"x{Card}y", "x[redacted]y" },
        // Of what other digits touch, the longest that could be a number goes.
        { $"0000{Card}0000", "0000[redacted]00" },
        { "{\"card_cvv_number\":\"739\"}", "{\"card_cvv_number\":[redacted]}" },
        { "{\"card_cvv_number\": 739, \"amount\": 1}", "{\"card_cvv_number\": [redacted], \"amount\": 1}" },
        { "{\\\"card_cvv_number\\\":\\\"739\\\"}", "{\\\"card_cvv_number\\\":[redacted]}" },
        { "card_cvv_number=739&amount=1", "card_cvv_number=[redacted]&amount=1" },
        { "CardInfo { CardCvvNumber = 739, Name = J }", "CardInfo { CardCvvNumber = [redacted], Name = J }" },
        { "cvc: 739", "cvc: [redacted]" },
        { "{\"authorization_header\":\"Bearer a\\\"b c\",\"x\":1}", "{\"authorization_header\":[redacted],\"x\":1}" },
        { "Authorization: Bearer abc.def-ghi", "Authorization: [redacted]" },
        { "Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]" },
        { $"secret-key: {Secret}", "secret-key: [redacted]" },
        { $"'secret-key'='{Secret}'", "'secret-key'=[redacted]" },
        { "SecretKey = hunter2", "SecretKey = [redacted]" },
        { $"given {Secret}.", "given [redacted]" },
        { $"signed with {WebhookSecret}", "signed with [redacted]" },
    };

    public static TheoryData<string> Harmless =>
    [
        "Payment 7PPPMXIGH was authorised", "card ending 4242", "4242 4242", "2026-11-23 20:34:34.1234567 +00:00", "tok_5f2d0c1e9b8a7f6e5d4c", "POST /api/v2/cards/charges 200",
        "the secret is kept", "no authorization", "0190f5d2-7c1e-7000-8000-000000000000", "amount 99999999", "task-force", "4111111111111112", "risk-declined", "at Tollgate.Server.Log(String cvv)",
    ];

    public void Dispose() => services.Dispose();

    [Theory]
    [MemberData(nameof(Texts))]
    public void P23_a_text_loses_what_must_not_be_logged_and_nothing_else(string text, string cleaned)
    {
        Assert.Equal(cleaned, Redaction.Clean(text));
        Assert.Equal("before " + cleaned, Redaction.Clean("before " + text));
    }

    [Theory]
    [MemberData(nameof(Harmless))]
    public void What_is_harmless_stays_as_it_is(string text) => Assert.Same(text, Redaction.Clean(text));

    [Fact]
    public void P23_every_length_and_grouping_of_a_number_that_passes_its_check_is_redacted()
    {
        for (var length = 13; length <= 19; length++)
        {
            var body = "4" + string.Concat(Enumerable.Range(0, length - 2).Select(i => (char)('0' + (i * 7 % 10))));
            var number = Enumerable.Range(0, 10).Select(d => body + d.ToString(CultureInfo.InvariantCulture)).Single(n => Core.Cards.Luhn.IsValid(n));
            foreach (var separator in new[] { "", " ", "-" })
            {
                var text = $"<{string.Join(separator, number.Chunk(4).Select(c => new string(c)))}>";
                Assert.Equal("<[redacted]>", Redaction.Clean(text));
            }
        }
    }

    [Fact]
    public void P23_messages_values_and_scopes_reach_the_sink_redacted()
    {
        using (logger.BeginScope("of {Number}", Card))
        using (logger.BeginScope(new Dictionary<string, object?> { ["secret-key"] = "hunter2", ["order"] = "o-1" }))
        {
            logger.LogError("Charging {card_number} with {card_cvv_number} by {Key} of {Amount} failed", 4242424242424242L, 739, new Box(Secret), 1000);
        }

        var entry = Assert.Single(sink.Entries);
        Assert.Equal("Charging [redacted] with 739 by Box [redacted] of 1000 failed", Assert.IsType<string>(entry.Text));
        Assert.Equal("[redacted]", entry.Values["card_number"]);
        Assert.Equal("[redacted]", entry.Values["card_cvv_number"]);
        Assert.Equal("Box [redacted]", entry.Values["Key"]);
        Assert.Equal(1000, entry.Values["Amount"]);
        Assert.Equal("Charging {card_number} with {card_cvv_number} by {Key} of {Amount} failed", entry.Values["{OriginalFormat}"]);
        Assert.Contains("of [redacted]", sink.Scopes);
        Assert.All(sink.ScopeValues, v => Assert.DoesNotContain("hunter2", v, StringComparison.Ordinal));
        Assert.All(sink.ScopeValues, v => Assert.DoesNotContain(Card, v, StringComparison.Ordinal));
        Assert.Contains("order=o-1", sink.ScopeValues);
    }

    [Fact]
    public void P23_exceptions_reach_the_sink_with_message_data_stack_and_cause_redacted()
    {
        Exception thrown;
        try
        {
            try
            {
                throw new FormatException($"'{Card}' is no amount") { Data = { ["body"] = $"{{\"card_cvv_number\":\"739\",\"n\":\"{Amex}\"}}", ["secret-key"] = "hunter2" } };
            }
            catch (FormatException cause)
            {
                throw new AggregateException($"Authorization: Bearer abc", cause, new InvalidOperationException(WebhookSecret));
            }
        }
        catch (AggregateException both)
        {
            thrown = both;
        }

        logger.Log(LogLevel.Error, thrown, "It broke on {Card}", Card);
        var logged = Assert.Single(sink.Entries).Exception!;
        string[] everything =
        [
            logged.ToString(), logged.Message, logged.StackTrace ?? string.Empty, logged.InnerException!.ToString(), logged.InnerException.Message,
            .. logged.InnerException.Data.Keys.Cast<object>().Select(k => $"{k}={logged.InnerException.Data[k]}"),
        ];
        foreach (var secret in new[] { Card, Amex, "739", "hunter2", "abc", WebhookSecret })
        {
            Assert.All(everything, text => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }

        // What helps to find the bug is still there.
        Assert.Contains("System.AggregateException", logged.ToString(), StringComparison.Ordinal);
        Assert.Contains("System.FormatException", logged.ToString(), StringComparison.Ordinal);
        Assert.Contains(nameof(P23_exceptions_reach_the_sink_with_message_data_stack_and_cause_redacted), logged.ToString(), StringComparison.Ordinal);
        Assert.Equal("It broke on [redacted]", Assert.Single(sink.Entries).Text);
    }

    [Fact]
    public void An_exception_with_nothing_to_hide_reaches_the_sink_as_it_is()
    {
        var bug = new InvalidOperationException("The acquirer hung up.");
        logger.Log(LogLevel.Error, bug, "It broke");
        Assert.Same(bug, Assert.Single(sink.Entries).Exception);
    }

    private sealed class Box(string content)
    {
        public override string ToString() => "Box " + content;
    }

    private sealed record Entry(string Text, Dictionary<string, object?> Values, Exception? Exception);

    private sealed class Sink : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<Entry> Entries { get; } = new();

        public ConcurrentQueue<string> Scopes { get; } = new();

        public ConcurrentQueue<string> ScopeValues { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Scopes.Enqueue(state.ToString()!);
            foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                ScopeValues.Enqueue($"{name}={value}");
            }

            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue(new(formatter(state, exception), ((IEnumerable<KeyValuePair<string, object?>>)state!).ToDictionary(p => p.Key, p => p.Value), exception));

        public void Dispose()
        {
        }
    }
}
