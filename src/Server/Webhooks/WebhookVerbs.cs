using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Webhooks;

/// <summary>The operator's verb <c>webhooks</c>.</summary>
internal static class WebhookVerbs
{
    private const int Listed = 100;
    private const string Usage =
        "is webhooks list [--state waiting|delivered|given_up] [--uuid UUID] [--endpoint ENDPOINT] [--after CURSOR], webhooks show ID, webhooks resend ID, "
        + "webhooks replay --from TIME [--to TIME] [--state given_up|all] [--endpoint ENDPOINT] [--latest yes], webhooks endpoints, webhooks enable ENDPOINT, or "
        + "webhooks rotate-secret [--overlap P1D], each with --app ID";

    /// <summary>Lists or shows deliveries, sends them again, enables an endpoint, or makes a new secret. 1 when it could not be done.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var (words, options) = Read(own);
        Func<Operator, AppId, Task<int>> work = (words, string.Join(' ', options.Keys.Order(StringComparer.Ordinal))) switch
        {
            (["list"], _) when OnlyHas(options, "state", "uuid", "endpoint", "after") => (op, app) => ListAsync(op, app, options, output),
            (["show", var id], "app") => (op, app) => ShowAsync(op, app, id, output),
            (["resend", var id], "app") => (op, app) => ResendAsync(op, app, id, output),
            (["replay"], _) when options.ContainsKey("from") && OnlyHas(options, "from", "to", "state", "endpoint", "latest") => (op, app) => ReplayAsync(op, app, options, output),
            (["endpoints"], "app") => (op, app) => ListEndpointsAsync(op, app, output),
            (["enable", var endpoint], "app") => (op, app) => EnableAsync(op, app, endpoint, output),
            (["rotate-secret"], "app" or "app overlap") => (op, app) => RotateAsync(op, app, options.GetValueOrDefault("overlap"), output),
            _ => throw new SettingException("The verb", Usage),
        };
        var named = options.GetValueOrDefault("app") ?? throw new SettingException("The verb", Usage);
        await using var op = await Operator.OpenAsync(settings);
        return op.Get<AppRegistry>().Find(new AppId(named)) is not null
            ? await work(op, new(named))
            : throw new SettingException("--app", $"names {named}, which is no app");
    }

    private static (string[] Words, Dictionary<string, string> Options) Read(string[] own)
    {
        var words = own.TakeWhile(w => !w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in own.Skip(words.Length).Chunk(2))
        {
            if (pair is not [['-', '-', .. var name], var value] || !options.TryAdd(name, value))
            {
                throw new SettingException("The verb", Usage);
            }
        }

        return (words, options);
    }

    private static bool OnlyHas(Dictionary<string, string> options, params string[] names) => options.Keys.All(k => k == "app" || names.Contains(k));

    private static async Task<int> ListAsync(Operator op, AppId app, Dictionary<string, string> options, TextWriter output)
    {
        DeliveryCursor? after = null;
        if (options.TryGetValue("after", out var text))
        {
            after = DeliveryCursor.TryParse(text, out var place) ? place : throw new SettingException("--after", "is no cursor that a list ended with");
        }

        var query = new DeliveryQuery(app, after, options.GetValueOrDefault("uuid"), await ChooseAsync(op, app, options), Choice<DeliveryState>(options, "state"));
        var found = await op.Get<WebhookReader>().ListAsync(query, Listed + 1);
        foreach (var delivery in found.Take(Listed))
        {
            await output.WriteLineAsync(LineOf(DeliveryDesk.Render(delivery)));
        }

        if (found.Count > Listed)
        {
            await output.WriteLineAsync($"There is more: --after {new DeliveryCursor(found[Listed - 1].CreatedAt.ToUnixTimeMilliseconds(), found[Listed - 1].Key)}");
        }

        return 0;
    }

    private static async Task<int> ShowAsync(Operator op, AppId app, string id, TextWriter output)
    {
        if (!WebhookKey.TryParse(id, out var key) || await op.Get<DeliveryDesk>().FindAsync(app, key) is not { } delivery)
        {
            return await SayAsync(output, 1, $"{id}: there is no such delivery.");
        }

        await output.WriteLineAsync(LineOf(delivery));
        foreach (var (index, attempt) in delivery.Attempts!.Index())
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  try {index + 1} at {attempt.At:u}, {attempt.Took} ms: {attempt.Error ?? $"delivered, answered {attempt.StatusCode}"}"));
        }

        return 0;
    }

    private static async Task<int> ResendAsync(Operator op, AppId app, string id, TextWriter output)
    {
        if (!WebhookKey.TryParse(id, out var key) || await op.Get<WebhookReader>().FindAsync(app, key) is not { } delivery)
        {
            return await SayAsync(output, 1, $"{id}: there is no such delivery.");
        }

        if (await op.Get<EndpointDesk>().WhyClosedAsync(app, delivery) is var (_, message))
        {
            return await SayAsync(output, 1, $"{id}: not sent again. {message}");
        }

        await op.Get<DeliveryDesk>().ResendAsync(key);
        return await SayAsync(output, 0, $"{id}: a server sends it again.");
    }

    private static async Task<int> ReplayAsync(Operator op, AppId app, Dictionary<string, string> options, TextWriter output)
    {
        var from = Instant(options, "from")!.Value;
        var latest = options.TryGetValue("latest", out var said) && (said == "yes" ? true : throw new SettingException("--latest", "is yes, or left out"));
        var state = Choice<WebhookReplayState>(options, "state") ?? (latest ? WebhookReplayState.All : WebhookReplayState.GivenUp);
        var query = new ReplayQuery(
            app, from, Instant(options, "to") ?? op.Get<TimeProvider>().GetUtcNow(), state == WebhookReplayState.GivenUp, await ChooseAsync(op, app, options), latest);
        var resent = await op.Get<DeliveryDesk>().ReplayAsync(query);
        return await SayAsync(output, 0, string.Create(CultureInfo.InvariantCulture, $"{resent} webhooks: a server sends them again."));
    }

    private static async Task<int> ListEndpointsAsync(Operator op, AppId app, TextWriter output)
    {
        foreach (var endpoint in await op.Get<EndpointDesk>().ListAsync(app))
        {
            var told = endpoint.Statuses.Count == 0 ? "all statuses" : string.Join(',', endpoint.Statuses.Select(WireNames.Of));
            var state = endpoint.DisabledAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"disabled since {at:u}: {endpoint.DisabledReason}") : told;
            await output.WriteLineAsync($"{endpoint.Id} {WireNames.Of(endpoint.Kind)} {endpoint.EndpointUrl} {state}");
        }

        return 0;
    }

    private static async Task<int> EnableAsync(Operator op, AppId app, string id, TextWriter output) =>
        await op.Get<EndpointDesk>().EnableAsync(new(AuditActor.Operator, null), app, id) is { } enabled
            ? await SayAsync(output, 0, $"{id}: {enabled.EndpointUrl} is told again. What was given up is sent again by webhooks replay.")
            : await SayAsync(output, 1, $"{id}: there is no such endpoint.");

    private static async Task<int> RotateAsync(Operator op, AppId app, string? text, TextWriter output)
    {
        var overlap = text is null ? RotateSecret.Otherwise : RotateSecret.ParseOverlap(text) ?? throw new SettingException("--overlap", "must be a duration from P0D to P30D");
        return await op.Get<EndpointDesk>().RotateSecretAsync(new(AuditActor.Operator, null), app, overlap) is { } rotated
            ? await SayAsync(output, 0, string.Create(CultureInfo.InvariantCulture, $"{rotated.Secret.Expose()} signs from now on; those before it until {rotated.PreviousEndsAt:u}."))
            : await SayAsync(output, 1, "Five secrets sign already: wait until one of them has ended, or rotate with --overlap P0D.");
    }

    private static async Task<EndpointChoice> ChooseAsync(Operator op, AppId app, Dictionary<string, string> options)
    {
        var desk = op.Get<EndpointDesk>();
        await desk.ListAsync(app);
        return desk.Choose(app, options.GetValueOrDefault("endpoint"));
    }

    private static T? Choice<T>(Dictionary<string, string> options, string name)
        where T : struct, Enum => !options.TryGetValue(name, out var text) ? null
            : WireNames.TryParse<T>(text, out var choice) ? choice
            : throw new SettingException("--" + name, $"is one of {string.Join(", ", Enum.GetValues<T>().Select(WireNames.Of))}");

    private static DateTimeOffset? Instant(Dictionary<string, string> options, string name) => !options.TryGetValue(name, out var text) ? null
        : WireInstant.TryRead(text, out var instant) ? instant.ToUniversalTime()
        : throw new SettingException("--" + name, "is a day or an instant such as 2027-06-14T09:00:00Z");

    private static string LineOf(WebhookDeliveryResponse delivery)
    {
        var next = delivery.NextTryAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", next try at {at:u}") : string.Empty;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{delivery.Id} {WireNames.Of(delivery.Status)} of {delivery.CreatedAt:u} to {delivery.EndpointUrl}: {WireNames.Of(delivery.State)} after {delivery.Tries} tries{next}{(delivery.Error is null ? string.Empty : $" ({delivery.Error})")}");
    }

    private static async Task<int> SayAsync(TextWriter output, int code, string text)
    {
        await output.WriteLineAsync(text);
        return code;
    }
}
