using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>What an operator may say about 3-D Secure, and what is refused in one sentence.</summary>
public sealed class ThreeDSSettingsTests
{
    private static readonly string[] App = ["--Tollgate:Apps:0:Id=shop", "--Tollgate:Apps:0:SecretKey=sk", "--Tollgate:Apps:0:WebhookSecret=" + House.AppsOfTests.WebhookSecret];

    [Theory]
    [InlineData("--Tollgate:ThreeDS:DirectoryServer=https://ds.example.com", "Tollgate:ThreeDS:DirectoryServer")]
    [InlineData("--Tollgate:ThreeDS:DirectoryServers:vista=https://ds.example.com", "Tollgate:ThreeDS:DirectoryServers:vista")]
    [InlineData("--Tollgate:ThreeDS:DirectoryServers:visa=http://ds.example.com", "Tollgate:ThreeDS:DirectoryServers:visa")]
    [InlineData("--Tollgate:ThreeDS:DirectoryServers:visa=ds.example.com", "Tollgate:ThreeDS:DirectoryServers:visa")]
    [InlineData("--Tollgate:ThreeDS:DirectoryServers:visa:RequestorId=1", "Tollgate:ThreeDS:DirectoryServers:visa")]
    [InlineData("--Tollgate:ThreeDS:DirectoryServers:visa:Colour=red", "Tollgate:ThreeDS:DirectoryServers:visa:Colour")]
    [InlineData("--Tollgate:ThreeDS:AcquirerBin=12345x", "Tollgate:ThreeDS:AcquirerBin")]
    [InlineData("--Tollgate:ThreeDS:AcquirerBin=123456789012", "Tollgate:ThreeDS:AcquirerBin")]
    [InlineData("--Tollgate:ThreeDS:RequestorName=Ünser Zahlungsdienst", "Tollgate:ThreeDS:RequestorName")]
    [InlineData("--Tollgate:ThreeDS:RequestorId=123456789012345678901234567890123456", "Tollgate:ThreeDS:RequestorId")]
    [InlineData("--Tollgate:ThreeDS:AskedIndicator=8", "Tollgate:ThreeDS:AskedIndicator")]
    [InlineData("--Tollgate:ThreeDS:ClientCertificate=missing.pem", "Tollgate:ThreeDS:ClientCertificate")]
    [InlineData("--Tollgate:ThreeDS:TrustedCertificates=missing.pem", "Tollgate:ThreeDS:TrustedCertificates")]
    [InlineData("--Tollgate:ThreeDS:ResultsCertificate=missing.pem", "Tollgate:ThreeDS:ResultsCertificate")]
    [InlineData("--Tollgate:ThreeDS:ResultsUrl=pay.example.com", "Tollgate:ThreeDS:ResultsUrl")]
    [InlineData("--Tollgate:Apps:0:Authentication=sometimes", "Tollgate:Apps:0:Authentication")]
    [InlineData("--Tollgate:Apps:0:WhenAuthenticationUnavailable=wait", "Tollgate:Apps:0:WhenAuthenticationUnavailable")]
    [InlineData("--Tollgate:Apps:0:MerchantCategory=599", "Tollgate:Apps:0:MerchantCategory")]
    [InlineData("--Tollgate:Apps:0:MerchantName=A name of the merchant that is too long for it", "Tollgate:Apps:0:MerchantName")]
    [InlineData("--Tollgate:Apps:0:Country=AUS", "Tollgate:Apps:0:Country")]
    [InlineData("--Tollgate:PublicUrl=https://pay.example.com/a/path/that/goes/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on", "Tollgate:PublicUrl")]
    public void A_wrong_setting_is_named(string setting, string name) => Assert.Equal(name, Assert.Throws<SettingException>(() => OurSide.Read([.. App, setting])).Name);

    [Fact]
    public void The_sandbox_needs_no_setting()
    {
        var settings = OurSide.Read(App);
        var server = settings.ThreeDS.DirectoryServers[Brand.Mastercard];
        Assert.Equal(("sandbox", null), (server.Name, server.Url));
        Assert.Same(server, settings.ThreeDS.DirectoryServers[Brand.Visa]);
        Assert.Equal((AuthenticationPolicy.WhenRequired, WhenUnavailable.Proceed, "036"),
            (settings.Apps[1].Authentication.Policy, settings.Apps[1].Authentication.Unavailable, settings.Apps[1].Authentication.MerchantCountry));
    }

