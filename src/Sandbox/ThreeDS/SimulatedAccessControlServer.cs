using System.Text;
using System.Text.Json;
using Tollgate.Core.Cards;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>
/// The pretend issuer's server (ACS): it answers authentication requests by test card, runs the 3DS method and the challenge in the cardholder's browser, and
/// tells the result by way of the directory server. What it knows it keeps in memory only.
/// </summary>
/// <param name="clock">The sandbox's clock.</param>
/// <param name="address">Where browsers reach it.</param>
public sealed class SimulatedAccessControlServer(TimeProvider clock, Func<string> address)
{
    private const string ReferenceNumber = "TOLLGATE_SANDBOX_ACS";
    private const string OperatorId = "TOLLGATE-SANDBOX";

    /// <summary>How long after the browser a result comes that is late, real time.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(3);

    /// <summary>How long the clock waits for results to be heard, real time.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private const int LargestRequest = 16 * 1024;

    private static readonly MessageExpectation Expected = new()
    {
        Types = MessageTypes.CReq,
        Component = Component.AccessControlServer,
        Versions = ProtocolVersion.Written,
    };

    private readonly ChallengeBook book = new();

    /// <summary>Takes a result to the directory server, and comes back when it was heard or never will be; set once, when the two are put together.</summary>
    internal Func<ResultsRequest, Uri, Task>? Results { get; set; }

    /// <summary>When the next challenge is given up.</summary>
    public DateTimeOffset? NextDue => book.NextDeadline;

    /// <summary>Where the 3DS method of a card is, if its issuer has one.</summary>
    internal string? MethodUrl(EnrolledCard card) => card.Method switch
    {
        MethodPage.Answers => address() + SchemeWire.Method,
        MethodPage.Silent => address() + SchemeWire.SilentMethod,
        _ => null,
    };

    /// <summary>Answers an authentication request that the directory server has found right.</summary>
    internal AuthenticationResponse Authenticate(AuthenticationRequest request, EnrolledCard card, string directoryTransactionId, string directoryReference)
    {
        var status = Decide(request, card);
        var brand = BrandTable.TryFind(request.AcctNumber, out var found) ? found : Brand.Visa;
        var answer = new AuthenticationResponse
        {
            MessageVersion = request.MessageVersion,
            ThreeDSServerTransID = request.ThreeDSServerTransID,
            DsTransID = directoryTransactionId,
            AcsTransID = Guid.NewGuid().ToString("D"),
            AcsReferenceNumber = ReferenceNumber,
            AcsOperatorID = OperatorId,
            DsReferenceNumber = directoryReference,
            TransStatus = status,
            TransStatusReason = status switch { "N" => "01", "U" => "22", "R" => "11", _ => null },
            Eci = Proof.Indicator(brand, status),
            AuthenticationValue = status is "Y" or "A" ? Proof.Value(brand) : null,
            CardholderInfo = card.CardholderInfo,
        };
        if (status != "C")
        {
            return answer;
        }

        var facts = new ChallengeFacts
        {
            ServerTransactionId = request.ThreeDSServerTransID,
            DirectoryTransactionId = directoryTransactionId,
            AcsTransactionId = answer.AcsTransID,
            Version = request.MessageVersion,
            NotificationUrl = request.NotificationURL!,
            ResultsUrl = new(request.ThreeDSServerURL),
            Merchant = request.MerchantName!,
            Amount = Amount(request.PurchaseAmount!, request.PurchaseCurrency!, request.PurchaseExponent!),
            LastFour = request.AcctNumber[^4..],
            Brand = brand,
            Card = card,
        };
        book.Add(new(facts, clock.GetUtcNow()));
        return answer with
        {
            AcsURL = address() + SchemeWire.Challenge,
            AcsChallengeMandated = request.ThreeDSRequestorChallengeInd == "04" ? "Y" : "N",
            AuthenticationType = facts.AuthenticationType,
        };
    }

