using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Authentication;

/// <summary>
/// The page at <c>pay_code["3ds_url"]</c>: the cardholder enters the code, or cancels, and goes back to the shop. The unguessable part of its address
/// is the only key to it; it works without scripts and without cookies.
/// </summary>
internal sealed class ChallengePage(IPaymentLookup reader, PaymentRunner runner, AuthenticationRunner authenticator, ICardholderAuthentication authentication)
{
    /// <summary>The query that tells the page to say that the last code was wrong.</summary>
    private const string WrongCode = "again";

    public async Task ShowAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } payment)
        {
            await WritePageAsync(context, 404, "Unknown link", "<p>This link is not known, or is not complete. Go back to the shop and try again.</p>", null);
        }
        else if (!payment.AwaitsChallenge)
        {
            await ShowEndAsync(context, payment);
        }
        else
        {
            await ShowFormAsync(context, payment, context.Request.Query.ContainsKey(WrongCode) ? "That code is not right. Try again." : null);
        }
    }

    public async Task AnswerAsync(HttpContext context)
    {
        if (await FindAsync(context) is not { } payment)
        {
            await WritePageAsync(context, 404, "Unknown link", "<p>This link is not known, or is not complete. Go back to the shop and try again.</p>", null);
            return;
        }

        var form = await ReadFormAsync(context.Request);
        if (!payment.AwaitsChallenge)
        {
            Return(context, payment);
            return;
        }

        if (form["action"] == "cancel")
        {
            await DeclineAsync(context, payment);
            return;
        }

        if (payment.Attempt is null)
        {
            payment = (await authenticator.StartAsync(
                payment, authenticator.NewAttempt(payment.Id), new(null, null, null, null, null, null, null, null, null), null, MethodCompletion.Unavailable)).Payment!;
        }

        switch (await authentication.JudgeAsync(payment.Id, form["code"].ToString().Trim()))
        {
            case true when payment.Attempt is { AcsTransactionId: { } acs, DirectoryServerTransactionId: { } directory } attempt:
                // Two tabs may both pass: one of them authorises, the other finds it done.
                var verdict = new IssuerVerdict { Status = TransactionStatus.Authenticated, AcsTransactionId = acs, DirectoryServerTransactionId = directory, Version = attempt.Version, AuthenticationValue = "AAABBZEEBgAAAAAAAAQGAAAAAAA=" };
                await authenticator.RecordResultAsync(payment, attempt.Id, verdict, new("RReq", runner.Now, runner.Now, "Y", null, directory));
                await authenticator.WaitAsync(payment.Id);
                Return(context, await runner.ReloadAsync(payment));
                break;
            case false:
                // The page that says so is fetched, not the answer to the form: reloading it must not send the wrong code again.
                SendTo(context, $"{context.Request.Path}?{WrongCode}");
                break;
            default:
                await DeclineAsync(context, payment);
                break;
        }
    }

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request)
    {
        try
        {
            return request.HasFormContentType ? await request.ReadFormAsync(request.HttpContext.RequestAborted) : FormCollection.Empty;
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException || (wrong is IOException and not BadHttpRequestException))
        {
            // Malformed, in an encoding that is switched off (UTF-7), or broken off in the middle.
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form is malformed.");
        }
    }

    private async Task DeclineAsync(HttpContext context, Payment payment)
    {
        var declined = await runner.ApplyAsync(payment, now => new PaymentCommand.DeclineAuthentication(now, payment.Attempt?.Id, FailureReason.AuthenticationDeclined));
        Return(context, declined.Payment!);
    }

    private async Task<Payment?> FindAsync(HttpContext context)
    {
        var uuid = QueryFields.Cleaned((string?)context.Request.RouteValues["uuid"]);
        var key = (string?)context.Request.RouteValues["key"] ?? string.Empty;
        return await reader.FindAsync(new PaymentId(uuid)) is { ChallengeKey: { } right } payment
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(right))
                ? payment
                : null;
    }

    private static void Return(HttpContext context, Payment payment) => SendTo(context, ReturnUrl(payment));

    private static void SendTo(HttpContext context, string location)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = location;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>The shop's address with what it needs to know appended; the status is a hint, the detail call is the truth.</summary>
    private static string ReturnUrl(Payment payment)
    {
        var url = new UriBuilder(payment.Facts.ReturnUrl);
        var added = $"uuid={payment.Id}&external_id={Uri.EscapeDataString(payment.Facts.ExternalId)}&status={WireNames.Of(payment.Status)}";
        url.Query = url.Query.Length > 1 ? url.Query[1..] + "&" + added : added;

        // A header is ASCII, so a host with other letters is written as the name that DNS knows.
        url.Host = url.Uri.IdnHost;
        return url.Uri.AbsoluteUri;
    }

    private static Task ShowEndAsync(HttpContext context, Payment payment)
    {
        var sentence = payment.Status switch
        {
            PaymentStatus.Failed => "This payment was not made.",
            PaymentStatus.Expired => "The time for this payment is over. Nothing was charged.",
            PaymentStatus.Pending => "This payment is being processed. The shop will tell you how it ends.",
            _ => "This payment is done. You need not do anything more.",
        };
        return WritePageAsync(context, 200, "Payment", $"<p>{sentence}</p><p><a href=\"{Encode(ReturnUrl(payment))}\">Back to the shop</a></p>", payment);
    }

    private Task ShowFormAsync(HttpContext context, Payment payment, string? problem)
    {
        var facts = payment.Facts;
        var amount = $"{facts.Amount.Currency.Code} {facts.Amount.Minor / 100}.{facts.Amount.Minor % 100:D2}";
        var alert = problem is null ? string.Empty : $"<p id=\"problem\" role=\"alert\">{Encode(problem)}</p>";
        var hint = authentication.CodeHint is { } text ? $"<p class=\"note\">{Encode(text)}</p>" : string.Empty;
        return WritePageAsync(
            context,
            200,
            "Confirm your payment",
            $"""
            <p>A payment of <strong>{Encode(amount)}</strong> with the card ending in <strong>{Encode(facts.Card.LastFour)}</strong>.</p>
            {hint}
            {alert}
            <form method="post">
            <label for="code">Code</label>
            <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" autofocus{(problem is null ? string.Empty : " aria-describedby=\"problem\" aria-invalid=\"true\"")}>
            <p><button type="submit" name="action" value="confirm">Confirm</button> <button type="submit" name="action" value="cancel" class="quiet">Cancel</button></p>
            </form>
            """,
            payment);
    }

    private static async Task WritePageAsync(HttpContext context, int statusCode, string title, string content, Payment? payment)
    {
        const string Style = """
            :root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}
            body{margin:0 auto;max-width:26rem;padding:2rem 1rem}
            h1{font-size:1.375rem}
            label{display:block;font-weight:600}
            input,button{font:inherit;padding:.5rem .75rem;border:1px solid;border-radius:.375rem}
            input{width:100%;box-sizing:border-box;letter-spacing:.2em}
            button{background:#1a4fd6;color:#fff;border-color:#1a4fd6;cursor:pointer}
            button.quiet{margin-left:.5rem;background:none;color:inherit;border-color:currentColor}
            .note{font-size:.9375rem}
            [role=alert]{font-weight:600;border-left:.25rem solid #c62828;padding-left:.75rem}
            """;
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

        // A form's target includes where it is redirected to, and where the shop redirects to from there, which only the shop knows.
        var shop = payment is not null && new Uri(payment.Facts.ReturnUrl).Scheme == Uri.UriSchemeHttp ? " https: http:" : " https:";
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'{shop}; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "text/html; charset=utf-8";
        var page = Encoding.UTF8.GetBytes(
            $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
            <style nonce="{nonce}">{Style}</style></head>
            <body><main><h1>{title}</h1>
            {content}
            </main></body></html>
            """);
        context.Response.ContentLength = page.Length;
        await context.Response.Body.WriteAsync(page);
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
