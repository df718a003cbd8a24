using System.Diagnostics.Metrics;
using System.Globalization;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// Looks each second for what another process has done to the keys, so that each knows a new key before anything is sealed with it, and tells the operator
/// of keys that come to their end.
/// </summary>
internal sealed class KeyWatch : BackgroundService
{
    /// <summary>For how long a server seals without having looked.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarnEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan AlertEvery = TimeSpan.FromMinutes(1);

    private readonly KeyCustody custody;
    private readonly KeySettings settings;
    private readonly RealTime real;
    private readonly ILogger<KeyWatch> logger;
    private readonly Meter meter = new("Tollgate");
    private readonly Dictionary<string, DateTimeOffset> told = new(StringComparer.Ordinal);

    public KeyWatch(KeyCustody custody, KeySettings settings, RealTime real, ILogger<KeyWatch> logger)
    {
        this.custody = custody;
        this.settings = settings;
        this.real = real;
        this.logger = logger;
        meter.CreateObservableGauge("tollgate.vault.sealed", () => custody.Ring.IsOpen ? 0 : 1, description: "1 while the vault waits for its custodians.");
        meter.CreateObservableGauge("tollgate.keys.data_key_left", SecondsLeft, "s", "How long the active data key still seals.");
    }

    public override void Dispose()
    {
        meter.Dispose();
        base.Dispose();
    }

    /// <summary>What is due about the keys by an instant: a sentence's beginning for each, its end, and whether that is over.</summary>
    internal static IEnumerable<(string Key, DateTimeOffset EndsAt, bool Over)> EndingKeys(KeyRegister register, DateTimeOffset now, TimeSpan warnBefore) =>
        register.Keys.Where(k => k.State == KeyState.Active)
            .Select(k => (Key: string.Create(CultureInfo.InvariantCulture, $"Key {k.Id} ({k.Purpose})"), EndsAt: k.EndsAt!.Value))
            .Append((Key: string.Create(CultureInfo.InvariantCulture, $"The key encryption key {register.Current.Number}"), register.Current.EndsAt))
            .Where(k => k.EndsAt - warnBefore <= now)
            .Select(k => (k.Key, k.EndsAt, k.EndsAt <= now));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        custody.Ring.Freshness = Freshness;
        if (!custody.Ring.IsOpen)
        {
            Log.VaultSealed(logger);
        }

        using var timer = new PeriodicTimer(Rest);
        try
        {
            do
            {
                await LookAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            if (await custody.ForgetOldAsync(real.Clock.GetUtcNow()) is > 0 and var forgotten)
            {
                Log.SharesForgotten(logger, forgotten);
            }

            await custody.RefreshAsync();
            if (custody.Ring.Held is { } held)
            {
                foreach (var (key, endsAt, over) in EndingKeys(held.Register, real.Clock.GetUtcNow(), settings.WarnBefore))
                {
                    Tell(key, endsAt, over);
                }
            }
        }
        catch (VaultException changed)
        {
            if (IsTime("register", AlertEvery))
            {
                Log.KeysNotFollowed(logger, changed.Message);
            }
        }
        catch (Exception broken) when (Database.IsUnavailable(broken))
        {
            if (IsTime("store", AlertEvery))
            {
                Log.StoreUnavailable(logger, broken);
            }
        }
        catch (Exception bug)
        {
            Log.BackgroundBroke(logger, nameof(KeyWatch), bug);
        }
    }

    private void Tell(string key, DateTimeOffset endsAt, bool over)
    {
        if (over && IsTime(key, AlertEvery))
        {
            Log.KeyEnded(logger, key, endsAt);
        }
        else if (!over && IsTime(key, WarnEvery))
        {
            Log.KeyEnds(logger, key, endsAt);
        }
    }

    private bool IsTime(string what, TimeSpan every)
    {
        var now = real.Clock.GetUtcNow();
        if (told.TryGetValue(what, out var last) && now - last < every)
        {
            return false;
        }

        told[what] = now;
        return true;
    }

    private double SecondsLeft() =>
        custody.Ring.Held?.Register.Keys.Single(k => k is { Purpose: KeyPurpose.Data, State: KeyState.Active }).EndsAt is { } end ? (end - real.Clock.GetUtcNow()).TotalSeconds : 0;
}
