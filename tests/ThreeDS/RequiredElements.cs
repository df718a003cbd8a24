using System.Text.Json.Nodes;

namespace Tollgate.ThreeDS.Tests;

/// <summary>What must be in which message, written down a second time: the field table is not asked what it says itself.</summary>
public class RequiredElements
{
    private const string Every = "messageType messageVersion threeDSServerTransID";

    private const string AnyRequest = Every + " deviceChannel messageCategory threeDSRequestorID threeDSRequestorName threeDSRequestorURL threeDSServerRefNumber"
        + " threeDSServerURL acctNumber";

    private const string Payment = " acquirerBIN acquirerMerchantID mcc merchantCountryCode merchantName purchaseAmount purchaseCurrency purchaseExponent purchaseDate";

    private const string Browser = " threeDSCompInd threeDSRequestorAuthenticationInd browserAcceptHeader browserLanguage browserUserAgent notificationURL";

    private const string Script = " browserJavaEnabled browserColorDepth browserScreenHeight browserScreenWidth browserTZ";

    private const string Addresses = " billAddrCountry shipAddrCountry"; // because the vectors have states

    private const string Answer = Every + " dsTransID acsTransID acsReferenceNumber dsReferenceNumber";

    private const string Result = Every + " dsTransID acsTransID messageCategory transStatus interactionCounter authenticationType";

    [Theory]
    [InlineData("visa-3DSS-210-101-areq", AnyRequest + Payment + Browser + Script + Addresses)]
    [InlineData("visa-3DSS-220-101-areq", AnyRequest + Payment + Browser + Script + Addresses + " browserJavascriptEnabled")]
    [InlineData("visa-3DSS-220-103-areq", AnyRequest + Payment + Browser + Addresses + " browserJavascriptEnabled")]
    [InlineData("visa-3DSS-220-301-areq", AnyRequest + Payment + Addresses + " threeRIInd")]
    [InlineData("mastercard-00002-002-areq", AnyRequest + Browser + Script + Addresses)]
    [InlineData("mir-1-6-areq", AnyRequest + Payment + Browser + Script)]
    [InlineData("visa-3DSS-220-101-ares", Answer + " transStatus authenticationValue whiteListStatusSource")]
    [InlineData("mastercard-00004-002-ares", Answer + " transStatus authenticationValue")]
    [InlineData("mastercard-00002-002-ares", Answer)]
    [InlineData("visa-3DSS-220-103-ares", Answer + " transStatus transStatusReason whiteListStatusSource")]
    [InlineData("visa-3DSS-220-104-ares", Answer + " transStatus transStatusReason whiteListStatusSource")]
    [InlineData("visa-3DSS-220-402-ares", Answer + " transStatus transStatusReason")]
    [InlineData("visa-3DSS-220-105-ares", Answer + " transStatus whiteListStatusSource")]
    [InlineData("visa-3DSS-220-107-ares", Answer + " transStatus acsURL acsChallengeMandated authenticationType whiteListStatusSource")]
    [InlineData("visa-3DSS-220-107-creq", Every + " acsTransID challengeWindowSize")]
    [InlineData("visa-3DSS-220-107-cres", Every + " acsTransID transStatus")]
    [InlineData("visa-3DSS-220-107-rreq", Result + " authenticationValue")]
    [InlineData("mir-1-7-rreq", Result + " transStatusReason")]
    [InlineData("mir-1-10-rreq", Result + " transStatusReason")]
    [InlineData("visa-3DSS-220-107-rres", Every + " dsTransID acsTransID resultsStatus")]
    [InlineData("visa-3DSS-220-001-preq", Every + " threeDSServerRefNumber")]
    [InlineData("visa-3DSS-220-001-pres", Every + " dsTransID dsStartProtocolVersion dsEndProtocolVersion")]
    [InlineData("flow-depressive-erro", "messageType messageVersion errorCode errorComponent errorDescription errorDetail")]
    public void Only_without_one_of_these_a_message_is_refused(string name, string required)
    {
        var vector = Vector.Named(name);
        var names = required.Split(' ').ToHashSet();
        Assert.Empty(names.Except(vector.Document.Select(e => e.Key)));
        foreach (var (element, _) in vector.Document)
        {
            var document = vector.Document;
            document.Remove(element);
            var error = vector.Read(document).Error;
            Assert.Equal((element, names.Contains(element) ? (ErrorCode.ElementMissing, element) : default), (element, (error?.ErrorCode, error?.ErrorDetail)));
        }
    }

