using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Vault;

/// <summary>
/// All keys as they are stored, and the seal over all of them (HMAC-SHA-256 by a key of its own, which the key encryption key wraps): a key that is put in,
/// taken out, brought back, or given another state or date is noticed before anything is opened (PCI DSS 3.7.7). The serial number grows by one with each
/// change, so that a process that has seen one knows an older one when it comes back.
/// </summary>
/// <param name="Serial">How many changes there have been.</param>
/// <param name="Wrapping">The key encryption keys that there were; the last one wraps.</param>
/// <param name="Keys">The keys, by id.</param>
/// <param name="WrappedSeal">The key of the seal, wrapped.</param>
/// <param name="Seal">The seal.</param>
public sealed record KeyRegister(long Serial, IReadOnlyList<WrappingKey> Wrapping, IReadOnlyList<StoredKey> Keys, byte[] WrappedSeal, byte[] Seal)
{
    /// <summary>The key encryption key that wraps.</summary>
    public WrappingKey Current => Wrapping[^1];

    /// <summary>A key for each purpose, all of them new.</summary>
    public static KeyRegister Create(IKeyEncryptionKey wrapping, Cryptoperiods periods, DateTimeOffset now, string custody = "") =>
        Complete(wrapping, [], periods, now, custody);

    /// <summary>
    /// Takes over the keys of a database from before there was a register, which were wrapped with their id and purpose and nothing else. They are wrapped
    /// anew, so that what was stored then cannot be taken over a second time.
    /// </summary>
    /// <exception cref="VaultException">A key does not open.</exception>
    public static KeyRegister Adopt(IKeyEncryptionKey wrapping, IEnumerable<(int Id, KeyPurpose Purpose, byte[] Wrapped)> before, Cryptoperiods periods, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wrapping);
        ArgumentNullException.ThrowIfNull(before);
        List<(int, KeyPurpose, byte[])> opened = [];
        foreach (var (id, purpose, wrapped) in before)
        {
            try
            {
                opened.Add((id, purpose, wrapping.Unwrap(wrapped, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key|{id}|{purpose}")))));
            }
            catch (CryptographicException)
            {
                throw new VaultException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"The key encryption key does not open key {id} of this database: it belongs to another database, or the key's row was changed."));
            }
        }

        return Complete(wrapping, opened, periods, now, string.Empty);
    }

    /// <summary>Checks the seal and opens the keys.</summary>
    /// <exception cref="VaultException">It is another key encryption key, or something stored was changed.</exception>
    public OpenKeys Open(IKeyEncryptionKey wrapping)
    {
        RefuseOther(wrapping);
        byte[] seal;
        try
        {
            seal = wrapping.Unwrap(WrappedSeal, SealContext);
        }
        catch (CryptographicException)
        {
            throw new VaultException("The register of keys was changed: the key of its seal does not open.");
        }

        var opened = new Dictionary<int, byte[]>();
        try
        {
            RefuseChanged(seal);
            foreach (var key in Keys.Where(k => k.State != KeyState.Destroyed))
            {
                opened.Add(key.Id, OpenKey(wrapping, key));
            }

            return new(this, seal, opened);
        }
        catch
        {
            foreach (var key in opened.Values.Append(seal))
            {
                CryptographicOperations.ZeroMemory(key);
            }

            throw;
        }
    }

    /// <summary>What people call a provider, as in settings.</summary>
    public static string Name(KeyProvider provider) => Enum.GetName(provider)!.ToLowerInvariant();

    internal static byte[] SealContext { get; } = "register seal|2"u8.ToArray();