    /// <summary>The 3DS method: a browser brings <c>threeDSMethodData</c>, and takes the answer to the requestor.</summary>
    /// <param name="data">What the browser brought.</param>
    /// <param name="isSilent">Whether the answer never goes out.</param>
    public IssuerPage RunMethod(string? data, bool isSilent)
    {
        if (ReadMethodData(data) is not var (transaction, notification))
        {
            return IssuerPage.Tell(400, "3DS method", "What the browser brought as threeDSMethodData is missing or malformed (error 203).");
        }

        return isSilent
            ? IssuerPage.Tell(200, "3DS method", "The sandbox's bank has looked at this browser, and will not say so.")
            : IssuerPage.SendOn(
                address() + SchemeWire.Script,
                "3DS method",
                "The sandbox's bank has looked at this browser.",
                notification,
                [("threeDSMethodData", Base64Url.Encode(Encoding.UTF8.GetBytes($$"""{"threeDSServerTransID":"{{transaction}}"}""")))]);
    }

    /// <summary>A browser brings a challenge request. Whoever brings it again sees the same challenge, or its end, and no try is spent.</summary>
    public Task<IssuerPage> OpenAsync(string? creq, string? sessionData)
    {
        if (ReadChallengeRequest(creq, out var problem) is not { } request)
        {
            return Task.FromResult(IssuerPage.Tell(400, "Wrong challenge request", $"The browser brought a challenge request that is wrong: {problem}."));
        }

        // EMV 3DS 2.2.0: threeDSSessionData is base64url and has at most 1024 characters.
        if (sessionData is { Length: > 1024 } || sessionData?.Any(c => !IsBase64Url(c)) == true)
        {
            return Task.FromResult(IssuerPage.Tell(400, "Wrong challenge request", "The threeDSSessionData are longer than 1024 characters, or not base64url (error 203)."));
        }

        if (!book.TryFind(request.AcsTransID, out var challenge)
            || !string.Equals(challenge.Facts.ServerTransactionId, request.ThreeDSServerTransID, StringComparison.OrdinalIgnoreCase)
            || challenge.Facts.Version != request.MessageVersion)
        {
            return Task.FromResult(Unknown());
        }

        challenge.Open(clock.GetUtcNow(), sessionData);
        return ShowAsync(challenge);
    }

    /// <summary>The challenge as it stands.</summary>
    public Task<IssuerPage> ShowAsync(string acsTransactionId) => book.TryFind(acsTransactionId, out var challenge) ? ShowAsync(challenge) : Task.FromResult(Unknown());

    /// <summary>What the cardholder did on the page of a challenge.</summary>
    public async Task<IssuerPage> AnswerAsync(string acsTransactionId, string? action, string? code)
    {
        if (!book.TryFind(acsTransactionId, out var challenge))
        {
            return Unknown();
        }

        var act = action switch { "cancel" => CardholderAct.Cancel, "decline" => CardholderAct.Decline, _ => CardholderAct.Confirm };
        if ((challenge.GiveUp(clock.GetUtcNow()) ?? challenge.Take(act, code?.Trim())) is { } end)
        {
            await TellAsync(challenge, end);
        }

        // The page that says that a code was wrong is fetched, not the answer to the form: reloading it must not send the wrong code again.
        return challenge.End is null ? IssuerPage.Redirect(PathOf(challenge)) : await ShowAsync(challenge);
    }

    /// <summary>Gives up the challenges whose time is over, and waits a little for that to be heard.</summary>
    public async Task RunDueAsync()
    {
        var now = clock.GetUtcNow();
        var tellings = new List<Task>();
        while (book.TakeDue(now) is { } challenge)
        {
            if (challenge.GiveUp(now) is { } end)
            {
                tellings.Add(TellAsync(challenge, end));
            }
        }

        if (tellings.Count > 0)
        {
            await Task.WhenAny(Task.WhenAll(tellings), Task.Delay(LongestWait));
        }
    }

    private static string Decide(AuthenticationRequest request, EnrolledCard card) => card.Answer switch
    {
        IssuerAnswer.Authenticates => "Y",
        IssuerAnswer.Attempts => "A",
        IssuerAnswer.Denies => "N",
        IssuerAnswer.CannotSay => "U",
        IssuerAnswer.Rejects => "R",
        IssuerAnswer.Challenges => "C",
        _ => request.ThreeDSRequestorChallengeInd is "03" or "04" ? "C" : "Y",
    };

