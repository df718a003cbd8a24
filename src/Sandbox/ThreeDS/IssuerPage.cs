using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>What the issuer's server gives a browser: a page, or another address to fetch.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Html">The page; nothing for a redirection.</param>
/// <param name="Location">Where to go instead, below the issuer's own address.</param>
public sealed record IssuerPage(int Status, string Html, string? Location = null)
{
    private static readonly string Style = """
        :root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}
        body{margin:0 auto;max-width:26rem;padding:1rem;overflow-wrap:anywhere}
        h1{font-size:1.25rem;margin:0 0 .5rem}
        p{margin:.5rem 0}
        label{display:block;font-weight:600}
        input,button{font:inherit;padding:.5rem .75rem;border:1px solid;border-radius:.375rem}
        input{width:100%;box-sizing:border-box;letter-spacing:.2em}
        button{background:#1a4fd6;color:#fff;border-color:#1a4fd6;cursor:pointer}
        button.quiet{margin-left:.5rem;background:none;color:inherit;border-color:currentColor}
        .note{font-size:.9375rem}
        [role=alert]{font-weight:600;border-left:.25rem solid #c62828;padding-left:.75rem}
        """.ReplaceLineEndings("\n");

    /// <summary>The only script of these pages: it sends a form on that needs nobody's hand.</summary>
    public const string Script = "document.forms[0].submit();\n";

    /// <summary>
    /// The page's Content-Security-Policy. A challenge stands in a frame of whoever sells, and ends with a form to that gateway; neither is known here, so any
    /// place is allowed. The one script is a file of the issuer's, and the style is allowed by its digest.
    /// </summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Digest(Style)}'; script-src 'self'; form-action 'self' https: http:; base-uri 'none'; frame-ancestors https: http:";

    internal static IssuerPage Redirect(string location) => new(303, string.Empty, location);

    /// <summary>A page that tells one thing.</summary>
    internal static IssuerPage Tell(int status, string title, string sentence) => new(status, Whole(title, $"<p>{Encode(sentence)}</p>"));

    /// <summary>The page that asks for the code.</summary>
    internal static IssuerPage AskForCode(ChallengeView view, bool wasWrong) => new(200, Whole(
        "Confirm your payment",
        $"""
        {Purchase(view)}
        <p class="note">This is the sandbox's bank. The code is {Challenge.PassingCode}; anything else is wrong, and {Challenge.MostTries} wrong ones end it.</p>
        {(wasWrong ? "<p id=\"problem\" role=\"alert\">That code is not right. Try again.</p>" : string.Empty)}
        <form method="post" action="{Encode(view.Path)}">
        <label for="code">Code</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" autofocus{(wasWrong ? " aria-describedby=\"problem\" aria-invalid=\"true\"" : string.Empty)}>
        <p><button type="submit" name="action" value="confirm">Confirm</button> <button type="submit" name="action" value="cancel" class="quiet">Cancel</button></p>
        </form>
        """));

    /// <summary>The page that waits for the bank's app.</summary>
    internal static IssuerPage AskForApp(ChallengeView view) => new(200, Whole(
        "Approve in your banking app",
        $"""
        {Purchase(view)}
        <p>We sent a message to the banking app on your phone. Approve the payment there.</p>
        <p class="note">This is the sandbox's bank. It has no app: these buttons stand for it.</p>
        <form method="post" action="{Encode(view.Path)}">
        <p><button type="submit" name="action" value="approve">Approve</button> <button type="submit" name="action" value="decline" class="quiet">Decline</button></p>
        <p><button type="submit" name="action" value="cancel" class="quiet">Cancel</button></p>
        </form>
        """));

    /// <summary>The page that sends the browser on with a form, by itself or by a button.</summary>
    internal static IssuerPage SendOn(string script, string title, string sentence, string address, IEnumerable<(string Name, string Value)> fields)
    {
        var hidden = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            hidden.Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"{Encode(name)}\" value=\"{Encode(value)}\">\n");
        }

        return new(200, Whole(
            title,
            $"""
            <p>{Encode(sentence)}</p>
            <form method="post" action="{Encode(address)}">
            {hidden}<p><button type="submit">Continue</button></p>
            </form>
            <script src="{Encode(script)}" integrity="sha256-{Digest(Script)}"></script>
            """));
    }

    private static string Purchase(ChallengeView view) =>
        $"<p><strong>{Encode(view.Merchant)}</strong> asks for <strong>{Encode(view.Amount)}</strong> from the card ending in <strong>{Encode(view.LastFour)}</strong>.</p>";

    private static string Whole(string title, string content) =>
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(title)}</title>
        <style>{Style}</style></head>
        <body><main><h1>{Encode(title)}</h1>
        {content}
        </main></body></html>
        """;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Digest(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>What a challenge shows of the payment.</summary>
/// <param name="Path">Where its form goes.</param>
/// <param name="Merchant">The merchant's name.</param>
/// <param name="Amount">Currency and amount.</param>
/// <param name="LastFour">The card's last four digits.</param>
internal sealed record ChallengeView(string Path, string Merchant, string Amount, string LastFour);
