using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Payments;

/// <summary><c>DELETE /api/v2/cards/{token_id}</c>: forgets a card for new payments, and destroys its number as soon as none needs it.</summary>
internal sealed class DeleteToken(IJournal journal, PaymentRunner runner)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        var token = new CardToken(QueryFields.Cleaned((string?)context.Request.RouteValues["token_id"]));
        var result = await journal.CommitAsync(new() { App = app.Id, At = runner.Now, DeletesCard = token });
        var answer = result.Conflict == Conflict.None
            ? Answer.Ok(new(), ResponseJson.Numbers.DeleteTokenResponse)
            : Answer.NotFound("Token ID not found.");
        await answer.WriteAsync(context);
    }
}
