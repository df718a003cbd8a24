using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Feed;

/// <summary>
/// <c>GET /api/v2/cards/events</c>: every change of status of an app's payments, in order. A part at a time, for which the call may wait; or all that is and
/// all that comes, as a stream.
/// </summary>
internal sealed class ReadEvents(PaymentReader reader, PaymentRenderer renderer, FeedWatch watch, EventStream stream, RealTime real, IHostApplicationLifetime lifetime)
{
    private const string LastEventId = "Last-Event-ID";

    public async Task HandleAsync(HttpContext context, App app)
    {
        var errors = new FieldErrors();
        var fields = new QueryFields(context.Request.Query, errors);
        var limit = fields.Integer("limit", 20, 1, 100);
        var wait = TimeSpan.FromSeconds(fields.Integer("wait", 0, 0, 60));
        var after = fields.Cursor("after");
        var streams = Accepts.Prefers(context.Request, EventStream.MediaType);

        // Who comes back asks with the address of the first time: the place of the last event that arrived is the newer one.
        if (streams && context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last && !QueryFields.TryCursor(last, out after))
        {
            errors.Add(LastEventId, "is invalid");
        }

        if (errors.Any)
        {
            await Answer.Invalid(errors).WriteAsync(context);
        }
        else if (streams)
        {
            await stream.WriteAsync(context, app.Id, after);
        }
        else
        {
            await WritePartAsync(context, await ReadAsync(app.Id, after, limit + 1, wait, context.RequestAborted), after, limit);
        }
    }

    private async Task<IReadOnlyList<FeedEntry>> ReadAsync(AppId app, long after, int count, TimeSpan wait, CancellationToken gone)
    {
        using var place = wait > TimeSpan.Zero ? watch.TryEnter(app) : null;
        if (place is null)
        {
            return await reader.ReadFeedAsync(app, after, count);
        }

        using var over = new CancellationTokenSource(wait, real.Clock);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(over.Token, gone, lifetime.ApplicationStopping);
        while (true)
        {
            var growth = place.Growth;
            var entries = await reader.ReadFeedAsync(app, after, count);
            if (entries.Count > 0 || enough.IsCancellationRequested)
            {
                return entries;
            }

            await growth.WaitAsync(enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WritePartAsync(HttpContext context, IReadOnlyList<FeedEntry> entries, long after, int limit)
    {
        var records = entries.Take(limit).Select(renderer.Render).ToList();
        var feed = new EventFeed
        {
            Records = records,
            NextAfter = records.Count > 0 ? records[^1].Cursor : after.ToString(CultureInfo.InvariantCulture),
            HasMore = entries.Count > limit,
        };
        await Answer.Ok(feed, ResponseJson.Numbers.EventFeed).WriteAsync(context);
    }
}
