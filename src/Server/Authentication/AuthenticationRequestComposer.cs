using System.Globalization;
using System.Text;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>Where an authentication comes from: what a request says besides the payment itself.</summary>
/// <param name="Server">The directory server that it goes to.</param>
/// <param name="Settings">The settings of the 3DS server.</param>
/// <param name="Merchant">As whom the schemes know the merchant.</param>
/// <param name="PublicUrl">Where browsers reach this server, without a slash at the end.</param>
internal sealed record RequestOrigin(DirectoryServer Server, ThreeDSSettings Settings, AppAuthentication Merchant, string PublicUrl);

/// <summary>
/// Composes the request for authentication (AReq) of a payment. Pure. What the charge brought is cut and mapped to what EMV 3DS takes; what does not fit and may
/// be left out is left out, since a request that is refused for a town's long name helps nobody.
/// </summary>
internal static class AuthenticationRequestComposer
{
    // What may be left out when whoever receives the request would not take it as it is.
    private static readonly Dictionary<string, Func<AuthenticationRequest, AuthenticationRequest>> Optional = new(StringComparer.Ordinal)
    {
        ["billAddrCity"] = r => r with { BillAddrCity = null },
        ["billAddrCountry"] = r => r with { BillAddrCountry = null, BillAddrState = null },
        ["billAddrLine1"] = r => r with { BillAddrLine1 = null },
        ["billAddrLine2"] = r => r with { BillAddrLine2 = null },
        ["billAddrLine3"] = r => r with { BillAddrLine3 = null },
        ["billAddrPostCode"] = r => r with { BillAddrPostCode = null },
        ["billAddrState"] = r => r with { BillAddrState = null },
        ["browserIP"] = r => r with { BrowserIP = null },
        ["cardExpiryDate"] = r => r with { CardExpiryDate = null },
        ["cardholderName"] = r => r with { CardholderName = null },
        ["email"] = r => r with { Email = null },
    };

    /// <summary>The request of an order.</summary>
    /// <param name="order">The order; its payment's attempt is under way.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="problem">The element that is wrong and cannot be left out, when there is no request.</param>
    public static AuthenticationRequest? Compose(AuthenticationOrder order, RequestOrigin origin, out string? problem)
    {
        var request = Draft(order, origin);
        for (var left = Optional.Count; ; left--)
        {
            problem = MessageValidator.Validate(request, Component.Server)?.ErrorDetail.Split(',')[0].Trim();
            if (problem is null)
            {
                return request;
            }

            if (left == 0 || !Optional.TryGetValue(problem, out var leaveOut))
            {
                return null;
            }

            request = leaveOut(request);
        }
    }

    /// <summary>Whether a browser is known well enough to ask without seeing it.</summary>
    public static bool IsEnough(BrowserDetails? browser) =>
        browser is { UserAgent.Length: > 0, AcceptHeader.Length: > 0, Language.Length: > 0 } && (browser.JavascriptEnabled == false || HasScriptFacts(browser));

    /// <summary>A language tag in at most eight characters: language and region where there is no room for what is between them.</summary>
    public static string LanguageOf(string? tag)
    {
        const int Longest = 8;
        if (string.IsNullOrEmpty(tag))
        {
            return "en";
        }

        if (tag.Length <= Longest)
        {
            return tag;
        }

        var subtags = tag.Split('-');
        var region = subtags.Skip(1).FirstOrDefault(s => s.Length == 2 || (s.Length == 3 && s.All(char.IsAsciiDigit)));
        if (region is not null && subtags[0].Length + 1 + region.Length <= Longest)
        {
            return subtags[0] + "-" + region;
        }

        var end = tag.LastIndexOf('-', Longest);
        return end > 0 ? tag[..end] : tag[..Longest];
    }

    /// <summary>Bits of a pixel as one of those that EMV 3DS knows, rounded down.</summary>
    public static string ColourDepthOf(int depth) => depth switch
    {
        >= 48 => "48",
        >= 32 => "32",
        >= 24 => "24",
        >= 16 => "16",
        15 => "15",
        >= 8 => "8",
        >= 4 => "4",
        _ => "1",
    };

