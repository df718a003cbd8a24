using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <content>Balances, the statement behind them, and payouts.</content>
public sealed partial class TollgateClient
{
    /// <summary>What the app has: <c>GET /api/v2/balances</c>.</summary>
    public Task<BalanceList> GetBalancesAsync(CancellationToken cancellationToken = default) =>
        GetAsync($"{Root}/balances", ResponseJson.Numbers.BalanceList, cancellationToken);

    /// <summary>A part of the statement behind the balances, oldest first: <c>GET /api/v2/balances/entries</c>.</summary>
    /// <param name="after"><see cref="BalanceEntryList.NextAfter"/> of the part before; from the beginning when left out.</param>
    /// <param name="limit">How many entries at most, or one more where the last movement has two; the gateway's own choice when left out.</param>
    /// <param name="payout">Only the entries that this payout closed.</param>
    /// <param name="from">Only entries of this instant or later.</param>
    /// <param name="to">Only entries before this instant.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<BalanceEntryList> ListBalanceEntriesAsync(
        string? after = null,
        int? limit = null,
        string? payout = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        CancellationToken cancellationToken = default)
    {
        var query = Query(("after", after), ("limit", limit is { } count ? Digits(count) : null), ("payout", payout), ("from", Instant(from)), ("to", Instant(to)));
        return GetAsync($"{Root}/balances/entries{query}", ResponseJson.Numbers.BalanceEntryList, cancellationToken);
    }

    /// <summary>The whole statement as CSV (RFC 4180), written as it comes: <c>GET /api/v2/balances/entries?format=csv</c>.</summary>
    /// <param name="destination">Where to write it.</param>
    /// <param name="after">Only what follows this cursor.</param>
    /// <param name="payout">Only the entries that this payout closed.</param>
    /// <param name="from">Only entries of this instant or later.</param>
    /// <param name="to">Only entries before this instant.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task DownloadStatementAsync(
        Stream destination,
        string? after = null,
        string? payout = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var query = Query(("format", "csv"), ("after", after), ("payout", payout), ("from", Instant(from)), ("to", Instant(to)));
        using var response = await ExchangeAsync(
            HttpMethod.Get, $"{Root}/balances/entries{query}", null, null, cancellationToken, HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        try
        {
            await response.Content.CopyToAsync(destination, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException cut)
        {
            throw ErrorAnswer.Missing(cut);
        }
    }

    /// <summary>A page of the app's payouts, newest first: <c>GET /api/v2/payouts</c>.</summary>
    /// <param name="page">Which page, from 1.</param>
    /// <param name="perPage">How many a page holds, at most 100.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<PayoutList> ListPayoutsAsync(int page = 1, int perPage = 20, CancellationToken cancellationToken = default) =>
        GetAsync($"{Root}/payouts{Query(("page", Digits(page)), ("per_page", Digits(perPage)))}", ResponseJson.Numbers.PayoutList, cancellationToken);

    /// <summary>A payout: <c>GET /api/v2/payouts/{id}</c>.</summary>
    public Task<Payout> GetPayoutAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync($"{Root}/payouts/{Segment(id)}", ResponseJson.Numbers.Payout, cancellationToken);

    /// <summary>Closes what is available into payouts; sandbox only: <c>POST /api/v2/sandbox/payouts</c>.</summary>
    public async Task<ClosedPayouts> ClosePayoutsAsync(CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(HttpMethod.Post, $"{Sandbox}/payouts", null, ResponseJson.Numbers.ClosedPayouts, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    private static string? Instant(DateTimeOffset? instant) => instant is { } at ? WireInstant.Write(at) : null;
}
