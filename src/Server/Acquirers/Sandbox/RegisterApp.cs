using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>
/// <c>POST /api/v2/sandbox/apps</c>: an app of one's own, whose secrets are shown this once. No idempotency key is taken, for it would keep them with its answer.
/// </summary>
internal sealed class RegisterApp(AppDesk desk)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var id = fields.Text("app_id", 64);
        var named = fields.Choices<AppScope>("scopes");
        var endpoint = fields.Text("webhook_endpoint", 2048);
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var scopes = named.Aggregate(Scopes.None, (all, one) => all | ScopeNames.TryParse([WireNames.Of(one)])!.Value);
        await (await RegisterAsync(context, app, id, scopes == Scopes.None ? Scopes.All : scopes, endpoint)).WriteAsync(context);
    }

    private async Task<Answer> RegisterAsync(HttpContext context, App app, string? id, Scopes scopes, string? endpoint)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (endpoint is not null)
        {
            settings.Add("WebhookEndpoint", endpoint);
        }

        try
        {
            var (made, webhook) = await desk.AddAsync(Asker.Of(context, app), id, settings, scopes, null);
            context.Response.Headers.CacheControl = "no-store";
            return Answer.Ok(
                new()
                {
                    AppId = made.App.Value,
                    SecretKey = made.Secret,
                    SecretId = made.Id,
                    Scopes = [.. Enum.GetValues<AppScope>().Where(s => ScopeNames.Of(made.Scopes).Contains(WireNames.Of(s)))],
                    WebhookSecret = webhook,
                },
                ResponseJson.Numbers.RegisteredApp);
        }
        catch (SettingException)
        {
            return Answer.InvalidField("webhook_endpoint", "is invalid");
        }
        catch (AppRefusedException refused)
        {
            return refused.Refusal switch
            {
                AppRefusal.IdInvalid => Answer.InvalidField("app_id", "is invalid"),
                AppRefusal.Exists => Answer.Error(StatusCodes.Status409Conflict, "APP_EXISTS", "There is, or was, an app of this id."),
                _ => Answer.Error(StatusCodes.Status422UnprocessableEntity, "TOO_MANY_APPS", "There are as many apps as there can be."),
            };
        }
    }
}
