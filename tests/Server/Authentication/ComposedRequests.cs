using System.Text;
using System.Text.Json;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Authentication;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>What a charge becomes in a request for authentication.</summary>
public sealed class ComposedRequests
{
    [Theory]
    [InlineData("en", "en")]
    [InlineData("en-AU", "en-AU")]
    [InlineData("zh-Hant", "zh-Hant")]
    [InlineData("zh-Hans-CN", "zh-CN")]
    [InlineData("sr-Latn-RS", "sr-RS")]
    [InlineData("es-Latn-419", "es-419")]
    [InlineData("de-CH-1996", "de-CH")]
    [InlineData("ca-valencia", "ca")]
    [InlineData("sl-rozaj-biske", "sl-rozaj")]
    [InlineData("x-whatever", "x")]
    [InlineData("abcdefghijkl", "abcdefgh")]
    [InlineData("", "en")]
    [InlineData(null, "en")]
    public void A_language_has_at_most_eight_characters(string? tag, string language) => Assert.Equal(language, AuthenticationRequestComposer.LanguageOf(tag));

    [Theory]
    [InlineData(1, "1")]
    [InlineData(3, "1")]
    [InlineData(4, "4")]
    [InlineData(8, "8")]
    [InlineData(14, "8")]
    [InlineData(15, "15")]
    [InlineData(16, "16")]
    [InlineData(18, "16")]
    [InlineData(24, "24")]
    [InlineData(30, "24")]
    [InlineData(32, "32")]
    [InlineData(47, "32")]
    [InlineData(48, "48")]
    [InlineData(64, "48")]
    public void A_colour_depth_is_rounded_down(int depth, string known) => Assert.Equal(known, AuthenticationRequestComposer.ColourDepthOf(depth));

    [Theory]
    [InlineData("New South Wales", "AU", "NSW")]
    [InlineData("victoria", "AU", "VIC")]
    [InlineData(" Queensland ", "AU", "QLD")]
    [InlineData("South Australia", "AU", "SA")]
    [InlineData("WESTERN AUSTRALIA", "AU", "WA")]
    [InlineData("Tasmania", "AU", "TAS")]
    [InlineData("Australian Capital Territory", "AU", "ACT")]
    [InlineData("Northern Territory", "AU", "NT")]
    [InlineData("nsw", "AU", "NSW")]
    [InlineData("N.S.W.", "AU", "NSW")]
    [InlineData("AU-VIC", "AU", "VIC")]
    [InlineData("XYZ", "AU", null)]
    [InlineData("CA", "US", "CA")]
    [InlineData("us-ca", "US", "CA")]
    [InlineData("California", "US", null)]
    [InlineData("13", "JP", "13")]
    [InlineData("N/A", "FR", null)]
    [InlineData("-", "FR", null)]
    public void A_state_is_its_code_or_is_left_out(string state, string country, string? code) => Assert.Equal(code, AuthenticationRequestComposer.StateOf(state, country));

    [Theory]
    [InlineData("JANE CITIZEN", "JANE CITIZEN")]
    [InlineData("  Zoë \t  O'Brien-Müller ", "Zoë O'Brien-Müller")]
    [InlineData("王小明 Wang", "Wang")]
    [InlineData("王小明", null)]
    [InlineData("A", null)]
    [InlineData("Bartholomew Featherstonehaugh-Cholmondeley the Third", "Bartholomew Featherstonehaugh-Cholmondeley th")]
    public void A_name_is_in_latin_letters_or_is_left_out(string name, string? kept) => Assert.Equal(kept, AuthenticationRequestComposer.NameOf(name));

    [Theory]
    [InlineData("1 George Street", "1 George Street")]
    [InlineData("Unit 1204, The Longest Apartment Building of the Southern Hemisphere, 350 George Street", "Unit 1204, The Longest Apartment Building of the|Southern Hemisphere, 350 George Street")]
    [InlineData("1234567890123456789012345678901234567890123456789012345", "12345678901234567890123456789012345678901234567890|12345")]
    [InlineData("  ", "")]
    public void An_address_is_broken_into_lines_between_words(string address, string lines) =>
        Assert.Equal(lines, string.Join('|', AuthenticationRequestComposer.LinesOf(address)));

