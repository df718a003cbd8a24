using System.Text.Json.Nodes;

namespace Tollgate.ThreeDS.Tests;

/// <summary>What the elements of a message, and of the request it answers, must agree on.</summary>
public class Agreements
{
    [Theory]
    [InlineData("02", "04", true)]
    [InlineData("02", "05", true)]
    [InlineData("02", null, true)]
    [InlineData("02", "06", false)] // only data are shared
    [InlineData("03", "04", false)] // nobody is there to be challenged
    public void A_challenge_needs_somebody_who_takes_it(string channel, string? wish, bool right) =>
        Assert.Equal(right ? null : "transStatus", Answer("visa-3DSS-220-107-ares", _ => { }, Request(channel, wish)));

    [Theory]
    [InlineData("05", true)]
    [InlineData("06", true)]
    [InlineData("07", true)]
    [InlineData("82", true)]
    [InlineData("04", false)]
    [InlineData("01", false)]
    [InlineData("09", false)]
    [InlineData(null, false)]
    public void Information_only_answers_who_wanted_no_challenge(string? wish, bool right) =>
        Assert.Equal(right ? null : "transStatus", Answer("visa-3DSS-220-105-ares", _ => { }, Request("02", wish)));

    [Fact]
    public void Information_only_is_taken_when_the_request_is_not_known() => Assert.Null(Answer("visa-3DSS-220-105-ares", _ => { }, null));

    [Theory]
    [InlineData("Y", "Y", "04", null)]
    [InlineData("N", "Y", "04", "transStatus")]
    [InlineData(null, "Y", "04", "transStatus")]
    [InlineData("Y", "N", "04", "acsDecConInd")]
    [InlineData("Y", "Y", "02", "authenticationType")]
    public void A_decoupled_challenge_was_asked_for_and_says_so(string? asked, string confirmed, string type, string? wrong) =>
        Assert.Equal(wrong, Answer("visa-3DSS-220-107-ares", document =>
        {
            document["transStatus"] = "D";
            document["acsDecConInd"] = confirmed;
            document["authenticationType"] = type;
        }, Request("02", "04") with { ThreeDSRequestorDecReqInd = asked }));

    [Theory]
    [InlineData("04", true)]
    [InlineData("05", true)]
    [InlineData("01", false)]
    [InlineData("08", false)]
    public void A_timeout_of_the_issuer_was_one_of_its_timeouts(string cancel, bool right) =>
        Assert.Equal(right ? null : "challengeCancel", Answer("mir-1-10-rreq", document =>
        {
            document["transStatusReason"] = "14";
            document["challengeCancel"] = cancel;
        }, null));

    [Theory]
    [InlineData("C")]
    [InlineData("D")]
    [InlineData("I")]
    public void A_result_is_final(string status) => Assert.Equal("transStatus", Answer("visa-3DSS-220-107-rreq", document => document["transStatus"] = status, null));

    [Fact]
    public void A_decoupled_result_counts_no_interactions() => Assert.Null(Answer("visa-3DSS-220-107-rreq", document =>
    {
        document["authenticationType"] = "04";
        document.Remove("interactionCounter");
    }, null));

    [Fact]
    public void An_answer_to_no_payment_needs_neither_cryptogram_nor_reason()
    {
        var request = Request("02", "04") with { MessageCategory = "02" };
        Assert.Null(Answer("visa-3DSS-220-101-ares", document => document.Remove("authenticationValue"), request));
        Assert.Null(Answer("visa-3DSS-220-103-ares", document => document.Remove("transStatusReason"), request));
        Assert.Null(Answer("visa-3DSS-220-101-ares", document => document.Remove("transStatus"), request));
    }

    private static AuthenticationRequest Request(string channel, string? wish) =>
        (AuthenticationRequest)Vector.Named("visa-3DSS-220-101-areq").Read().Message! with { DeviceChannel = channel, ThreeDSRequestorChallengeInd = wish };

    private static string? Answer(string name, Action<JsonObject> change, AuthenticationRequest? request)
    {
        var vector = Vector.Named(name);
        var document = vector.Document;
        change(document);
        var error = MessageReader.Read(Vector.Of(document), vector.Expectation() with { Request = request }).Error;
        Assert.True(error is null or { ErrorCode: ErrorCode.InvalidFormat }, error?.ErrorDetail);
        return error?.ErrorDetail;
    }
}
