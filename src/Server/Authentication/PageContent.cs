using System.Globalization;
using System.Text.Json;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.ThreeDS;
using static Tollgate.Server.Authentication.PageDocument;
using Base64Url = System.Buffers.Text.Base64Url;

namespace Tollgate.Server.Authentication;

/// <summary>What the 3DS page shows of one payment, in one language.</summary>
/// <param name="Payment">The payment.</param>
/// <param name="Shop">The shop's name.</param>
/// <param name="Language">The language.</param>
/// <param name="Here">The page's own address, as seen from the document.</param>
/// <param name="AllowsHttp">Whether the browser may be sent to addresses without TLS.</param>
internal sealed record PageContent(Payment Payment, string Shop, PageLanguage Language, string Here, bool AllowsHttp)
{
    /// <summary>The address at which the page goes on when it has nothing more to do: it leads back to the shop.</summary>
    public string Onward => Here + "?back";

    /// <summary>The link does not lead anywhere. Nothing is known of any payment.</summary>
    public static PageDocument Unknown(PageLanguage language) => new()
    {
        Status = StatusCodes.Status404NotFound,
        Title = language["unknown.title"],
        Content = $"<p>{Encode(language["unknown.text"])}</p>",
    };

    /// <summary>Like the others, and of no payment: what is in it can be compared with what should be.</summary>
    public static PageDocument Specimen(PageLanguage language, bool allowsHttp) => new()
    {
        Title = language["unknown.title"],
        Content = $"<p>{Encode(language["unknown.text"])}</p>",
        Part = "specimen",
        AllowsHttp = allowsHttp,
    };

    /// <summary>In the hidden frame: the issuer's method is done, and the page around it is told so.</summary>
    public static PageDocument Notified(PageLanguage language, string attempt, bool allowsHttp) => new()
    {
        Title = language["method.frame"],
        Content = string.Empty,
        Part = "method",
        ForScript = [("attempt", attempt)],
        IsFramed = true,
        AllowsHttp = allowsHttp,
    };

    /// <summary>Nothing is under way: the browser is looked at, the issuer's method runs, and the form begins the attempt.</summary>
    public PageDocument Start(string attempt, AuthenticationRoute? route, string seen, string notificationUrl)
    {
        var fields = string.Concat(BrowserForm.Fields.Select(name => $"<input type=\"hidden\" name=\"{name}\">"));
        var method = route?.MethodUrl is not { } url ? string.Empty :
            $"""

            <form id="method" method="post" action="{Encode(url)}" target="method-frame"><input type="hidden" name="threeDSMethodData" value="{MethodData(attempt, notificationUrl)}"></form>
            <iframe id="method-frame" name="method-frame" title="{Encode(Language["method.frame"])}" aria-hidden="true" tabindex="-1"></iframe>
            """;
        return ForPayment("start", seen) with
        {
            Title = Language["start.title"],
            Content =
                $"""
                <p role="status">{Encode(Language["start.text"])}</p>
                {Facts()}
                <form id="start" method="post" action="{Here}/start" data-attempt="{attempt}">
                <input type="hidden" name="attempt" value="{attempt}"><input type="hidden" name="method" value="{(route?.MethodUrl is null ? "U" : "N")}">{fields}
                <p class="by-hand"><button>{Encode(Language["button.continue"])}</button></p>
                </form>{method}
                """,
        };
    }

    /// <summary>The issuer wants to see the cardholder: its page in a frame, or in the whole window.</summary>
    public PageDocument Challenge(AuthenticationAttempt attempt, string session, string seen)
    {
        var sizes = string.Concat(((string[])["02", "03", "04"]).Select(size => $" data-creq-{size}=\"{RequestFor(attempt, size)}\""));
        return ForPayment("challenge", seen) with
        {
            Title = Language["challenge.title"],
            Content =
                $"""
                {Info()}<p class="unframed">{Encode(Language["challenge.go"])}</p>
                <p class="framed-only">{Encode(Language["challenge.text"])}</p>
                {Facts()}
                <form id="challenge" method="post" action="{Encode(attempt.ChallengeUrl!)}"{sizes}>
                <input type="hidden" name="creq" value="{RequestFor(attempt, "05")}"><input type="hidden" name="threeDSSessionData" value="{session}">
                <p class="by-hand unframed"><button>{Encode(Language["button.continue"])}</button></p>
                </form>
                <iframe id="challenge-frame" name="challenge-frame" title="{Encode(Language["challenge.frame"])}" allow="payment *; publickey-credentials-get *"></iframe>
                """,
        };
    }

