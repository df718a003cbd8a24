using System.Globalization;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Settlement;

/// <summary>What became of one record of a clearing file.</summary>
internal enum RecordEnd
{
    /// <summary>It is our capture, and the payment has settled with it.</summary>
    Settled,

    /// <summary>It was dealt with before.</summary>
    Before,

    /// <summary>It does not match, and is on the list.</summary>
    Listed,
}

/// <summary>
/// Holds what an acquirer says it has cleared against our captures. What matches settles the payment, in one change with the word that this record is
/// dealt with, so that a crash in between leaves nothing half done; what does not match goes on the list, once.
/// </summary>
internal sealed class Reconciliation(IJournal journal, IPaymentLookup payments, IClearingLookup clearing, PaymentRunner runner, ILogger<Reconciliation> logger)
{
    /// <summary>By itself, because the record matched after all.</summary>
    public const string Matched = "matched";

    /// <summary>By itself, because it has become a discrepancy of another kind.</summary>
    public const string Superseded = "superseded";

    /// <summary>How a record differs from what we know; nothing when it does not.</summary>
    public static DiscrepancyKind? Judge(Payment? payment, OperationId operation, Money amount) => payment switch
    {
        null or { Captured.IsPositive: false } => DiscrepancyKind.MissingHere,
        _ when payment.CapturedBy != operation => DiscrepancyKind.MissingHere,
        { SettledAt: not null } => DiscrepancyKind.Twice,
        _ => payment.Captured == amount ? null : DiscrepancyKind.AmountDiffers,
    };

    /// <summary>Deals with one record of a file.</summary>
    public async Task<RecordEnd> DealWithAsync(string file, ClearingRecord record)
    {
        while (true)
        {
            var payment = await payments.FindAsync(record.Payment);
            var row = new NewClearingRecord(
                file, record.Line, record.Payment.Value, record.Operation.Value, record.Amount.Minor, record.Cost.Minor, record.Amount.Currency.Code, Matched: true);
            if (Judge(payment, record.Operation, record.Amount) is { } kind)
            {
                var found = new NewDiscrepancy(
                    IdOf(kind, file, record.Line),
                    kind,
                    file,
                    record.Line,
                    row.PaymentUuid,
                    row.Operation,
                    kind == DiscrepancyKind.MissingHere ? null : payment!.Captured.Minor,
                    record.Amount.Minor,
                    row.Currency);
                return await ListAsync(found, new() { ClearingRecord = row with { Matched = false } }) ? RecordEnd.Listed : RecordEnd.Before;
            }

            // Should the operator have heard that it was missing there, that has come right.
            var missing = MissingThere(record.Operation);
            var resolution = await clearing.IsOpenAsync(missing) ? new DiscrepancyResolution(missing, Matched, Reference(file, record.Line)) : null;
            var settled = await SettleAsync(payment!, null, record.Cost, Reference(file, record.Line), new() { ClearingRecord = row, Resolution = resolution });
            if (settled.Refusal is null)
            {
                return RecordEnd.Settled;
            }

            if (settled.Refusal == Refusal.StaleOperation && (await clearing.ReadLinesAsync(file)).Contains(record.Line))
            {
                return RecordEnd.Before;
            }
        }
    }

