using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Settlement;

/// <summary>How an operator puts a discrepancy right.</summary>
internal enum ResolutionWay
{
    /// <summary>The acquirer is right.</summary>
    Accept,

    /// <summary>The money will not come; the merchant has it all the same.</summary>
    WriteOff,

    /// <summary>It is dealt with elsewhere; nothing moves.</summary>
    Ignore,
}

/// <summary>Where an operator resolves what does not match.</summary>
internal sealed class ClearingDesk(IPaymentLookup payments, IClearingLookup clearing, Reconciliation reconciliation)
{
    /// <summary>Resolves a discrepancy; says why not when it cannot be done that way.</summary>
    public async Task<string?> ResolveAsync(string id, ResolutionWay way, string note)
    {
        if (await clearing.FindAsync(id) is not { } discrepancy)
        {
            return "there is no such discrepancy";
        }

        if (discrepancy.ResolvedAt is not null)
        {
            return $"it was resolved before: {discrepancy.How}";
        }

        var resolution = new DiscrepancyResolution(id, NameOf(way), note);
        switch (discrepancy.Found.Kind, way)
        {
            case (_, ResolutionWay.Ignore):
                return await reconciliation.CloseAsync(resolution) ? null : "it was resolved before";
            case (DiscrepancyKind.MissingHere, ResolutionWay.Accept):
                return await reconciliation.LookAgainAsync(discrepancy) ? null : "its capture is still not known here; it is tried again by itself, or ignored";
            case (DiscrepancyKind.AmountDiffers, ResolutionWay.Accept):
                return await SettleAsync(discrepancy, discrepancy.Found.Theirs!.Value, resolution);
            case (DiscrepancyKind.MissingThere, ResolutionWay.WriteOff):
                return await SettleAsync(discrepancy, 0, resolution);
            default:
                return $"{discrepancy.Found.Kind switch
                {
                    DiscrepancyKind.MissingHere => "a record that is missing here is accepted once it is known, or ignored",
                    DiscrepancyKind.MissingThere => "a capture that is missing there is written off or ignored",
                    DiscrepancyKind.AmountDiffers => "a different amount is accepted or ignored",
                    _ => "a capture that was cleared twice is ignored, once the acquirer has its money back",
                }}";
        }
    }

    private async Task<string?> SettleAsync(StoredDiscrepancy discrepancy, long cleared, DiscrepancyResolution resolution)
    {
        var payment = (await payments.FindAsync(new PaymentId(discrepancy.Found.PaymentUuid)))!;
        var currency = payment.Captured.Currency;
        var reference = discrepancy.Found is { FileId: { } file, Line: { } line } ? Reconciliation.Reference(file, line) : discrepancy.Found.Id;
        var settled = await reconciliation.SettleAsync(
            payment,
            new Money(cleared, currency),
            new(discrepancy.Cost, currency),
            reference,
            new() { ClearingRecord = Reconciliation.RowOf(discrepancy), Resolution = resolution });
        return settled.Refusal switch
        {
            null => null,
            Refusal.NotSettleable => "the payment has settled by now; ignore it",
            _ => "it was resolved before",
        };
    }

    private static string NameOf(ResolutionWay way) => way == ResolutionWay.WriteOff ? "write-off" : way.ToString().ToLowerInvariant();
}
