using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.Tests.ThreeDS;

/// <summary>What each test card does in cardholder authentication, up to the answer to the request.</summary>
public sealed class EnrolledCardTests : IDisposable
{
    // The card; what its range says of itself; whether it has a 3DS method; and the answer to a request: transStatus, ECI, transStatusReason.
    private const string Cards = """
        4111111111111111 | 01,02,80    | -      | C -  -
        4000000000003220 | 01,02,80,82 | -      | C -  -
        4000008400001629 | 01,02,80    | -      | C -  -
        4000008260003178 | 01,02,80    | -      | C -  -
        4000000000003055 | 01,02,81    | -      | Y 05 -
        4000000000003089 | 01,02,81    | -      | C -  -
        4000002500003155 | 01,02       | -      | C -  -
        4000002760003184 | 01,02       | -      | C -  -
        5200000000002235 | 01,02       | -      | C -  -
        4000000000001000 | 01,02,80    | -      | Y 05 -
        5200000000001005 | 01,02,80    | -      | Y 02 -
        4000010000000001 | 01,02,80    | method | Y 05 -
        5200010000000006 | 01,02,80    | silent | Y 02 -
        4000000000003006 | 01,02,80    | -      | Y 05 -
        4000000000002701 | 01,02,80    | -      | Y 05 -
        4000000000001018 | 01,02,80    | -      | N 07 01
        4000000000002040 | 01,02,80    | -      | N 07 01
        4000000000001026 | 01,02,80    | -      | A 06 -
        4000000000001034 | 01,02,80    | -      | U 07 22
        4000000000001042 | 01,02,80    | -      | R -  11
        4000000000001091 | 01,02,80    | -      | C -  -
        5200000000002151 | 01,02,80    | -      | C -  -
        4000000000002503 | 01,02,80    | method | C -  -
        4100000000005000 | 01,02,80    | -      | C -  -
        4000000000001109 | 01,02,80    | -      | C -  -
        4000000000001117 | 01,02,80    | -      | C -  -
        4000000000001125 | 01,02,80    | -      | C -  -
        4000000000001133 | 01,02,80    | -      | C -  -
        4000000000002644 | 01,02,80    | -      | C -  -
        4242424242424242 | 01,02       | -      | Y 05 -
        4100000000000100 | 01,02       | -      | Y 05 -
        5555555555554444 | 01,02       | -      | Y 02 -
        2223003122003222 | 01,02       | -      | Y 02 -
        6011111111111117 | 01,02       | -      | Y 05 -
        30569309025904   | 01,02       | -      | Y 05 -
        3530111333300000 | 01,02       | -      | Y 05 -
        6200000000000005 | 01,02       | -      | Y 05 -
        """;

    private readonly SchemeWorld world = new();

