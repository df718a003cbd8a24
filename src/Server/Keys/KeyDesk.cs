using System.Globalization;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>What operators do to the keys. Each act is one change of the register; servers that run learn of it within a second.</summary>
internal sealed class KeyDesk(KeyCustody custody, Journal journal, SealedReader reader, CardVault vault, KeySettings settings, RealTime real)
{
    /// <summary>From making a key to sealing with it: every server has looked by then.</summary>
    private static readonly TimeSpan Learning = TimeSpan.FromSeconds(2.5);

    private const int Page = 1000;

    private DateTimeOffset Now => real.Clock.GetUtcNow();

    /// <summary>The keys as they are stored now.</summary>
    /// <exception cref="VaultClosedException">The vault is sealed.</exception>
    public async Task<OpenKeys> ReadAsync()
    {
        await custody.RefreshAsync();
        return custody.Ring.Held ?? throw new VaultClosedException(
            "The vault is sealed: a verb that needs its keys is given the custodians' shares with --Tollgate:Keys:ShareFiles=FILE,FILE.");
    }

    /// <summary>A new key takes over from the active one, which is retired. One that waits since an earlier try is taken.</summary>
    /// <returns>The key that is active now, and the one that was.</returns>
    public async Task<(StoredKey Now, StoredKey Before)> RotateAsync(KeyPurpose purpose)
    {
        var keys = await ReadAsync();
        if (Waiting(keys) is null)
        {
            var added = keys.Add(purpose, custody.Wrapping, Now);
            await WriteAsync(added, Entry(AuditAct.KeyCreated, NameOf(added.Keys[^1])));
            keys = await ReadAsync();
        }

        var waiting = Waiting(keys)!;
        await Task.Delay(Learning, CancellationToken.None);
        keys = await ReadAsync();
        var before = keys.Register.Keys.Single(k => k.Purpose == purpose && k.State == KeyState.Active);
        await WriteAsync(
            keys.Activate(waiting.Id, settings.Periods, Now),
            Entry(AuditAct.KeyRotated, NameOf(waiting), before: NameOf(before), after: NameOf(waiting)),
            Entry(AuditAct.KeyRetired, NameOf(before)));
        return (custody.Ring.Held!.Register.Keys.Single(k => k.Id == waiting.Id), before);

        StoredKey? Waiting(OpenKeys open) => open.Register.Keys.FirstOrDefault(k => k.Purpose == purpose && k.State == KeyState.Created);
    }

    /// <summary>Has another key encryption key wrap everything, in one change.</summary>
    public async Task<WrappingKey> RewrapAsync(IKeyEncryptionKey next, string custodyOfShares = "")
    {
        var keys = await ReadAsync();
        var before = keys.Register.Current;
        if (before.CheckValue == next.CheckValue)
        {
            throw new VaultException($"The keys are wrapped by the key encryption key {before.CheckValue} already.");
        }

        var rewrapped = keys.Rewrap(next, settings.Periods, Now, custodyOfShares);
        var rotated = Entry(AuditAct.KeyRotated, NameOf(rewrapped.Current), before: NameOf(before), after: NameOf(rewrapped.Current));
        await (custodyOfShares.Length == 0
            ? WriteAsync(rewrapped, rotated)
            : WriteAsync(rewrapped, rotated, Entry(AuditAct.KeyCeremony, NameOf(rewrapped.Current), after: $"shares {custodyOfShares}")));
        return rewrapped.Current;
    }

    /// <summary>How much needs each key that is neither active nor destroyed: what is sealed with it, and cards with a fingerprint of it.</summary>
    public async Task<IReadOnlyList<(string Where, int Key, long Count)>> CountLeftAsync()
    {
        var register = (await ReadAsync()).Register;
        var gone = register.Keys.Where(k => k is { Purpose: KeyPurpose.Data, State: KeyState.Active or KeyState.Destroyed }).Select(k => k.Id).ToHashSet();
        var left = (await reader.CountAsync()).Where(c => !gone.Contains(c.Key)).ToList();
        if (register.Keys.Any(k => k is { Purpose: KeyPurpose.Fingerprint, State: KeyState.Retired }))
        {
            left.AddRange((await CountPrintsAsync()).Select(print => ("fingerprints of cards", print.Key, print.Value)));
        }

        return left;
    }