    internal static byte[] ContextOf(int id, KeyPurpose purpose) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"key|2|{id}|{purpose}"));

    internal KeyRegister Sealed(byte[] seal) => this with { Seal = SealBy(seal) };

    /// <summary>To the millisecond, as it is stored and sealed.</summary>
    internal static DateTimeOffset Instant(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private static KeyRegister Complete(
        IKeyEncryptionKey wrapping, List<(int Id, KeyPurpose Purpose, byte[] Key)> known, Cryptoperiods periods, DateTimeOffset now, string custody)
    {
        ArgumentNullException.ThrowIfNull(wrapping);
        ArgumentNullException.ThrowIfNull(periods);
        now = Instant(now);
        var last = known.Count > 0 ? known.Max(k => k.Id) : 0;
        var all = known.Concat(Enum.GetValues<KeyPurpose>().Except(known.Select(k => k.Purpose))
            .Select((purpose, index) => (Id: last + index + 1, Purpose: purpose, Key: RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length)))).ToList();
        var seal = RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length);
        try
        {
            // Of several of a purpose, as a database from before may have, the newest is used.
            var newest = all.GroupBy(k => k.Purpose).ToDictionary(g => g.Key, g => g.Max(k => k.Id));
            List<StoredKey> keys =
            [
                .. all.OrderBy(k => k.Id).Select(k => new StoredKey(
                    k.Id, k.Purpose, newest[k.Purpose] == k.Id ? KeyState.Active : KeyState.Retired, wrapping.Wrap(k.Key, ContextOf(k.Id, k.Purpose)), now, now,
                    now + periods.Of(k.Purpose), newest[k.Purpose] == k.Id ? null : now)),
            ];
            WrappingKey current = new(1, wrapping.Provider, wrapping.CheckValue, custody, now, now + periods.Wrapping);
            return new KeyRegister(1, [current], keys, wrapping.Wrap(seal, SealContext), []).Sealed(seal);
        }
        finally
        {
            foreach (var key in all)
            {
                CryptographicOperations.ZeroMemory(key.Key);
            }

            CryptographicOperations.ZeroMemory(seal);
        }
    }

    internal void RefuseChanged(byte[] seal)
    {
        if (!CryptographicOperations.FixedTimeEquals(SealBy(seal), Seal))
        {
            throw new VaultException(
                "The register of keys was changed: its seal does not fit. A key was put in, taken out, brought back or given other dates by somebody who has not the key encryption key.");
        }
    }

    internal byte[] OpenKey(IKeyEncryptionKey wrapping, StoredKey key)
    {
        RefuseOther(wrapping);
        try
        {
            return wrapping.Unwrap(key.Wrapped, ContextOf(key.Id, key.Purpose));
        }
        catch (CryptographicException)
        {
            throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"The register of keys was changed: key {key.Id} does not open."));
        }
    }

    private static string PlaceOf(KeyProvider provider) => provider switch
    {
        KeyProvider.File => "key file",
        KeyProvider.Environment => "environment",
        KeyProvider.Pkcs11 => "PKCS #11 module",
        _ => "custodians' shares",
    };

    private void RefuseOther(IKeyEncryptionKey wrapping)
    {
        ArgumentNullException.ThrowIfNull(wrapping);
        if (wrapping.CheckValue != Current.CheckValue)
        {
            throw new VaultException(
                $"The keys of this database are wrapped by the key encryption key with the check value {Current.CheckValue} ({PlaceOf(Current.Provider)}), and what was given is another one, {wrapping.CheckValue} ({PlaceOf(wrapping.Provider)}).");
        }
    }

    private byte[] SealBy(byte[] seal)
    {
        using var content = new MemoryStream();
        Number(Serial);
        Number(Wrapping.Count);
        foreach (var key in Wrapping)
        {
            Number(key.Number);
            Number((int)key.Provider);
            Bytes(Encoding.UTF8.GetBytes(key.CheckValue));
            Bytes(Encoding.UTF8.GetBytes(key.Custody));
            At(key.ActivatedAt);
            At(key.EndsAt);
            At(key.RetiredAt);
        }

        Number(Keys.Count);
        foreach (var key in Keys)
        {
            Number(key.Id);
            Number((int)key.Purpose);
            Number((int)key.State);
            Bytes(key.Wrapped);
            At(key.CreatedAt);
            At(key.ActivatedAt);
            At(key.EndsAt);
            At(key.RetiredAt);
            At(key.DestroyedAt);
        }

        return HMACSHA256.HashData(seal, content.GetBuffer().AsSpan(0, (int)content.Length));

        void Number(long number)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64BigEndian(bytes, number);
            content.Write(bytes);
        }

        void At(DateTimeOffset? at) => Number(at?.ToUnixTimeMilliseconds() ?? -1);

        void Bytes(byte[] bytes)
        {
            Number(bytes.Length);
            content.Write(bytes);
        }
    }
}
