using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.Tests.ThreeDS;

/// <summary>A directory server and an issuer of the test's own, a 3DS server for their results, and a clock that only the test moves.</summary>
internal sealed partial class SchemeWorld : IDisposable
{
    public const string Address = "https://bank.example";
    public const string Notification = "https://gateway.example/3ds/challenge";

    public static readonly DateTimeOffset Start = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    public SchemeWorld()
    {
        Scheme = new(Clock, () => Address, url => url == Results.Url ? url : null);
    }

    public MovedClock Clock { get; } = new();

    public ResultsServer Results { get; } = new();

    public SimulatedScheme Scheme { get; }

    /// <summary>A request that is right in every detail.</summary>
    public AuthenticationRequest Request(string card) => new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerTransID = Guid.NewGuid().ToString("D"),
        DeviceChannel = "02",
        MessageCategory = "01",
        ThreeDSCompInd = "U",
        ThreeDSRequestorAuthenticationInd = "01",
        ThreeDSRequestorChallengeInd = "01",
        ThreeDSRequestorID = "shop-1",
        ThreeDSRequestorName = "The Corner Shop",
        ThreeDSRequestorURL = "https://shop.example",
        ThreeDSServerRefNumber = "TOLLGATE_TEST",
        ThreeDSServerOperatorID = "OPERATOR-1",
        ThreeDSServerURL = Results.Url.AbsoluteUri,
        AcquirerBIN = "400000",
        AcquirerMerchantID = "MERCHANT-1",
        Mcc = "5999",
        MerchantCountryCode = "036",
        MerchantName = "The Corner Shop & Sons",
        AcctNumber = card,
        CardExpiryDate = "3012",
        CardholderName = "Ada Lovelace",
        Email = "ada@example.com",
        PurchaseAmount = "1050",
        PurchaseCurrency = "036",
        PurchaseExponent = "2",
        PurchaseDate = Clock.GetUtcNow().ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
        NotificationURL = Notification,
        BrowserAcceptHeader = "text/html",
        BrowserJavascriptEnabled = true,
        BrowserJavaEnabled = false,
        BrowserLanguage = "en-AU",
        BrowserColorDepth = "24",
        BrowserScreenHeight = "900",
        BrowserScreenWidth = "1440",
        BrowserTZ = "-600",
        BrowserUserAgent = "Test/1.0",
        BrowserIP = "192.0.2.1",
    };

    /// <summary>Sends bytes to the directory server, and reads what it says.</summary>
    public async Task<MessageReading> SendAsync(byte[] message)
    {
        var answer = await Scheme.DirectoryServer.AnswerAsync(message, TestContext.Current.CancellationToken);
        return MessageReader.Read(answer, new() { Types = MessageTypes.ARes | MessageTypes.PRes | MessageTypes.Erro, Component = Component.Server });
    }

    /// <summary>Sends a request with one element changed; <see langword="null"/> takes it out.</summary>
    public Task<MessageReading> SendAsync(AuthenticationRequest request, string element, JsonNode? value)
    {
        var message = JsonNode.Parse(MessageWriter.Write(request))!.AsObject();
        message.Remove(element);
        if (value is not null)
        {
            message[element] = value;
        }

        return SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()));
    }

    public async Task<AuthenticationResponse> AskAsync(AuthenticationRequest request)
    {
        var reading = await SendAsync(MessageWriter.Write(request));
        Assert.True(reading.Is<AuthenticationResponse>(out var answer), (reading.Message as ErrorMessage)?.ToString() ?? reading.Error?.ErrorDetail);
        Assert.Null(MessageValidator.Validate(answer, Component.AccessControlServer, request));
        return answer;
    }

    public Task<AuthenticationResponse> AskAsync(string card) => AskAsync(Request(card));

    public static string Error(MessageReading reading) => reading.Message is ErrorMessage error ? $"{error.ErrorCode} {error.ErrorComponent} {error.ErrorDetail}" : $"{reading.Message}";

    public async Task<IReadOnlyList<CardRange>> RangesAsync(string? serial = null) => (await PrepareAsync(serial)).CardRangeData ?? [];

    public async Task<PreparationResponse> PrepareAsync(string? serial)
    {
        var reading = await SendAsync(MessageWriter.Write(Preparation(serial)));
        Assert.True(reading.Is<PreparationResponse>(out var ranges), reading.Error?.ErrorDetail ?? Error(reading));
        return ranges;
    }

    public static PreparationRequest Preparation(string? serial) => new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerRefNumber = "TOLLGATE_TEST",
        ThreeDSServerOperatorID = "OPERATOR-1",
        ThreeDSServerTransID = Guid.NewGuid().ToString("D"),
        SerialNum = serial,
    };

    public static string Creq(AuthenticationResponse answer) => Base64Url.Encode(MessageWriter.Write(new ChallengeRequest
    {
        MessageVersion = answer.MessageVersion,
        ThreeDSServerTransID = answer.ThreeDSServerTransID,
        AcsTransID = answer.AcsTransID,
        ChallengeWindowSize = "02",
    }));

    /// <summary>A challenge that a browser has come to.</summary>
    public async Task<OpenChallenge> OpenAsync(string card)
    {
        var answer = await AskAsync(card);
        Assert.Equal("C", answer.TransStatus);
        return new(this, answer, await Scheme.Issuer.OpenAsync(Creq(answer), OpenChallenge.Session));
    }

    /// <summary>The hidden fields of a page's form, and where it goes.</summary>
    public static (string Action, Dictionary<string, string> Fields) Form(IssuerPage page) => (
        WebUtility.HtmlDecode(ActionOf().Match(page.Html).Groups[1].Value),
        Hidden().Matches(page.Html).ToDictionary(m => WebUtility.HtmlDecode(m.Groups[1].Value), m => WebUtility.HtmlDecode(m.Groups[2].Value)));

    public void Dispose()
    {
        Scheme.Dispose();
        Results.Dispose();
    }

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]*)\">")]
    private static partial Regex ActionOf();

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex Hidden();
}

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class MovedClock : TimeProvider
{
    private DateTimeOffset now = SchemeWorld.Start;

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by) => now += by;
}

/// <summary>A challenge in a browser.</summary>
internal sealed record OpenChallenge(SchemeWorld World, AuthenticationResponse Answer, IssuerPage Page)
{
    public const string Session = "c2Vzc2lvbg";

    public async Task<IssuerPage> DoAsync(string action, string? code = null)
    {
        var page = await World.Scheme.Issuer.AnswerAsync(Answer.AcsTransID, action, code);
        return page.Location is null ? page : await World.Scheme.Issuer.ShowAsync(Answer.AcsTransID);
    }

    public Task<IssuerPage> AgainAsync() => World.Scheme.Issuer.OpenAsync(SchemeWorld.Creq(Answer), Session);

    /// <summary>Reads the end out of the page that takes the browser back.</summary>
    public string Back(IssuerPage page)
    {
        var (action, fields) = SchemeWorld.Form(page);
        Assert.Equal(SchemeWorld.Notification, action);
        Assert.Equal(Session, fields["threeDSSessionData"]);
        Assert.True(Base64Url.TryDecode(fields["cres"], 4096, out var json));
        var reading = MessageReader.Read(json, new() { Types = MessageTypes.CRes, Component = Component.Server });
        Assert.True(reading.Is<ChallengeResponse>(out var cres));
        Assert.Equal((Answer.ThreeDSServerTransID, Answer.AcsTransID, Answer.MessageVersion), (cres.ThreeDSServerTransID, cres.AcsTransID, cres.MessageVersion));
        return cres.TransStatus!;
    }
}
