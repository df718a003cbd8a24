using System.Diagnostics;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// The key encryption key of this process, and the ring of keys that it opens. With custodians' shares there is none until they have brought enough of them:
/// until then the ring is sealed.
/// </summary>
internal sealed class KeyCustody : IDisposable
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>How long shares that are not enough are kept after the last of them was brought.</summary>
    private static readonly TimeSpan KeepsShares = TimeSpan.FromMinutes(10);

    private readonly KeySettings settings;
    private readonly Database database;
    private readonly SemaphoreSlim reading = new(1, 1);
    private readonly List<KeyShare> shares = [];
    private IKeyEncryptionKey? wrapping;
    private long lookedAt;
    private DateTimeOffset broughtAt;

    private KeyCustody(KeySettings settings, Database database)
    {
        this.settings = settings;
        this.database = database;
        Ring = new() { LookAgain = LookAgain };
    }

    /// <summary>The keys.</summary>
    public KeyRing Ring { get; }

    /// <summary>The key encryption key.</summary>
    /// <exception cref="VaultClosedException">The custodians have not brought enough shares.</exception>
    public IKeyEncryptionKey Wrapping => wrapping ?? throw new VaultClosedException(
        "The vault is sealed: a verb that needs its keys is given the custodians' shares with --Tollgate:Keys:ShareFiles=FILE,FILE.");

    /// <summary>Opens the keys of a database; of a new one, it makes them.</summary>
    /// <exception cref="SettingException">They cannot be opened with these settings.</exception>
    /// <exception cref="VaultException">The keys do not open.</exception>
    public static async Task<KeyCustody> OpenAsync(Database database, KeySettings settings)
    {
        var custody = new KeyCustody(settings, database);
        try
        {
            var register = await Migrator.OpenRegisterAsync(database, custody.TakeKey, settings.Periods);
            if (custody.wrapping is { } key)
            {
                custody.Ring.Use(custody.OpenBy(register, key));
            }

            return custody;
        }
        catch
        {
            custody.Dispose();
            throw;
        }
    }

    /// <summary>Reads the keys of a database and changes nothing; nothing when the key encryption key is not at hand.</summary>
    /// <exception cref="VaultException">The keys do not open.</exception>
    public static async Task<KeyRing?> ReadAsync(Database database, KeySettings settings)
    {
        if ((settings.Provider == KeyProvider.File && !KeyEncryptionKey.Exists(settings.File))
            || (settings.Provider == KeyProvider.Shares && settings.ShareFiles.Count == 0)
            || await KeyReader.ReadAsync(database) is not { } register)
        {
            return null;
        }

        var custody = new KeyCustody(settings, database);
        return custody.TakeKey(isNew: false) is { } key ? new(custody.OpenBy(register, key)) : null;
    }

    /// <summary>The key encryption key that settings name; one that does not exist yet is made, where it can be.</summary>
    /// <exception cref="VaultException">It cannot be used.</exception>
    public static IKeyEncryptionKey TakeNew(KeySettings settings)
    {
        // Nothing is read, so there is no database to name.
        var custody = new KeyCustody(settings, null!);
        return custody.TakeKey(isNew: true) ?? throw new VaultException("Shares come of a ceremony.");
    }

    /// <summary>Reads the register again; whether it was a newer one.</summary>
    /// <exception cref="VaultException">What is stored was changed, or has a new key that this process has no key encryption key for.</exception>
    public async Task<bool> RefreshAsync()
    {
        await reading.WaitAsync();
        try
        {
            var before = Stopwatch.GetTimestamp();
            if (Ring.Held is not { } held)
            {
                return false;
            }

            if (await KeyReader.ReadSerialAsync(database) == held.Register.Serial)
            {
                Ring.Confirm(before);
                return false;
            }

            var stored = await KeyReader.ReadAsync(database) ?? throw new VaultException("The register of keys is gone.");
            if (wrapping!.CheckValue != stored.Current.CheckValue && settings.Provider == KeyProvider.File && stored.Current.Provider == KeyProvider.File)
            {
                TakeNextFile(stored);
            }

            Ring.Use(held.Follow(stored, wrapping));
            Ring.Confirm(before);
            return true;
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Takes a custodian's share. With the last that is needed, the vault is open.</summary>
    /// <returns>How many are still needed, and what to tell the custodian.</returns>
    /// <exception cref="VaultException">It is not taken: the sentence says why.</exception>
    public async Task<(int Needed, string Sentence)> TakeAsync(KeyShare share, DateTimeOffset now)
    {
        await reading.WaitAsync();
        try
        {
            ForgetBefore(now);
            if (Ring.IsOpen)
            {
                throw new VaultException("The vault is open already; the share was not needed, and was not kept.");
            }

            var stored = await KeyReader.ReadAsync(database) ?? throw new VaultException("The register of keys is gone.");
            if (CustodyOf(share) != stored.Current.Custody)
            {
                throw new VaultException($"Share {share.Number} is of set {share.Set}, and this vault's shares are of set {stored.Current.Custody}; it was not kept.");
            }

            if (shares.Any(s => CustodyOf(s) != stored.Current.Custody))
            {
                // They are of a ceremony that another has replaced meanwhile, and open nothing any more.
                Forget();
            }

            if (shares.Any(s => s.Number == share.Number))
            {
                throw new VaultException($"Share {share.Number} has been brought already.");
            }

            shares.Add(share);
            broughtAt = now;
            if (shares.Count < share.Threshold)
            {
                var needed = share.Threshold - shares.Count;
                return (needed, $"Share {share.Number} is taken; {needed} more {(needed == 1 ? "is" : "are")} needed.");
            }

            var key = KeyShares.Combine(shares);
            Forget();
            try
            {
                Ring.Use(OpenBy(stored, key));
                wrapping = key;
                Ring.Confirm(Stopwatch.GetTimestamp());
            }
            catch (VaultException wrong)
            {
                key.Dispose();
                throw new VaultException("The shares that were brought do not give the key of this vault, and all of them are forgotten: begin again. " + wrong.Message, wrong);
            }

            return (0, "The vault is open.");
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>Forgets shares that were brought long ago and were not enough: whoever opens the vault comes while the others are there. How many they were.</summary>
    public async Task<int> ForgetOldAsync(DateTimeOffset now)
    {
        await reading.WaitAsync();
        try
        {
            return ForgetBefore(now);
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>What a register remembers of a share's ceremony.</summary>
    public static string CustodyOf(KeyShare share) => $"{share.Set} {share.Threshold}/{share.Count}";

    public void Dispose()
    {
        Forget();
        Ring.Dispose();
        wrapping?.Dispose();
        reading.Dispose();
    }

    /// <summary>The key encryption key as the settings say; <see langword="null"/> when custodians have it.</summary>
    private IKeyEncryptionKey? TakeKey(bool isNew)
    {
        wrapping = settings.Provider switch
        {
            KeyProvider.File => TakeFile(isNew),
            KeyProvider.Environment when settings.KeyFile is { } path => KeyEncryptionKey.LoadMounted(path),
            KeyProvider.Environment => KeyEncryptionKey.FromText(settings.Key!.Expose(), "Tollgate:Keys:Key"),
            KeyProvider.Pkcs11 => Pkcs11Key.Open(settings.Place!, settings.Pin!.Expose(), create: isNew),
            _ when isNew => throw new SettingException("Tollgate:Keys:Provider", "is shares, and this database has no keys yet: hold the ceremony first (keys ceremony --shares 5 --threshold 3)"),
            _ when settings.ShareFiles.Count > 0 => KeyShares.Combine([.. settings.ShareFiles.Select(ReadShare)]),
            _ => null,
        };
        return wrapping;
    }

    private KeyEncryptionKey TakeFile(bool isNew)
    {
        if (KeyEncryptionKey.Exists(settings.File))
        {
            return KeyEncryptionKey.Load(settings.File);
        }

        return isNew ? KeyEncryptionKey.Create(settings.File) : throw new SettingException(
            "Tollgate:DataDirectory", $"has no key file {settings.File}, and the database {database.Name} holds cards sealed under one; put the file back, or use an empty database");
    }

    private OpenKeys OpenBy(KeyRegister register, IKeyEncryptionKey key)
    {
        if (key.CheckValue != register.Current.CheckValue && key.Provider == KeyProvider.File && TakeNextFile(register))
        {
            return register.Open(wrapping!);
        }

        return register.Open(key);
    }

    /// <summary>A key file that was replaced: whoever replaced it was ended between the database and the file, or is about to move it.</summary>
    private bool TakeNextFile(KeyRegister register)
    {
        var checkValue = register.Current.CheckValue;
        var next = NextKeyFile.Promote(settings.File, checkValue) ?? KeyEncryptionKey.Load(settings.File);
        if (next.CheckValue != checkValue)
        {
            next.Dispose();
            return false;
        }

        wrapping?.Dispose();
        wrapping = next;
        return true;
    }

    private int ForgetBefore(DateTimeOffset now) => shares.Count > 0 && now - broughtAt >= KeepsShares ? Forget() : 0;

    private int Forget()
    {
        var count = shares.Count;
        shares.ForEach(s => s.Forget());
        shares.Clear();
        return count;
    }

    private bool LookAgain()
    {
        if (Stopwatch.GetElapsedTime(Interlocked.Read(ref lookedAt)) < LooksEvery)
        {
            return false;
        }

        Interlocked.Exchange(ref lookedAt, Stopwatch.GetTimestamp());

        // Whoever seals or opens does it in the middle of something else, and the store is asked here once in a rotation.
        return Task.Run(RefreshAsync).GetAwaiter().GetResult();
    }

    private static KeyShare ReadShare(string path)
    {
        try
        {
            return KeyShare.Parse(System.IO.File.ReadAllText(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tollgate:Keys:ShareFiles", $"names {path}, which cannot be read");
        }
    }
}
