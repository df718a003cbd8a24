using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Disputes;

/// <summary><c>POST /api/v2/cards/disputes/{id}/evidence</c>: keeps texts and files, sealed, and sends them to the acquirer unless told to wait.</summary>
internal sealed class BringEvidence(AnswerDispute answer, EvidenceForms forms, PaymentRunner runner, CardVault vault, RealTime real)
{
    public Task HandleAsync(HttpContext context, App app) => answer.HandleAsync(
        context,
        app,
        async (dispute, errors) =>
        {
            var brought = await forms.ReadAsync(context, errors);

            // What the acquirer would not take is there, and not submitted.
            MerchantAnswer asked = null!;
            return asked = new(brought.Digest, StepAsync, stands => brought.Submit && stands.EvidenceSubmitted < stands.EvidenceCount);

            async Task<StepResult> StepAsync(Payment payment, KeyedRequest? keyed) => (brought.Pieces.Count, brought.Submit) switch
            {
                (0, false) => new(payment, Refusal.NoEvidence),
                (0, true) => await runner.SendEvidenceAsync(payment, dispute, keyed, audit: Read()),
                (_, true) => await runner.SendEvidenceAsync(payment, dispute, keyed, Seal, Read()),
                _ => await runner.AddEvidenceAsync(payment, dispute, Seal, keyed),
            };

            AuditEntry Read() => new(
                real.Clock.GetUtcNow(), AuditAct.EvidenceRead, AuditActor.Of(app.Id), context.Connection.RemoteIpAddress, $"evidence of dispute {dispute}", After: "sent to the acquirer");

            IReadOnlyList<NewEvidence> Seal(int first)
            {
                var pieces = brought.Pieces.Select((piece, i) => new NewEvidence(
                    dispute,
                    first + i,
                    piece.Category,
                    piece.FileName,
                    piece.ContentType,
                    piece.Content.Length,
                    vault.SealBytes(piece.Content, PaymentRunner.EvidenceContext(app.Id, dispute, first + i)))).ToList();
                asked.Brought = [.. pieces.Select(p => new ListedEvidence(dispute.Value, p.Number, p.Category, p.FileName, p.ContentType, p.Bytes))];
                return pieces;
            }
        });
}
