using Tollgate.Core;
using Tollgate.Core.Cards;

namespace Tollgate.Vault.Tests;

/// <summary>A vault with a key file of its own, in a folder that goes with it.</summary>
internal sealed class Safe : IDisposable
{
    private readonly KeyRing ring;

    public Safe()
    {
        using var key = KeyEncryptionKey.Create(KeyPath);
        Register = KeyRegister.Create(key, Cryptoperiods.Default, DateTimeOffset.UtcNow);
        ring = new(Register.Open(key));
        Vault = new(ring);
    }

    public static CardToken Token { get; } = new("tok_0123456789abcdef0123");

    public static PaymentId Payment { get; } = new("7PPPMXIGH");

    public static AppId App { get; } = new("app-one");

    public static CardNumber Number { get; } = Parse("4242424242424242");

    public static CardVerificationCode Code { get; } = CardVerificationCode.TryParse("7391", Brand.Amex, out var code) ? code : throw new ArgumentException("It is no code.");

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "tollgate-vault-" + Guid.NewGuid().ToString("N"));

    public string KeyPath => Path.Combine(Folder, "keys", "key-encryption.key");

    public KeyRegister Register { get; }

    public IReadOnlyList<StoredKey> Keys => Register.Keys;

    public CardVault Vault { get; }

    public KeyRing Ring => ring;

    public static CardNumber Parse(string digits) => CardNumber.TryParse(digits, out var number) ? number : throw new ArgumentException("It is no card number.");

    /// <summary>Opens the keys again, as a restart does.</summary>
    public CardVault Reopen(KeyRegister? register = null) => new(new KeyRing(Open(register)));

    /// <summary>Opens a register with the key file.</summary>
    public OpenKeys Open(KeyRegister? register = null)
    {
        using var key = KeyEncryptionKey.Load(KeyPath);
        return (register ?? Register).Open(key);
    }

    /// <summary>The keys after one of them has been rotated.</summary>
    public KeyRing Rotated(KeyPurpose purpose)
    {
        using var key = KeyEncryptionKey.Load(KeyPath);
        using var before = Open();
        using var added = Open(before.Add(purpose, key, DateTimeOffset.UtcNow));
        return new(Open(added.Activate(7, Cryptoperiods.Default, DateTimeOffset.UtcNow)));
    }

    public void Dispose()
    {
        ring.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
