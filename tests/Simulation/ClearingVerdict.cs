using System.Security.Cryptography;
using Tollgate.Core.Payments;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;

namespace Tollgate.Simulation;

/// <summary>What must hold of clearing when nothing is left to do.</summary>
internal static class ClearingVerdict
{
    public static void Pass(SimulatedStore tables, ClearingOffice office, IReadOnlyDictionary<string, Verdict.Ended> payments)
    {
        FilesAreDealtWith(tables, office);
        foreach (var record in tables.ClearingRecords.Values)
        {
            RecordHasOneEnd(tables, record);
        }

        foreach (var ended in payments.Values)
        {
            SettlesByOneRecord(tables, ended);
        }

        ListIsExplained(tables, office);
    }

    /// <summary>Every file was imported as it was written, and every record of it dealt with.</summary>
    private static void FilesAreDealtWith(SimulatedStore tables, ClearingOffice office)
    {
        That(
            office.Files.Select(f => f.Name).Order(StringComparer.Ordinal).SequenceEqual(tables.ClearingFiles.Keys.Order(StringComparer.Ordinal)),
            "a clearing file is dealt with",
            $"the acquirer wrote {office.Files.Count}, and {tables.ClearingFiles.Count} were imported");
        foreach (var file in office.Files)
        {
            var stored = tables.ClearingFiles[file.Name];
            That(
                stored.Digest.AsSpan().SequenceEqual(SHA256.HashData(file.Content)) && (stored.Records, stored.Total) == (file.Lines.Count, file.Lines.Sum(l => l.Amount)),
                "a clearing file is dealt with",
                $"{file.Name} was imported otherwise than it was written");
            foreach (var (index, line) in file.Lines.Index())
            {
                var record = tables.ClearingRecords.GetValueOrDefault((file.Name, index + 2));
                var written = (line.Payment, line.Operation, line.Amount, line.Currency, line.Cost);
                That(
                    record is not null && (record.PaymentUuid, record.Operation, record.Amount, record.Currency, record.Cost) == written,
                    "a clearing file is dealt with",
                    $"line {index + 2} of {file.Name} says {line}, and was dealt with as {record}");
            }
        }

        That(tables.ClearingRecords.Count == office.Files.Sum(f => f.Lines.Count), "a clearing file is dealt with", "more records than were written");
    }

    /// <summary>A record settled its payment, or is on the list under what it came to.</summary>
    private static void RecordHasOneEnd(SimulatedStore tables, NewClearingRecord record)
    {
        var left = tables.Discrepancies
            .Where(d => d.Found.FileId == record.FileId && d.Found.Line == record.Line && d.How is not (Reconciliation.Matched or Reconciliation.Superseded or "accept"))
            .ToList();
        That(
            record.Matched ? left.Count == 0 : left is [{ Found.Kind: DiscrepancyKind.Twice or DiscrepancyKind.AmountDiffers }],
            "a record is dealt with once",
            $"{record} stands on the list as {string.Join(", ", left.Select(d => d.Found.Id))}");
    }

    private static void SettlesByOneRecord(SimulatedStore tables, Verdict.Ended ended)
    {
        var payment = ended.Payment;
        var matched = tables.ClearingRecords.Values.Where(r => r.PaymentUuid == payment.Id.Value && r.Matched).ToList();
        var settled = ended.Events.OfType<PaymentEvent.Settled>().ToList();
        That(
            matched.Count == settled.Count && settled.Count == (payment.Captured.IsPositive ? 1 : 0),
            "a capture settles by one record",
            $"{payment.Id} has {settled.Count} settlements and {matched.Count} records");
        foreach (var (record, by) in matched.Zip(settled))
        {
            That(
                by.Record == Reconciliation.Reference(record.FileId, record.Line) && record.Operation == payment.CapturedBy!.Value.Value
                    && record.Amount == (by.Cleared ?? payment.Captured).Minor && record.Cost == (by.Cost?.Minor ?? 0),
                "a capture settles by one record",
                $"{payment.Id} settled by {by}, and the record is {record}");
        }
    }

    /// <summary>What is still on the list was cleared before; anything else has come right.</summary>
    private static void ListIsExplained(SimulatedStore tables, ClearingOffice office)
    {
        foreach (var listed in tables.Discrepancies.Where(d => d.ResolvedAt is null))
        {
            var found = listed.Found;
            That(
                found.Kind == DiscrepancyKind.Twice && office.Files.Sum(f => f.Lines.Count(l => l.Operation == found.Operation)) > 1,
                "what does not match comes right",
                $"{found.Id} of {found.PaymentUuid} is still open");
        }
    }

    private static void That(bool holds, string check, string what)
    {
        if (!holds)
        {
            throw new ViolationException(check, what);
        }
    }
}
