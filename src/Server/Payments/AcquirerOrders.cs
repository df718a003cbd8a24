using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Acquirers;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Payments;

/// <summary>Writes the order to the acquirer that an operation stands for; the same one again when it is repeated.</summary>
internal sealed class AcquirerOrders(IPaymentLookup reader, CardVault vault)
{
    /// <summary>The order of an authorisation, which needs the card. Whatever is known, what proves that the cardholder is there goes only where the cardholder is.</summary>
    public static AcquirerOrder.Authorise Authorise(Payment payment, CardNumber card, CardVerificationCode? code)
    {
        var facts = payment.Facts;
        var terms = CredentialTerms.Of(payment);
        return new(
            payment.InFlight!.Id,
            payment.Id,
            facts.Amount,
            card,
            facts.Card.Expiry,
            terms.MayProvePresence ? code : null,
            facts.CaptureAtOnce,
            terms,
            terms.MayProvePresence ? payment.Authentication : null);
    }

    /// <summary>The order of any other operation.</summary>
    public async Task<AcquirerOrder> ForAsync(Payment payment, Operation operation) => operation.Kind switch
    {
        OperationKind.Capture => new AcquirerOrder.Capture(operation.Id, payment.Id, operation.Amount, payment.Approval!.Reference),
        OperationKind.Void => new AcquirerOrder.Void(operation.Id, payment.Id, operation.Amount, payment.Approval!.Reference),
        OperationKind.Refund => new AcquirerOrder.Refund(operation.Id, payment.Id, operation.Amount, payment.Approval!.Reference),
        OperationKind.DisputeAcceptance => new AcquirerOrder.AnswerDispute(operation.Id, payment.Id, operation.Amount, payment.Dispute!.Case, true, []),
        OperationKind.DisputeEvidence =>
            new AcquirerOrder.AnswerDispute(operation.Id, payment.Id, operation.Amount, payment.Dispute!.Case, false, await OpenEvidenceAsync(payment)),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private async Task<IReadOnlyList<Evidence>> OpenEvidenceAsync(Payment payment) =>
    [
        .. from piece in await reader.ReadEvidenceAsync(payment.Dispute!.Id)
           let content = vault.UnsealBytes(piece.Sealed, PaymentRunner.EvidenceContext(payment.Facts.App, piece.Dispute, piece.Number))
           select new Evidence(piece.Number, piece.Category, piece.FileName, piece.ContentType, content),
    ];
}