    /// <summary>The code of a state without its country (ISO 3166-2); nothing when it is none.</summary>
    public static string? StateOf(string state, string country)
    {
        var code = state.Trim().ToUpperInvariant();
        if (code.StartsWith(country + "-", StringComparison.Ordinal))
        {
            code = code[(country.Length + 1)..];
        }

        var known = country == "AU" ? AustralianState(code.Replace(".", string.Empty, StringComparison.Ordinal)) : code;
        return known is { Length: >= 1 and <= 3 } && known.All(char.IsAsciiLetterOrDigit) ? known : null;
    }

    /// <summary>An address in at most three lines of fifty characters, broken between words.</summary>
    public static IReadOnlyList<string> LinesOf(string address)
    {
        const int Longest = 50;
        var lines = new List<string>(3);
        var rest = string.Join(' ', address.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        while (rest.Length > 0 && lines.Count < 3)
        {
            var space = rest.Length <= Longest ? rest.Length : rest.LastIndexOf(' ', Longest);
            var line = Cut(rest, space > 0 ? space : Longest);
            lines.Add(line.TrimEnd());
            rest = rest[line.Length..].TrimStart();
        }

        return lines;
    }

    /// <summary>A cardholder's name in the letters that schemes take (ISO 8859-1), 2 to 45 of them; nothing when too little is left.</summary>
    public static string? NameOf(string name)
    {
        var kept = string.Concat(name.Select(c => char.IsWhiteSpace(c) ? ' ' : c).Where(c => c is >= ' ' and <= '~' or >= '\u00C0' and <= '\u00FF' and not ('\u00D7' or '\u00F7')));
        var clean = string.Join(' ', kept.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        clean = Cut(clean, 45).TrimEnd();
        return clean.Length >= 2 ? clean : null;
    }

    private static AuthenticationRequest Draft(AuthenticationOrder order, RequestOrigin origin)
    {
        var (facts, server, merchant) = (order.Payment.Facts, origin.Server, origin.Merchant);
        var (holder, billing) = (facts.Cardholder, facts.Cardholder.Billing);
        var lines = LinesOf(billing.Address);
        var page = $"{origin.PublicUrl}/3ds/{facts.Id}/{order.Payment.ChallengeKey}";
        return WithBrowser(order, new()
        {
            MessageVersion = order.Route.Version,
            ThreeDSServerTransID = order.Payment.Attempt!.Id,
            DeviceChannel = "02",
            MessageCategory = "01",
            ThreeDSCompInd = order.Method switch
            {
                MethodCompletion.Completed => "Y",
                MethodCompletion.NotCompleted => "N",
                _ => "U",
            },
            ThreeDSRequestorAuthenticationInd = "01",
            ThreeDSRequestorChallengeInd = order.WantsChallenge ? "04" : "01",
            ThreeDSRequestorID = server.RequestorId,
            ThreeDSRequestorName = server.RequestorName,
            ThreeDSRequestorURL = origin.Settings.RequestorUrl,
            ThreeDSServerRefNumber = origin.Settings.ServerReferenceNumber,
            ThreeDSServerOperatorID = server.ServerOperatorId,
            ThreeDSServerURL = origin.Settings.ResultsUrl?.AbsoluteUri ?? origin.PublicUrl + "/3ds/results",
            NotificationURL = page + "/challenge",
            AcquirerBIN = server.AcquirerBin,
            AcquirerMerchantID = merchant.MerchantId,
            Mcc = merchant.MerchantCategory,
            MerchantCountryCode = merchant.MerchantCountry,
            MerchantName = merchant.MerchantName,
            AcctNumber = order.Card.Reveal(),
            CardExpiryDate = string.Create(CultureInfo.InvariantCulture, $"{facts.Card.Expiry.Year % 100:D2}{facts.Card.Expiry.Month:D2}"),
            CardholderName = NameOf(holder.CardholderName) ?? NameOf($"{holder.FirstName} {holder.LastName}"),
            Email = holder.Email,
            BillAddrLine1 = lines.ElementAtOrDefault(0),
            BillAddrLine2 = lines.ElementAtOrDefault(1),
            BillAddrLine3 = lines.ElementAtOrDefault(2),
            BillAddrCity = Some(Cut(billing.City.Trim(), 50)),
            BillAddrPostCode = Some(Cut(billing.PostalCode.Trim(), 16)),
            BillAddrState = StateOf(billing.State, billing.Country),
            BillAddrCountry = Countries.NumberOf(billing.Country),
            PurchaseAmount = facts.Amount.Minor.ToString(CultureInfo.InvariantCulture),
            PurchaseCurrency = facts.Amount.Currency.Number,
            PurchaseExponent = facts.Amount.Currency.Exponent.ToString(CultureInfo.InvariantCulture),
            PurchaseDate = facts.CreatedAt.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture),
        });
    }

    private static AuthenticationRequest WithBrowser(AuthenticationOrder order, AuthenticationRequest request)
    {
        var browser = order.Browser;

        // 2.1.0 has no word for a browser without scripts, and demands what only a script can tell.
        var demanded = order.Route.Version == ProtocolVersion.V210.ToString();
        var scripts = browser.JavascriptEnabled != false && HasScriptFacts(browser);
        return request with
        {
            BrowserAcceptHeader = Some(Cut(Plain(browser.AcceptHeader), 2048)) ?? "*/*",
            BrowserUserAgent = Some(Cut(Plain(browser.UserAgent), 2048)) ?? "unknown",
            BrowserLanguage = LanguageOf(Plain(browser.Language)),
            BrowserIP = order.IpAddress,
            BrowserJavascriptEnabled = demanded ? null : scripts,
            BrowserJavaEnabled = browser.JavaEnabled ?? (demanded || scripts ? false : (bool?)null),
            BrowserColorDepth = browser.ColorDepth is { } depth ? ColourDepthOf(depth) : demanded ? "24" : null,
            BrowserScreenHeight = Number(browser.ScreenHeight, demanded),
            BrowserScreenWidth = Number(browser.ScreenWidth, demanded),
            BrowserTZ = Number(browser.TimeZone, demanded),
        };
    }

    /// <summary>Whether all is there that a script tells; Java, which no browser runs any more, apart.</summary>
    private static bool HasScriptFacts(BrowserDetails browser) =>
        browser is { ColorDepth: not null, ScreenHeight: not null, ScreenWidth: not null, TimeZone: not null };

    private static string? Number(int? number, bool demanded) => number?.ToString(CultureInfo.InvariantCulture) ?? (demanded ? "0" : null);

    private static string? AustralianState(string name) => name switch
    {
        "NEW SOUTH WALES" or "NSW" => "NSW",
        "VICTORIA" or "VIC" => "VIC",
        "QUEENSLAND" or "QLD" => "QLD",
        "SOUTH AUSTRALIA" or "SA" => "SA",
        "WESTERN AUSTRALIA" or "WA" => "WA",
        "TASMANIA" or "TAS" => "TAS",
        "AUSTRALIAN CAPITAL TERRITORY" or "ACT" => "ACT",
        "NORTHERN TERRITORY" or "NT" => "NT",
        _ => null,
    };

    private static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>
    /// What a browser says of itself, in visible ASCII. Whoever holds the browser chooses it, and must not be able to choose what a request cannot hold: a request
    /// that is not sent, or is refused, may let the payment go on without authentication.
    /// </summary>
    private static string? Plain(string? text) => text is null ? null : string.Concat(text.Where(c => c is >= ' ' and <= '~')).Trim();

    /// <summary>At most so many characters, and none of them cut in two.</summary>
    private static string Cut(string? text, int longest) =>
        text is null ? string.Empty
        : text.Length <= longest ? text
        : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
}
