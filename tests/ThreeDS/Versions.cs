using System.Text.Json.Nodes;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

public class Versions
{
    private static readonly ProtocolVersion[] Ours = [.. ProtocolVersion.Written];

    [Theory]
    [InlineData("2.1.0", "2.2.0", "2.1.0", "2.2.0", "2.2.0")]
    [InlineData("2.1.0", "2.1.0", "2.1.0", "2.2.0", "2.1.0")]
    [InlineData("2.1.0", "2.2.0", "2.1.0", "2.1.0", "2.1.0")]
    [InlineData("2.2.0", "2.3.1", "2.1.0", "2.3.1", "2.2.0")]
    [InlineData("2.1.0", "2.2.0", null, null, "2.2.0")]
    [InlineData("2.2.0", "2.2.0", "2.1.0", "2.1.0", null)]
    [InlineData("2.3.1", "2.3.1", "2.3.1", "2.3.1", null)]
    [InlineData("2.0.0", "2.0.1", "2.0.0", "2.1.0", null)]
    public void The_highest_version_that_all_speak_is_chosen(string acsStart, string acsEnd, string? dsStart, string? dsEnd, string? chosen) =>
        Assert.Equal(chosen, ProtocolVersion.HighestCommon(Range(acsStart, acsEnd, dsStart, dsEnd), Ours)?.ToString());

    [Fact]
    public void A_range_without_versions_of_the_directory_server_has_those_of_its_message()
    {
        var ranges = (PreparationResponse)Vector.Named("visa-3DSS-220-001-pres").Read().Message! with { DsEndProtocolVersion = "2.1.0" };
        Assert.Equal("2.1.0", ProtocolVersion.HighestCommon(Range("2.1.0", "2.2.0", null, null), Ours, ranges).ToString());
        Assert.Equal("2.2.0", ProtocolVersion.HighestCommon(Range("2.1.0", "2.2.0", "2.1.0", "2.2.0"), Ours, ranges).ToString());
    }

    [Fact]
    public void A_range_of_2_3_1_with_a_list_of_versions_has_none_of_ours() =>
        Assert.Null(ProtocolVersion.HighestCommon(new CardRange { StartRange = "4012000000001000", EndRange = "4012000000001999" }, Ours));

    [Fact]
    public void What_is_chosen_is_in_every_range_and_nothing_higher_is() =>
        Gen.Select(Version, Version, Version, Version, Version.Array[0, 6]).Sample((acsStart, acsEnd, dsStart, dsEnd, ours) =>
        {
            var fits = ours.Where(v => v >= acsStart && v <= acsEnd && v >= dsStart && v <= dsEnd).OrderDescending().Select(v => v.ToString()).FirstOrDefault();
            Assert.Equal(fits, ProtocolVersion.HighestCommon(Range($"{acsStart}", $"{acsEnd}", $"{dsStart}", $"{dsEnd}"), ours)?.ToString());
        });

    [Theory]
    [InlineData("2.2.0", true)]
    [InlineData("10.11.12", true)]
    [InlineData("2.2", false)]
    [InlineData("2.2.0.0", false)]
    [InlineData("2..0", false)]
    [InlineData("2.2.", false)]
    [InlineData("2.2.-1", false)]
    [InlineData("2.2.100", false)]
    [InlineData(" 2.2.0", false)]
    [InlineData("", false)]
    public void A_version_is_three_numbers(string text, bool right)
    {
        Assert.Equal(right, ProtocolVersion.TryParse(text, out var version));
        Assert.Equal(right ? text : "0.0.0", version.ToString());
    }