    [Fact]
    public void A_scheme_may_know_us_by_names_of_its_own()
    {
        var settings = OurSide.Read(
            "--Tollgate:ThreeDS:RequestorId=general",
            "--Tollgate:ThreeDS:DirectoryServers:visa=https://visa.example.com/ds",
            "--Tollgate:ThreeDS:DirectoryServers:mastercard:Url=https://mastercard.example.com/ds",
            "--Tollgate:ThreeDS:DirectoryServers:mastercard:RequestorId=particular",
            "--Tollgate:ThreeDS:DirectoryServers:mastercard:AcquirerBin=543210").ThreeDS;
        var (visa, mastercard) = (settings.DirectoryServers[Brand.Visa], settings.DirectoryServers[Brand.Mastercard]);
        Assert.Equal(("https://visa.example.com/ds", "general", "999999"), (visa.Url!.AbsoluteUri, visa.RequestorId, visa.AcquirerBin));
        Assert.Equal(("https://mastercard.example.com/ds", "particular", "543210"), (mastercard.Url!.AbsoluteUri, mastercard.RequestorId, mastercard.AcquirerBin));
    }

    [Fact]
    public void The_merchant_is_known_to_the_schemes_as_its_settings_say()
    {
        var merchant = OurSide.Read(
            [
                .. App, "--Tollgate:Apps:0:MerchantName=The Shop", "--Tollgate:Apps:0:MerchantCategory=5732", "--Tollgate:Apps:0:MerchantId=M-1",
                "--Tollgate:Apps:0:Country=NZ", "--Tollgate:Apps:0:Authentication=always", "--Tollgate:Apps:0:WhenAuthenticationUnavailable=refuse",
            ]).Apps[1].Authentication;
        Assert.Equal(("The Shop", "5732", "M-1", "554"), (merchant.MerchantName, merchant.MerchantCategory, merchant.MerchantId, merchant.MerchantCountry));
        Assert.Equal((AuthenticationPolicy.Always, WhenUnavailable.Refuse), (merchant.Policy, merchant.Unavailable));
    }

    [Theory]
    [InlineData("RequestorId")]
    [InlineData("RequestorName")]
    [InlineData("ServerOperatorId")]
    [InlineData("AcquirerBin")]
    [InlineData("RequestorUrl")]
    [InlineData("ServerReferenceNumber")]
    [InlineData("ClientCertificate")]
    [InlineData("ResultsCertificate")]
    public void Production_leaves_nothing_of_it_to_chance(string missing)
    {
        using var authority = new TestAuthority();
        using var client = authority.ForClient();
        (string Name, string Value)[] all =
        [
            ("DirectoryServers:visa", "https://ds.example.com"), ("RequestorId", "1"), ("RequestorName", "Shop"), ("ServerOperatorId", "2"), ("AcquirerBin", "400000"),
            ("RequestorUrl", "https://shop.example.com"), ("ServerReferenceNumber", "3DS_LOA"), ("ClientCertificate", authority.WritePem(client)), ("ResultsCertificate", authority.RootFile),
        ];
        string[] production = ["--Tollgate:Mode=production"];
        Assert.Single(OurSide.Read([.. production, .. all.Select(Argument)]).ThreeDS.DirectoryServers);
        var refused = Assert.Throws<SettingException>(() => OurSide.Read([.. production, .. all.Where(s => s.Name != missing).Select(Argument)]));
        Assert.Equal("Tollgate:ThreeDS:" + missing, refused.Name);

        static string Argument((string Name, string Value) setting) => $"--Tollgate:ThreeDS:{setting.Name}={setting.Value}";
    }

    [Fact]
    public void In_production_a_directory_server_is_reached_over_https_even_on_this_machine() => Assert.Equal(
        "Tollgate:ThreeDS:DirectoryServers:visa",
        Assert.Throws<SettingException>(() => OurSide.Read("--Tollgate:Mode=production", "--Tollgate:ThreeDS:DirectoryServers:visa=http://127.0.0.1:9/ds")).Name);

    [Theory]
    [InlineData("MerchantName")]
    [InlineData("MerchantCategory")]
    [InlineData("MerchantId")]
    public void In_production_a_merchant_whose_customers_are_authenticated_is_named(string missing)
    {
        (string Name, string Value)[] all = [("MerchantName", "Shop"), ("MerchantCategory", "5732"), ("MerchantId", "M-1")];
        string[] production = ["--Tollgate:Mode=production", .. App];
        Assert.Single(OurSide.Read([.. production, .. all.Select(Argument)]).Apps);
        Assert.Single(OurSide.Read([.. production, "--Tollgate:Apps:0:Authentication=never"]).Apps);
        var refused = Assert.Throws<SettingException>(() => OurSide.Read([.. production, .. all.Where(s => s.Name != missing).Select(Argument)]));
        Assert.Equal("Tollgate:Apps:0:" + missing, refused.Name);

        static string Argument((string Name, string Value) setting) => $"--Tollgate:Apps:0:{setting.Name}={setting.Value}";
    }
}
