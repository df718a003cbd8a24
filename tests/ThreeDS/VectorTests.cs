using System.Text.Json;

namespace Tollgate.ThreeDS.Tests;

public class VectorTests
{
    public static TheoryData<string> Names => Vector.Names;

    [Fact]
    public void Every_type_of_message_has_a_vector() =>
        Assert.Equal(Enum.GetValues<MessageTypes>().Except([MessageTypes.None]), Vector.All.Select(v => v.Read().Message!.Type).Distinct().Order());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_vector_is_read_without_an_error(string name)
    {
        var (message, error) = Vector.Named(name).Read();
        Assert.Null(error?.ErrorDetail);
        Assert.Equal(name[(name.LastIndexOf('-') + 1)..], message!.Type.ToString(), ignoreCase: true);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_read_is_right_by_the_rules_for_what_is_sent(string name)
    {
        var vector = Vector.Named(name);
        Assert.Null(MessageValidator.Validate(vector.Read().Message!, Component.Server, vector.Expectation().Request));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_the_document_that_was_read(string name)
    {
        var vector = Vector.Named(name);
        using var read = JsonDocument.Parse(vector.Utf8);
        using var written = JsonDocument.Parse(MessageWriter.Write(vector.Read().Message!));
        Assert.True(JsonElement.DeepEquals(read.RootElement, written.RootElement));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_is_read_as_the_same_message(string name)
    {
        var vector = Vector.Named(name);
        var message = vector.Read().Message!;
        var again = vector.Read(MessageWriter.Write(message)).Message;
        Assert.Equal(message, again);
        Assert.Equal(message.GetHashCode(), again!.GetHashCode());
    }

    [Fact]
    public void Elements_are_where_their_names_say()
    {
        var request = Assert.IsType<AuthenticationRequest>(Vector.Named("visa-3DSS-220-101-areq").Read().Message);
        Assert.Equal("2.2.0", request.MessageVersion);
        Assert.Equal("228b77c7-b316-4d2b-ad6e-13d0a6474ef4", request.ThreeDSServerTransID);
        Assert.Equal("0000000000001006", request.AcctNumber);
        Assert.Equal("65", request.MobilePhone!.Cc);
        Assert.Equal("176", request.AcctInfo!.ProvisionAttemptsDay);
        Assert.Equal("4356524138", request.MerchantRiskIndicator!.GiftCardAmount);
        Assert.True(request.BrowserJavascriptEnabled);
        Assert.False(request.BrowserJavaEnabled);
        Assert.Equal("zjfuwvkqln", Assert.Single(request.MessageExtension!).Id);
        Assert.NotNull(request.ThreeDSRequestorPriorAuthenticationInfo);
        Assert.Null(request.ThreeDSRequestorPriorAuthenticationInfo.ThreeDSReqPriorRef);

        var ranges = Assert.IsType<PreparationResponse>(Vector.Named("visa-3DSS-220-001-pres").Read().Message);
        Assert.Equal(5, ranges.CardRangeData!.Count);
        Assert.Equal("4012000000001000", ranges.CardRangeData[0].StartRange);
        Assert.Equal(["01", "02", "03", "04", "80", "81", "82"], ranges.CardRangeData[0].AcsInfoInd);
    }

    [Fact]
    public void A_copy_leaves_the_original_alone()
    {
        var original = (AuthenticationRequest)Vector.Named("visa-3DSS-220-101-areq").Read().Message!;
        var copy = original with { PurchaseAmount = "1" };
        Assert.Equal("63551", original.PurchaseAmount);
        Assert.NotEqual(original, copy);
        Assert.Equal(original, copy with { PurchaseAmount = "63551" });
    }
}
