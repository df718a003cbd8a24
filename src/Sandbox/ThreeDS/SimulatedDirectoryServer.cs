using System.Globalization;
using System.Text;
using Tollgate.Core.Cards;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>
/// The pretend scheme's directory server: it says which cards take part, takes authentication requests to the issuer when they are right in every detail,
/// and results back to the 3DS server.
/// </summary>
public sealed class SimulatedDirectoryServer
{
    private const string ReferenceNumber = "TOLLGATE_SANDBOX_DS";

    /// <summary>A link that gives no answer is closed after this time, real time.</summary>
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(60);

    /// <summary>How long a slow answer takes, real time.</summary>
    private static readonly TimeSpan Slowness = TimeSpan.FromSeconds(3);

    /// <summary>How far a purchase may be from now: whoever is further off has written another time zone than UTC.</summary>
    private static readonly TimeSpan OffClock = TimeSpan.FromHours(1);

    private static readonly MessageExpectation Requests = new()
    {
        Types = MessageTypes.AReq | MessageTypes.PReq | MessageTypes.Erro,
        Component = Component.DirectoryServer,
        Versions = ProtocolVersion.Written,
    };

    private static readonly MessageExpectation Receipts = Requests with { Types = MessageTypes.RRes | MessageTypes.Erro };

    private readonly SimulatedAccessControlServer issuer;
    private readonly ResultsLink results;
    private readonly TimeProvider clock;
    private readonly RangeList ranges = new(EnrolledCards.Ranges);
    private readonly SeenIdentifiers seen = new();

    /// <summary>Puts it between 3DS servers and an issuer.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="results">The way to the 3DS servers.</param>
    /// <param name="clock">The sandbox's clock.</param>
    public SimulatedDirectoryServer(SimulatedAccessControlServer issuer, ResultsLink results, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        this.issuer = issuer;
        this.results = results;
        this.clock = clock;
        issuer.Results = ForwardAsync;
    }

    /// <summary>What to do with an answer when there is to be none: an Erro of the other side.</summary>
    private static byte[] Nothing => [];

    /// <summary>Answers a message; by some cards the answer is late, or no message, or never comes: then the call ends with a <see cref="TimeoutException"/>.</summary>
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        var reading = MessageReader.Read(message.Span, Requests);
        if (reading.Is<PreparationRequest>(out var preparation))
        {
            return Prepare(preparation);
        }

        if (reading.Is<AuthenticationRequest>(out var request))
        {
            return await AuthenticateAsync(request, cancellation);
        }

