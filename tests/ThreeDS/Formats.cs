using System.Text.Json.Nodes;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

public class Formats
{
    private static readonly string[] OfAnotherType = ["null", "1", "-1.5e3", "\"\"", "true", "[]", "{}", "[\"01\"]", "{\"a\":1}", "[[]]", "\"\\ud800\"", "[null]"];

    [Theory]
    [InlineData("threeDSServerTransID", "5201a899-749a-4300-841b-24a870565b5", "5201a899749a4300841b24a870565b51", "5201a899-749a-4300-841b-24a870565b5g", "{5201a899-749a-4300-841b-24a870565b51}")]
    [InlineData("deviceChannel", "2", "00", "04", "002")]
    [InlineData("messageCategory", "03", "79")]
    [InlineData("threeDSCompInd", "y", "X", "YES")]
    [InlineData("threeDSRequestorAuthenticationInd", "00", "07", "79", "100")]
    [InlineData("threeDSRequestorChallengeInd", "10", "79")]
    [InlineData("threeDSRequestorDecMaxTime", "00000", "10081", "100", "0001 ", "+0001")]
    [InlineData("threeDSRequestorID", "123456789012345678901234567890123456")]
    [InlineData("threeDSRequestorURL", "/notify", "www.visa.ru/notify", "ftp://www.visa.ru", "https://", "javascript:alert(1)", "https//www.visa.ru")]
    [InlineData("acquirerBIN", "123456789012")]
    [InlineData("mcc", "123", "12345", "12a4", "١٢٣٤")]
    [InlineData("merchantCountryCode", "36", "AUS", "0360")]
    [InlineData("acctNumber", "000000000000", "00000000000000000000", "0000 0000 0000 1006")]
    [InlineData("cardExpiryDate", "2013", "2000", "212", "20-1", "12122")]
    [InlineData("cardholderName", "x")]
    [InlineData("email", "support", "@rbk.money", "support@", "sup port@rbk.money")]
    [InlineData("billAddrState", "9999")]
    [InlineData("browserIP", "192.168.0", "192.168.0.256", "1", "::g", "host.example", "[::1]")]
    [InlineData("browserLanguage", "zh-Hans-C")]
    [InlineData("browserColorDepth", "30", "04", "64")]
    [InlineData("browserScreenHeight", "1234567", "-1", "1.5")]
    [InlineData("browserTZ", "+600", "-", "--60", "123456")]
    [InlineData("notificationURL", "http:/a")]
    [InlineData("purchaseAmount", "-1", "1.50", "1,000", "1234567890123456789012345678901234567890123456789")]
    [InlineData("purchaseExponent", "10", "a")]
    [InlineData("purchaseDate", "20200230000000", "20201301000000", "20200519250000", "2020-05-19", "2020051902050")]
    [InlineData("recurringExpiry", "20200230", "2020051")]
    [InlineData("purchaseInstalData", "0", "1", "1000", "01", "1a")]
    [InlineData("transType", "02", "29")]
    [InlineData("whiteListStatus", "X")]
    public void A_value_that_its_format_does_not_allow_is_refused(string element, params string[] values)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        foreach (var value in values)
        {
            var document = vector.Document;
            document[element] = value;
            document["whiteListStatusSource"] = "01";
            Assert.Equal((value, ErrorCode.InvalidFormat, element), (value, vector.Read(document).Error?.ErrorCode, vector.Read(document).Error?.ErrorDetail));
        }
    }

    [Theory]
    [InlineData("browserTZ", "-600", "0", "-0", "840")]
    [InlineData("browserIP", "2001:db8::ff00:42:8329", "::ffff:192.0.2.1", "10.0.0.1")]
    [InlineData("threeDSServerTransID", "5201A899-749A-4300-841B-24A870565B51", "ffffffff-ffff-ffff-ffff-ffffffffffff")]
    [InlineData("threeDSRequestorURL", "HTTPS://www.visa.ru", "https://www.visa.ru:8443/a?b=c#d", "http://127.0.0.1/")]
    [InlineData("threeDSRequestorDecMaxTime", "00001", "10080")]
    [InlineData("purchaseInstalData", "2", "12", "999")]
    [InlineData("threeDSRequestorChallengeInd", "80", "82", "99")]
    [InlineData("cardholderName", "Zoë Müller-Łukasz", "李小龍", "😀😀")]
    [InlineData("cardExpiryDate", "3012", "0001")]
    public void A_value_at_the_edge_is_taken(string element, params string[] values)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        foreach (var value in values)
        {
            var document = vector.Document;
            document[element] = value;
            Assert.Null(vector.Read(document).Error?.ErrorDetail);
        }
    }

    [Theory]
    [InlineData("authenticationValue", "AAABBZEEBgAAAAAAAAQGAAAAAA==", true)]
    [InlineData("authenticationValue", "kJMZRiDunhPsBwAU0hu9rrp0eWN6", true)]
    [InlineData("authenticationValue", "AAABBZEEBgAAAAAAAAQGAAAAAA", false)]
    [InlineData("authenticationValue", "AAABBZEEBgAAAAAAAAQGAAAA-AA=", false)]
    [InlineData("authenticationValue", "AAABBZEEBgAAAAAAAAQGAAAA====", false)]
    [InlineData("authenticationValue", "AAABBZEEBgAAAAAAAAQGAAAAAAAAAAA=", false)]
    [InlineData("eci", "N2", true)]
    [InlineData("eci", "5", false)]
    [InlineData("transStatus", "X", false)]
    [InlineData("transStatus", "S", false)]
    public void The_values_of_an_answer_are_checked(string element, string value, bool right)
    {
        var vector = Vector.Named("visa-3DSS-220-101-ares");
        var document = vector.Document;
        document[element] = value;
        var error = vector.Read(document).Error;
        Assert.Equal(right ? (null, null) : (ErrorCode.InvalidFormat, element), (error?.ErrorCode, error?.ErrorDetail));
    }

    [Theory]
    [InlineData("authenticationValue", "acctInfo.chAccDate", "20201301")]
    [InlineData("", "acctInfo.chAccAgeInd", "06")]
    [InlineData("", "merchantRiskIndicator.giftCardAmount", "1.5")]
    [InlineData("", "homePhone.cc", "+61")]
    [InlineData("", "threeDSRequestorAuthenticationInfo.threeDSReqAuthTimestamp", "20200515")]
    public void A_value_inside_an_object_is_named_with_the_object(string extra, string path, string value)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        var (element, inside) = (path.Split('.')[0], path.Split('.')[1]);
        document[element]![inside] = value;
        document[extra.Length == 0 ? "unheardOf" : extra] = "kept";
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.InvalidFormat, path);
    }

    [Fact]
    public void Every_known_element_of_another_type_is_named() =>
        Gen.Select(Vector.Any, Gen.Int[0, 1000], Gen.Int[0, OfAnotherType.Length - 1].Select(i => OfAnotherType[i])).Sample((vector, choice, wrong) =>
        {
            var table = Tables.Find(vector.Read().Message!.Type.ToString())!;
            var known = vector.Document.Where(e => table.Find(e.Key) is { } f && f != table.MessageType && f != table.MessageVersion && f.IsIn(ProtocolVersion.V210)).ToList();
            var name = known[choice % known.Count].Key;
            if (Fits(table.Find(name)!.Format, wrong))
            {
                return;
            }

            RequiredElements.IsRefused(vector.Read(vector.With(name, wrong)), ErrorCode.InvalidFormat, name);
        }, iter: 3000, threads: 1);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void A_message_has_one_to_ten_extensions(int count, bool right)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        var extension = document["messageExtension"]![0]!.ToJsonString();
        document["messageExtension"] = new JsonArray([.. Enumerable.Range(0, count).Select(_ => JsonNode.Parse(extension))]);
        Assert.Equal(right ? null : "messageExtension", vector.Read(document).Error?.ErrorDetail);
    }

    [Theory]
    [InlineData("name", "x", 64)]
    [InlineData("id", "x", 64)]
    public void An_extension_has_a_size(string element, string unit, int most)
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document["messageExtension"]![0]![element] = string.Concat(Enumerable.Repeat(unit, most));
        Assert.Null(vector.Read(document).Error);
        document["messageExtension"]![0]![element] = string.Concat(Enumerable.Repeat(unit, most + 1));
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.InvalidFormat, $"messageExtension.{element}");
    }

    [Fact]
    public void The_data_of_an_extension_have_a_size()
    {
        var vector = Vector.Named("visa-3DSS-220-101-areq");
        var document = vector.Document;
        document["messageExtension"]![0]!["data"] = new JsonObject { ["a"] = new string('x', 8059 - 8) };
        Assert.Null(vector.Read(document).Error);
        document["messageExtension"]![0]!["data"] = new JsonObject { ["a"] = new string('x', 8060 - 8) };
        RequiredElements.IsRefused(vector.Read(document), ErrorCode.InvalidFormat, "messageExtension.data");
    }

    [Theory]
    [InlineData("4012000000001000", "4012000000001000", true)]
    [InlineData("4012000000001001", "4012000000001000", false)]
    [InlineData("4012000000001000", "40120000000010000", false)]
    public void A_range_ends_where_it_starts_or_later(string start, string end, bool right)
    {
        var vector = Vector.Named("visa-3DSS-220-001-pres");
        var document = vector.Document;
        document["cardRangeData"]![3]!["startRange"] = start;
        document["cardRangeData"]![3]!["endRange"] = end;
        Assert.Equal(right ? null : "cardRangeData.endRange", vector.Read(document).Error?.ErrorDetail);
    }

    private static bool Fits(Format format, string json) => format switch
    {
        FlagFormat => json == "true",
        ObjectFormat => json is "{}" or "{\"a\":1}",
        RawFormat => json is "{}" or "{\"a\":1}",
        CodeListFormat => json == "[\"01\"]",
        _ => false,
    };
}
