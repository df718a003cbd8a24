using Tollgate.Server.Apps;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Http;

/// <summary>Who calls, and what becomes of what goes wrong: the same for every call of the API.</summary>
internal static class Access
{
    private static readonly Answer Unauthorised = Answer.Error(StatusCodes.Status401Unauthorized, "REQUIRE_LOGIN", "Not Authorised");

    private static readonly Answer OverLimit = Answer.Error(StatusCodes.Status429TooManyRequests, "RATE_LIMITED", "Too many requests. Send it again after the time in Retry-After.");

    /// <summary>Wraps an endpoint: no call gets past without an app's credentials, and no exception leaves as anything but an answer.</summary>
    public static RequestDelegate Requires(AppRegistry apps, Func<HttpContext, App, Task> endpoint) => async context =>
    {
        var app = apps.Find(context.Request.Headers["app-id"], context.Request.Headers["secret-key"]);
        if (app is null)
        {
            await Unauthorised.WriteAsync(context);
            return;
        }

        if (!app.TryEnter())
        {
            await OverLimit.WriteAsync(context);
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