        return reading.Error is { } error ? MessageWriter.Write(error) : Nothing;
    }

    /// <summary>Enrols a range, or gives an enrolled one other features; whoever asks with an older serial number is told.</summary>
    internal void Enrol(EnrolledRange range) => ranges.Put(range);

    /// <summary>Takes a range out.</summary>
    internal void Withdraw(EnrolledRange range) => ranges.Remove(range);

    private byte[] Prepare(PreparationRequest request)
    {
        if (ranges.Since(request.SerialNum) is not var (changes, serial))
        {
            return Erro(request.MessageVersion, ErrorCode.InvalidSerialNumber, "serialNum", "PReq", request.ThreeDSServerTransID);
        }

        return MessageWriter.Write(new PreparationResponse
        {
            MessageVersion = request.MessageVersion,
            ThreeDSServerTransID = request.ThreeDSServerTransID,
            DsTransID = Guid.NewGuid().ToString("D"),
            DsStartProtocolVersion = "2.1.0",
            DsEndProtocolVersion = "2.2.0",
            SerialNum = serial,
            CardRangeData = changes.Count == 0 ? null : [.. changes.Select(change => Describe(change.Action, change.Range))],
        });
    }

    private CardRange Describe(string action, EnrolledRange range) => new()
    {
        ActionInd = action,
        StartRange = range.Start,
        EndRange = range.End,
        AcsStartProtocolVersion = "2.1.0",
        AcsEndProtocolVersion = range.Card.LatestVersion,
        DsStartProtocolVersion = "2.1.0",
        DsEndProtocolVersion = "2.2.0",
        ThreeDSMethodURL = issuer.MethodUrl(range.Card),
        AcsInfoInd = range.Card.Indicators.Split(','),
    };

    private async Task<byte[]> AuthenticateAsync(AuthenticationRequest request, CancellationToken cancellation)
    {
        byte[] Refuse(string code, string detail) => Erro(request.MessageVersion, code, detail, "AReq", request.ThreeDSServerTransID);
        if (Problem(request) is var (wrong, element))
        {
            return Refuse(wrong, element);
        }

        if (ranges.Find(request.AcctNumber) is not { Card: var card })
        {
            return Refuse(ErrorCode.InvalidTransaction, "acctNumber");
        }

        if (string.CompareOrdinal(request.MessageVersion, card.LatestVersion) > 0)
        {
            return Refuse(ErrorCode.VersionNotSupported, "messageVersion");
        }

        // Whether there was a 3DS method to run, the range has told.
        if (request.ThreeDSCompInd == "U" != (card.Method == MethodPage.None))
        {
            return Refuse(ErrorCode.InvalidFormat, "threeDSCompInd");
        }

        if (!seen.Add(request.ThreeDSServerTransID, clock.GetUtcNow()))
        {
            return Refuse(ErrorCode.InvalidTransaction, "threeDSServerTransID");
        }

        switch (card.Trouble)
        {
            case AnswerTrouble.Silent:
                await Task.Delay(LinkTimeout, cancellation);
                throw new TimeoutException("The link gave no answer.");
            case AnswerTrouble.Malformed:
                return Encoding.UTF8.GetBytes("""{"messageType":"ARes","messageVersion":"2.2.0","threeDSServerTransID":""");
            case AnswerTrouble.Erroneous:
                return Refuse(ErrorCode.PermanentFailure, "The sandbox's issuer is out of order.");
            case AnswerTrouble.Slow:
                await Task.Delay(Slowness, cancellation);
                break;
            default:
                break;
        }

        var answer = issuer.Authenticate(request, card, Guid.NewGuid().ToString("D"), ReferenceNumber);
        return MessageWriter.Write(card.Trouble == AnswerTrouble.WrongIdentifiers ? answer with { ThreeDSServerTransID = Guid.NewGuid().ToString("D") } : answer);
    }

    /// <summary>What is wrong with a request beyond its form: the error, and the element that has it.</summary>
    private (string Code, string Element)? Problem(AuthenticationRequest request)
    {
        if (request.DeviceChannel != "02")
        {
            return (ErrorCode.InvalidFormat, "deviceChannel");
        }

        if (request.MessageCategory != "01")
        {
            return (ErrorCode.InvalidFormat, "messageCategory");
        }

        if (!CardNumber.TryParse(request.AcctNumber, out _))
        {
            return (ErrorCode.InvalidFormat, "acctNumber");
        }

        if (request.CardExpiryDate is null)
        {
            return (ErrorCode.ElementMissing, "cardExpiryDate");
        }

        // The sandbox's only money is the Australian dollar.
        if (request.PurchaseCurrency != "036")
        {
            return (ErrorCode.InvalidIsoCode, "purchaseCurrency");
        }

        if (request.PurchaseExponent != "2")
        {
            return (ErrorCode.InvalidFormat, "purchaseExponent");
        }

        if (request.Mcc == "0000")
        {
            return (ErrorCode.InvalidMcc, "mcc");
        }

        if (!Uri.TryCreate(request.ThreeDSServerURL, UriKind.Absolute, out var url) || !results.CanReach(url))
        {
            return (ErrorCode.InvalidFormat, "threeDSServerURL");
        }

        if (!Uri.TryCreate(request.NotificationURL, UriKind.Absolute, out var notification) || notification.Scheme is not ("https" or "http"))
        {
            return (ErrorCode.InvalidFormat, "notificationURL");
        }

        return DateTimeOffset.TryParseExact(request.PurchaseDate, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var bought)
            && (bought - clock.GetUtcNow()).Duration() <= OffClock
                ? null
                : (ErrorCode.InvalidFormat, "purchaseDate");
    }

    /// <summary>Takes a result to the 3DS server. What that says to it is looked at and changes nothing: the issuer has no more to say.</summary>
    private async Task ForwardAsync(ResultsRequest result, Uri address)
    {
        if (await results.SendAsync(address, MessageWriter.Write(result)) is { } answer)
        {
            _ = MessageReader.Read(answer, Receipts);
        }
    }

    private static byte[] Erro(string version, string code, string detail, string messageType, string serverTransactionId) => MessageWriter.Write(new ErrorMessage
    {
        MessageVersion = version,
        ErrorCode = code,
        ErrorComponent = Component.DirectoryServer,
        ErrorDescription = ErrorCode.Describe(code),
        ErrorDetail = detail,
        ErrorMessageType = messageType,
        ThreeDSServerTransID = serverTransactionId,
    });
}
