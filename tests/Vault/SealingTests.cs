using System.Text;
using Tollgate.Core;
using Tollgate.Core.Cards;

namespace Tollgate.Vault.Tests;

public sealed class SealingTests : IDisposable
{
    private const int KeyIdLength = 4;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly Safe safe = new();

    public void Dispose() => safe.Dispose();

    [Fact]
    public void What_was_sealed_opens_where_it_was_sealed_for()
    {
        Assert.Equal(Safe.Number, safe.Vault.Unseal(Seal(), Safe.Token, Safe.App));
        Assert.Equal("7391", safe.Vault.UnsealCode(SealCode(), Safe.Payment, Safe.App, Brand.Amex).Reveal());
        Assert.Equal("Bearer ✓", safe.Vault.UnsealText(safe.Vault.SealText("Bearer ✓", "webhook"), "webhook"));
        Assert.Equal(string.Empty, safe.Vault.UnsealText(safe.Vault.SealText(string.Empty, "webhook"), "webhook"));
    }

    [Fact]
    public void What_was_sealed_opens_after_a_restart() => Assert.Equal(Safe.Number, safe.Reopen().Unseal(Seal(), Safe.Token, Safe.App));

    [Fact]
    public void A_card_of_another_token_or_app_does_not_open()
    {
        DoesNotOpen(() => safe.Vault.Unseal(Seal(), new("tok_0123456789abcdef0124"), Safe.App));
        DoesNotOpen(() => safe.Vault.Unseal(Seal(), Safe.Token, new("app-two")));
        DoesNotOpen(() => safe.Vault.Unseal(Seal(), new(Safe.App.Value), new(Safe.Token.Value)));
    }

    [Fact]
    public void A_code_of_another_payment_or_app_does_not_open()
    {
        DoesNotOpen(() => safe.Vault.UnsealCode(SealCode(), new("7PPPMXIGJ"), Safe.App, Brand.Amex));
        DoesNotOpen(() => safe.Vault.UnsealCode(SealCode(), Safe.Payment, new("app-two"), Brand.Amex));
    }

    [Fact]
    public void A_card_is_no_code_and_no_text_and_the_other_way_round()
    {
        // The same words on both sides, so that only what it was sealed as differs.
        var payment = new PaymentId(Safe.Token.Value);
        DoesNotOpen(() => safe.Vault.UnsealCode(Seal(), payment, Safe.App, Brand.Amex));
        DoesNotOpen(() => safe.Vault.Unseal(safe.Vault.SealCode(Safe.Code, payment, Safe.App), Safe.Token, Safe.App));
        DoesNotOpen(() => safe.Vault.UnsealText(Seal(), $"{Safe.Token}|{Safe.App}"));
    }

    [Fact]
    public void What_was_sealed_under_another_vaults_keys_does_not_open()
    {
        using var other = new Safe();
        DoesNotOpen(() => other.Vault.Unseal(Seal(), Safe.Token, Safe.App));
    }

    [Fact]
    public void One_flipped_bit_anywhere_is_noticed()
    {
        var box = Seal();
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            byte[] flipped = [.. box];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<VaultException>(() => safe.Vault.Unseal(flipped, Safe.Token, Safe.App));
        }

