namespace Tollgate.Vault;

/// <summary>Where a key encryption key is kept.</summary>
public enum KeyProvider
{
    /// <summary>In a file of its own, which only its owner reads.</summary>
    File,

    /// <summary>In the environment of the process, or in a secret that is mounted as a file.</summary>
    Environment,

    /// <summary>In a hardware security module, which it never leaves.</summary>
    Pkcs11,

    /// <summary>Nowhere as a whole: custodians have shares of it.</summary>
    Shares,
}

/// <summary>The key that wraps all other keys. It is used and never read: what keeps it may not give it away.</summary>
public interface IKeyEncryptionKey : IDisposable
{
    /// <summary>Where it is kept.</summary>
    KeyProvider Provider { get; }

    /// <summary>
    /// Six hexadecimal digits by which people tell it from another key: the first three bytes of what AES makes of the block 00…0002, which is
    /// AES-256-GCM of zeroes with a nonce of zeroes. No nonce that wraps is that one.
    /// </summary>
    string CheckValue { get; }

    /// <summary>Wraps a key for one context: nonce, tag, ciphertext.</summary>
    byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context);

    /// <summary>Opens a wrapped key.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was wrapped by another key, for another context, or was changed.</exception>
    byte[] Unwrap(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context);
}
