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
        Keys = KeyRing.CreateKeys(key);
        ring = new(key, Keys);
        Vault = new(ring);
    }

    public static CardToken Token { get; } = new("tok_0123456789abcdef0123");

    public static PaymentId Payment { get; } = new("7PPPMXIGH");

    public static AppId App { get; } = new("app-one");

    public static CardNumber Number { get; } = Parse("4242424242424242");

    public static CardVerificationCode Code { get; } = CardVerificationCode.TryParse("7391", Brand.Amex, out var code) ? code : throw new ArgumentException("It is no code.");

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "tollgate-vault-" + Guid.NewGuid().ToString("N"));

    public string KeyPath => Path.Combine(Folder, "keys", "key-encryption.key");

    public IReadOnlyList<WrappedKey> Keys { get; }

    public CardVault Vault { get; }

    public KeyRing Ring => ring;

    public static CardNumber Parse(string digits) => CardNumber.TryParse(digits, out var number) ? number : throw new ArgumentException("It is no card number.");

    /// <summary>Opens the keys again, as a restart does.</summary>
    public CardVault Reopen(IEnumerable<WrappedKey>? keys = null)
    {
        using var key = KeyEncryptionKey.Load(KeyPath);
        return new(new(key, keys ?? Keys));
    }

    public void Dispose()
    {
        ring.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
