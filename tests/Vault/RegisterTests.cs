using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Vault.Tests;

public sealed class RegisterTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly KeyEncryptionKey key = KeyEncryptionKey.Generate();
    private readonly KeyRegister register;

    public RegisterTests() => register = KeyRegister.Create(key, Cryptoperiods.Default, Now);

    public void Dispose() => key.Dispose();

    [Fact]
    public void P10_every_key_is_wrapped_by_a_key_of_no_less_strength_for_its_id_and_purpose_alone()
    {
        using var open = register.Open(key);
        Assert.Equal(KeyEncryptionKey.Length, key.Material.Length);
        Assert.All(register.Keys, stored =>
        {
            Assert.Equal(KeyEncryptionKey.Length, open.Key(stored.Id)!.Length);
            Assert.Equal(12 + 16 + KeyEncryptionKey.Length, stored.Wrapped.Length);
            Assert.Equal(open.Key(stored.Id), key.Unwrap(stored.Wrapped, KeyRegister.ContextOf(stored.Id, stored.Purpose)));
            Assert.Throws<AuthenticationTagMismatchException>(() => key.Unwrap(stored.Wrapped, KeyRegister.ContextOf(stored.Id + 1, stored.Purpose)));
        });
    }

    [Fact]
    public void P11_nothing_that_is_stored_holds_a_key_in_clear()
    {
        using var open = register.Open(key);
        var stored = Convert.ToHexString([.. register.Keys.SelectMany(k => k.Wrapped), .. register.WrappedSeal, .. register.Seal]);
        Assert.All(register.Keys, k => Assert.DoesNotContain(Convert.ToHexString(open.Key(k.Id)!)[..16], stored, StringComparison.Ordinal));
        Assert.DoesNotContain(Convert.ToHexString(key.Material)[..16], stored, StringComparison.Ordinal);
    }

    [Fact]
    public void P13_a_key_has_a_creation_an_activation_an_end_a_retirement_and_a_destruction()
    {
        Assert.All(register.Keys, k => Assert.Equal((KeyState.Active, Now, Now), (k.State, k.CreatedAt, k.ActivatedAt!.Value)));
        Assert.Equal(Now.AddDays(365), register.Keys.Single(k => k.Purpose == KeyPurpose.Data).EndsAt);
        Assert.Equal(Now.AddDays(730), register.Current.EndsAt);

        var added = Then(register, open => open.Add(KeyPurpose.Data, key, Now.AddDays(1)));
        Assert.Equal((7, KeyState.Created, Now.AddDays(1), (DateTimeOffset?)null), (added.Keys[^1].Id, added.Keys[^1].State, added.Keys[^1].CreatedAt, added.Keys[^1].ActivatedAt));
        var activated = Then(added, open => open.Activate(7, Cryptoperiods.Default, Now.AddDays(2)));
        Assert.Equal((KeyState.Active, (DateTimeOffset?)Now.AddDays(2), (DateTimeOffset?)Now.AddDays(367)), (activated.Keys[^1].State, activated.Keys[^1].ActivatedAt, activated.Keys[^1].EndsAt));
        Assert.Equal((KeyState.Retired, (DateTimeOffset?)Now.AddDays(2)), (activated.Keys[0].State, activated.Keys[0].RetiredAt));
        var destroyed = Then(activated, open => open.Destroy(1, Now.AddDays(3)));
        Assert.Equal((KeyState.Destroyed, (DateTimeOffset?)Now.AddDays(3)), (destroyed.Keys[0].State, destroyed.Keys[0].DestroyedAt));
        Assert.Empty(destroyed.Keys[0].Wrapped);
        Assert.Equal([1, 2, 3, 4], [register.Serial, added.Serial, activated.Serial, destroyed.Serial]);
    }

    [Fact]
    public void P13_a_key_at_its_end_seals_nothing_and_still_opens()
    {
        var clock = new StoodClock(Now.AddDays(365).AddMilliseconds(-1));
        using var ring = new KeyRing(register.Open(key), clock);
        var vault = new CardVault(ring);
        var box = vault.SealText("a secret", "context");
        clock.Now = Now.AddDays(365);
        Assert.Contains("end of its cryptoperiod", Assert.Throws<VaultClosedException>(() => vault.SealText("a secret", "context")).Message, StringComparison.Ordinal);
        Assert.Equal("a secret", vault.UnsealText(box, "context"));
    }

    [Fact]
    public void P13_a_retired_key_seals_nothing_and_what_a_destroyed_one_sealed_is_gone()
    {
        using var ring = new KeyRing(register.Open(key), new StoodClock(Now));
        var vault = new CardVault(ring);
        var box = vault.SealText("a secret", "context");
        var rotated = Then(Then(register, open => open.Add(KeyPurpose.Data, key, Now)), open => open.Activate(7, Cryptoperiods.Default, Now));
        ring.Use(rotated.Open(key));
        Assert.Equal(7, CardVault.KeyOf(vault.SealText("a secret", "context")));
        Assert.Equal("a secret", vault.UnsealText(box, "context"));

        ring.Use(Then(rotated, open => open.Destroy(1, Now)).Open(key));
        Assert.Equal("Data key 1 is destroyed, and what it sealed with it.", Assert.Throws<VaultException>(() => vault.UnsealText(box, "context")).Message);
    }

    [Fact]
    public void P14_a_register_in_which_anything_was_changed_is_refused()
    {
        var rotated = Then(Then(register, open => open.Add(KeyPurpose.Data, key, Now)), open => open.Activate(7, Cryptoperiods.Default, Now));
        var destroyed = Then(rotated, open => open.Destroy(1, Now.AddDays(1)));
        var current = destroyed.Current;
        var data = destroyed.Keys[^1];
        var foreign = KeyRegister.Create(key, Cryptoperiods.Default, Now);
        KeyRegister[] changed =
        [
            destroyed with { Serial = 3 },
            destroyed with { Keys = [rotated.Keys[0], .. destroyed.Keys.Skip(1)] },                                 // brought back
            destroyed with { Keys = [.. destroyed.Keys.SkipLast(1)] },                                              // taken out
            destroyed with { Keys = [.. destroyed.Keys, data with { Id = 8, State = KeyState.Retired }] },          // put in
            destroyed with { Keys = [.. destroyed.Keys.SkipLast(1), data with { Wrapped = foreign.Keys[0].Wrapped }] },
            destroyed with { Keys = [.. destroyed.Keys.SkipLast(1), data with { EndsAt = Now.AddYears(9) }] },
            destroyed with { Keys = [.. destroyed.Keys.SkipLast(1), data with { State = KeyState.Retired }, ] },
            destroyed with { Keys = [.. destroyed.Keys.SkipLast(1), data with { CreatedAt = Now.AddYears(-1) }] },
            destroyed with { Keys = [destroyed.Keys[0] with { DestroyedAt = Now }, .. destroyed.Keys.Skip(1)] },
            destroyed with { Keys = [destroyed.Keys[1], destroyed.Keys[0], .. destroyed.Keys.Skip(2)] },
            destroyed with { Wrapping = [current with { EndsAt = Now.AddYears(9) }] },
            destroyed with { Wrapping = [current with { Custody = "ABCD0123 1/5" }] },
            destroyed with { Seal = rotated.Seal },
            destroyed with { WrappedSeal = foreign.WrappedSeal, Seal = foreign.Seal },
            destroyed with { WrappedSeal = foreign.WrappedSeal },
            destroyed with { WrappedSeal = destroyed.WrappedSeal[..10] },
        ];
        destroyed.Open(key).Dispose();
        Assert.All(changed, c => Assert.StartsWith("The register of keys was changed", Assert.Throws<VaultException>(() => c.Open(key)).Message, StringComparison.Ordinal));

        // Whoever works already checks with the seal that it has, and without the key encryption key.
        using var working = rotated.Open(key);
        using var other = KeyEncryptionKey.Generate();
        Assert.All(
            changed[..13], c => Assert.StartsWith("The register of keys was changed", Assert.Throws<VaultException>(() => working.Follow(c, other)).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void P14_an_older_register_in_the_place_of_the_present_one_is_refused_by_whoever_has_seen_that()
    {
        using var ring = new KeyRing(register.Open(key));
        ring.Use(Then(register, open => open.Add(KeyPurpose.Data, key, Now)).Open(key));
        Assert.Contains("has gone back from change 2 to 1", Assert.Throws<VaultException>(() => ring.Use(register.Open(key))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_is_wrapped_anew_and_the_old_key_opens_nothing()
    {
        using var next = KeyEncryptionKey.Generate();
        using var before = register.Open(key);
        var rewrapped = Then(register, open => open.Rewrap(next, Cryptoperiods.Default, Now.AddDays(1), "ABCD0123 3/5"));
        using var after = rewrapped.Open(next);
        Assert.All(register.Keys, k => Assert.Equal(before.Key(k.Id), after.Key(k.Id)));
        Assert.Equal((2, "ABCD0123 3/5", next.CheckValue), (rewrapped.Current.Number, rewrapped.Current.Custody, rewrapped.Current.CheckValue));
        Assert.Equal(Now.AddDays(1), rewrapped.Wrapping[0].RetiredAt);
        Assert.Contains(next.CheckValue, Assert.Throws<VaultException>(() => rewrapped.Open(key)).Message, StringComparison.Ordinal);

        // Who has the keys goes on without the new one, until there is a key that he does not know.
        using var followed = before.Follow(rewrapped, key);
        Assert.Equal(before.Key(1), followed.Key(1));
        Assert.Throws<VaultException>(() => followed.Follow(after.Add(KeyPurpose.Data, next, Now), key));
    }

    [Fact]
    public void Keys_from_before_there_was_a_register_are_taken_over_once()
    {
        List<(int, KeyPurpose, byte[])> before = [];
        var known = RandomNumberGenerator.GetBytes(KeyEncryptionKey.Length);
        foreach (var (id, purpose) in new[] { (1, KeyPurpose.Data), (2, KeyPurpose.Fingerprint), (3, KeyPurpose.Digest) })
        {
            before.Add((id, purpose, key.Wrap(known, Encoding.UTF8.GetBytes($"key|{id}|{purpose}"))));
        }

        var adopted = KeyRegister.Adopt(key, before, Cryptoperiods.Default, Now);
        using var open = adopted.Open(key);
        Assert.Equal(known, open.Key(1));
        Assert.Equal(Enum.GetValues<KeyPurpose>().Order(), adopted.Keys.Select(k => k.Purpose).Order());

        // What is wrapped as of today is no key from before: to take the register away gives nobody's keys back.
        Assert.Throws<VaultException>(() => KeyRegister.Adopt(key, adopted.Keys.Select(k => (k.Id, k.Purpose, k.Wrapped)), Cryptoperiods.Default, Now));
    }

    [Fact]
    public void A_sealed_ring_does_nothing_until_it_has_keys()
    {
        using var ring = new KeyRing();
        var vault = new CardVault(ring);
        Assert.False(ring.IsOpen);
        Assert.All<Action>(
            [() => vault.SealText("a", "b"), () => vault.UnsealText(new byte[40], "b"), () => vault.Digest("a"u8), () => vault.Fingerprint(Safe.Number)],
            act => Assert.Throws<VaultClosedException>(act));
        Assert.False(ring.Opened.IsCompleted);
        ring.Use(register.Open(key));
        Assert.True(ring.Opened.IsCompletedSuccessfully);
        Assert.Equal("a", vault.UnsealText(vault.SealText("a", "b"), "b"));
    }

    [Fact]
    public void A_ring_that_has_not_looked_for_too_long_seals_nothing()
    {
        using var ring = new KeyRing(register.Open(key), new StoodClock(Now)) { Freshness = TimeSpan.FromMinutes(1) };
        var vault = new CardVault(ring);
        Assert.Throws<VaultClosedException>(() => vault.SealText("a", "b"));
        ring.LookAgain = () =>
        {
            ring.Confirm(System.Diagnostics.Stopwatch.GetTimestamp());
            return false;
        };
        Assert.Equal("a", vault.UnsealText(vault.SealText("a", "b"), "b"));
    }

    [Fact]
    public void A_check_value_is_that_of_any_AES_implementation()
    {
        // The same by another way: the first block of the key stream is the block cipher's answer to 00…02.
        var block = new byte[16];
        block[15] = 2;
        using var aes = Aes.Create();
        aes.Key = key.Material.ToArray();
        Assert.Equal(Convert.ToHexString(aes.EncryptEcb(block, PaddingMode.None).AsSpan(0, 3)), key.CheckValue);
    }

    private KeyRegister Then(KeyRegister before, Func<OpenKeys, KeyRegister> act)
    {
        using var open = before.Open(key);
        return act(open);
    }

    private sealed class StoodClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