        safe.Vault.Unseal(box, Safe.Token, Safe.App);
    }

    [Fact]
    public void What_was_cut_short_or_made_longer_does_not_open()
    {
        var box = Seal();
        Assert.All(Enumerable.Range(0, box.Length), length => Assert.Throws<VaultException>(() => safe.Vault.Unseal(box[..length], Safe.Token, Safe.App)));
        Assert.Throws<VaultException>(() => safe.Vault.Unseal([.. box, 0], Safe.Token, Safe.App));
    }

    [Fact]
    public void A_text_sealed_in_the_place_of_a_card_is_no_card_number() =>
        Assert.Throws<VaultException>(() => safe.Vault.Unseal(safe.Vault.SealText("John Doe", $"card|{Safe.Token}|{Safe.App}"), Safe.Token, Safe.App));

    [Fact]
    public void Nonces_never_repeat_and_the_same_number_never_looks_the_same()
    {
        const int Count = 20_000;
        var boxes = Enumerable.Range(0, Count).Select(_ => Seal()).ToList();
        Assert.Equal(Count, boxes.Select(b => Convert.ToHexString(b, KeyIdLength, NonceLength)).Distinct().Count());
        Assert.Equal(Count, boxes.Select(b => Convert.ToHexString(b, KeyIdLength + NonceLength, b.Length - KeyIdLength - NonceLength)).Distinct().Count());

        // Each byte of the nonce is random, and not a counter with zeroes before it.
        Assert.All(Enumerable.Range(KeyIdLength, NonceLength), place => Assert.Equal(256, boxes.Select(b => b[place]).Distinct().Count()));
    }

    [Fact]
    public void A_sealed_number_holds_none_of_its_digits()
    {
        var box = Seal();
        Assert.Equal(KeyIdLength + NonceLength + TagLength + 16, box.Length);
        Assert.DoesNotContain("4242", Encoding.Latin1.GetString(box), StringComparison.Ordinal);
    }

    [Fact]
    public void P6_a_number_is_bound_to_its_token_its_app_and_its_key_and_no_nonce_comes_twice()
    {
        // AES-256-GCM: key id, nonce of 96 bits, tag of 128 bits, as many bytes as the number has digits.
        var box = Seal();
        Assert.Equal(KeyIdLength + NonceLength + TagLength + 16, box.Length);
        DoesNotOpen(() => safe.Vault.Unseal(box, new("tok_0123456789abcdef0124"), Safe.App));
        DoesNotOpen(() => safe.Vault.Unseal(box, Safe.Token, new("app-two")));

        // Two keys, so that another key's id is one that is known.
        using var rotated = safe.Rotated(KeyPurpose.Data);
        byte[] moved = [.. box];
        moved[3] = (byte)rotated.ActiveDataKey;
        Assert.NotEqual(box[3], moved[3]);
        DoesNotOpen(() => new CardVault(rotated).Unseal(moved, Safe.Token, Safe.App));
        Assert.Equal(Safe.Number, new CardVault(rotated).Unseal(box, Safe.Token, Safe.App));
        Assert.NotEqual(Convert.ToHexString(box, KeyIdLength, NonceLength), Convert.ToHexString(Seal(), KeyIdLength, NonceLength));
    }

    [Fact]
    public void The_newest_data_key_seals_and_an_older_one_still_opens()
    {
        var old = Seal();
        using var ring = safe.Rotated(KeyPurpose.Data);
        var renewed = new CardVault(ring);
        Assert.Equal(7, ring.ActiveDataKey);
        Assert.Equal(Safe.Number, renewed.Unseal(old, Safe.Token, Safe.App));
        var fresh = renewed.Seal(Safe.Number, Safe.Token, Safe.App);
        Assert.Equal((1, 7), (CardVault.KeyOf(old), CardVault.KeyOf(fresh)));
        Assert.Equal(Safe.Number, renewed.Unseal(fresh, Safe.Token, Safe.App));
        Assert.Equal(7, CardVault.KeyOf(renewed.Reseal(old, CardVault.CardContext(Safe.Token, Safe.App))));
        Assert.Equal(Safe.Number, renewed.Unseal(renewed.Reseal(old, CardVault.CardContext(Safe.Token, Safe.App)), Safe.Token, Safe.App));

        var refused = Assert.Throws<VaultException>(() => safe.Vault.Unseal(fresh, Safe.Token, Safe.App));
        Assert.Equal("Data key 7 is unknown.", refused.Message);
    }

    [Fact]
    public void A_key_that_is_not_known_has_the_ring_look_again_once()
    {
        var old = Seal();
        using var ahead = safe.Rotated(KeyPurpose.Data);
        var fresh = new CardVault(ahead).Seal(Safe.Number, Safe.Token, Safe.App);
        var looks = 0;
        using var behind = new KeyRing(safe.Open());
        behind.LookAgain = () =>
        {
            looks++;
            behind.Use(safe.Open(ahead.Held!.Register));
            return true;
        };
        var vault = new CardVault(behind);
        Assert.Equal(Safe.Number, vault.Unseal(old, Safe.Token, Safe.App));
        Assert.Equal(0, looks);
        Assert.Equal(Safe.Number, vault.Unseal(fresh, Safe.Token, Safe.App));
        Assert.Equal(1, looks);
    }

    [Fact]
    public void While_the_fingerprint_key_is_rotated_a_number_has_both_fingerprints_the_new_one_first()
    {
        var before = safe.Vault.Fingerprint(Safe.Number);
        using var ring = safe.Rotated(KeyPurpose.Fingerprint);
        var prints = new CardVault(ring).Fingerprints(Safe.Number);
        Assert.Equal([new CardVault(ring).Fingerprint(Safe.Number), before], prints);
        Assert.NotEqual(prints[0], prints[1]);
    }

    [Fact]
    public void Equal_numbers_have_equal_fingerprints_in_one_vault_and_other_ones_in_another()
    {
        using var other = new Safe();
        var print = safe.Vault.Fingerprint(Safe.Number);
        Assert.Matches("^[0-9a-f]{32}$", print);
        Assert.Equal(print, safe.Vault.Fingerprint(Safe.Parse("4242 4242-4242 4242")));
        Assert.Equal(print, safe.Reopen().Fingerprint(Safe.Number));
        Assert.NotEqual(print, safe.Vault.Fingerprint(Safe.Parse("4111111111111111")));
        Assert.NotEqual(print, other.Vault.Fingerprint(Safe.Number));
    }

    [Fact]
    public void Digests_and_fingerprints_have_keys_of_their_own()
    {
        using var other = new Safe();
        var digits = Encoding.ASCII.GetBytes(Safe.Number.Reveal());
        var digest = safe.Vault.Digest(digits);
        Assert.Equal(32, digest.Length);
        Assert.Equal(digest, safe.Vault.Digest(digits));
        Assert.NotEqual(digest, safe.Vault.Digest([.. digits, 0]));
        Assert.NotEqual(digest, other.Vault.Digest(digits));
        Assert.NotEqual(safe.Vault.Fingerprint(Safe.Number), Convert.ToHexStringLower(digest[..16]));
    }

    [Fact]
    public void The_vault_is_used_from_many_threads_at_once() => Parallel.For(0, 2000, i =>
    {
        var token = new CardToken($"tok_{i:x20}");
        Assert.Equal(Safe.Number, safe.Vault.Unseal(safe.Vault.Seal(Safe.Number, token, Safe.App), token, Safe.App));
    });

    private static void DoesNotOpen(Action open)
    {
        var refused = Assert.Throws<VaultException>(open);
        Assert.Equal("What was sealed does not belong here, or was changed.", refused.Message);
        Assert.DoesNotContain("4242", refused.ToString(), StringComparison.Ordinal);
    }

    private byte[] Seal() => safe.Vault.Seal(Safe.Number, Safe.Token, Safe.App);

    private byte[] SealCode() => safe.Vault.SealCode(Safe.Code, Safe.Payment, Safe.App);
}