    /// <summary>Something is under way that does not take long.</summary>
    public PageDocument Waiting(string seen) => ForPayment("waiting", seen) with
    {
        Title = Language["waiting.title"],
        Content = $"<p role=\"status\">{Encode(Language["waiting.text"])}</p>\n{Facts()}",
        SendsOn = (2, Onward),
    };

    /// <summary>In the frame of the challenge, or alone: the issuer is done, and the whole window goes on.</summary>
    public PageDocument Returned(int status) => new()
    {
        Status = status,
        Title = Language["returned.title"],
        Content =
            $"""
            <p role="status">{Encode(Language["returned.text"])}</p>
            <p class="by-hand"><a class="onward" target="_top" href="{Onward}">{Encode(Language["button.continue"])}</a></p>
            """,
        Part = "returned",
        ForScript = [("next", Onward)],
        SendsOn = (0, Onward),
        IsFramed = true,
        AllowsHttp = AllowsHttp,
    };

    /// <summary>The payment has ended, or goes on without the cardholder.</summary>
    public PageDocument End(string returnUrl)
    {
        var sentence = Payment.Status switch
        {
            PaymentStatus.Failed => "end.failed",
            PaymentStatus.Expired => "end.expired",
            PaymentStatus.Pending => "end.pending",
            _ => "end.done",
        };
        return new()
        {
            Status = Payment.Status == PaymentStatus.Expired ? StatusCodes.Status410Gone : StatusCodes.Status200OK,
            Title = Language["end.title"],
            Content =
                $"""
                {Info()}<p>{Encode(Language[sentence])}</p>
                {Facts()}
                <p><a class="onward" href="{Encode(returnUrl)}">{Encode(Language["link.shop"])}</a></p>
                """,
            AllowsHttp = AllowsHttp,
        };
    }

    private PageDocument ForPayment(string part, string seen) => new()
    {
        Title = string.Empty,
        Content = string.Empty,
        Part = part,
        ForScript = [("state", Here + "/state"), ("seen", seen), ("next", Onward)],
        AllowsHttp = AllowsHttp,
    };

    // EMV 3DS, cardholderInfo: what the issuer has to say is shown to the cardholder.
    private string Info() => Payment.Attempt?.CardholderInfo is { } info
        ? $"<p class=\"notice\" role=\"status\">{Encode(Language.With("bank.says", "message", info))}</p>\n"
        : string.Empty;

    private string Facts()
    {
        var facts = Payment.Facts;
        var amount = string.Create(CultureInfo.InvariantCulture, $"{facts.Amount.Currency.Code} {facts.Amount.Minor / 100}.{facts.Amount.Minor % 100:D2}");
        (string Name, string Value)[] rows =
        [
            ("fact.shop", Shop), ("fact.order", facts.ExternalId), ("fact.amount", amount),
            ("fact.card", Language.With("card.ending", "digits", facts.Card.LastFour)),
        ];
        return $"<dl>{string.Concat(rows.Select(row => $"<dt>{Encode(Language[row.Name])}</dt><dd>{Encode(row.Value)}</dd>"))}</dl>";
    }

    // EMV 3DS, threeDSMethodData.
    private static string MethodData(string attempt, string notificationUrl)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("threeDSServerTransID", attempt);
            json.WriteString("threeDSMethodNotificationURL", notificationUrl);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(stream.ToArray());
    }

    private static string RequestFor(AuthenticationAttempt attempt, string windowSize) => Base64Url.EncodeToString(MessageWriter.Write(new ChallengeRequest
    {
        MessageVersion = attempt.Version,
        ThreeDSServerTransID = attempt.Id,
        AcsTransID = attempt.AcsTransactionId!,
        ChallengeWindowSize = windowSize,
    }));
}
