using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;

namespace Tollgate.Server.Disputes;

/// <summary>A dispute as the wire shows it.</summary>
internal static class DisputeRenderer
{
    public static DisputeResponse Render(Dispute dispute, PaymentFacts facts, IEnumerable<ListedEvidence> evidence) => new()
    {
        Id = dispute.Id.Value,
        PaymentUuid = facts.Id.Value,
        ExternalId = facts.ExternalId,
        Amount = dispute.Amount.Minor,
        Currency = dispute.Amount.Currency.Code,
        ReasonCode = dispute.ReasonCode,
        Reason = ReasonCodes.Describe(dispute.ReasonCode),
        Status = (DisputeStatus)dispute.Stage,
        RespondBy = dispute.RespondBy,
        OpenedAt = dispute.OpenedAt,
        EndedAt = dispute.EndedAt,
        Fee = FeeOf(dispute, facts.Fees ?? FeeSchedule.None),
        Evidence = [.. evidence.Where(e => e.Number <= dispute.EvidenceCount).Select(e => new EvidenceEcho
        {
            Category = WireNames.TryParse<EvidenceCategory>(e.Category, out var category) ? category : EvidenceCategory.Other,
            FileName = e.FileName,
            ContentType = e.ContentType,
            Size = e.Bytes,
            Submitted = e.Number <= dispute.EvidenceSubmitted,
        })],
    };

    private static long FeeOf(Dispute dispute, FeeSchedule fees)
    {
        var fee = new Money(dispute.MoneyTaken ? fees.Dispute : 0, dispute.Amount.Currency);
        return (fee + fees.Tax(fee)).Minor;
    }
}
