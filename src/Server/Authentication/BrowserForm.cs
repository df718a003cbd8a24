using System.Globalization;
using System.Net;
using Microsoft.Net.Http.Headers;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Authentication;

/// <summary>The cardholder's browser as it shows itself on the page: by its headers, and by what the script put into the form.</summary>
internal static class BrowserForm
{
    /// <summary>The fields that the script fills in.</summary>
    public static readonly string[] Fields =
        ["javascript_enabled", "java_enabled", "language", "color_depth", "screen_height", "screen_width", "time_zone"];

    /// <summary>Reads it. What the browser did not say, and the merchant did with the charge, is the merchant's word; what only a script can know needs a script.</summary>
    public static BrowserDetails Read(HttpRequest request, IFormCollection form, BrowserDetails? charged)
    {
        var scripted = form["javascript_enabled"] == "true";
        var told = scripted ? charged : null;
        return new(
            Cut(request.Headers.UserAgent, 2048) ?? charged?.UserAgent,
            (scripted ? Tag(form["language"]) : null) ?? FirstLanguage(request) ?? charged?.Language ?? PageLanguage.English.Tag,
            Number(form, "color_depth", 1, 64) ?? told?.ColorDepth,
            Number(form, "screen_height", 1, 999_999) ?? told?.ScreenHeight,
            Number(form, "screen_width", 1, 999_999) ?? told?.ScreenWidth,
            scripted ? form["java_enabled"] == "true" : null,
            Number(form, "time_zone", -840, 840) ?? told?.TimeZone,
            Cut(request.Headers.Accept, 2048) ?? charged?.AcceptHeader,
            scripted);
    }

    /// <summary>Where the browser comes from: as the merchant saw it, who knows better than a server that may stand behind a proxy.</summary>
    public static string? AddressOf(HttpContext context, Payment payment) => payment.Facts.IpAddress ?? context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        IPAddress address => address.ToString(),
    };

    private static string? FirstLanguage(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wishes) && wishes.Count > 0 ? Tag(wishes[0].Value.ToString()) : null;

    private static string? Tag(string? text) => text is { Length: > 0 and <= 35 } && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? text : null;

    private static string? Cut(string? text, int length) => string.IsNullOrWhiteSpace(text) ? null : text.Length > length ? text[..length] : text;

    private static int? Number(IFormCollection form, string name, int least, int most) =>
        int.TryParse(form[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
}