    public static TheoryData<string, string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, string>();
            foreach (var columns in Cards.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
            {
                rows.Add(columns[0], columns[1], columns[2], string.Join(' ', columns[3].Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }

            return rows;
        }
    }

    public void Dispose() => world.Dispose();

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_card_has_its_range_and_its_answer(string card, string indicators, string method, string expected)
    {
        var range = Assert.Single(await world.RangesAsync(), range => Holds(range, card));
        Assert.Equal(indicators, string.Join(',', range.AcsInfoInd!));
        Assert.Equal(method switch { "method" => SchemeWorld.Address + "/sandbox/acs/method", "silent" => SchemeWorld.Address + "/sandbox/acs/method/silent", _ => null }, range.ThreeDSMethodURL);

        var request = world.Request(card) with { MessageVersion = range.AcsEndProtocolVersion!, ThreeDSCompInd = method == "-" ? "U" : "Y" };
        if (range.AcsEndProtocolVersion == "2.1.0")
        {
            request = request with { BrowserJavascriptEnabled = null };
        }

        var answer = await world.AskAsync(request);
        Assert.Equal(expected, $"{answer.TransStatus} {answer.Eci ?? "-"} {answer.TransStatusReason ?? "-"}");
        Assert.Equal(request.ThreeDSServerTransID, answer.ThreeDSServerTransID);
        Assert.Equal(answer.TransStatus is "Y" or "A", answer.AuthenticationValue is { Length: 28 });
        Assert.Equal(answer.TransStatus == "C" ? SchemeWorld.Address + "/sandbox/acs/challenge" : null, answer.AcsURL);
    }

    [Fact]
    public async Task One_number_is_in_no_range_and_the_ranges_do_not_overlap()
    {
        var ranges = await world.RangesAsync();
        Assert.DoesNotContain(ranges, range => Holds(range, "378282246310005"));
        var ordered = ranges.OrderBy(range => range.StartRange.Length).ThenBy(range => range.StartRange, StringComparer.Ordinal).ToList();
        Assert.All(ordered, range => Assert.True(range.StartRange.Length == range.EndRange.Length && string.CompareOrdinal(range.StartRange, range.EndRange) <= 0));
        Assert.All(ordered.Zip(ordered.Skip(1)), pair =>
            Assert.True(pair.First.EndRange.Length < pair.Second.StartRange.Length || string.CompareOrdinal(pair.First.EndRange, pair.Second.StartRange) < 0));
        Assert.Equal("305 D acctNumber", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(world.Request("378282246310005")))));
    }

    [Theory]
    [InlineData("03", "C")]
    [InlineData("04", "C")]
    [InlineData("01", "Y")]
    [InlineData("02", "Y")]
    public async Task An_ordinary_card_is_challenged_when_the_merchant_wants_it(string wish, string status) =>
        Assert.Equal(status, (await world.AskAsync(world.Request("4242424242424242") with { ThreeDSRequestorChallengeInd = wish })).TransStatus);

    [Fact]
    public async Task One_card_speaks_the_old_version_only()
    {
        var range = Assert.Single(await world.RangesAsync(), range => Holds(range, "4000000000003006"));
        Assert.Equal(("2.1.0", "2.1.0"), (range.AcsStartProtocolVersion, range.AcsEndProtocolVersion));
        Assert.Equal("102 D messageVersion", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(world.Request("4000000000003006")))));
    }

    [Theory]
    [InlineData("4000000000002701", "Y")]
    [InlineData("4000000000002040", "N")]
    public async Task Some_issuers_have_something_to_tell_the_cardholder(string card, string status)
    {
        var answer = await world.AskAsync(card);
        Assert.Equal(status, answer.TransStatus);
        Assert.StartsWith("The sandbox's bank", answer.CardholderInfo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Mastercard_proof_looks_like_one() => Assert.StartsWith("k", (await world.AskAsync("5200000000001005")).AuthenticationValue, StringComparison.Ordinal);

    [Fact]
    public async Task A_slow_answer_takes_three_seconds()
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal("Y", (await world.AskAsync("4000000000002354")).TransStatus);
        Assert.InRange(waited.Elapsed, TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_silent_answer_never_comes()
    {
        using var given = new CancellationTokenSource();
        var answer = world.Scheme.DirectoryServer.AnswerAsync(MessageWriter.Write(world.Request("4000000000001075")), given.Token);
        Assert.False(answer.IsCompleted);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Fact]
    public async Task A_malformed_answer_is_no_message()
    {
        var answer = await world.Scheme.DirectoryServer.AnswerAsync(MessageWriter.Write(world.Request("4000000000001059")), TestContext.Current.CancellationToken);
        Assert.Equal("101", MessageReader.Read(answer, new() { Types = MessageTypes.ARes, Component = Component.Server }).Error!.ErrorCode);
    }

    [Fact]
    public async Task An_answer_with_wrong_identifiers_is_a_right_message_about_something_else()
    {
        var request = world.Request("4000000000002990");
        var answer = await world.AskAsync(request);
        Assert.Equal("Y", answer.TransStatus);
        Assert.NotEqual(request.ThreeDSServerTransID, answer.ThreeDSServerTransID);
    }

    [Theory]
    [InlineData("4000000000001067")]
    [InlineData("4000000000003097")]
    public async Task Some_issuers_are_out_of_order(string card) =>
        Assert.StartsWith("404 D ", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(world.Request(card)))), StringComparison.Ordinal);

    private static bool Holds(CardRange range, string card) =>
        range.StartRange.Length == card.Length && string.CompareOrdinal(range.StartRange, card) <= 0 && string.CompareOrdinal(card, range.EndRange) <= 0;
}
