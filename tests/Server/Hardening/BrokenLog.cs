using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tollgate.Client;
using Tollgate.Server.Hardening;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>A log that cannot be written stops the work that would have to be in it, until it can be again.</summary>
public abstract class BrokenLog(Gateway gateway)
{
    [Fact]
    public async Task P32_while_the_log_cannot_be_written_calls_and_health_are_refused_and_afterwards_they_are_not()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var sink = new BrittleSink();
        own.Services.GetRequiredService<ILoggerFactory>().AddProvider(sink);
        await own.Client.ChargeAsync(Requests.Charge());

        sink.Breaks = true;
        own.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test").Log(LogLevel.Error, 0, "This is lost", null, (text, _) => text);
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<TollgateException>(() => own.Client.ChargeAsync(Requests.Charge()))).StatusCode);
        using var http = own.Raw();
        using (var health = await http.GetAsync("/health", TestContext.Current.CancellationToken))
        {
            Assert.Equal(503, (int)health.StatusCode);
        }

        sink.Breaks = false;
        await Eventually.GetAsync(
            async () =>
            {
                using var health = await http.GetAsync("/health", TestContext.Current.CancellationToken);
                return (int)health.StatusCode;
            },
            status => status == 200,
            "Health");
        await own.Client.ChargeAsync(Requests.Charge());
        Assert.Contains("Critical The log could not be written for a while", own.Log, StringComparison.Ordinal);
        Assert.Equal(1, (await own.Client.ListPaymentsAsync(new() { PerPage = 1 })).Total - 1);
    }

    [Fact]
    public void P32_it_is_said_where_no_sink_is_in_between_and_once()
    {
        using var elsewhere = new StringWriter();
        using var pipeline = new LogPipeline(elsewhere);
        pipeline.Broke(new IOException("disk full"));
        pipeline.Broke(new IOException("disk full"));
        Assert.True(pipeline.IsBroken);
        Assert.Equal("Tollgate: the log cannot be written (IOException); calls are refused until it can be.", elsewhere.ToString().TrimEnd());
    }

    private sealed class BrittleSink : ILoggerProvider, ILogger
    {
        public volatile bool Breaks;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Breaks)
            {
                throw new IOException("No space left on device");
            }
        }

        public void Dispose()
        {
        }
    }
}

public sealed class BrokenLogOnSqlite(SqliteGateway gateway) : BrokenLog(gateway);

public sealed class BrokenLogOnPostgres(PostgresGateway gateway) : BrokenLog(gateway);
