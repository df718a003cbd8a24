using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.Tests.ThreeDS;

/// <summary>The pretend directory server is as strict as a scheme's, and says what is wrong; and it tells which ranges have changed.</summary>
public sealed class DirectoryServerTests : IDisposable
{
    private readonly SchemeWorld world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData("merchantName", null, "201 D merchantName")]
    [InlineData("browserUserAgent", null, "201 D browserUserAgent")]
    [InlineData("threeDSServerURL", null, "201 D threeDSServerURL")]
    [InlineData("cardExpiryDate", null, "201 D cardExpiryDate")]
    [InlineData("messageType", null, "201 D messageType")]
    [InlineData("messageType", "CReq", "101 D messageType")]
    [InlineData("messageVersion", "2.3.1", "102 D messageVersion")]
    [InlineData("deviceChannel", "04", "203 D deviceChannel")]
    [InlineData("messageCategory", "02", "203 D messageCategory")]
    [InlineData("threeDSCompInd", "Y", "203 D threeDSCompInd")]
    [InlineData("threeDSServerTransID", "1", "203 D threeDSServerTransID")]
    [InlineData("acctNumber", "4242424242424241", "203 D acctNumber")]
    [InlineData("browserLanguage", "zh-Hans-CN", "203 D browserLanguage")]
    [InlineData("browserColorDepth", "30", "203 D browserColorDepth")]
    [InlineData("purchaseAmount", "10.50", "203 D purchaseAmount")]
    [InlineData("purchaseCurrency", "840", "304 D purchaseCurrency")]
    [InlineData("purchaseExponent", "0", "203 D purchaseExponent")]
    [InlineData("mcc", "0000", "306 D mcc")]
    [InlineData("purchaseDate", "20260115140000", "203 D purchaseDate")]
    [InlineData("threeDSServerURL", "https://elsewhere.example/results", "203 D threeDSServerURL")]
    [InlineData("notificationURL", "ftp://gateway.example/", "203 D notificationURL")]
    public async Task A_wrong_request_gets_its_error(string element, string? value, string error) =>
        Assert.Equal(error, SchemeWorld.Error(await world.SendAsync(world.Request("4242424242424242"), element, value)));

    [Fact]
    public async Task A_critical_extension_is_not_known()
    {
        var extension = new JsonObject { ["name"] = "test", ["id"] = "X-1", ["criticalityIndicator"] = true, ["data"] = new JsonObject { ["a"] = "b" } };
        Assert.Equal("202 D X-1", SchemeWorld.Error(await world.SendAsync(world.Request("4242424242424242"), "messageExtension", new JsonArray(extension))));
    }

    [Fact]
    public async Task What_is_no_message_gets_its_error()
    {
        Assert.StartsWith("101 D", SchemeWorld.Error(await world.SendAsync("not json"u8.ToArray())), StringComparison.Ordinal);
        var twice = Encoding.UTF8.GetString(MessageWriter.Write(world.Request("4242424242424242"))).Replace("{", "{\"mcc\":\"5999\",", StringComparison.Ordinal);
        Assert.Equal("204 D mcc", SchemeWorld.Error(await world.SendAsync(Encoding.UTF8.GetBytes(twice))));
    }

    [Fact]
    public async Task A_card_with_a_method_wants_to_know_how_it_went()
    {
        Assert.Equal("203 D threeDSCompInd", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(world.Request("4000010000000001")))));
        Assert.Equal("Y", (await world.AskAsync(world.Request("4000010000000001") with { ThreeDSCompInd = "N" })).TransStatus);
    }

    [Fact]
    public async Task An_identifier_is_used_once()
    {
        var request = world.Request("4242424242424242");
        await world.AskAsync(request);
        Assert.Equal("305 D threeDSServerTransID", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(request))));
    }

    [Fact]
    public async Task An_error_is_not_answered()
    {
        var erro = new ErrorMessage { MessageVersion = "2.2.0", ErrorCode = "101", ErrorComponent = "S", ErrorDescription = "Wrong", ErrorDetail = "messageType" };
        Assert.Empty(await world.Scheme.DirectoryServer.AnswerAsync(MessageWriter.Write(erro), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Who_knows_the_serial_number_hears_only_what_has_changed()
    {
        var first = await world.PrepareAsync(null);
        Assert.All(first.CardRangeData!, range => Assert.Equal("A", range.ActionInd));
        Assert.Empty(await world.RangesAsync(first.SerialNum));

        var amex = new EnrolledRange("378282246310005", "378282246310005", new() { Indicators = EnrolledCard.Ordinary });
        world.Scheme.DirectoryServer.Enrol(amex);
        world.Scheme.DirectoryServer.Enrol(amex with { Card = amex.Card with { Indicators = EnrolledCard.Asks } });
        Assert.Equal(["A 01,02", "M 01,02,80"], (await world.RangesAsync(first.SerialNum)).Select(Told));
        Assert.Equal("Y", (await world.AskAsync("378282246310005")).TransStatus);

        var second = await world.PrepareAsync(first.SerialNum);
        Assert.NotEqual(first.SerialNum, second.SerialNum);
        world.Scheme.DirectoryServer.Withdraw(amex);
        Assert.Equal(["D 01,02"], (await world.RangesAsync(second.SerialNum)).Select(Told));
        Assert.Equal("305 D acctNumber", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(world.Request("378282246310005")))));
        Assert.Equal(first.CardRangeData!.Count, (await world.RangesAsync()).Count);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("x")]
    public async Task A_serial_number_that_never_was_is_wrong(string serial) =>
        Assert.Equal("307 D serialNum", SchemeWorld.Error(await world.SendAsync(MessageWriter.Write(SchemeWorld.Preparation(serial)))));

    private static string Told(CardRange range) => $"{range.ActionInd} {string.Join(',', range.AcsInfoInd!)}";
}
