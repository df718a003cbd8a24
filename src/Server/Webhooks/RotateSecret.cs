using System.Xml;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// <c>POST /api/v2/webhooks/secret/rotate</c>: a new secret, shown this once. No idempotency key is taken, for it would keep the secret with its answer.
/// </summary>
internal sealed class RotateSecret(EndpointDesk desk)
{
    public static readonly TimeSpan Otherwise = TimeSpan.FromDays(1);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private static readonly Answer TooMany = Answer.Error(
        422, "TOO_MANY_SECRETS", "Five secrets sign already. Wait until one of them has ended, or rotate with the overlap P0D.");

    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadOptionalAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var text = new JsonFields(body.Root, string.Empty, errors).Text("overlap", 32);
        var overlap = text is null ? Otherwise : ParseOverlap(text);
        if (overlap is null)
        {
            errors.Add("overlap", "is invalid");
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var rotated = await desk.RotateSecretAsync(Asker.Of(context, app), app.Id, overlap!.Value);
        context.Response.Headers.CacheControl = "no-store";
        await (rotated is null ? TooMany : Answer.Ok(rotated, ResponseJson.Numbers.WebhookSecretRotationResponse)).WriteAsync(context);
    }

    /// <summary>How long secrets overlap, as ISO 8601 has it; nothing when it is no duration from none to thirty days.</summary>
    public static TimeSpan? ParseOverlap(string text)
    {
        try
        {
            var span = XmlConvert.ToTimeSpan(text);
            return span >= TimeSpan.Zero && span <= Longest ? span : null;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            return null;
        }
    }
}
