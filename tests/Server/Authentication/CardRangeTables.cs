using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tollgate.Server.Authentication;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>Which range a card is in.</summary>
public sealed class CardRangeTables
{
    [Theory]
    [InlineData("4111111111111111", "41")]
    [InlineData("4000000000000000", "4")]
    [InlineData("4099999999999999", "4")]
    [InlineData("4100000000000000", "41")]
    [InlineData("4199999999999999", "41")]
    [InlineData("4200000000000001", "4")]
    [InlineData("4242424242424242", "424242")]
    [InlineData("4999999999999999", "4")]
    [InlineData("3999999999999999", null)]
    [InlineData("5000000000000000", null)]
    public void The_narrowest_range_counts(string card, string? owner)
    {
        var table = Table("A 4 2.1.0-2.2.0 01", "A 41 2.1.0-2.2.0 02", "A 424242 2.1.0-2.2.0 03");
        var indicator = owner switch
        {
            "4" => "01",
            "41" => "02",
            "424242" => "03",
            _ => null,
        };
        Assert.Equal(indicator, Find(table, card)?.Indicators[0]);
    }

    [Fact]
    public void Ranges_may_overlap_in_part()
    {
        var table = Table("A 41-43 2.1.0-2.2.0 01", "A 43-44 2.1.0-2.2.0 02");
        Assert.Equal("01", Find(table, "4299999999999999")!.Indicators[0]);
        Assert.Equal("02", Find(table, "4300000000000000")!.Indicators[0]);
        Assert.Equal("02", Find(table, "4499999999999999")!.Indicators[0]);
        Assert.Null(Find(table, "4500000000000000"));
    }

    [Fact]
    public void Every_number_is_found_as_by_looking_at_every_range() => Assert.All(Enumerable.Range(0, 40), seed =>
    {
        var random = new Random(seed);
        var ranges = Enumerable.Range(0, 30).Select(i =>
        {
            var start = random.Next(0, 900);
            return new EnrolledRange((ulong)start, (ulong)(start + random.Next(0, 99)), i.ToString(CultureInfo.InvariantCulture), null, []);
        }).DistinctBy(r => (r.Start, r.End)).ToList();
        var table = CardRangeTable.Empty.Apply(ranges.Select(r => new RangeChange(r, false)), null);
        for (var number = 0ul; number < 1000; number++)
        {
            var found = table.Find(number);
            var narrowest = ranges.Where(r => r.Start <= number && number <= r.End).Select(r => (ulong?)(r.End - r.Start)).Min();
            Assert.Equal(narrowest, found is null ? null : found.End - found.Start);
            Assert.True(found is null || (found.Start <= number && number <= found.End));
        }
    });

    [Fact]
    public void Numbers_of_other_lengths_are_in_ranges_of_theirs()
    {
        var table = CardRangeTable.Empty.Apply(
            [new(new(CardRangeTable.FirstOf("378282246310005"), CardRangeTable.LastOf("378282246310005"), "2.2.0", null, []), false)], null);
        Assert.NotNull(Find(table, "378282246310005"));
        Assert.Null(Find(table, "371449635398432"));
    }

    [Theory]
    [InlineData("2.1.0-2.2.0", "2.2.0")]
    [InlineData("2.1.0-2.1.0", "2.1.0")]
    [InlineData("2.1.0-2.3.1", "2.2.0")]
    [InlineData("2.2.0-2.3.1", "2.2.0")]
    [InlineData("2.3.1-2.3.1", null)]
    public void The_highest_common_version_is_chosen(string versions, string? chosen) =>
        Assert.Equal(chosen, Find(Table($"A 41 {versions} 01"), OurSide.Visa)!.Version);

    [Fact]
    public void Changes_add_alter_and_delete()
    {
        var before = Table("A 41 2.1.0-2.2.0 01", "A 42 2.1.0-2.2.0 01");
        var after = before.Apply(Changes("D 41 2.1.0-2.2.0 01", "M 42 2.1.0-2.1.0 02", "A 43 2.1.0-2.2.0 03", "D 49 2.1.0-2.2.0 01"), "11");
        Assert.Equal((2, "11"), (after.Count, after.SerialNumber));
        Assert.Null(Find(after, "4111111111111111"));
        Assert.Equal("2.1.0", Find(after, "4242424242424242")!.Version);
        Assert.NotNull(Find(after, "4300000000000000"));

        // Whoever still looks at the earlier one sees what it was.
        Assert.NotNull(Find(before, "4111111111111111"));
        Assert.Null(Find(before, "4300000000000000"));
    }

    [Fact]
    public void A_range_that_ends_before_it_begins_spoils_the_answer() => Assert.Null(CardRangeTable.ReadChanges(new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerTransID = "fe115f4d-d010-4d09-8c7c-032545dc381c",
        DsTransID = "55e55a92-a148-4915-9e31-50fd0c400eee",
        CardRangeData =
        [
            new()
            {
                StartRange = "4300000000000000", EndRange = "4100000000000000", AcsStartProtocolVersion = "2.1.0", AcsEndProtocolVersion = "2.2.0",
            },
        ],
    }));

    [Fact]
    public void A_hundred_thousand_ranges_are_sorted_and_searched_at_once()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var changes = Enumerable.Range(0, 100_000).Select(i =>
        {
            var prefix = string.Create(CultureInfo.InvariantCulture, $"4{i:D6}");
            return new RangeChange(
                new(CardRangeTable.FirstOf(prefix.PadRight(16, '0')), CardRangeTable.LastOf(prefix.PadRight(16, '9')), "2.2.0", null, []), false);
        });
        var watch = Stopwatch.StartNew();
        var table = CardRangeTable.Empty.Apply(changes, "1");
        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"It took {watch.Elapsed}.");
        Assert.True(taken < 40 * 1024 * 1024, $"It takes {taken} bytes.");
        Assert.All(Enumerable.Range(0, 100_000), i => Assert.NotNull(table.Find(CardRangeTable.FirstOf(string.Create(CultureInfo.InvariantCulture, $"4{i:D6}123456789")))));
        Assert.Null(table.Find(CardRangeTable.FirstOf("4100000000000000")));
    }

    private static EnrolledRange? Find(CardRangeTable table, string card) => table.Find(CardRangeTable.FirstOf(card));

    private static CardRangeTable Table(params string[] ranges) => CardRangeTable.Empty.Apply(Changes(ranges), "10");

    private static IReadOnlyList<RangeChange> Changes(params string[] ranges) => Read(ranges) ?? throw new ArgumentException("A range is wrong.", nameof(ranges));

    private static IReadOnlyList<RangeChange>? Read(params string[] ranges)
    {
        using var request = JsonDocument.Parse("""{"threeDSServerTransID":"fe115f4d-d010-4d09-8c7c-032545dc381c"}""");
        var text = OurSide.Telling(request.RootElement, "10", [.. ranges.Select(OurSide.Range)]);
        var reading = MessageReader.Read(System.Text.Encoding.UTF8.GetBytes(text), new() { Types = MessageTypes.PRes, Component = Component.Server });
        Assert.True(reading.Is<PreparationResponse>(out var answer), reading.Error?.ErrorDetail);
        return CardRangeTable.ReadChanges(answer);
    }
}
