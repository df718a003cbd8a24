using System.Security.Cryptography;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace Tollgate.Vault.Tests;

public sealed class Pkcs11Tests : IDisposable
{
    private readonly HardwareToken token = new();

    public void Dispose() => token.Dispose();

    [Fact]
    public void P11_a_key_in_a_module_is_made_there_and_wraps_there()
    {
        Assert.Equal(
            "The token tollgate-test has no AES key with the label tollgate.",
            Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: false)).Message);
        KeyRegister register;
        using (var made = Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: true))
        {
            register = KeyRegister.Create(made, Cryptoperiods.Default, DateTimeOffset.UtcNow);
            register.Open(made).Dispose();
            Assert.Equal((KeyProvider.Pkcs11, made.CheckValue), (register.Current.Provider, register.Current.CheckValue));
        }

        // The next start finds it, and the one before the last one's register opens.
        using var found = Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: true);
        using var open = register.Open(found);
        Assert.Equal(KeyEncryptionKey.Length, open.Key(1)!.Length);
        using var other = KeyEncryptionKey.Generate();
        Assert.Contains("(PKCS #11 module)", Assert.Throws<VaultException>(() => register.Open(other)).Message, StringComparison.Ordinal);

        // What was wrapped for one place opens at no other, and not when a bit of it is another.
        var box = found.Wrap([1, 2, 3], "here"u8);
        Assert.Equal([1, 2, 3], found.Unwrap(box, "here"u8));
        Assert.Throws<CryptographicException>(() => found.Unwrap(box, "there"u8));
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            byte[] flipped = [.. box];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<CryptographicException>(() => found.Unwrap(flipped, "here"u8));
        }

        Assert.Throws<CryptographicException>(() => found.Unwrap(box.AsSpan(0, 20), "here"u8));
        Parallel.For(0, 50, i => Assert.Equal([(byte)i], found.Unwrap(found.Wrap([(byte)i], "here"u8), "here"u8)));
    }

    [Fact]
    public void A_key_goes_on_when_another_of_its_module_is_let_go_or_is_refused()
    {
        using var stays = Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: true);
        var box = stays.Wrap([1, 2, 3], "here"u8);
        using (var goes = Pkcs11Key.Open(HardwareToken.Place with { Label = "another" }, HardwareToken.Pin, create: true))
        {
            Assert.NotEqual(stays.CheckValue, goes.CheckValue);
        }

        Assert.Equal([1, 2, 3], stays.Unwrap(box, "here"u8));
        Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place with { Label = "none" }, HardwareToken.Pin, create: false));
        Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place with { Token = "none" }, HardwareToken.Pin, create: false));
        Assert.Equal([1, 2, 3], stays.Unwrap(box, "here"u8));
    }

    [Fact]
    public void P11_a_key_that_lets_itself_be_read_out_is_refused()
    {
        Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: false));

        // As somebody would make one who wants a copy of it.
        var factories = new Pkcs11InteropFactories();
        using (var library = factories.Pkcs11LibraryFactory.LoadPkcs11Library(factories, HardwareToken.Module, AppType.MultiThreaded))
        {
            var slot = library.GetSlotList(SlotsType.WithTokenPresent).Single(s => s.GetTokenInfo().Label.TrimEnd() == HardwareToken.Place.Token);
            using var session = slot.OpenSession(SessionType.ReadWrite);
            session.Login(CKU.CKU_USER, HardwareToken.Pin);
            var attributes = factories.ObjectAttributeFactory;
            session.CreateObject(
            [
                attributes.Create(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY), attributes.Create(CKA.CKA_KEY_TYPE, CKK.CKK_AES), attributes.Create(CKA.CKA_LABEL, HardwareToken.Place.Label),
                attributes.Create(CKA.CKA_VALUE, RandomNumberGenerator.GetBytes(32)), attributes.Create(CKA.CKA_TOKEN, true), attributes.Create(CKA.CKA_SENSITIVE, false),
                attributes.Create(CKA.CKA_EXTRACTABLE, true), attributes.Create(CKA.CKA_ENCRYPT, true), attributes.Create(CKA.CKA_DECRYPT, true),
            ]);
        }

        Assert.Contains(
            "lets itself be read out", Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place, HardwareToken.Pin, create: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_in_the_way_is_named_and_the_PIN_is_not()
    {
        var wrong = Assert.Throws<VaultException>(() => Pkcs11Key.Open(HardwareToken.Place, "0815-wrong", create: true));
        Assert.Contains("does not take the PIN: CKR_PIN_INCORRECT", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0815", wrong.ToString(), StringComparison.Ordinal);
        Assert.Contains("no token with the label nowhere", Fails(HardwareToken.Place with { Token = "nowhere" }), StringComparison.Ordinal);
        Assert.Equal("The PKCS #11 module /nowhere/module.so is missing.", Fails(HardwareToken.Place with { Module = "/nowhere/module.so" }));
        Assert.Contains("cannot be loaded", Fails(HardwareToken.Place with { Module = typeof(Pkcs11Tests).Assembly.Location }), StringComparison.Ordinal);

        static string Fails(Pkcs11Place place) => Assert.Throws<VaultException>(() => Pkcs11Key.Open(place, HardwareToken.Pin, create: true)).Message;
    }
}
