namespace Tollgate.Vault.Tests;

public sealed class ShareTests
{
    [Fact]
    public void Any_shares_that_are_enough_give_the_key()
    {
        var (key, shares) = KeyShares.Generate(5, 3);
        using var held = key;
        foreach (var set in Subsets(shares).Where(s => s.Count >= 3))
        {
            using var joined = KeyShares.Combine([.. set.Reverse()]);
            Assert.Equal(key.Material, joined.Material);
            Assert.Equal(key.CheckValue, joined.CheckValue);
        }

        Assert.All(Subsets(shares).Where(s => s.Count is 1 or 2), set => Assert.Contains("too few", Assert.Throws<VaultException>(() => KeyShares.Combine(set)).Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(16, 16)]
    [InlineData(16, 2)]
    public void Every_size_of_ceremony_comes_back(int count, int threshold)
    {
        var (key, shares) = KeyShares.Generate(count, threshold);
        using var held = key;
        using var joined = KeyShares.Combine([.. shares.TakeLast(threshold)]);
        Assert.Equal(key.Material, joined.Material);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(2, 3)]
    [InlineData(17, 3)]
    [InlineData(0, 0)]
    public void P12_no_custodian_has_the_key_alone(int count, int threshold) =>
        Assert.Contains("no custodian may have the key alone", Assert.Throws<VaultException>(() => KeyShares.Generate(count, threshold)).Message, StringComparison.Ordinal);

    [Fact]
    public void P12_all_shares_but_one_say_nothing_about_a_byte_of_the_key()
    {
        // Of two that are needed, one: for each byte of the key, all 65,536 polynomials give each share each value equally often.
        for (byte x = 1; x <= 5; x++)
        {
            for (var secret = 0; secret < 256; secret++)
            {
                var seen = new int[256];
                for (var slope = 0; slope < 256; slope++)
                {
                    seen[KeyShares.ValueAt(x, [(byte)secret, (byte)slope])]++;
                }

                Assert.All(seen, times => Assert.Equal(1, times));
            }
        }

        // Of three that are needed, two: for every key, every pair of values comes from exactly one of the 65,536 polynomials.
        foreach (var secret in new byte[] { 0, 1, 127, 255 })
        {
            var pairs = new HashSet<(byte, byte)>();
            for (var a = 0; a < 256; a++)
            {
                for (var b = 0; b < 256; b++)
                {
                    byte[] polynomial = [secret, (byte)a, (byte)b];
                    pairs.Add((KeyShares.ValueAt(2, polynomial), KeyShares.ValueAt(5, polynomial)));
                }
            }

            Assert.Equal(65_536, pairs.Count);
        }
    }

    [Fact]
    public void The_field_is_that_of_AES()
    {
        // FIPS 197, 4.2: {57} times {83} is {c1}, and {57} times {13} is {fe}.
        Assert.Equal((0xC1, 0xFE), (KeyShares.Times(0x57, 0x83), KeyShares.Times(0x57, 0x13)));
        Assert.All(Enumerable.Range(1, 255), a => Assert.Equal(1, KeyShares.Times((byte)a, KeyShares.Inverse((byte)a))));
    }

    [Fact]
    public void A_share_is_read_as_it_was_written()
    {
        var share = KeyShares.Generate(5, 3).Shares[3];
        var read = KeyShare.Parse($"  {share.Expose().ToUpperInvariant()}\r\n");
        Assert.Equal((share.Set, 4, 3, 5, share.CheckValue), (read.Set, read.Number, read.Threshold, read.Count, read.CheckValue));
        Assert.Equal(share.Value, read.Value);
        Assert.EndsWith(share.CheckValue.ToLowerInvariant(), share.Expose(), StringComparison.Ordinal);
    }

    [Fact]
    public void One_wrong_character_anywhere_is_noticed()
    {
        var text = KeyShares.Generate(5, 3).Shares[0].Expose();
        for (var place = 0; place < text.Length; place++)
        {
            var wrong = text[..place] + (text[place] == '0' ? '1' : '0') + text[(place + 1)..];
            Assert.Throws<VaultException>(() => KeyShare.Parse(wrong));
            Assert.Throws<VaultException>(() => KeyShare.Parse(text[..place]));
        }

        Assert.Throws<VaultException>(() => KeyShare.Parse(text + "0"));
        Assert.Throws<VaultException>(() => KeyShare.Parse(string.Empty));
    }

    [Fact]
    public void Shares_of_two_ceremonies_and_a_share_twice_are_refused()
    {
        var (one, other) = (KeyShares.Generate(5, 3).Shares, KeyShares.Generate(5, 3).Shares);
        Assert.Contains("different ceremonies", Assert.Throws<VaultException>(() => KeyShares.Combine([one[0], one[1], other[2]])).Message, StringComparison.Ordinal);
        Assert.Equal("Share 2 is there twice.", Assert.Throws<VaultException>(() => KeyShares.Combine([one[0], one[1], one[1]])).Message);
    }

    [Fact]
    public void A_share_prints_its_number_and_nothing_of_itself()
    {
        var share = KeyShares.Generate(5, 3).Shares[0];
        Assert.Equal($"share 1 of 5 of set {share.Set}", $"{share}");
    }

    private static IEnumerable<IReadOnlyList<KeyShare>> Subsets(IReadOnlyList<KeyShare> shares) =>
        Enumerable.Range(1, (1 << shares.Count) - 1).Select(bits => shares.Where((_, i) => (bits & (1 << i)) != 0).ToList());
}
