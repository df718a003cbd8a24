using System.Globalization;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Keys;

/// <summary>
/// Destroys the numbers of cards that nobody pays with any more (PCI DSS 3.2.1), each day, and leaves a proof of it in the audit log. It goes by the clock that
/// payments go by.
/// </summary>
internal sealed class CardRetention(SealedReader reader, Journal journal, KeySettings settings, TimeProvider clock, RealTime real, ILogger<CardRetention> logger)
    : BackgroundService
{
    private const int AtOnce = 1000;

    private static readonly TimeSpan Every = TimeSpan.FromDays(1);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private DateTimeOffset last = DateTimeOffset.MinValue;

    /// <summary>Does it when a day has passed; whether there was anything.</summary>
    public async Task<bool> RunAsync()
    {
        if (settings.UnusedCards is not { } days || clock.GetUtcNow() - last < Every)
        {
            return false;
        }

        last = clock.GetUtcNow();
        return await DestroyAsync(days) > 0;
    }

    /// <summary>Destroys what has been unused for so many days; how many.</summary>
    public async Task<int> DestroyAsync(int days)
    {
        var since = clock.GetUtcNow() - TimeSpan.FromDays(days);
        var destroyed = 0;
        while (await reader.ListUnusedAsync(since, AtOnce) is { Count: > 0 } unused)
        {
            var before = destroyed;
            foreach (var app in unused.GroupBy(u => u.App))
            {
                destroyed += await journal.DestroyCardsAsync(app.Select(u => u.Token.Value), clock.GetUtcNow(), count => new(
                    real.Clock.GetUtcNow(), AuditAct.CardsDestroyed, AuditActor.System, null, $"cards of {app.Key}",
                    After: string.Create(CultureInfo.InvariantCulture, $"{count} unused since {since:u}")));
            }

            if (destroyed == before)
            {
                break;
            }
        }

        if (destroyed > 0)
        {
            Log.CardsRetired(logger, destroyed, days);
        }

        return destroyed;
    }

    /// <summary>How many cards there are that should have been destroyed: none, when the retention works.</summary>
    public async Task<int> CountOverdueAsync(int days) =>
        (await reader.ListUnusedAsync(clock.GetUtcNow() - TimeSpan.FromDays(days) - Every, AtOnce)).Count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Rest);
        try
        {
            do
            {
                try
                {
                    await RunAsync();
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(CardRetention), bug);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }
}