    [Fact]
    public void An_element_of_a_later_version_is_kept_unread_in_an_earlier_one()
    {
        var vector = Vector.Named("visa-3DSS-210-101-areq");
        var document = vector.Document;
        document["browserJavascriptEnabled"] = "perhaps";
        document["whiteListStatus"] = 7;
        var message = Assert.IsType<AuthenticationRequest>(vector.Read(document).Message);
        Assert.Null(message.BrowserJavascriptEnabled);
        Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(MessageWriter.Write(message))));
    }

    [Fact]
    public void Version_2_3_1_is_read_with_what_it_changed()
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document["messageVersion"] = "2.3.1";
        document["threeDSRequestorPriorAuthenticationInfo"] = new JsonArray(new JsonObject { ["threeDSReqPriorRef"] = "x" });
        document["browserLanguage"] = "zh-Hans-CN-x-private-and-more";
        document["transType"] = 1;
        document["deviceId"] = "new in 2.3.1";
        document.Remove("recurringExpiry");
        document.Remove("browserJavaEnabled");
        var message = Assert.IsType<AuthenticationRequest>(vector.Read(document).Message);
        Assert.Null(message.ThreeDSRequestorPriorAuthenticationInfo);
        Assert.Equal("zh-Hans-CN-x-private-and-more", message.BrowserLanguage);
        Assert.Equal("0000000000001006", message.AcctNumber);
        Assert.NotNull(message.AcctInfo);
        Assert.True(JsonNode.DeepEquals(document, JsonNode.Parse(MessageWriter.Write(message))));
    }

    [Theory]
    [InlineData("visa-3DSS-220-101-ares", "acsTransID", ErrorCode.ElementMissing)]
    [InlineData("visa-3DSS-220-101-ares", "authenticationValue", ErrorCode.ElementMissing)]
    [InlineData("visa-3DSS-220-107-ares", "acsURL", ErrorCode.ElementMissing)]
    [InlineData("visa-3DSS-220-101-ares", "acsReferenceNumber", ErrorCode.InvalidFormat)]
    [InlineData("visa-3DSS-220-101-ares", "transStatus", ErrorCode.InvalidFormat)]
    [InlineData("visa-3DSS-220-101-areq", "acctNumber", ErrorCode.InvalidFormat)]
    [InlineData("visa-3DSS-220-101-areq", "messageExtension", ErrorCode.InvalidFormat)]
    public void What_every_version_has_is_checked_in_2_3_1_too(string name, string element, string code)
    {
        var vector = Vector.Named(name);
        var document = vector.Document;
        document["messageVersion"] = "2.3.1";
        Assert.Null(vector.Read(document).Error?.ErrorDetail);
        document.Remove(element);
        if (code == ErrorCode.InvalidFormat)
        {
            document[element] = 1;
        }

        RequiredElements.IsRefused(vector.Read(document), code, element);
    }

    [Fact]
    public void An_element_of_2_3_1_is_found_twice_although_it_does_not_fit()
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document["messageVersion"] = "2.3.1";
        document["transType"] = 1;
        var text = document.ToJsonString()[..^1] + ",\"transType\":\"01\"}";
        RequiredElements.IsRefused(vector.Read(System.Text.Encoding.UTF8.GetBytes(text)), ErrorCode.DuplicateElement, "transType");
    }

    [Fact]
    public void Secure_payment_confirmation_came_with_2_3_1()
    {
        var vector = Vector.Named("visa-3DSS-220-101-ares");
        var document = vector.Document;
        document["transStatus"] = "S";
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.InvalidFormat, "transStatus");
        document["messageVersion"] = "2.3.1";
        Assert.Equal("S", Assert.IsType<AuthenticationResponse>(vector.Read(document).Message).TransStatus);
    }

    private static Gen<ProtocolVersion> Version => Gen.Select(Gen.Int[2, 2], Gen.Int[0, 3], Gen.Int[0, 1]).Select((major, minor, patch) => new ProtocolVersion(major, minor, patch));

    private static CardRange Range(string acsStart, string acsEnd, string? dsStart, string? dsEnd) => new()
    {
        StartRange = "4012000000001000",
        EndRange = "4012000000001999",
        AcsStartProtocolVersion = acsStart,
        AcsEndProtocolVersion = acsEnd,
        DsStartProtocolVersion = dsStart,
        DsEndProtocolVersion = dsEnd,
    };
}
