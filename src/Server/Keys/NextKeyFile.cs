using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// A key file that is to replace another. It waits beside that one, under a name with its own check value, until the database says that everything is wrapped by
/// it; then whoever finds it there moves it into place. As its name says which key it is, nobody moves another one. One that an operator brings is called
/// <c>.next</c> and nothing else.
/// </summary>
internal sealed class NextKeyFile : IDisposable
{
    private readonly FileStream turn;

    private NextKeyFile(FileStream turn, KeyEncryptionKey key) => (this.turn, Key) = (turn, key);

    /// <summary>The key in it.</summary>
    public KeyEncryptionKey Key { get; }

    /// <summary>Takes the one that an operator has brought or an earlier try has left, or makes one; nobody else does until this is disposed of.</summary>
    /// <exception cref="VaultException">Another process replaces the key file at this moment.</exception>
    public static NextKeyFile Take(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream turn;
        try
        {
            turn = new(file + ".lock", options);
        }
        catch (IOException taken)
        {
            throw new VaultException($"Another process replaces the key file {file} at this moment, and nothing was done ({taken.Message}). Look at the keys (keys list), and try again.", taken);
        }

        try
        {
            return new(turn, TakeBrought(file) ?? TakeLeft(file) ?? Create(file));
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Moves the key file that waits with a check value into place, and gives its key; <see langword="null"/> when there is none, or somebody else has done it.</summary>
    public static KeyEncryptionKey? Promote(string file, string checkValue)
    {
        foreach (var path in new[] { PathOf(file, checkValue), BroughtPath(file) })
        {
            if (Read(path) is not { } key)
            {
                continue;
            }

            if (key.CheckValue == checkValue && Move(path, file))
            {
                return key;
            }

            key.Dispose();
        }

        return null;
    }

    public void Dispose()
    {
        Key.Dispose();
        turn.Dispose();
    }

    private static string PathOf(string file, string checkValue) => $"{file}.next-{checkValue}";

    private static string BroughtPath(string file) => file + ".next";

    private static KeyEncryptionKey? TakeBrought(string file)
    {
        if (Read(BroughtPath(file)) is not { } key)
        {
            return null;
        }

        File.Move(BroughtPath(file), PathOf(file, key.CheckValue), overwrite: true);
        return key;
    }

    private static KeyEncryptionKey? TakeLeft(string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var left = Directory.EnumerateFiles(folder, Path.GetFileName(file) + ".next-??????").Order(StringComparer.Ordinal).FirstOrDefault();
        return left is null ? null : Read(left);
    }

    private static KeyEncryptionKey Create(string file)
    {
        // It gets its name when its check value is known; under the name before, it is nobody's yet.
        var draft = file + ".draft";
        File.Delete(draft);
        var key = KeyEncryptionKey.Create(draft);
        File.Move(draft, PathOf(file, key.CheckValue), overwrite: false);
        return key;
    }

    private static KeyEncryptionKey? Read(string path)
    {
        try
        {
            return KeyEncryptionKey.Exists(path) ? KeyEncryptionKey.Load(path) : null;
        }
        catch (Exception moved) when (moved is FileNotFoundException or VaultException && !KeyEncryptionKey.Exists(path))
        {
            return null;
        }
    }

    private static bool Move(string path, string file)
    {
        try
        {
            File.Move(path, file, overwrite: true);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }
}