    [Theory]
    [InlineData("visa-3DSS-220-101-areq", "homePhone", "cc")]
    [InlineData("visa-3DSS-220-101-areq", "homePhone", "subscriber")]
    [InlineData("visa-3DSS-220-101-areq", "messageExtension", "id")]
    [InlineData("visa-3DSS-220-101-areq", "messageExtension", "name")]
    [InlineData("visa-3DSS-220-101-areq", "messageExtension", "criticalityIndicator")]
    [InlineData("visa-3DSS-220-101-areq", "messageExtension", "data")]
    [InlineData("visa-3DSS-220-001-pres", "cardRangeData", "startRange")]
    [InlineData("visa-3DSS-220-001-pres", "cardRangeData", "endRange")]
    [InlineData("visa-3DSS-220-001-pres", "cardRangeData", "acsStartProtocolVersion")]
    [InlineData("visa-3DSS-220-001-pres", "cardRangeData", "acsEndProtocolVersion")]
    public void An_object_in_a_message_has_required_elements_too(string name, string element, string inside)
    {
        var document = Vector.Named(name).Document;
        (document[element] is JsonArray list ? list[^1]! : document[element]!).AsObject().Remove(inside);
        IsRefused(Vector.Named(name).Read(document), ErrorCode.ElementMissing, $"{element}.{inside}");
    }

    [Theory]
    [InlineData("threeDSRequestorAuthenticationInd", "02", "recurringExpiry", "recurringFrequency")]
    [InlineData("threeDSRequestorAuthenticationInd", "03", "recurringExpiry", "recurringFrequency", "purchaseInstalData")]
    [InlineData("threeDSRequestorDecReqInd", "Y", "threeDSRequestorDecMaxTime")]
    [InlineData("whiteListStatus", "Y", "whiteListStatusSource")]
    public void One_element_may_ask_for_others(string element, string value, params string[] others)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document[element] = value;
        Array.ForEach(others, other => document.Remove(other));
        IsRefused(vector.Read(document), ErrorCode.ElementMissing, [.. others]);
    }

    [Fact]
    public void A_purchase_by_agreement_needs_an_amount_even_when_it_is_no_payment()
    {
        var vector = Vector.Named("mastercard-00002-002-areq");
        var document = vector.Document;
        document["threeDSRequestorAuthenticationInd"] = "02";
        document["recurringExpiry"] = "20301231";
        document["recurringFrequency"] = "28";
        IsRefused(vector.Read(document), ErrorCode.ElementMissing, "purchaseAmount", "purchaseCurrency", "purchaseExponent", "purchaseDate");
    }

    [Fact]
    public void An_app_has_other_elements_than_a_browser()
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document["deviceChannel"] = "01";
        Array.ForEach((Browser + Script).Split(' ', StringSplitOptions.RemoveEmptyEntries), name => document.Remove(name));
        IsRefused(vector.Read(document), ErrorCode.ElementMissing, "threeDSRequestorAuthenticationInd", "deviceRenderOptions", "sdkAppID", "sdkEncData", "sdkEphemPubKey",
            "sdkMaxTimeout", "sdkReferenceNumber", "sdkTransID");
    }

    [Fact]
    public void A_timeout_of_the_issuer_says_which()
    {
        var vector = Vector.Named("mir-1-7-rreq");
        var document = vector.Document;
        document["transStatusReason"] = "14";
        IsRefused(vector.Read(document), ErrorCode.ElementMissing, "challengeCancel");
    }

    [Fact]
    public void Without_the_request_an_answer_is_held_to_be_for_a_payment_in_a_browser()
    {
        var document = Vector.Named("visa-3DSS-220-101-ares").Document;
        document.Remove("authenticationValue");
        var expected = new MessageExpectation { Types = MessageTypes.ARes, Component = Component.Server };
        IsRefused(MessageReader.Read(Vector.Of(document), expected), ErrorCode.ElementMissing, "authenticationValue");
    }

    internal static void IsRefused(MessageReading reading, string code, params string[] names)
    {
        Assert.Null(reading.Message);
        Assert.Equal((code, string.Join(", ", names.Order(StringComparer.Ordinal))),
            (reading.Error!.ErrorCode, string.Join(", ", reading.Error.ErrorDetail.Split(", ").Order(StringComparer.Ordinal))));
    }
}
