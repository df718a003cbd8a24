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
    public void Another_databases_key_file_opens_nothing_and_both_are_named()
    {
        using var other = new Safe();
        var (ours, theirs) = (safe.Register.Current.CheckValue, other.Register.Current.CheckValue);
        Assert.NotEqual(ours, theirs);
        Assert.Equal(
            $"The keys of this database are wrapped by the key encryption key with the check value {ours} (key file), and what was given is another one, {theirs} (key file).",
            Assert.Throws<VaultException>(() => other.Reopen(safe.Register)).Message);
    }

    [Fact]
    public void One_content_has_another_digest_for_each_purpose()
    {
        KeyPurpose[] purposes = [KeyPurpose.Digest, KeyPurpose.Access, KeyPurpose.Risk, KeyPurpose.Audit];
        Assert.Equal(purposes.Length, purposes.Select(p => Convert.ToHexString(safe.Vault.Digest("content"u8, p))).Distinct().Count());
        Assert.All([KeyPurpose.Data, KeyPurpose.Fingerprint], p => Assert.Throws<ArgumentOutOfRangeException>(() => safe.Vault.Digest("content"u8, p)));
    }

    [Fact]
    public void P10_a_mounted_secret_and_the_environment_give_the_same_key_and_a_secret_that_all_can_read_is_refused()
    {
        var text = File.ReadAllText(safe.KeyPath);
        using var file = KeyEncryptionKey.Load(safe.KeyPath);
        using var environment = KeyEncryptionKey.FromText(text, "Tollgate:Keys:Key");
        var mounted = Path.Combine(safe.Folder, "mounted");
        File.WriteAllText(mounted, text);
        File.SetUnixFileMode(mounted, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var secret = KeyEncryptionKey.LoadMounted(mounted);
        Assert.Equal([file.CheckValue, file.CheckValue], [environment.CheckValue, secret.CheckValue]);
        Assert.Equal((KeyProvider.File, KeyProvider.Environment, KeyProvider.Environment), (file.Provider, environment.Provider, secret.Provider));

        File.SetUnixFileMode(mounted, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("by everybody", Assert.Throws<VaultException>(() => KeyEncryptionKey.LoadMounted(mounted)).Message, StringComparison.Ordinal);
        Assert.Equal("The mounted secret /nowhere is missing.", Assert.Throws<VaultException>(() => KeyEncryptionKey.LoadMounted("/nowhere")).Message);
        Assert.Equal("Tollgate:Keys:Key does not hold 32 bytes in base64.", Assert.Throws<VaultException>(() => KeyEncryptionKey.FromText("AAAA", "Tollgate:Keys:Key")).Message);
    }

    [Fact]
    public void Nothing_prints_a_key()
    {
        var secret = Convert.FromBase64String(File.ReadAllText(safe.KeyPath).Trim());
        List<byte[]> secrets = [secret, safe.Ring.DataKey(1).ToArray(), .. Enum.GetValues<KeyPurpose>().Where(p => p != KeyPurpose.Data).Select(p => safe.Ring.DigestKey(p).ToArray())];
        using var key = KeyEncryptionKey.Load(safe.KeyPath);
        JsonSerializerOptions everything = new() { IncludeFields = true };
        var printed = string.Join(
            '\n',
            [
                key.ToString()!, safe.Ring.ToString()!, safe.Vault.ToString()!, $"{key} {safe.Ring} {safe.Vault} {safe.Keys[0]}",
                JsonSerializer.Serialize(key, everything), JsonSerializer.Serialize(safe.Ring, everything), JsonSerializer.Serialize(safe.Vault, everything),
                JsonSerializer.Serialize(safe.Register, everything), Assert.Throws<VaultException>(() => safe.Reopen(safe.Register with { Serial = 9 })).ToString(),
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
        Assert.Equal(Enumerable.Range(1, safe.Keys.Count), safe.Keys.Select(k => k.Id));
        Assert.Equal(Enum.GetValues<KeyPurpose>(), safe.Keys.Select(k => k.Purpose));
    }

    [Fact]
    public void A_closed_key_ring_has_forgotten_its_keys()
    {
        using var other = new Safe();
        other.Ring.Dispose();
        Assert.All(
            [other.Ring.DataKey(1).ToArray(), .. Enum.GetValues<KeyPurpose>().Where(p => p != KeyPurpose.Data).Select(p => other.Ring.DigestKey(p).ToArray())],
            key => Assert.All(key, b => Assert.Equal(0, b)));
    }

    private string LoadingFails() => Assert.Throws<VaultException>(() => KeyEncryptionKey.Load(safe.KeyPath)).Message;
}
