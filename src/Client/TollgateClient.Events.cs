using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <content>The event feed.</content>
public sealed partial class TollgateClient
{
    private const int LargestPart = 100;

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestRound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>The app's changes of status, oldest first: <c>GET /api/v2/cards/events</c>.</summary>
    /// <param name="after"><see cref="EventFeed.NextAfter"/> of the part before; from the beginning when left out.</param>
    /// <param name="limit">How many at most; the gateway's own choice when left out.</param>
    /// <param name="wait">How long the gateway may wait when there is nothing yet: whole seconds, at most 60; not at all when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">The wait is negative or longer than 60 seconds.</exception>
    public Task<EventFeed> ListEventsAsync(string? after = null, int? limit = null, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        if (wait is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, nameof(wait));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, LongestWait, nameof(wait));
        }

        var query = Query(
            ("after", after), ("limit", limit is { } count ? Digits(count) : null), ("wait", wait is { } seconds ? Digits((int)seconds.TotalSeconds) : null));
        return GetAsync($"{Cards}/events{query}", ResponseJson.Numbers.EventFeed, cancellationToken);
    }

    /// <summary>
    /// The app's changes of status as they happen, oldest first, until it is cancelled: each once, whatever becomes of the connection or the gateway meanwhile.
    /// </summary>
    /// <remarks>
    /// Keep the <see cref="PaymentStatusChange.Cursor"/> of the last change that you have dealt with, and begin there the next time. What another call would
    /// change nothing about, such as a wrong secret key, is thrown; everything else is tried again.
    /// </remarks>
    /// <param name="after">The place to begin after; the beginning of the feed when left out.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TollgateException">The gateway refuses.</exception>
    public async IAsyncEnumerable<PaymentStatusChange> FollowEventsAsync(
        string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The HTTP client, which may be somebody else's, must not give up before the gateway does.
        var wait = http.Timeout == Timeout.InfiniteTimeSpan || http.Timeout > LongestWait ? LongestWait / 2 : http.Timeout / 2;
        var pause = FirstPause;
        while (true)
        {
            var round = Stopwatch.StartNew();
            EventFeed? part = null;
            var rest = TimeSpan.Zero;
            try
            {
                part = await ListEventsAsync(after, LargestPart, wait, cancellationToken).ConfigureAwait(false);
                pause = FirstPause;
            }
            catch (TollgateException failure) when (MayPass(failure.StatusCode))
            {
                rest = TimeSpan.FromTicks(Math.Clamp((failure.RetryAfter ?? pause).Ticks, pause.Ticks, LongestPause.Ticks));
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            foreach (var change in part?.Records ?? [])
            {
                yield return change;
            }

            after = part?.NextAfter ?? after;
            if (part is { Records.Count: 0 } && round.Elapsed < ShortestRound)
            {
                // A gateway that shuts down, or for which too many wait already, does not wait.
                rest = ShortestRound - round.Elapsed;
            }

            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool MayPass(HttpStatusCode? status) =>
        status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;
}
