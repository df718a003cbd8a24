using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <content>Disputes.</content>
public sealed partial class TollgateClient
{
    /// <summary>A page of the app's disputes, newest first: <c>GET /api/v2/cards/disputes</c>.</summary>
    /// <param name="filter">Which of them; all when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<DisputeList> ListDisputesAsync(DisputeFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= new DisputeFilter();
        var query = Query(
            ("status", filter.Status is { } status ? WireName(status) : null),
            ("payment_uuid", filter.PaymentUuid),
            ("page", Digits(filter.Page)),
            ("per_page", Digits(filter.PerPage)));
        return GetAsync($"{Cards}/disputes{query}", ResponseJson.Numbers.DisputeList, cancellationToken);
    }

    /// <summary>The dispute as it is now: <c>GET /api/v2/cards/disputes/{id}</c>.</summary>
    public Task<DisputeResponse> GetDisputeAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync($"{Cards}/disputes/{Segment(id)}", ResponseJson.Numbers.DisputeResponse, cancellationToken);

    /// <summary>Accepts a dispute, and with it that the money is gone: <c>POST /api/v2/cards/disputes/{id}/accept</c>.</summary>
    /// <param name="id">The dispute.</param>
    /// <param name="idempotencyKey">The same key gives the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the operation.</param>
    /// <returns>The dispute, <see cref="DisputeStatus.Accepted"/>; as it was when the acquirer did not answer in time, and then recovery ends it.</returns>
    public Task<DisputeResponse> AcceptDisputeAsync(string id, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostDisputeAsync($"{Cards}/disputes/{Segment(id)}/accept", null, idempotencyKey, cancellationToken);

    /// <summary>Brings evidence in a dispute, and sends it unless told otherwise: <c>POST /api/v2/cards/disputes/{id}/evidence</c>.</summary>
    /// <param name="id">The dispute.</param>
    /// <param name="request">The evidence; without any, what was brought before is sent.</param>
    /// <param name="idempotencyKey">The same key and evidence give the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the operation.</param>
    /// <returns>The dispute, <see cref="DisputeStatus.EvidenceSubmitted"/> once the acquirer has the evidence.</returns>
    public Task<DisputeResponse> SubmitEvidenceAsync(
        string id, EvidenceRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        HttpContent content = request.Files.Count == 0 ? Json(request, RequestJson.Default.EvidenceRequest) : Form(request);
        return PostDisputeAsync($"{Cards}/disputes/{Segment(id)}/evidence", content, idempotencyKey, cancellationToken);
    }

    private async Task<DisputeResponse> PostDisputeAsync(string path, HttpContent? content, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(
            HttpMethod.Post, path, content, ResponseJson.Numbers.DisputeResponse, idempotencyKey, cancellationToken).ConfigureAwait(false);
        return answer.Body with { Replayed = answer.Replayed };
    }

    private static MultipartFormDataContent Form(EvidenceRequest request)
    {
        // The texts are the fields that the request has as JSON.
        var form = new MultipartFormDataContent();
        foreach (var field in JsonSerializer.SerializeToElement(request, RequestJson.Default.EvidenceRequest).EnumerateObject())
        {
            form.Add(new StringContent(field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : field.Value.GetRawText()), field.Name);
        }

        foreach (var file in request.Files)
        {
            form.Add(new ReadOnlyMemoryContent(file.Content), WireName(file.Category), file.FileName);
        }

        return form;
    }

    private static string WireName<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