    /// <summary>Destroys a key, and with it what is still sealed with it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="shred">Whether what is still sealed with it may be lost.</param>
    /// <exception cref="VaultException">It is in use, or may be yet.</exception>
    public async Task<(StoredKey Key, string Lost)> DestroyAsync(int id, bool shred)
    {
        var keys = await ReadAsync();
        var key = keys.Register.Keys.FirstOrDefault(k => k.Id == id);
        var left = key is { State: KeyState.Retired } ? (await CountLeftAsync()).Where(l => l.Key == id).ToList() : [];
        var lost = left.Count == 0 ? "nothing needed it any more" : string.Join(", ", left.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Count} of {l.Where}")));
        if (left.Count > 0 && !shred)
        {
            throw new VaultException(string.Create(
                CultureInfo.InvariantCulture, $"Key {id} is needed yet: {lost}. Let the servers seal it anew (keys progress); or, to lose it for ever, say --shred yes."));
        }

        if (key is { State: KeyState.Retired, RetiredAt: { } retired } && Now - retired < settings.Quarantine)
        {
            throw new VaultException(string.Create(
                CultureInfo.InvariantCulture,
                $"Key {id} was retired at {retired:u}, and a server that stood still may not know it yet: it can be destroyed after {retired + settings.Quarantine:u}."));
        }

        await WriteAsync(keys.Destroy(id, Now), key is null ? [] : [Entry(AuditAct.KeyDestroyed, NameOf(key), after: lost)]);
        return (key!, lost);
    }

    /// <summary>Destroys the numbers of all cards of an app; how many, and how many are left because a payment is pending with them.</summary>
    public async Task<(int Destroyed, int Left)> ShredAsync(AppId app)
    {
        var (destroyed, found) = (0, 0);
        for (var after = string.Empty; ;)
        {
            var cards = await reader.ListCardsAsync(after, Page);
            if (cards.Count == 0)
            {
                break;
            }

            var tokens = cards.Where(c => c.App == app.Value).Select(c => c.Token).ToList();
            found += tokens.Count;
            destroyed += await journal.DestroyCardsAsync(
                tokens, Now, count => Entry(AuditAct.CardsDestroyed, $"cards of {app}", after: string.Create(CultureInfo.InvariantCulture, $"{count} destroyed")));
            after = cards[^1].Token;
        }

        return (destroyed, found - destroyed);
    }

    /// <summary>Writes that something is done with the keys that does not change them.</summary>
    public Task AuditAsync(AuditAct act, string what, string? before = null, string? after = null)
    {
        IJournal log = journal;
        return log.AuditAsync(Entry(act, what, before, after));
    }

    /// <summary>A key as the audit log names it.</summary>
    public static string NameOf(StoredKey key) => string.Create(CultureInfo.InvariantCulture, $"key {key.Id} ({key.Purpose})");

    /// <summary>A key encryption key as the audit log names it.</summary>
    public static string NameOf(WrappingKey key) =>
        string.Create(CultureInfo.InvariantCulture, $"key encryption key {key.Number} ({KeyRegister.Name(key.Provider)}, check value {key.CheckValue})");

    private AuditEntry Entry(AuditAct act, string what, string? before = null, string? after = null) =>
        new(Now, act, AuditActor.Operator, null, what, Before: before, After: after);

    /// <summary>How many cards have a fingerprint that is not of the active key, by the key that it is of; 0 where that is none of those that are left.</summary>
    private async Task<IReadOnlyDictionary<int, long>> CountPrintsAsync()
    {
        var counts = new SortedDictionary<int, long>();
        for (var after = string.Empty; await reader.ListCardsAsync(after, Page) is { Count: > 0 } cards; after = cards[^1].Token)
        {
            foreach (var card in cards)
            {
                var print = JsonSerializer.Deserialize(card.Facts, StorageJson.Default.StoredCardFacts)!.Card.Fingerprint;
                if (vault.Open(card.Sealed, new(card.Token), new(card.App)) is { } number && vault.Fingerprint(number) != print)
                {
                    var key = vault.KeyOfFingerprint(number, print);
                    counts[key] = counts.GetValueOrDefault(key) + 1;
                }
            }
        }

        return counts;
    }

    private async Task WriteAsync(KeyRegister next, params IReadOnlyList<AuditEntry> audit)
    {
        if (!await journal.WriteRegisterAsync(next, audit))
        {
            throw new VaultException("Another process changed the keys at the same moment, and nothing was done: look at them (keys list), and try again.");
        }

        await custody.RefreshAsync();
    }
}
