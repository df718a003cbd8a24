using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Payments;

/// <summary><c>GET /api/v2/cards/payments</c>: newest first, a page at a time.</summary>
internal sealed class ListPayments(PaymentReader reader, PaymentRenderer renderer)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var page = fields.Integer("page", 1, 1, 1_000_000);
        var perPage = fields.Integer("per_page", 20, 1, 100);
        var query = new PaymentQuery(
            fields.Instant("start_date"),
            fields.Instant("end_date"),
            fields.Choice<Core.Payments.PaymentStatus>("status"),
            fields.Text("external_id", 255),
            fields.Text("email", 254),
            page,
            perPage);
        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
            return;
        }

        var (total, payments) = await reader.ListAsync(app.Id, query);
        var list = new PaymentList
        {
            Total = total,
            TotalPage = (total + perPage - 1) / perPage,
            Page = page,
            PerPage = perPage,
            Records = [.. payments.Select(renderer.Render)],
        };
        await Answer.Ok(list, ResponseJson.Numbers.PaymentList).WriteAsync(context);
    }
}
