using System.Security.Cryptography;

namespace Tollgate.Vault;

/// <summary>What a key is for. One key, one purpose.</summary>
public enum KeyPurpose
{
    /// <summary>Seals cards and other secrets (AES-256-GCM).</summary>
    Data,

    /// <summary>Fingerprints card numbers (HMAC-SHA-256).</summary>
    Fingerprint,

    /// <summary>Digests requests, to tell whether two are the same (HMAC-SHA-256).</summary>
    Digest,
}

/// <summary>A key as it is stored: wrapped by the key encryption key.</summary>
/// <param name="Id">From 1.</param>
/// <param name="Purpose">What it is for; part of what the wrapping authenticates.</param>
/// <param name="Wrapped">The sealed key.</param>
public sealed record WrappedKey(int Id, KeyPurpose Purpose, byte[] Wrapped);

/// <summary>The opened keys, in memory only.</summary>
public sealed class KeyRing : IDisposable
{
    private readonly Dictionary<int, byte[]> dataKeys = [];
    private readonly byte[] fingerprintKey;
    private readonly byte[] digestKey;

    /// <summary>Opens stored keys. The newest data key seals; all of them open.</summary>
    /// <exception cref="VaultException">A key does not open, or a purpose has none.</exception>
    public KeyRing(KeyEncryptionKey keyEncryptionKey, IEnumerable<WrappedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keyEncryptionKey);
        ArgumentNullException.ThrowIfNull(keys);
        byte[]? fingerprint = null;
        byte[]? digest = null;
        foreach (var wrapped in keys.OrderBy(k => k.Id))
        {
            var key = keyEncryptionKey.Unwrap(wrapped);
            switch (wrapped.Purpose)
            {
                case KeyPurpose.Data:
                    dataKeys.Add(wrapped.Id, key);
                    ActiveDataKey = wrapped.Id;
                    break;
                case KeyPurpose.Fingerprint:
                    fingerprint = key;
                    break;
                case KeyPurpose.Digest:
                    digest = key;
                    break;
                default:
                    throw new VaultException($"Key {wrapped.Id} has no purpose that is known.");
            }
        }

        if (dataKeys.Count == 0 || fingerprint is null || digest is null)
        {
            throw new VaultException("The database holds no complete set of keys.");
        }

        fingerprintKey = fingerprint;
        digestKey = digest;
    }

    /// <summary>The key that seals.</summary>
    public int ActiveDataKey { get; }

    /// <summary>A new random key for each purpose, wrapped, to be stored before first use.</summary>
    public static IReadOnlyList<WrappedKey> CreateKeys(KeyEncryptionKey keyEncryptionKey)
    {
        ArgumentNullException.ThrowIfNull(keyEncryptionKey);
        KeyPurpose[] purposes = [KeyPurpose.Data, KeyPurpose.Fingerprint, KeyPurpose.Digest];
        return [.. purposes.Select((purpose, index) => new WrappedKey(index + 1, purpose, keyEncryptionKey.WrapNew(index + 1, purpose)))];
    }

    /// <summary>Overwrites the keys in memory.</summary>
    public void Dispose()
    {
        foreach (var key in dataKeys.Values)
        {
            CryptographicOperations.ZeroMemory(key);
        }

        CryptographicOperations.ZeroMemory(fingerprintKey);
        CryptographicOperations.ZeroMemory(digestKey);
    }

    internal ReadOnlySpan<byte> DataKey(int id) =>
        dataKeys.TryGetValue(id, out var key) ? key : throw new VaultException($"Data key {id} is unknown.");

    internal ReadOnlySpan<byte> FingerprintKey => fingerprintKey;

    internal ReadOnlySpan<byte> DigestKey => digestKey;
}
