using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;

namespace Tollgate.Vault.Tests;

// Windows has no such modes: there the folder's access list protects the key.
[UnsupportedOSPlatform("windows")]
public sealed class KeyTests : IDisposable
{
    private readonly Safe safe = new();

    public void Dispose() => safe.Dispose();

    [Fact]
    public void A_key_file_and_its_folder_are_their_owners_alone()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(safe.KeyPath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(safe.KeyPath)!));
        Assert.True(KeyEncryptionKey.Exists(safe.KeyPath));
        Assert.Equal(KeyEncryptionKey.Length, Convert.FromBase64String(File.ReadAllText(safe.KeyPath).Trim()).Length);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_key_file_that_others_can_read_or_write_is_refused(UnixFileMode others)
    {
        File.SetUnixFileMode(safe.KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        Assert.Equal(
            $"The key file {safe.KeyPath} can be read or written by others than its owner; chmod 600 it, and consider the key known.", LoadingFails());
    }

    [Fact]
    public void A_missing_key_file_is_named()
    {
        File.Delete(safe.KeyPath);
        Assert.False(KeyEncryptionKey.Exists(safe.KeyPath));
        Assert.Equal($"The key file {safe.KeyPath} is missing.", LoadingFails());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("AAAA")]
    [InlineData("this is no base64, is it?")]
    public void A_file_that_holds_no_key_is_refused(string content)
    {
        File.WriteAllText(safe.KeyPath, content);
        Assert.Equal($"The key file {safe.KeyPath} does not hold 32 bytes in base64.", LoadingFails());
    }

    [Fact]
    public void A_key_file_cut_short_anywhere_is_refused()
    {
        var whole = File.ReadAllText(safe.KeyPath).Trim();
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllText(safe.KeyPath, whole[..length]);
            Assert.Equal($"The key file {safe.KeyPath} does not hold 32 bytes in base64.", LoadingFails());
        }

        File.WriteAllText(safe.KeyPath, whole + whole);
        Assert.Equal($"The key file {safe.KeyPath} does not hold 32 bytes in base64.", LoadingFails());
        File.WriteAllText(safe.KeyPath, Convert.ToBase64String(new byte[33]));
        Assert.Equal($"The key file {safe.KeyPath} does not hold 32 bytes in base64.", LoadingFails());
    }

    [Fact]
    public void Creating_never_overwrites_a_key_and_leaves_no_second_one_behind()
    {
        var before = File.ReadAllText(safe.KeyPath);
        Assert.Throws<IOException>(() => KeyEncryptionKey.Create(safe.KeyPath));
        Assert.Equal(before, File.ReadAllText(safe.KeyPath));
        Assert.Equal([safe.KeyPath], Directory.GetFiles(Path.GetDirectoryName(safe.KeyPath)!));
    }

    [Fact]
    public void What_a_crash_left_of_a_key_file_does_not_stop_the_next_start()
    {
        File.Delete(safe.KeyPath);
        File.WriteAllText(safe.KeyPath + ".new", "half a k");
        using (KeyEncryptionKey.Create(safe.KeyPath))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(safe.KeyPath));
            Assert.Equal([safe.KeyPath], Directory.GetFiles(Path.GetDirectoryName(safe.KeyPath)!));
        }

        using var loaded = KeyEncryptionKey.Load(safe.KeyPath);
        Assert.NotNull(loaded);
    }

    [Fact]
    public void Two_key_files_are_never_the_same()
    {
        using var other = new Safe();
        Assert.NotEqual(File.ReadAllText(safe.KeyPath), File.ReadAllText(other.KeyPath));
    }

    [Fact]
    public void Another_databases_key_file_opens_nothing_and_says_so()
    {
        using var other = new Safe();
        Refused(() => other.Reopen(safe.Keys), 1);
    }

    [Fact]
    public void A_key_in_the_row_of_another_is_refused()
    {
        var keys = safe.Keys;
        Refused(() => safe.Reopen([keys[0] with { Id = 7 }, keys[1], keys[2]]), 7);
        Refused(() => safe.Reopen([keys[0] with { Wrapped = keys[1].Wrapped }, keys[1], keys[2]]), 1);
        Refused(() => safe.Reopen([keys[0] with { Purpose = KeyPurpose.Fingerprint }, keys[1], keys[2]]), 1);
        Refused(() => safe.Reopen([keys[0], keys[1] with { Purpose = KeyPurpose.Digest }, keys[2] with { Purpose = KeyPurpose.Fingerprint }]), 2);
    }

    [Fact]
    public void One_flipped_bit_of_a_wrapped_key_is_noticed()
    {
        var wrapped = safe.Keys[0].Wrapped;
        for (var bit = 0; bit < wrapped.Length * 8; bit++)
        {
            byte[] flipped = [.. wrapped];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Refused(() => safe.Reopen([safe.Keys[0] with { Wrapped = flipped }, safe.Keys[1], safe.Keys[2]]), 1);
        }

        Refused(() => safe.Reopen([safe.Keys[0] with { Wrapped = wrapped[..10] }, safe.Keys[1], safe.Keys[2]]), 1);
    }

    [Fact]
    public void A_set_of_keys_with_a_hole_is_refused() => Assert.All(safe.Keys, missing =>
    {
        var refused = Assert.Throws<VaultException>(() => safe.Reopen(safe.Keys.Where(k => k != missing)));
        Assert.Equal("The database holds no complete set of keys.", refused.Message);
    });

    [Fact]
    public void Nothing_prints_a_key()
    {
        var secret = Convert.FromBase64String(File.ReadAllText(safe.KeyPath).Trim());
        List<byte[]> secrets = [secret, safe.Ring.DataKey(1).ToArray(), safe.Ring.FingerprintKey.ToArray(), safe.Ring.DigestKey.ToArray()];
        using var key = KeyEncryptionKey.Load(safe.KeyPath);
        JsonSerializerOptions everything = new() { IncludeFields = true };
        var printed = string.Join(
            '\n',
            [
                key.ToString()!, safe.Ring.ToString()!, safe.Vault.ToString()!, $"{key} {safe.Ring} {safe.Vault} {safe.Keys[0]}",
                JsonSerializer.Serialize(key, everything), JsonSerializer.Serialize(safe.Ring, everything), JsonSerializer.Serialize(safe.Vault, everything),
                JsonSerializer.Serialize(safe.Keys, everything), Assert.Throws<VaultException>(() => safe.Reopen([])).ToString(),
            ]);
        Assert.All(secrets, bytes =>
        {
            Assert.Equal(KeyEncryptionKey.Length, bytes.Length);
            Assert.DoesNotContain(Convert.ToBase64String(bytes), printed, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(bytes), printed, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(string.Join(',', bytes), printed, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_wrapped_key_holds_nothing_of_the_key()
    {
        var wrapped = Encoding.Latin1.GetString(safe.Keys[0].Wrapped);
        Assert.DoesNotContain(Encoding.Latin1.GetString(safe.Ring.DataKey(1)[..4]), wrapped, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], safe.Keys.Select(k => k.Id));
        Assert.Equal(Enum.GetValues<KeyPurpose>(), safe.Keys.Select(k => k.Purpose));
    }

    [Fact]
    public void A_closed_key_ring_has_forgotten_its_keys()
    {
        using var other = new Safe();
        other.Ring.Dispose();
        Assert.All(
            [other.Ring.DataKey(1).ToArray(), other.Ring.FingerprintKey.ToArray(), other.Ring.DigestKey.ToArray()], key => Assert.All(key, b => Assert.Equal(0, b)));
    }

    private static void Refused(Action open, int key) => Assert.Equal(
        $"The key file does not open key {key} of this database: it belongs to another database, or the key's row was changed.",
        Assert.Throws<VaultException>(open).Message);

    private string LoadingFails() => Assert.Throws<VaultException>(() => KeyEncryptionKey.Load(safe.KeyPath)).Message;
}