    [Fact]
    public void An_address_has_three_lines_of_fifty_at_most()
    {
        var lines = AuthenticationRequestComposer.LinesOf(string.Concat(Enumerable.Repeat("Wagga Wagga ", 30)));
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 50));
    }

    [Fact]
    public void A_charge_becomes_a_request()
    {
        // A line is: the element | its value.
        const string Expected =
            """
            messageType | AReq
            messageVersion | 2.2.0
            deviceChannel | 02
            messageCategory | 01
            threeDSCompInd | U
            threeDSRequestorAuthenticationInd | 01
            threeDSRequestorChallengeInd | 01
            threeDSRequestorID | TOLLGATE-SANDBOX
            threeDSRequestorName | Tollgate sandbox
            threeDSRequestorURL | https://tollgate.example
            threeDSServerRefNumber | TOLLGATE_SANDBOX_3DSS
            threeDSServerOperatorID | TOLLGATE-SANDBOX
            threeDSServerURL | https://pay.example.com/3ds/results
            notificationURL | https://pay.example.com/3ds/A2B3C4D5E6F7G8H9/23456789ABCDEFGHJKMNPQRSTUVWXYZ2/challenge
            acquirerBIN | 999999
            acquirerMerchantID | TOLLGATE-SANDBOX-SHOP
            mcc | 5999
            merchantCountryCode | 036
            merchantName | Tollgate sandbox shop
            acctNumber | 4111111111111111
            cardExpiryDate | 3104
            cardholderName | JANE CITIZEN
            email | jane@example.com
            billAddrLine1 | 1 George Street
            billAddrCity | Sydney
            billAddrPostCode | 2000
            billAddrState | NSW
            billAddrCountry | 036
            purchaseAmount | 1050
            purchaseCurrency | 036
            purchaseExponent | 2
            purchaseDate | 20260115030509
            browserAcceptHeader | text/html
            browserUserAgent | Mozilla/5.0
            browserLanguage | en-AU
            browserIP | 192.168.1.1
            browserJavascriptEnabled | true
            browserJavaEnabled | false
            browserColorDepth | 24
            browserScreenHeight | 900
            browserScreenWidth | 1440
            browserTZ | -600
            """;
        var order = OurSide.Order();
        var written = Elements(Compose(order));
        Assert.Equal(order.Payment.Attempt!.Id, written["threeDSServerTransID"]);
        written.Remove("threeDSServerTransID");
        Assert.Equal(
            Expected.Split('\n', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal),
            written.Select(e => $"{e.Key} | {e.Value}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(MethodCompletion.Completed, "Y")]
    [InlineData(MethodCompletion.NotCompleted, "N")]
    [InlineData(MethodCompletion.Unavailable, "U")]
    internal void The_request_says_what_became_of_the_method(MethodCompletion method, string written) =>
        Assert.Equal(written, Compose(OurSide.Order(method: method)).ThreeDSCompInd);

    [Fact]
    public void A_challenge_that_the_merchant_insists_on_is_mandated() => Assert.Equal("04", Compose(OurSide.Order(wantsChallenge: true)).ThreeDSRequestorChallengeInd);

    [Fact]
    public void A_browser_without_scripts_says_so_and_no_more()
    {
        var request = Compose(OurSide.Order(browser: new("Lynx", "en", null, null, null, null, null, "*/*", false)));
        Assert.False(request.BrowserJavascriptEnabled);
        Assert.Null(request.BrowserJavaEnabled);
        Assert.Null(request.BrowserColorDepth);
        Assert.Null(request.BrowserTZ);
    }

    [Fact]
    public void Scripts_are_taken_for_granted_where_what_they_tell_is_there()
    {
        var request = Compose(OurSide.Order(browser: OurSide.Browser with { JavascriptEnabled = null, JavaEnabled = null }));
        Assert.True(request.BrowserJavascriptEnabled);
        Assert.False(request.BrowserJavaEnabled);
    }

    [Fact]
    public void A_browser_that_says_half_of_what_a_script_tells_has_run_none() =>
        Assert.False(Compose(OurSide.Order(browser: OurSide.Browser with { TimeZone = null })).BrowserJavascriptEnabled);

    [Fact]
    public void The_older_version_has_all_that_it_demands_also_without_scripts()
    {
        var request = Compose(OurSide.Order("2.1.0", new("Lynx", null, null, null, null, null, null, null, false)));
        Assert.Null(request.BrowserJavascriptEnabled);
        Assert.Equal(("24", "0", "0", "0", false), (request.BrowserColorDepth, request.BrowserScreenHeight, request.BrowserScreenWidth, request.BrowserTZ, request.BrowserJavaEnabled));
        Assert.Equal(("*/*", "en"), (request.BrowserAcceptHeader, request.BrowserLanguage));
    }

    [Fact]
    public void Long_headers_are_cut()
    {
        var request = Compose(OurSide.Order(browser: OurSide.Browser with { UserAgent = new('a', 3000), AcceptHeader = new('b', 3000) }));
        Assert.Equal((2048, 2048), (request.BrowserUserAgent!.Length, request.BrowserAcceptHeader!.Length));
    }

    [Fact]
    public void Whatever_a_browser_says_of_itself_the_request_can_be_sent()
    {
        var split = new string('a', 2047) + "😀"[..1];
        var request = Compose(OurSide.Order(browser: OurSide.Browser with { UserAgent = split, AcceptHeader = "*/*\t\u007fé", Language = "1234567😀" }));
        Assert.Equal((2047, "*/*", "1234567"), (request.BrowserUserAgent!.Length, request.BrowserAcceptHeader, request.BrowserLanguage));
        request = Compose(OurSide.Order(browser: OurSide.Browser with { UserAgent = "😀", AcceptHeader = "\t", Language = "é" }));
        Assert.Equal(("unknown", "*/*", "en"), (request.BrowserUserAgent, request.BrowserAcceptHeader, request.BrowserLanguage));
    }

    [Fact]
    public void What_is_not_valid_and_not_needed_is_left_out()
    {
        var request = Compose(OurSide.Order(
            change: facts => facts with { Cardholder = facts.Cardholder with { Email = "nobody", CardholderName = "王", FirstName = "小", LastName = "明" } }, ip: "fe80::1%eth0 "));
        Assert.Null(request.Email);
        Assert.Null(request.CardholderName);
        Assert.Null(request.BrowserIP);
    }

    [Fact]
    public void A_town_that_is_too_long_is_cut()
    {
        var request = Compose(OurSide.Order(change: facts => facts with
        {
            Cardholder = facts.Cardholder with { Billing = new("1 High Street", new string('x', 49) + "😀", "Anywhere", "GB", "SW1A 1AA") },
        }));
        Assert.Equal(new string('x', 49), request.BillAddrCity);
        Assert.Equal(("826", null, "SW1A 1AA"), (request.BillAddrCountry, request.BillAddrState, request.BillAddrPostCode));
    }

    [Fact]
    public void A_name_that_no_scheme_can_read_gives_way_to_that_of_the_customer() => Assert.Equal(
        "Wang Xiaoming",
        Compose(OurSide.Order(change: facts => facts with { Cardholder = facts.Cardholder with { CardholderName = "王小明", FirstName = "Wang", LastName = "Xiaoming" } })).CardholderName);

    [Fact]
    public void A_request_that_cannot_be_made_valid_is_not_made()
    {
        var order = OurSide.Order();
        Assert.Null(AuthenticationRequestComposer.Compose(order, Origin() with { PublicUrl = "https://pay.example.com/" + new string('a', 200) }, out var problem));
        Assert.Equal("notificationURL", problem);
    }

    [Fact]
    public void A_request_never_prints_its_card_number() => Assert.DoesNotContain(OurSide.Visa, Compose(OurSide.Order()).ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_public_address_may_be_as_long_as_the_settings_allow()
    {
        var longest = "https://" + string.Join('.', Enumerable.Repeat(new string('a', 40), 4)) + "/" + new string('b', 7);
        Assert.Equal(180, longest.Length + 1);
        Assert.NotNull(AuthenticationRequestComposer.Compose(OurSide.Order(), Origin() with { PublicUrl = longest }, out _));
    }

    [Theory]
    [InlineData(true, true, null, true)]
    [InlineData(true, false, false, true)]
    [InlineData(true, false, null, false)]
    [InlineData(false, true, true, false)]
    public void A_browser_is_known_well_enough_by_its_headers_and_what_a_script_tells(bool headers, bool facts, bool? scripts, bool enough)
    {
        var browser = new BrowserDetails(
            headers ? "Mozilla/5.0" : null, "en", facts ? 24 : null, facts ? 900 : null, facts ? 1440 : null, null, facts ? 0 : null, "text/html", scripts);
        Assert.Equal(enough, AuthenticationRequestComposer.IsEnough(browser));
    }

    [Fact]
    public void No_browser_is_not_enough() => Assert.False(AuthenticationRequestComposer.IsEnough(null));

    private static AuthenticationRequest Compose(AuthenticationOrder order)
    {
        var request = AuthenticationRequestComposer.Compose(order, Origin(), out var problem);
        Assert.True(request is not null, problem);
        return request;
    }

    private static RequestOrigin Origin()
    {
        var settings = OurSide.Read();
        return new(settings.ThreeDS.DirectoryServers[Brand.Visa], settings.ThreeDS, settings.Apps[0].Authentication, "https://pay.example.com");
    }

    private static Dictionary<string, string> Elements(Message message)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(MessageWriter.Write(message)));
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString() is "True" or "False" ? p.Value.GetRawText() : p.Value.ToString());
    }
}
