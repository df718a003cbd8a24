using System.Security.Cryptography;

namespace Tollgate.Vault;

/// <summary>The key that wraps all other keys. It lives in a file of its own, which only its owner can read, apart from what it protects.</summary>
public sealed class KeyEncryptionKey : IDisposable
{
    /// <summary>256 bits.</summary>
    public const int Length = 32;

    private readonly byte[] key;

    private KeyEncryptionKey(byte[] key) => this.key = key;

    /// <summary>Whether there is a key file.</summary>
    public static bool Exists(string path) => File.Exists(path);

    /// <summary>Creates a key file with a new random key, readable by its owner only.</summary>
    /// <exception cref="IOException">There is a file already.</exception>
    public static KeyEncryptionKey Create(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var key = RandomNumberGenerator.GetBytes(Length);

        // Written aside, flushed and moved into place, so that a crash leaves either no key or a whole one.
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException)
        {
            // There is a key already, and a second one beside it would only make somebody ask which is right.
            File.Delete(draft);
            throw;
        }

        return new(key);
    }

    /// <summary>Reads a key file.</summary>
    /// <exception cref="VaultException">The file is missing, readable by others, or does not hold a key.</exception>
    public static KeyEncryptionKey Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new VaultException($"The key file {path} is missing.");
        }

        if (!OperatingSystem.IsWindows())
        {
            const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
            if ((File.GetUnixFileMode(path) & Others) != 0)
            {
                throw new VaultException($"The key file {path} can be read or written by others than its owner; chmod 600 it, and consider the key known.");
            }
        }

        var key = new byte[Length + 1];
        if (!Convert.TryFromBase64String(File.ReadAllText(path).Trim(), key, out var length) || length != Length)
        {
            throw new VaultException($"The key file {path} does not hold 32 bytes in base64.");
        }

        return new(key[..Length]);
    }

    /// <summary>Overwrites the key in memory.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(key);

    /// <summary>Makes a new random key and wraps it.</summary>
    internal byte[] WrapNew(int id, KeyPurpose purpose)
    {
        var fresh = RandomNumberGenerator.GetBytes(Length);
        try
        {
            return Sealing.Seal(key, fresh, Context(id, purpose));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fresh);
        }
    }

    /// <summary>Opens a wrapped key.</summary>
    internal byte[] Unwrap(WrappedKey wrapped)
    {
        try
        {
            return Sealing.Open(key, wrapped.Wrapped, Context(wrapped.Id, wrapped.Purpose));
        }
        catch (CryptographicException)
        {
            throw new VaultException(
                $"The key file does not open key {wrapped.Id} of this database: it belongs to another database, or the key's row was changed.");
        }
    }

    private static byte[] Context(int id, KeyPurpose purpose) => System.Text.Encoding.UTF8.GetBytes($"key|{id}|{purpose}");
}
