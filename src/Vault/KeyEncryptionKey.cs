using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Vault;

/// <summary>A key encryption key in this process's memory, wherever it came from: a file, the environment, or the shares of custodians.</summary>
public sealed class KeyEncryptionKey : IKeyEncryptionKey
{
    /// <summary>256 bits, as many as the keys that it wraps have (PCI DSS 3.6.1).</summary>
    public const int Length = 32;

    private const UnixFileMode World = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly byte[] key;

    private KeyEncryptionKey(byte[] key, KeyProvider provider)
    {
        this.key = key;
        Provider = provider;
        CheckValue = Convert.ToHexString(CheckValueOf(key));
    }

    /// <inheritdoc/>
    public KeyProvider Provider { get; }

    /// <inheritdoc/>
    public string CheckValue { get; }

    /// <summary>Whether there is a key file.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Creates a key file with a new random key, readable by its owner only.</summary>
    /// <exception cref="IOException">There is a file already.</exception>
    public static KeyEncryptionKey Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var key = RandomNumberGenerator.GetBytes(Length);
        OwnFile.Create(path, Convert.ToBase64String(key) + "\n");
        return new(key, KeyProvider.File);
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="VaultException">The file is missing, readable by others, or does not hold a key.</exception>
    public static KeyEncryptionKey Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new VaultException($"The key file {path} is missing.");
        }

        RefuseReaders(path, World | Group, "others than its owner; chmod 600 it, and consider the key known");
        return new(Parse(File.ReadAllText(path), $"The key file {path}"), KeyProvider.File);
    }

    /// <summary>Reads a secret that an orchestrator has mounted. A group may read it, as some have to; everybody may not.</summary>
    /// <exception cref="VaultException">The file is missing, readable by everybody, or does not hold a key.</exception>
    public static KeyEncryptionKey LoadMounted(string path)
    {
        if (!File.Exists(path))
        {
            throw new VaultException($"The mounted secret {path} is missing.");
        }

        RefuseReaders(path, World, "everybody; give it to the server's user or group alone, and consider the key known");
        return new(Parse(File.ReadAllText(path), $"The mounted secret {path}"), KeyProvider.Environment);
    }

    /// <summary>Takes a key that came as text.</summary>
    /// <param name="text">32 bytes in base64.</param>
    /// <param name="where">Where it came from, at the beginning of a sentence.</param>
    /// <exception cref="VaultException">It is no key.</exception>
    public static KeyEncryptionKey FromText(string text, string where) => new(Parse(text, where), KeyProvider.Environment);

    /// <summary>A new random key, to be divided among custodians.</summary>
    internal static KeyEncryptionKey Generate() => new(RandomNumberGenerator.GetBytes(Length), KeyProvider.Shares);

    /// <summary>Takes a key that shares were combined to.</summary>
    internal static KeyEncryptionKey FromShares(byte[] key) => new(key, KeyProvider.Shares);

    /// <summary>The key itself, to divide it.</summary>
    internal ReadOnlySpan<byte> Material => key;

    /// <inheritdoc/>
    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context) => Sealing.Seal(this.key, key, context);

    /// <inheritdoc/>
    public byte[] Unwrap(ReadOnlySpan<byte> box, ReadOnlySpan<byte> context) => Sealing.Open(key, box, context);

    /// <summary>Overwrites the key in memory.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    private static byte[] CheckValueOf(byte[] key)
    {
        Span<byte> block = stackalloc byte[16];
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(stackalloc byte[12], stackalloc byte[16], block, stackalloc byte[16]);
        return block[..3].ToArray();
    }

    private static byte[] Parse(string text, string where)
    {
        var key = new byte[Length + 1];
        try
        {
            return Convert.TryFromBase64String(text.Trim(), key, out var length) && length == Length
                ? key[..Length]
                : throw new VaultException($"{where} does not hold 32 bytes in base64.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void RefuseReaders(string path, UnixFileMode readers, string whom)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & readers) != 0)
        {
            throw new VaultException($"The key file {path} can be read or written by {whom}.");
        }
    }
}
