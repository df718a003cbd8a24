using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

public class Refusals
{
    private static readonly MessageExpectation AnswerOnly = new() { Types = MessageTypes.ARes | MessageTypes.Erro, Component = Component.Server };

    public static TheoryData<string> NotJson => new("", " ", "{", "}", "[]", "\"AReq\"", "null", "1", "{}{}", "{\"messageType\":\"ARes\"", "{\"messageType\":}", "{'messageType':'ARes'}",
        "{\"messageType\":\"ARes\",}", "{/**/}", "\uFEFF{}", "<html></html>", "{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}", "{\"a\":\"\\x\"}", "{\"a\":01}", "{\"a\":NaN}");

    [Theory]
    [MemberData(nameof(NotJson))]
    public void What_is_no_JSON_object_is_101(string text)
    {
        var error = Read(text, AnswerOnly with { Component = Component.AccessControlServer });
        Assert.Equal((ErrorCode.InvalidMessage, "A", "2.2.0"), (error.ErrorCode, error.ErrorComponent, error.MessageVersion));
    }

    [Fact]
    public void What_is_not_UTF_8_is_101()
    {
        byte[] text = [.. "{\"messageType\":\"ARes\",\"a\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Equal(ErrorCode.InvalidMessage, MessageReader.Read(text, AnswerOnly).Error!.ErrorCode);
    }

    [Theory]
    [InlineData("{\"messageType\":\"PReq\",\"messageVersion\":\"2.2.0\"}", ErrorCode.InvalidMessage, "messageType")] // not for this component
    [InlineData("{\"messageType\":\"XReq\",\"messageVersion\":\"2.2.0\"}", ErrorCode.InvalidMessage, "messageType")]
    [InlineData("{\"messageType\":\"ares\",\"messageVersion\":\"2.2.0\"}", ErrorCode.InvalidMessage, "messageType")]
    [InlineData("{\"messageType\":1,\"messageVersion\":\"2.2.0\"}", ErrorCode.InvalidMessage, "messageType")]
    [InlineData("{\"messageType\":null}", ErrorCode.InvalidMessage, "messageType")]
    [InlineData("{\"messageType\":\"\\udc00\"}", ErrorCode.InvalidMessage, "messageType")]
    [InlineData("{\"messageVersion\":\"2.2.0\"}", ErrorCode.ElementMissing, "messageType")]
    [InlineData("{}", ErrorCode.ElementMissing, "messageType")]
    [InlineData("{\"messageType\":\"ARes\"}", ErrorCode.ElementMissing, "messageVersion")]
    [InlineData("{\"messageType\":\"ARes\",\"messageVersion\":null}", ErrorCode.InvalidFormat, "messageVersion")]
    [InlineData("{\"messageType\":\"ARes\",\"messageVersion\":\"2.2\"}", ErrorCode.InvalidFormat, "messageVersion")]
    [InlineData("{\"messageType\":\"ARes\",\"messageVersion\":\"2.0.0\"}", ErrorCode.VersionNotSupported, "messageVersion")]
    [InlineData("{\"messageType\":\"ARes\",\"messageVersion\":\"3.0.0\"}", ErrorCode.VersionNotSupported, "messageVersion")]
    public void The_type_and_the_version_are_looked_at_first(string text, string code, string detail)
    {
        var error = Read(text, AnswerOnly);
        Assert.Equal((code, detail, "S"), (error.ErrorCode, error.ErrorDetail, error.ErrorComponent));
    }

    [Fact]
    public void Any_version_that_was_not_asked_for_is_102() => Gen.Select(Gen.Int[0, 99], Gen.Int[0, 99], Gen.Int[0, 99]).Sample((major, minor, patch) =>
    {
        var version = new ProtocolVersion(major, minor, patch);
        var vector = Vector.Named("visa-3DSS-220-101-ares");
        var document = vector.Document;
        document["messageVersion"] = version.ToString();
        var error = MessageReader.Read(Vector.Of(document), vector.Expectation() with { Versions = [ProtocolVersion.V220] }).Error;
        Assert.Equal(version == ProtocolVersion.V220 ? (null, null) : (ErrorCode.VersionNotSupported, "2.2.0"), (error?.ErrorCode, error?.MessageVersion));
    }, threads: 1);

    [Fact]
    public void Any_element_that_is_there_twice_is_204() => Gen.Select(Vector.Any, Gen.Int[0, 1000], Gen.Bool, Gen.Bool).Sample((vector, choice, changed, escaped) =>
    {
        var elements = vector.Document.ToList();
        var (name, value) = elements[choice % elements.Count];
        var twice = escaped ? $"\\u{(int)name[0]:x4}{name[1..]}" : name;
        var text = vector.Document.ToJsonString()[..^1] + $",\"{twice}\":{(changed ? "[{}]" : value!.ToJsonString())}}}";
        RequiredElements.IsRefused(vector.Read(Encoding.UTF8.GetBytes(text)), ErrorCode.DuplicateElement, name);
    }, iter: 3000, threads: 1);

    [Theory]
    [InlineData("visa-3DSS-220-101-areq", "\"homePhone\":{", "\"cc\":\"61\",", "homePhone.cc")]
    [InlineData("visa-3DSS-220-101-areq", "\"messageExtension\":[{", "\"id\":\"x\",", "messageExtension.id")]
    [InlineData("visa-3DSS-220-001-pres", "\"cardRangeData\":[{", "\"actionInd\":\"A\",", "cardRangeData.actionInd")]
    [InlineData("visa-3DSS-220-101-ares", "{", "\"unheardOf\":1,\"unheardOf\":2,", "unheardOf")]
    public void An_element_is_found_twice_inside_an_object_and_when_nobody_knows_it(string name, string after, string doubled, string detail)
    {
        var text = Vector.Named(name).Document.ToJsonString();
        var place = text.IndexOf(after, StringComparison.Ordinal) + after.Length;
        RequiredElements.IsRefused(Vector.Named(name).Read(Encoding.UTF8.GetBytes(text.Insert(place, doubled))), ErrorCode.DuplicateElement, detail);
    }

    [Fact]
    public void A_critical_extension_that_nobody_here_recognises_is_202()
    {
        foreach (var vector in Vector.All.Where(v => !v.Name.EndsWith("erro", StringComparison.Ordinal)))
        {
            var document = vector.Document;
            document["messageExtension"] = new JsonArray(Extension("A000000004-known", true), Extension("A000000004-other", true), Extension("A000000004-third", false));
            var expected = vector.Expectation();
            RequiredElements.IsRefused(MessageReader.Read(Vector.Of(document), expected with { Extensions = ["A000000004-known"] }), ErrorCode.CriticalExtension, "A000000004-other");
            RequiredElements.IsRefused(MessageReader.Read(Vector.Of(document), expected), ErrorCode.CriticalExtension, "A000000004-known", "A000000004-other");
            Assert.Null(MessageReader.Read(Vector.Of(document), expected with { Extensions = ["A000000004-known", "A000000004-other"] }).Error?.ErrorDetail);
        }
    }

    [Fact]
    public void A_worse_error_comes_first()
    {
        var vector = Vector.Named("visa-3DSS-220-101-ares");
        var document = vector.Document;
        document["eci"] = "five";
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.InvalidFormat, "eci");
        document["messageExtension"] = new JsonArray(Extension("x", true));
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.CriticalExtension, "x");
        document.Remove("acsTransID");
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.ElementMissing, "acsTransID");
        var twice = document.ToJsonString().Replace("\"eci\"", "\"dsTransID\":1,\"eci\"", StringComparison.Ordinal);
        RequiredElements.IsRefused(vector.Read(Encoding.UTF8.GetBytes(twice)), ErrorCode.DuplicateElement, "dsTransID");
    }

    [Fact]
    public void All_elements_with_the_same_error_are_named()
    {
        var vector = Vector.Named("visa-3DSS-220-101-ares");
        var document = vector.Document;
        document.Remove("acsTransID");
        document.Remove("dsReferenceNumber");
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.ElementMissing, "acsTransID", "dsReferenceNumber");
    }

    [Fact]
    public void The_error_carries_the_identifiers_that_could_be_read()
    {
        var vector = Vector.Named("visa-3DSS-220-107-rreq");
        var document = vector.Document;
        document["transStatus"] = "C";
        document["acsTransID"] = "not a UUID";
        var error = vector.Read(document).Error!;
        Assert.Equal("6c57c18f-e55b-4333-a991-460b04ee0730", error.ThreeDSServerTransID);
        Assert.Equal("d3e8aae9-b188-4305-9f4b-4db0baae1a00", error.DsTransID);
        Assert.Null(error.AcsTransID);
        Assert.Equal(("2.2.0", "RReq", "acsTransID, transStatus"), (error.MessageVersion, error.ErrorMessageType, error.ErrorDetail));
        Assert.Null(MessageValidator.Validate(error, Component.Server));
    }

    [Fact]
    public void Of_a_torn_message_the_identifiers_before_the_tear_are_told()
    {
        var text = Encoding.UTF8.GetString(Vector.Named("visa-3DSS-220-107-rreq").Utf8);
        var error = Read(text[..^20], AnswerOnly);
        Assert.Equal((ErrorCode.InvalidMessage, "6c57c18f-e55b-4333-a991-460b04ee0730"), (error.ErrorCode, error.ThreeDSServerTransID));
    }

    [Fact]
    public void An_identifier_that_does_not_belong_is_answered_with_the_message_it_was_in()
    {
        var error = ErrorMessage.About(Vector.Named("visa-3DSS-220-107-rreq").Read().Message!, ErrorCode.TransactionNotRecognised, Component.Server, "acsTransID");
        Assert.Null(MessageValidator.Validate(error, Component.Server));
        Assert.Equal(("301", "S", "RReq", "b91b3717-9fab-456c-9379-a0986c9cd4de", null), (error.ErrorCode, error.ErrorComponent, error.ErrorMessageType, error.AcsTransID, error.SdkTransID));
    }

    [Theory]
    [InlineData("101", true)]
    [InlineData("201", true)]
    [InlineData("301", true)]
    [InlineData("303", false)]
    [InlineData("402", false)]
    [InlineData("403", false)]
    [InlineData("404", false)]
    [InlineData("405", false)]
    public void Some_errors_are_not_told_to_the_directory_server(string code, bool told) => Assert.Equal(told, ErrorCode.IsToldToTheDirectoryServer(code));

    internal static JsonObject Extension(string id, bool critical) =>
        new() { ["name"] = "a", ["id"] = id, ["criticalityIndicator"] = critical, ["data"] = new JsonObject { ["a"] = 1 } };

    private static ErrorMessage Read(string text, MessageExpectation expected)
    {
        var (message, error) = MessageReader.Read(Encoding.UTF8.GetBytes(text), expected);
        Assert.Null(message);
        Assert.Null(MessageValidator.Validate(error!, expected.Component));
        return error!;
    }
}
