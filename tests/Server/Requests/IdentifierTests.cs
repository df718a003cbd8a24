namespace Tollgate.Server.Tests;

/// <summary>What is drawn cannot be guessed: every character is as likely as any other, and nothing comes twice.</summary>
public class IdentifierTests
{
    private const int Drawn = 20_000;

    [Fact]
    public void Every_character_is_as_likely_as_any_other()
    {
        var identifiers = new Identifiers();
        var counts = Enumerable.Range(0, Drawn).SelectMany(_ => identifiers.NewChallengeKey()).CountBy(c => c).ToDictionary();
        Assert.Equal("23456789ABCDEFGHJKMNPQRSTUVWXYZ", string.Concat(counts.Keys.Order()));

        // Eight standard deviations to either side, which is a twentieth of the mean.
        var mean = Drawn * 32.0 / 31;
        Assert.All(counts.Values, count => Assert.InRange(count, mean - (8 * Math.Sqrt(mean)), mean + (8 * Math.Sqrt(mean))));
    }

    [Fact]
    public void Nothing_is_drawn_twice()
    {
        var identifiers = new Identifiers();
        Assert.Equal(Drawn, Enumerable.Range(0, Drawn).Select(_ => identifiers.NewOperation().Value).Distinct().Count());
        Assert.Equal(Drawn, Enumerable.Range(0, Drawn).Select(_ => identifiers.NewToken(DateTimeOffset.UnixEpoch.AddYears(60)).Value).Distinct().Count());
    }
}