    private static IssuerPage Unknown() =>
        IssuerPage.Tell(404, "Unknown challenge", "This challenge is not known here, or was over long ago (error 301). Go back to the shop and try again.");

    private string PathOf(Challenge challenge) => $"{address()}{SchemeWire.Challenge}/{challenge.Facts.AcsTransactionId}";

    private async Task<IssuerPage> ShowAsync(Challenge challenge)
    {
        var facts = challenge.Facts;
        if (challenge.End is not { } end)
        {
            var view = new ChallengeView(PathOf(challenge), facts.Merchant, facts.Amount, facts.LastFour);
            return facts.Card.Challenge == ChallengeKind.App ? IssuerPage.AskForApp(view) : IssuerPage.AskForCode(view, challenge.HasFailedOnce);
        }

        await challenge.Told;
        var cres = new ChallengeResponse
        {
            MessageVersion = facts.Version,
            ThreeDSServerTransID = facts.ServerTransactionId,
            AcsTransID = facts.AcsTransactionId,
            TransStatus = end.Status == "Y" ? "Y" : "N",
        };
        List<(string, string)> fields = [("cres", Base64Url.Encode(MessageWriter.Write(cres)))];
        if (challenge.SessionData is { } session)
        {
            fields.Add(("threeDSSessionData", session));
        }

        return IssuerPage.SendOn(address() + SchemeWire.Script, "Back to the shop", "The sandbox's bank is done. Your payment goes on at the shop.", facts.NotificationUrl, fields);
    }

    /// <summary>Tells the result, and lets the browser go back: after that, as it should be, or before it, by the card.</summary>
    private async Task TellAsync(Challenge challenge, ChallengeEnd end)
    {
        var result = challenge.Result(end);
        switch (challenge.Facts.Card.Result)
        {
            case ResultTrouble.Missing:
                challenge.Release();
                break;
            case ResultTrouble.Late:
                challenge.Release();
                _ = TellLateAsync(result, challenge.Facts.ResultsUrl);
                break;
            default:
                try
                {
                    await Results!(result, challenge.Facts.ResultsUrl);
                }
                finally
                {
                    challenge.Release();
                }

                break;
        }
    }

    private async Task TellLateAsync(ResultsRequest result, Uri address)
    {
        await Task.Delay(Lateness);
        await Results!(result, address);
    }

    private static ChallengeRequest? ReadChallengeRequest(string? creq, out string problem)
    {
        problem = "it is missing";
        if (string.IsNullOrEmpty(creq))
        {
            return null;
        }

        // Whoever writes has to write base64url without padding, whatever readers tolerate.
        problem = "it is not base64url without padding (error 203)";
        if (!creq.All(IsBase64Url) || !Base64Url.TryDecode(creq, LargestRequest, out var json))
        {
            return null;
        }

        var reading = MessageReader.Read(json, Expected);
        problem = reading.Error is { } error ? $"error {error.ErrorCode}, {error.ErrorDetail}" : "it is another message";
        return reading.Message as ChallengeRequest;
    }

    private static (string Transaction, string Notification)? ReadMethodData(string? data)
    {
        if (string.IsNullOrEmpty(data) || !data.All(IsBase64Url) || !Base64Url.TryDecode(data, LargestRequest, out var json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("threeDSServerTransID", out var id) && id.ValueKind == JsonValueKind.String && Guid.TryParseExact(id.GetString(), "D", out _)
                && root.TryGetProperty("threeDSMethodNotificationURL", out var url) && url.ValueKind == JsonValueKind.String && url.GetString()!.Length <= 256
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address) && (address.Scheme is "https" or "http")
                    ? (id.GetString()!, url.GetString()!)
                    : null;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsBase64Url(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    private static string Amount(string minor, string currency, string exponent)
    {
        var digits = exponent[0] - '0';
        var padded = minor.PadLeft(digits + 1, '0');
        var name = currency == "036" ? "AUD" : currency;
        return digits == 0 ? $"{name} {padded}" : $"{name} {padded[..^digits]}.{padded[^digits..]}";
    }
}
