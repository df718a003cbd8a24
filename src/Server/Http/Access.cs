using System.Globalization;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Http;

/// <summary>Who calls, and what becomes of what goes wrong: the same for every call of the API.</summary>
internal static class Access
{
    private static readonly Answer Unauthorised = Answer.Error(StatusCodes.Status401Unauthorized, "REQUIRE_LOGIN", "Not Authorised");

    private static readonly Answer LockedOut = Answer.Error(
        StatusCodes.Status429TooManyRequests, "LOCKED_OUT", "Too many failed log-ins from here. Send it again after the time in Retry-After.");

    /// <summary>
    /// Wraps an endpoint: no call gets past without an app's credentials, from where it may call, by a secret for what the endpoint's door says. Where that is
    /// not right for any reason but the last, the answer is one and the same.
    /// </summary>
    public static RequestDelegate Requires(AppRegistry apps, Func<HttpContext, App, Task> endpoint) => async context =>
    {
        var (appId, secret) = ((string?)context.Request.Headers["app-id"], (string?)context.Request.Headers["secret-key"]);
        var from = context.Connection.RemoteIpAddress;
        if (string.IsNullOrEmpty(appId) || string.IsNullOrEmpty(secret))
        {
            // Nobody is guessed at.
            await Unauthorised.WriteAsync(context);
            return;
        }

        var guard = context.RequestServices.GetRequiredService<LogInGuard>();
        if (guard.LockedFor(from, appId) is { } left)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(left.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await LockedOut.WriteAsync(context);
            return;
        }

        var app = apps.Find(appId, secret);
        if (app?.MayCallFrom(from) != true)
        {
            guard.Fail(from, appId, app is null ? "the app or its secret is wrong" : "the app may not call from there");
            await Unauthorised.WriteAsync(context);
            return;
        }

        guard.Succeed(from, app.Id);
        apps.NoteUse(app);
        if (context.Features.Get<RateLimits.RateLimits>() is { } limits && !await limits.TryEnterAsync(context, app.Id))
        {
            return;
        }

        // Whatever has no door, or says that anybody may come, lets no app in here.
        var needs = context.GetEndpoint()?.Metadata.GetMetadata<Door>()?.Needs ?? Scopes.None;
        if (needs == Scopes.None || (app.Scopes & needs) != needs)
        {
            await Answer.Error(
                StatusCodes.Status403Forbidden, "SCOPE_MISSING", $"This secret is not for that: it needs the scope {string.Join(" and ", ScopeNames.Of(needs))}.").WriteAsync(context);
            return;
        }

        await endpoint(context, app);
    };

    /// <summary>Turns what an endpoint throws into an answer.</summary>
    public static async Task AnswerErrorsAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        Answer answer;
        try
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.StatusCode < 400 || context.Response.ContentLength is not null)
            {
                return;
            }

            answer = context.Response.StatusCode switch
            {
                404 => Answer.NotFound("There is nothing here."),
                405 => Answer.Error(405, "METHOD_NOT_ALLOWED", "The method is not allowed here."),
                var status => Answer.Error(status, null, "The request cannot be answered."),
            };
        }
        catch (BadRequestException bad)
        {
            answer = Answer.Error(bad.StatusCode, bad.Code, bad.Message);
        }
        catch (BadHttpRequestException bad)
        {
            answer = Answer.Error(bad.StatusCode, null, "The request is malformed.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down, or the store took too long: nothing has been begun.
            answer = Answer.Unavailable();
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception unavailable) when (Database.IsUnavailable(unavailable))
        {
            Log.StoreUnavailable(logger, unavailable);
            answer = Answer.Unavailable();
        }
        catch (VaultClosedException closed)
        {
            Log.VaultClosed(logger, closed.Message);
            answer = Answer.Unavailable();
        }
        catch (Exception bug)
        {
            // The edge of the process: a bug is logged and answered, and the server lives on.
            Log.RequestBroke(logger, context.Request.Method, bug);
            answer = Answer.Error(StatusCodes.Status500InternalServerError, "INTERNAL_ERROR", "Something broke. The operator's log says what.");
        }

        if (!context.Response.HasStarted)
        {
            // RFC 9110, 15.5.6: who is refused a method is told which ones there are.
            var allowed = context.Response.Headers.Allow;
            context.Response.Clear();
            if (answer.StatusCode == StatusCodes.Status405MethodNotAllowed)
            {
                context.Response.Headers.Allow = allowed;
            }

            await answer.WriteAsync(context);
        }
        else
        {
            // The rest of the answer never comes: cut off, it is not taken for the whole.
            context.Abort();
        }
    }
}
