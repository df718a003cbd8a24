using Tollgate.Client.Contract;

namespace Tollgate.Client;

public sealed partial class TollgateClient
{
    /// <summary>Why a payment is as it is: everything that happened to it, in order: <c>GET /api/v2/cards/payments/{uuid}/timeline</c>.</summary>
    /// <param name="uuid">The payment.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<PaymentTimeline> GetTimelineAsync(string uuid, CancellationToken cancellationToken = default) =>
        GetAsync($"{Cards}/payments/{Segment(uuid)}/timeline", ResponseJson.Numbers.PaymentTimeline, cancellationToken);
}
