using System.Diagnostics.Metrics;
using System.Text;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// After a rotation, seals everything anew with the key that is active, and gives cards the fingerprint of the active key. How far it is is in the rows
/// themselves, so that a process that dies leaves the rest to the next one; one that somebody writes meanwhile stays as it was written, and is met again.
/// </summary>
internal sealed class Resealing : BackgroundService
{
    private const int Most = 200;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);

    /// <summary>For how long after a rotation a server may seal with the key before: then a walk that found nothing is the last.</summary>
    private static readonly TimeSpan Lag = KeyWatch.Freshness * 2;

    private readonly string owner = Guid.NewGuid().ToString("N");
    private readonly KeyRing keys;
    private readonly CardVault vault;
    private readonly SealedReader reader;
    private readonly Journal journal;
    private readonly KeySettings settings;
    private readonly RealTime real;
    private readonly ILogger<Resealing> logger;
    private readonly Meter meter = new("Tollgate");
    private readonly Counter<long> resealed;
    private readonly Dictionary<KeyPurpose, DateTimeOffset> clean = [];
    private long left;

    public Resealing(KeyRing keys, CardVault vault, SealedReader reader, Journal journal, KeySettings settings, RealTime real, ILogger<Resealing> logger)
    {
        (this.keys, this.vault, this.reader, this.journal, this.settings, this.real, this.logger) = (keys, vault, reader, journal, settings, real, logger);
        resealed = meter.CreateCounter<long>("tollgate.reseal.rows", "{row}", "Rows that were sealed anew.");
        meter.CreateObservableGauge("tollgate.reseal.rows_left", () => Interlocked.Read(ref left), "{row}", "Rows that are sealed with a key before the active one, as of the last look.");
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WalkIfDueAsync(KeyPurpose.Data, WalkSealedAsync, stoppingToken);
                await WalkIfDueAsync(KeyPurpose.Fingerprint, WalkFingerprintsAsync, stoppingToken);
                await Task.Delay(Rest, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (VaultException closed)
            {
                Log.VaultClosed(logger, closed.Message);
                await Task.Delay(Rest, CancellationToken.None);
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(Resealing), bug);
                await Task.Delay(Rest, CancellationToken.None);
            }
        }
    }

    /// <summary>Walks when a key has been retired since the last walk that found nothing.</summary>
    private async Task WalkIfDueAsync(KeyPurpose purpose, Func<CancellationToken, Task<int>> walk, CancellationToken cancel)
    {
        var retired = keys.Held!.Register.Keys.Where(k => k.Purpose == purpose && k.State == KeyState.Retired).Select(k => k.RetiredAt!.Value).ToList();
        if (retired.Count == 0 || (clean.TryGetValue(purpose, out var since) && since > retired.Max() + Lag) || !await HoldAsync())
        {
            return;
        }

        var began = real.Clock.GetUtcNow();
        if (await walk(cancel) == 0)
        {
            clean[purpose] = began;
        }
    }

    private async Task<int> WalkSealedAsync(CancellationToken cancel)
    {
        Interlocked.Exchange(ref left, (await reader.CountAsync()).Where(c => c.Key != keys.ActiveDataKey).Sum(c => c.Count));
        var found = 0;
        foreach (var column in SealedColumns.All)
        {
            for (var from = string.Empty; ;)
            {
                var rows = await reader.ListAsync(column, keys.ActiveDataKey, from, Most);
                var fresh = rows.Select(r => (r, Fresh: Reseal(r.Sealed, r.Context))).Where(r => r.Fresh is not null).Select(r => (r.r, r.Fresh!)).ToList();
                found += fresh.Count;
                await TakeTurnAsync(fresh.Count == 0 ? 0 : await journal.ReplaceSealedAsync(column, fresh), cancel);
                if (rows.Count < Most)
                {
                    break;
                }

                // Rows that do not open would be met again and again.
                from = rows[^1].Place == from ? from + "\u0001" : rows[^1].Place;
            }
        }

        for (var after = (string?)string.Empty; after is not null;)
        {
            var (payments, last) = await reader.ListFactsAsync(after, Most);
            var fresh = payments.Where(p => CardVault.KeyOf(p.Sealed) != keys.ActiveDataKey).Select(Reseal).OfType<(SealedFacts, byte[])>().ToList();
            found += fresh.Count;
            await TakeTurnAsync(fresh.Count == 0 ? 0 : await journal.ReplaceSealedFactsAsync(fresh), cancel);
            after = last;
        }

        return found;
    }

    private async Task<int> WalkFingerprintsAsync(CancellationToken cancel)
    {
        var found = 0;
        for (var after = string.Empty; ;)
        {
            var cards = await reader.ListCardsAsync(after, Most);
            var fresh = cards.Select(Reprint).OfType<(string, byte[], byte[])>().ToList();
            found += fresh.Count;
            await TakeTurnAsync(fresh.Count == 0 ? 0 : await journal.ReplaceCardFactsAsync(fresh), cancel);
            if (cards.Count < Most)
            {
                return found;
            }

            after = cards[^1].Token;
        }
    }

    /// <summary>Counts what was done, waits so that others have the store most of the time, and keeps the work.</summary>
    private async Task TakeTurnAsync(int done, CancellationToken cancel)
    {
        if (done > 0)
        {
            resealed.Add(done);
            Interlocked.Add(ref left, -done);
            await Task.Delay(TimeSpan.FromSeconds((double)done / settings.ResealPerSecond), cancel);
        }

        if (!await HoldAsync())
        {
            throw new OperationCanceledException("Another process does this work.");
        }
    }

    private Task<bool> HoldAsync()
    {
        var now = real.Clock.GetUtcNow();
        return journal.LeaseWorkAsync("reseal", owner, now, now + Lease);
    }

    private byte[]? Reseal(byte[] box, string context)
    {
        try
        {
            return vault.Reseal(box, context);
        }
        catch (VaultException lost) when (lost is not VaultClosedException)
        {
            // What does not open is nobody's to repair here: it is counted with its key, which is not destroyed without a word.
            Log.NotResealed(logger, context.Split('|')[0], lost.Message);
            return null;
        }
    }

    private (SealedFacts Old, byte[] New)? Reseal(SealedFacts payment)
    {
        if (Reseal(payment.Sealed, WebhookComposer.SealingContext(payment.App, payment.Payment)) is not { } fresh)
        {
            return null;
        }

        var (old, now) = (Convert.ToBase64String(payment.Sealed), Convert.ToBase64String(fresh));
        return (payment, Replace(payment.Facts, old, now));
    }

    private (string Token, byte[] Old, byte[] New)? Reprint((string Token, string App, byte[] Sealed, byte[] Facts) card)
    {
        var stored = JsonSerializer.Deserialize(card.Facts, StorageJson.Default.StoredCardFacts)!;
        if (vault.Open(card.Sealed, new(card.Token), new(card.App)) is not { } number)
        {
            // Without its number it keeps the fingerprint that it has.
            return null;
        }

        var print = vault.Fingerprint(number);
        return stored.Card.Fingerprint == print
            ? null
            : (card.Token, card.Facts, JsonSerializer.SerializeToUtf8Bytes(stored with { Card = stored.Card with { Fingerprint = print } }, StorageJson.Default.StoredCardFacts));
    }

    private static byte[] Replace(byte[] json, string old, string fresh)
    {
        var text = Encoding.UTF8.GetString(json);
        Check.That(text.Contains(old, StringComparison.Ordinal), "what was read of a payment's facts stands in them");
        return Encoding.UTF8.GetBytes(text.Replace(old, fresh, StringComparison.Ordinal));
    }
}
