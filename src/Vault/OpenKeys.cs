using System.Globalization;
using System.Security.Cryptography;

namespace Tollgate.Vault;

/// <summary>A register whose seal was checked, with its keys in memory; and what can be done to it. Each act gives the register as it is to be stored next.</summary>
public sealed class OpenKeys : IDisposable
{
    private readonly byte[] seal;
    private readonly Dictionary<int, byte[]> keys;

    internal OpenKeys(KeyRegister register, byte[] seal, Dictionary<int, byte[]> keys)
    {
        Register = register;
        this.seal = seal;
        this.keys = keys;
        foreach (var purpose in Enum.GetValues<KeyPurpose>())
        {
            if (register.Keys.Count(k => k.Purpose == purpose && k.State == KeyState.Active) != 1)
            {
                throw new VaultException($"The database holds no complete set of keys: of {purpose} there is not one that is active.");
            }
        }
    }

    /// <summary>What is stored.</summary>
    public KeyRegister Register { get; }

    /// <summary>Adds a key, which does nothing yet: every process is to know it before it is activated.</summary>
    /// <exception cref="VaultException">One has been added already.</exception>
    public KeyRegister Add(KeyPurpose purpose, IKeyEncryptionKey wrapping, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wrapping);
        if (Register.Keys.FirstOrDefault(k => k.Purpose == purpose && k.State == KeyState.Created) is { } waiting)
        {
            throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Key {waiting.Id} has been made for that and waits to be activated."));
        }

        var id = Register.Keys.Max(k => k.Id) + 1;
        var fresh = RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length);
        try
        {
            return Next(Register with
            {
                Keys = [.. Register.Keys, new(id, purpose, KeyState.Created, wrapping.Wrap(fresh, KeyRegister.ContextOf(id, purpose)), KeyRegister.Instant(now))],
            });
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fresh);
        }
    }

    /// <summary>Has a key that was added used from now on; the one that was is retired.</summary>
    /// <exception cref="VaultException">It is not one that waits for that.</exception>
    public KeyRegister Activate(int id, Cryptoperiods periods, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(periods);
        now = KeyRegister.Instant(now);
        var key = Find(id);
        if (key.State != KeyState.Created)
        {
            throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Key {id} is {Name(key.State)}, and only one that is created can be activated."));
        }

        return Next(Register with
        {
            Keys =
            [
                .. Register.Keys.Select(k =>
                    k.Id == id ? k with { State = KeyState.Active, ActivatedAt = now, EndsAt = now + periods.Of(k.Purpose) }
                    : k.Purpose == key.Purpose && k.State == KeyState.Active ? k with { State = KeyState.Retired, RetiredAt = now } : k),
            ],
        });
    }

    /// <summary>Destroys a key: its wrapped form is gone from what is stored next, and what it sealed can be opened by nobody.</summary>
    /// <exception cref="VaultException">It is used.</exception>
    public KeyRegister Destroy(int id, DateTimeOffset now)
    {
        var key = Find(id);
        return key.State switch
        {
            KeyState.Active => throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Key {id} is active: rotate, and destroy it then.")),
            KeyState.Destroyed => throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Key {id} is destroyed already.")),
            _ => Next(Register with
            {
                Keys = [.. Register.Keys.Select(k => k.Id == id ? k with { State = KeyState.Destroyed, Wrapped = [], DestroyedAt = KeyRegister.Instant(now) } : k)],
            }),
        };
    }

    /// <summary>Wraps everything with another key encryption key.</summary>
    public KeyRegister Rewrap(IKeyEncryptionKey wrapping, Cryptoperiods periods, DateTimeOffset now, string custody = "")
    {
        ArgumentNullException.ThrowIfNull(wrapping);
        ArgumentNullException.ThrowIfNull(periods);
        now = KeyRegister.Instant(now);
        var current = Register.Current;
        return Next(Register with
        {
            Wrapping =
            [
                .. Register.Wrapping.SkipLast(1), current with { RetiredAt = now },
                new(current.Number + 1, wrapping.Provider, wrapping.CheckValue, custody, now, now + periods.Wrapping),
            ],
            Keys = [.. Register.Keys.Select(k => k.State == KeyState.Destroyed ? k : k with { Wrapped = wrapping.Wrap(keys[k.Id], KeyRegister.ContextOf(k.Id, k.Purpose)) })],
            WrappedSeal = wrapping.Wrap(seal, KeyRegister.SealContext),
        });
    }

    /// <summary>
    /// The same keys under a later register. A key that is new in it is opened with the key encryption key; when only the wrapping has changed, that is not
    /// needed, so that a process goes on with what it has while the key encryption key is replaced under it.
    /// </summary>
    /// <exception cref="VaultException">Its seal does not fit, or there is a new key and no key encryption key that opens it.</exception>
    public OpenKeys Follow(KeyRegister later, IKeyEncryptionKey wrapping)
    {
        ArgumentNullException.ThrowIfNull(later);
        later.RefuseChanged(seal);
        var followed = new Dictionary<int, byte[]>();
        foreach (var key in later.Keys.Where(k => k.State != KeyState.Destroyed))
        {
            followed.Add(key.Id, keys.TryGetValue(key.Id, out var known) ? [.. known] : later.OpenKey(wrapping, key));
        }

        return new(later, [.. seal], followed);
    }

    /// <summary>Overwrites the keys in memory.</summary>
    public void Dispose()
    {
        foreach (var key in keys.Values.Append(seal))
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    internal byte[]? Key(int id) => keys.GetValueOrDefault(id);

    private static string Name(KeyState state) => Enum.GetName(state)!.ToLowerInvariant();

    private StoredKey Find(int id) => Register.Keys.FirstOrDefault(k => k.Id == id)
        ?? throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"There is no key {id}."));

    private KeyRegister Next(KeyRegister changed) => (changed with { Serial = Register.Serial + 1 }).Sealed(seal);
}
