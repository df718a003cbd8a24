using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Tollgate.Vault;

/// <summary>
/// The keys that this process works with, in memory only. It is sealed until it is given keys, and is given others while it works: what is on its way
/// with the ones before ends with those.
/// </summary>
public sealed class KeyRing : IDisposable
{
    private readonly TimeProvider clock;
    private readonly TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<int, KeyTally> tallies = new();
    private OpenKeys? before;
    private volatile Hand? hand;
    private long lookedAt;

    /// <summary>A sealed one.</summary>
    /// <param name="clock">By which keys come to the end of their cryptoperiod; real time when left out.</param>
    public KeyRing(TimeProvider? clock = null) => this.clock = clock ?? TimeProvider.System;

    /// <summary>One with these keys.</summary>
    public KeyRing(OpenKeys keys, TimeProvider? clock = null)
        : this(clock) => Use(keys);

    private sealed record Hand(OpenKeys Keys, StoredKey Data, IReadOnlyList<StoredKey> Fingerprints, IReadOnlyDictionary<KeyPurpose, StoredKey> Digests);

    /// <summary>Whether there are keys.</summary>
    public bool IsOpen => hand is not null;

    /// <summary>Ends when there are keys.</summary>
    public Task Opened => opened.Task;

    /// <summary>The keys that are worked with; <see langword="null"/> while it is sealed.</summary>
    public OpenKeys? Held => hand?.Keys;

    /// <summary>
    /// Looks for a newer register, at once; whether there was one. Asked when something was sealed with a key that is not known: another process may have
    /// rotated a moment ago.
    /// </summary>
    public Func<bool>? LookAgain { get; set; }

    /// <summary>
    /// For how long after it last looked it seals; <see langword="null"/> for always. A process that stood still for longer must look again first, as the key
    /// that it seals with may have been destroyed meanwhile.
    /// </summary>
    public TimeSpan? Freshness { get; set; }

    /// <summary>The key that seals.</summary>
    /// <exception cref="VaultClosedException">The vault is sealed.</exception>
    public int ActiveDataKey => Open.Data.Id;

    private Hand Open => hand ?? throw new VaultClosedException("The vault is sealed: a server waits for its custodians (keys unlock), and a verb is given their shares with --Tollgate:Keys:ShareFiles=FILE,FILE.");

    /// <summary>Remembers that what it has is what is stored, as of a moment that <see cref="Stopwatch.GetTimestamp"/> gave before it was read.</summary>
    public void Confirm(long at) => Volatile.Write(ref lookedAt, at);

    /// <summary>Works with these keys from now on.</summary>
    /// <exception cref="VaultException">They are older than the ones that it has: somebody has put back an earlier register.</exception>
    public void Use(OpenKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        lock (gate)
        {
            var register = keys.Register;
            if (hand is { } now && register.Serial < now.Keys.Register.Serial)
            {
                throw new VaultException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The register of keys has gone back from change {now.Keys.Register.Serial} to {register.Serial}: somebody has put an earlier one in its place."));
            }

            var active = register.Keys.Where(k => k.State == KeyState.Active).ToDictionary(k => k.Purpose);

            // What came before may be in use for a moment longer; what came before that is not.
            before?.Dispose();
            before = hand?.Keys;
            hand = new(
                keys,
                active[KeyPurpose.Data],
                [.. register.Keys.Where(k => k.Purpose == KeyPurpose.Fingerprint && k.State is KeyState.Active or KeyState.Retired).OrderByDescending(k => k.State == KeyState.Active).ThenByDescending(k => k.Id)],
                active.Values.Where(k => k.Purpose != KeyPurpose.Data).ToDictionary(k => k.Purpose));
        }

        opened.TrySetResult();
    }

    /// <summary>How often each key was used since this was last asked; of those that were not, nothing.</summary>
    public IReadOnlyList<KeyUses> TakeUses() => [.. tallies.Values.Select(t => t.Take()).Where(u => u is not { Sealed: 0, Opened: 0, Digested: 0 }).OrderBy(u => u.Key)];

    /// <summary>Overwrites the keys in memory.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            before?.Dispose();
            hand?.Keys.Dispose();
        }
    }

    /// <summary>The key that seals now.</summary>
    /// <exception cref="VaultClosedException">The vault is sealed, or the key's cryptoperiod is over.</exception>
    internal ReadOnlySpan<byte> SealingKey(out int id)
    {
        var held = Open;
        id = held.Data.Id;
        if (held.Data.EndsAt <= clock.GetUtcNow())
        {
            throw new VaultClosedException(string.Create(
                CultureInfo.InvariantCulture, $"Data key {id} came to the end of its cryptoperiod at {held.Data.EndsAt:u} and seals nothing any more: rotate it (keys rotate data)."));
        }

        if (Freshness is { } longest && Stopwatch.GetElapsedTime(Volatile.Read(ref lookedAt)) > longest)
        {
            // This moves the time of looking, or fails to.
            _ = LookAgain?.Invoke();
            held = Open;
            id = held.Data.Id;
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref lookedAt)) > longest)
            {
                throw new VaultClosedException("The register of keys could not be read for too long, so that nothing is sealed: the key may be out of use by now.");
            }
        }

        TallyOf(held.Data).Sealed();
        return held.Keys.Key(id);
    }

    internal ReadOnlySpan<byte> DataKey(int id)
    {
        if (FindOpening(id) is { } key || (LookAgain?.Invoke() == true && (key = FindOpening(id)) is not null))
        {
            return key;
        }

        throw new VaultException(IsDestroyed(id)
            ? string.Create(CultureInfo.InvariantCulture, $"Data key {id} is destroyed, and what it sealed with it.")
            : string.Create(CultureInfo.InvariantCulture, $"Data key {id} is unknown."));
    }

    internal ReadOnlySpan<byte> DigestKey(KeyPurpose purpose)
    {
        var held = Open;
        var key = held.Digests[purpose];
        TallyOf(key).Digested();
        return held.Keys.Key(key.Id);
    }

    /// <summary>The fingerprint keys that are valid, the active one first.</summary>
    internal IEnumerable<byte[]> FingerprintKeys()
    {
        var held = Open;
        return held.Fingerprints.Select(k =>
        {
            TallyOf(k).Digested();
            return held.Keys.Key(k.Id)!;
        });
    }

    /// <summary>The numbers of the fingerprint keys that are valid, in the same order.</summary>
    internal IReadOnlyList<int> FingerprintKeyIds() => [.. Open.Fingerprints.Select(k => k.Id)];

    internal bool IsDestroyed(int id) => Open.Keys.Register.Keys.Any(k => k.Id == id && k is { Purpose: KeyPurpose.Data, State: KeyState.Destroyed });

    private byte[]? FindOpening(int id)
    {
        var keys = Open.Keys;
        if (keys.Key(id) is not { } found || keys.Register.Keys.FirstOrDefault(k => k.Id == id) is not { Purpose: KeyPurpose.Data } key)
        {
            return null;
        }

        TallyOf(key).Opened();
        return found;
    }

    private KeyTally TallyOf(StoredKey key) => tallies.TryGetValue(key.Id, out var tally) ? tally : tallies.GetOrAdd(key.Id, new KeyTally(key.Id, key.Purpose));
}
