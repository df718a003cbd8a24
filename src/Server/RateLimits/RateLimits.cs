using System.Collections.Concurrent;
using System.Globalization;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;

namespace Tollgate.Server.RateLimits;

/// <summary>
/// How often apps and sources may call. What a request needs to know is in memory; processes that share a database divide each limit among them
/// (<see cref="ProcessShares"/>).
/// </summary>
internal sealed class RateLimits
{
    /// <summary>How many requests of a second are looked at to tell which sources are in demand, and so how many sources at most.</summary>
    private const int MostCounted = 20_000;

    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(3);

    private static readonly Answer OverLimit = Answer.Error(StatusCodes.Status429TooManyRequests, "RATE_LIMITED", "Too many requests. Send it again after the time in Retry-After.");

    private readonly ConcurrentDictionary<string, AppLimit> apps = new(StringComparer.Ordinal);
    private readonly AppRegistry registry;
    private readonly int? otherwise;
    private readonly SourceTable sources = new();
    private readonly ConcurrentDictionary<Source, int> demandOfSources = new();
    private readonly RateLimitSettings settings;
    private readonly TimeProvider clock;
    private Split split = Split.Alone;
    private long heardAt;
    private int counted;

    public RateLimits(Settings settings, AppRegistry registry, RealTime real)
    {
        this.settings = settings.RateLimits;
        this.registry = registry;
        otherwise = settings.RequestsPerSecond;
        clock = real.Clock;
    }

    /// <summary>Whether anything is limited at all. An app that is registered may be limited though nothing was before.</summary>
    public bool Any => otherwise is not null || settings.Source is not null || settings.Visitor is not null || registry.LimitsSome;

    /// <summary>Counts a request against its source; false when it was answered, for there were too many.</summary>
    public async ValueTask<bool> TryEnterAsync(HttpContext context)
    {
        var isVisitor = !IsCall(context.Request.Path);
        if ((isVisitor ? settings.Visitor : settings.Source) is not { } perSecond)
        {
            return true;
        }

        var source = Source.Of(context.Connection.RemoteIpAddress, isVisitor);
        if (split.Processes > 1 && (Interlocked.Increment(ref counted) <= MostCounted || demandOfSources.ContainsKey(source)))
        {
            demandOfSources.AddOrUpdate(source, 1, static (_, had) => had + 1);
        }

        var take = Take(sources.Find(source), perSecond, split.Processes > 1 ? NameOf(source) : null);
        return await AnswerAsync(context, take, isVisitor ? "visitor" : "source", perSecond);
    }

    /// <summary>How often an app with a limit has called.</summary>
    public long AskedBy(AppId app) => apps.TryGetValue(app.Value, out var limit) ? Volatile.Read(ref limit.Asked) : 0;

    /// <summary>Counts a call against its app; false when it was answered, for there were too many.</summary>
    public async ValueTask<bool> TryEnterAsync(HttpContext context, AppId app)
    {
        if ((registry.Find(app)?.RequestsPerSecond ?? otherwise) is not { } perSecond)
        {
            return true;
        }

        if (!apps.TryGetValue(app.Value, out var limit) || limit.PerSecond != perSecond)
        {
            limit = apps.AddOrUpdate(
                app.Value, static (id, most) => new(most, "app:" + id), static (id, had, most) => had.PerSecond == most ? had : new(most, "app:" + id), perSecond);
        }

        Interlocked.Increment(ref limit.Asked);
        return await AnswerAsync(context, Take(limit.Bucket, limit.PerSecond, limit.Name), "app", limit.PerSecond);
    }

    /// <summary>What is in demand since it was last asked for: only what may need more than every process has anyway, the most wanted first.</summary>
    public Dictionary<string, int> TakeDemand(int most)
    {
        var processes = split.Processes;
        var demand = new List<(string Name, int Demand)>();
        foreach (var app in apps.Values)
        {
            var (total, before) = (Volatile.Read(ref app.Asked), app.Told);
            var asked = (int)Math.Min(int.MaxValue, total - before);
            app.Told = total;
            if (asked > app.PerSecond / (4.0 * processes))
            {
                demand.Add((app.Name, asked));
            }
        }

        Volatile.Write(ref counted, 0);
        foreach (var (source, asked) in demandOfSources.ToArray())
        {
            demandOfSources.TryRemove(source, out _);
            if (asked > (source.IsVisitor ? settings.Visitor : settings.Source) / (4.0 * processes))
            {
                demand.Add((NameOf(source), asked));
            }
        }

        return demand.OrderByDescending(d => d.Demand).Take(most).ToDictionary(d => d.Name, d => d.Demand, StringComparer.Ordinal);
    }

    /// <summary>Takes this process's part from now on.</summary>
    public void Take(Split parts, long now)
    {
        Volatile.Write(ref split, parts);
        Volatile.Write(ref heardAt, now);
    }

    private Take Take(TokenBucket bucket, int perSecond, string? name)
    {
        var now = clock.GetTimestamp();
        var parts = Volatile.Read(ref split);
        var isStale = parts.Processes > 1 && clock.GetElapsedTime(Volatile.Read(ref heardAt), now) > StaleAfter;
        return bucket.TryTake(perSecond * parts.PartOf(name, isStale), now, clock.TimestampFrequency);
    }

    /// <summary>Says how the limit stands; with the answer, when there is no more.</summary>
    private static async ValueTask<bool> AnswerAsync(HttpContext context, Take take, string policy, int perSecond)
    {
        // draft-ietf-httpapi-ratelimit-headers: several limits are members of one list.
        var headers = context.Response.Headers;
        headers.Append("RateLimit-Policy", string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";q={perSecond};w=1"));
        headers.Append("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{policy}\";r={take.Remaining};t={take.Wait}"));
        if (take.IsTaken)
        {
            return true;
        }

        headers.RetryAfter = take.Wait.ToString(CultureInfo.InvariantCulture);
        await OverLimit.WriteAsync(context);
        return false;
    }

    private static bool IsCall(PathString path) => TollgateServer.Roots.Any(root => path.StartsWithSegments(root, StringComparison.Ordinal));

    private static string NameOf(Source source) => string.Create(CultureInfo.InvariantCulture, $"{(source.IsVisitor ? "visitor" : "source")}:{source.Network:x}");

    private sealed class AppLimit(int perSecond, string name)
    {
        public long Asked;

        public long Told { get; set; }

        public int PerSecond => perSecond;

        public string Name => name;

        public TokenBucket Bucket { get; } = new();
    }
}