    /// <summary>Looks again at what was missing on either side; whether anything came of it.</summary>
    public async Task<bool> LookAgainAsync(StoredDiscrepancy discrepancy)
    {
        var found = discrepancy.Found;
        if (await payments.FindAsync(new PaymentId(found.PaymentUuid)) is not { } payment)
        {
            return false;
        }

        if (found is not { Theirs: { } theirs, FileId: { } file, Line: { } line })
        {
            return payment.SettledAt is not null && await CloseAsync(new(found.Id, Matched, await RecordThatSettledAsync(payment)));
        }

        // The file may have come again meanwhile, and this very record have settled the payment.
        if (payment.SettledAt is not null && await RecordThatSettledAsync(payment) == Reference(file, line))
        {
            return await CloseAsync(new(found.Id, Matched, Reference(file, line)));
        }

        var amount = new Money(theirs, payment.Captured.Currency);
        switch (Judge(payment, new(found.Operation), amount))
        {
            case DiscrepancyKind.MissingHere:
                return false;
            case { } other:
                var next = found with { Id = IdOf(other, file, line), Kind = other, Ours = payment.Captured.Minor };
                return await ListAsync(next, new() { Resolution = new(found.Id, Superseded, next.Id) });
            default:
                var settled = await SettleAsync(
                    payment,
                    null,
                    new(discrepancy.Cost, payment.Captured.Currency),
                    Reference(file, line),
                    new() { ClearingRecord = RowOf(discrepancy), Resolution = new(found.Id, Matched, Reference(file, line)) });
                return settled.Refusal is null;
        }
    }

    /// <summary>Tells of a capture that no file has had in time; false when that is known already.</summary>
    public async Task<bool> MissAsync(PaymentId id)
    {
        if (await payments.FindAsync(id) is not { CapturedBy: { } operation, UnsettledSince: not null } payment)
        {
            return false;
        }

        var captured = payment.Captured;
        return await ListAsync(
            new(MissingThere(operation), DiscrepancyKind.MissingThere, null, null, id.Value, operation.Value, captured.Minor, null, captured.Currency.Code), new());
    }

    /// <summary>Settles a payment.</summary>
    /// <param name="payment">The payment.</param>
    /// <param name="cleared">What arrived of it before the cost, where that is not what was captured.</param>
    /// <param name="cost">What was kept on the way.</param>
    /// <param name="reference">What says so.</param>
    /// <param name="with">What is written with it.</param>
    public Task<StepResult> SettleAsync(Payment payment, Money? cleared, Money cost, string reference, ChangeExtras with) =>
        runner.ApplyAsync(payment, now => new PaymentCommand.Settle(now, cleared, cost.IsPositive ? cost : null, reference), _ => with);

    /// <summary>Resolves a discrepancy without moving anything; false when it was resolved before.</summary>
    public async Task<bool> CloseAsync(DiscrepancyResolution resolution) =>
        (await journal.CommitAsync(new() { App = new(string.Empty), At = runner.Now, Resolution = resolution })).Conflict == Conflict.None;

    /// <summary>The record of a discrepancy, as dealt with.</summary>
    public static NewClearingRecord? RowOf(StoredDiscrepancy discrepancy) =>
        discrepancy.Found is { FileId: { } file, Line: { } line, Theirs: { } theirs } found
            ? new(file, line, found.PaymentUuid, found.Operation, theirs, discrepancy.Cost, found.Currency, Matched: true)
            : null;

    /// <summary>A record of a file, as people write it.</summary>
    public static string Reference(string file, int line) => string.Create(CultureInfo.InvariantCulture, $"{file}:{line}");

    private static string MissingThere(OperationId operation) => "missing-there." + operation;

    private static string IdOf(DiscrepancyKind kind, string file, int line)
    {
        var word = kind switch
        {
            DiscrepancyKind.MissingHere => "missing-here",
            DiscrepancyKind.AmountDiffers => "amount-differs",
            DiscrepancyKind.Twice => "twice",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{word}.{file}.{line}");
    }

    private async Task<string> RecordThatSettledAsync(Payment payment) =>
        (await payments.ReadJournalAsync(payment)).OfType<PaymentEvent.Settled>().Single().Record ?? string.Empty;

    private async Task<bool> ListAsync(NewDiscrepancy found, ChangeExtras with)
    {
        var change = new Change
        {
            App = new(string.Empty),
            At = runner.Now,
            Discrepancy = found,
            ClearingRecord = with.ClearingRecord,
            Resolution = with.Resolution,
        };
        if ((await journal.CommitAsync(change)).Conflict != Conflict.None)
        {
            return false;
        }

        Log.Discrepancy(logger, found.Id, found.Kind.ToString(), found.PaymentUuid);
        return true;
    }
}
