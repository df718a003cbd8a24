using System.Net;
using Tollgate.Server.RateLimits;

namespace Tollgate.Server.Tests.RateLimits;

/// <summary>The parts of a limit: buckets, sources, and how processes divide.</summary>
public sealed class Buckets
{
    private const long Second = 1000;

    [Fact]
    public void A_bucket_gives_what_a_second_allows_at_once_and_then_what_is_refilled()
    {
        var bucket = new TokenBucket();
        Assert.Equal(10, Taken(bucket, 10, 100, at: 0));
        Assert.Equal(0, Taken(bucket, 10, 100, at: 99));
        Assert.Equal(1, Taken(bucket, 10, 100, at: 100));
        Assert.Equal(5, Taken(bucket, 10, 100, at: 600));
        Assert.Equal(10, Taken(bucket, 10, 100, at: 60 * Second));
    }

    [Fact]
    public void Whoever_is_refused_is_told_when_to_come_again()
    {
        var bucket = new TokenBucket();
        Assert.Equal(new Take(true, 0, 4), bucket.TryTake(0.25, 0, Second));
        Assert.Equal(new Take(false, 0, 4), bucket.TryTake(0.25, 0, Second));
        Assert.Equal(new Take(false, 0, 2), bucket.TryTake(0.25, 2 * Second, Second));
        Assert.True(bucket.TryTake(0.25, 4 * Second, Second).IsTaken);
    }

    [Fact]
    public void In_any_time_no_more_passes_than_was_in_it_and_what_was_refilled()
    {
        var random = new Random(7);
        var bucket = new TokenBucket();
        var passed = new List<long>();
        for (long at = 0; at < 60 * Second; at += random.Next(5))
        {
            if (bucket.TryTake(20, at, Second).IsTaken)
            {
                passed.Add(at);
            }
        }

        for (var i = 0; i < passed.Count; i++)
        {
            var within = passed.Skip(i).TakeWhile(at => at <= passed[i] + (3 * Second)).Count();
            Assert.InRange(within, 0, 20 + (20 * 3) + 1);
        }
    }

    [Fact]
    public void A_source_is_an_address_or_a_network_of_64_bits()
    {
        Assert.Equal(Of("2001:db8:1:2::1"), Of("2001:db8:1:2:ffff::9"));
        Assert.NotEqual(Of("2001:db8:1:2::1"), Of("2001:db8:1:3::1"));
        Assert.NotEqual(Of("192.0.2.1"), Of("192.0.2.2"));
        Assert.Equal(Of("192.0.2.1"), Of("::ffff:192.0.2.1"));
        Assert.NotEqual(Of("192.0.2.1"), Source.Of(IPAddress.Parse("192.0.2.1"), isVisitor: true));

        static Source Of(string address) => Source.Of(IPAddress.Parse(address), isVisitor: false);
    }

    [Fact]
    public void Memory_is_bounded_with_a_million_sources_and_who_stays_keeps_the_bucket()
    {
        var table = new SourceTable(generation: 1000);
        var own = new Source(1, false);
        var bucket = table.Find(own);
        for (var source = 2UL; source <= 1_000_000; source++)
        {
            table.Find(new(source, false));
            if (source % 500 == 0)
            {
                Assert.Same(bucket, table.Find(own));
            }
        }

        Assert.InRange(table.Count, 1, 2002);
    }

    [Fact]
    public void A_limit_goes_to_where_requests_come_in_and_nobody_is_left_with_nothing()
    {
        Assert.Equal(1, new Division().Hear(Demand(50), Others()).PartOf("app"));
        Assert.Equal(0.5, new Division().Hear(Demand(), Others(Demand())).PartOf("app"));
        Assert.Equal(0.75, new Division().Hear(Demand(100), Others(Demand())).PartOf("app"));
        Assert.Equal(0.25, new Division().Hear(Demand(), Others(Demand(100))).PartOf("app"));
        Assert.Equal(0.5, new Division().Hear(Demand(50), Others(Demand(50))).PartOf("app"));
        Assert.Equal(0.25, new Division().Hear(Demand(50), Others(Demand())).PartOf("app", isStale: true));
    }

    [Fact]
    public void A_part_shrinks_at_once_and_grows_when_the_others_have_heard_why()
    {
        var division = new Division();
        for (var beat = 0; beat < 5; beat++)
        {
            division.Hear(Demand(), Others(Demand(100)));
        }

        // The requests move over to this process: it has told so three times before it counts on it.
        Assert.Equal([0.25, 0.25, 0.5, 0.75], Enumerable.Range(0, 4).Select(_ => division.Hear(Demand(100), Others(Demand())).PartOf("app")));
        Assert.Equal(0.25, division.Hear(Demand(), Others(Demand(100))).PartOf("app"));
    }

    [Fact]
    public void The_parts_of_all_never_make_more_than_the_whole_whatever_comes_in_where()
    {
        // Each process tells and hears once a beat, in any order; one that joins waits until it has told three times, and one that stops is missed after four.
        var random = new Random(3);
        for (var world = 0; world < 100; world++)
        {
            var told = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
            var serving = new Dictionary<string, (Division Division, int Beats, double Part)>(StringComparer.Ordinal);
            for (var beat = 0; beat < 60; beat++)
            {
                if (beat % 10 == 0)
                {
                    serving.Add($"p{beat}", (new(), 0, 0));
                }

                foreach (var id in serving.Keys.OrderBy(_ => random.Next()).ToList())
                {
                    told[id] = random.Next(3) == 0 ? Demand() : Demand(random.Next(1, 1000));
                    var (division, beats, _) = serving[id];
                    var part = division.Hear(told[id], told.Where(t => t.Key != id).ToDictionary(t => t.Key, t => t.Value)).PartOf("app");
                    serving[id] = (division, beats + 1, beats >= 2 || told.Count == 1 ? part : 0);
                    Assert.InRange(serving.Values.Sum(s => s.Part), 0, 1 + 1e-9);
                }
            }
        }
    }

    private static Dictionary<string, Dictionary<string, int>> Others(params Dictionary<string, int>[] demands) =>
        demands.Index().ToDictionary(d => $"other-{d.Index}", d => d.Item, StringComparer.Ordinal);

    private static Dictionary<string, int> Demand(int? requests = null) =>
        requests is { } asked ? new(StringComparer.Ordinal) { ["app"] = asked } : new(StringComparer.Ordinal);

    private static int Taken(TokenBucket bucket, double perSecond, int tries, long at) =>
        Enumerable.Range(0, tries).Count(_ => bucket.TryTake(perSecond, at, Second).IsTaken);
}
