using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Webhooks;

/// <summary><c>POST /api/v2/webhooks/endpoints</c>: a further endpoint.</summary>
internal sealed class AddEndpoint(EndpointDesk desk, CommonFields common)
{
    private static readonly Answer TooMany = Answer.Error(422, "TOO_MANY_ENDPOINTS", "An app can have ten further endpoints. Remove one first.");
    private static readonly Answer Taken = Answer.InvalidField("endpoint_url", "has already been taken");

    public async Task HandleAsync(HttpContext context, App app)
    {
        using var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var errors = new FieldErrors();
        var fields = new JsonFields(body.Root, string.Empty, errors);
        var target = common.Endpoint(fields);
        var statuses = fields.Choices<Core.Payments.PaymentStatus>("statuses");
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
        }
        else if (desk.Tells(app.Id, target.EndpointUrl))
        {
            await Taken.WriteAsync(context);
        }
        else if (await desk.AddAsync(Asker.Of(context, app), app.Id, target, statuses) is { } added)
        {
            await Answer.Ok(added, ResponseJson.Numbers.WebhookEndpointResponse).WriteAsync(context);
        }
        else
        {
            await (desk.Tells(app.Id, target.EndpointUrl) ? Taken : TooMany).WriteAsync(context);
        }
    }
}
