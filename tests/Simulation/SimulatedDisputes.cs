using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Server.Storage;

namespace Tollgate.Simulation;

/// <summary>Disputes and their evidence, as <c>DisputeReader</c> and <c>PaymentReader</c> find them.</summary>
internal sealed partial class SimulatedStore
{
    private readonly List<NewEvidence> evidence = [];

    /// <summary>Disputes, each as it last was.</summary>
    public Dictionary<string, (string Payment, Dispute Dispute)> Disputes { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<NewEvidence> ReadEvidence(DisputeId dispute) => [.. evidence.Where(e => e.Dispute == dispute).OrderBy(e => e.Number)];

    public StoredDispute? FindDispute(AppId app, string id) =>
        Disputes.TryGetValue(id, out var row) && payments[row.Payment].App == app.Value ? new(row.Dispute, payments[row.Payment].Facts) : null;

    public (int Total, IReadOnlyList<StoredDispute> Page) ListDisputes(AppId app, DisputeQuery query)
    {
        var all = Disputes.Values
            .Where(d => payments[d.Payment].App == app.Value && (query.Stage ?? d.Dispute.Stage) == d.Dispute.Stage && (query.PaymentUuid ?? d.Payment) == d.Payment)
            .OrderByDescending(d => d.Dispute.OpenedAt).ThenByDescending(d => d.Dispute.Id.Value, StringComparer.Ordinal)
            .Select(d => new StoredDispute(d.Dispute, payments[d.Payment].Facts))
            .ToList();
        return (all.Count, [.. all.Skip((query.Page - 1) * query.PerPage).Take(query.PerPage)]);
    }

    public ILookup<string, ListedEvidence> ListEvidence(IReadOnlyCollection<DisputeId> of) => evidence
        .Where(e => of.Contains(e.Dispute)).OrderBy(e => e.Number)
        .ToLookup(e => e.Dispute.Value, e => new ListedEvidence(e.Dispute.Value, e.Number, e.Category, e.FileName, e.ContentType, e.Bytes), StringComparer.Ordinal);
}
