using System.Collections;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Tollgate.Server.Hardening;

/// <summary>
/// Stands between everybody who logs and every sink there is: messages, values, scopes and exceptions go on without card numbers and secrets. A sink that breaks
/// is no reason for a request to break: it is the pipeline's to say, and to stop the work (PCI DSS 10.7).
/// </summary>
internal sealed class RedactedLog(ILoggerFactory sinks, LogPipeline pipeline) : ILoggerFactory
{
    /// <summary>Puts it between.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.TryAddSingleton<LogPipeline>();
        services.TryAddSingleton<LoggerFactory>();
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(s => new RedactedLog(s.GetRequiredService<LoggerFactory>(), s.GetRequiredService<LogPipeline>())));
    }

    public ILogger CreateLogger(string categoryName) => new Redactor(sinks.CreateLogger(categoryName), pipeline);

    public void AddProvider(ILoggerProvider provider) => sinks.AddProvider(provider);

    public void Dispose() => sinks.Dispose();

    private sealed class Redactor(ILogger sink, LogPipeline pipeline) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => sink.BeginScope(RedactedState.Of(state, null));

        public bool IsEnabled(LogLevel logLevel) => sink.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!sink.IsEnabled(logLevel))
            {
                return;
            }

            try
            {
                sink.Log(logLevel, eventId, RedactedState.Of(state, Redaction.Clean(formatter(state, exception))), RedactedException.Of(exception), static (s, _) => s.ToString());
                pipeline.Works();
            }
            catch (Exception broken)
            {
                // Whatever a sink, or whoever wrote the message, throws: the entry is lost, and that is said elsewhere.
                pipeline.Broke(broken);
            }
        }
    }
}

/// <summary>What an entry or a scope carries, with every value cleaned. What is not plainly a number or a time goes on as its text only.</summary>
internal sealed class RedactedState : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly KeyValuePair<string, object?>[] values;
    private readonly string text;

    private RedactedState(KeyValuePair<string, object?>[] values, string text)
    {
        this.values = values;
        this.text = text;
    }

    public int Count => values.Length;

    public KeyValuePair<string, object?> this[int index] => values[index];

    public static RedactedState Of(object? state, string? text) => new(
        state is IEnumerable<KeyValuePair<string, object?>> pairs ? [.. pairs.Select(p => KeyValuePair.Create(Redaction.Clean(p.Key), Clean(p.Key, p.Value)))] : [],
        text ?? Redaction.Clean(state?.ToString() ?? string.Empty));

    public override string ToString() => text;

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => values.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A value of its name: <c>secret-key</c> and what it is called by tell what no digits would.</summary>
    public static object? Clean(string name, object? value)
    {
        if (value is null or bool or Enum or DateTime or DateTimeOffset or TimeSpan or Guid)
        {
            return value;
        }

        var written = value.ToString() ?? string.Empty;
        var named = $"{name}: {written}";
        if (!ReferenceEquals(Redaction.Clean(named), named))
        {
            var cleaned = Redaction.Clean(named);
            return cleaned.StartsWith(name + ": ", StringComparison.Ordinal) ? cleaned[(name.Length + 2)..] : Redaction.Mark;
        }

        return value is string or byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal ? value : written;
    }
}

/// <summary>An exception whose message, data, stack or cause held what must not be logged: all of its words, without that.</summary>
internal sealed class RedactedException : Exception
{
    private readonly string text;
    private readonly string? stack;

    private RedactedException(Exception original, string text)
        : base(Redaction.Clean(original.Message), Of(original.InnerException))
    {
        this.text = text;
        stack = original.StackTrace is { } trace ? Redaction.Clean(trace) : null;
        HResult = original.HResult;
        foreach (DictionaryEntry entry in original.Data)
        {
            var key = entry.Key.ToString() ?? string.Empty;
            Data[Redaction.Clean(key)] = RedactedState.Clean(key, entry.Value);
        }
    }

    public override string? StackTrace => stack;

    /// <summary>The exception as it may be logged: itself, when there is nothing in it.</summary>
    public static Exception? Of(Exception? exception)
    {
        if (exception is null)
        {
            return null;
        }

        var written = exception.ToString();
        var cleaned = Redaction.Clean(written);
        return ReferenceEquals(written, cleaned) && !Chain(exception).Any(HasData) && !HidesMessage(exception) ? exception : new RedactedException(exception, cleaned);
    }

    public override string ToString() => text;

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    private static bool HasData(Exception exception) => exception.Data.Count > 0;

    // Some exceptions print less than they say.
    private static bool HidesMessage(Exception exception) =>
        Chain(exception).Any(e => Redaction.Clean(e.Message) is var cleaned && !ReferenceEquals(cleaned, e.Message) && cleaned != e.Message);
}
