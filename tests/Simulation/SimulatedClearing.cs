using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Simulation;

/// <summary>
/// Clearing files, their records and what does not match: as <c>WriteClearing</c> and <c>AddClearing</c> write them, and <c>ClearingReader</c> reads them.
/// </summary>
internal sealed partial class SimulatedStore
{
    private readonly List<StoredDiscrepancy> discrepancies = [];

    public Dictionary<string, NewClearingFile> ClearingFiles { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string File, int Line), NewClearingRecord> ClearingRecords { get; } = [];

    public IReadOnlyList<StoredDiscrepancy> Discrepancies => discrepancies;

    /// <summary>Hears of everything that comes on the list.</summary>
    public Action<NewDiscrepancy>? Listed { get; set; }

    public byte[]? FindFile(string id) => ClearingFiles.GetValueOrDefault(id)?.Digest;

    public IReadOnlySet<int> ReadLines(string file) => ClearingRecords.Keys.Where(r => r.File == file).Select(r => r.Line).ToHashSet();

    public StoredDiscrepancy? FindDiscrepancy(string id) => discrepancies.Find(d => d.Found.Id == id) is { } found ? WithCost(found) : null;

    public IReadOnlyList<StoredDiscrepancy> ListKnownByNow(int limit) =>
        [.. discrepancies.Where(IsKnownByNow).OrderBy(d => d.FoundAt).ThenBy(d => d.Found.Id, StringComparer.Ordinal).Take(limit).Select(WithCost)];

    public IReadOnlyList<(PaymentId Payment, DateTimeOffset Since)> ListUnsettled(DateTimeOffset before, int limit)
    {
        var millis = JournalRows.Millis(before);
        return
        [
            .. inOrder.Where(p => p.UnsettledSince <= millis && !IsHeardOf(p)).OrderBy(p => p.UnsettledSince).Take(limit)
                .Select(p => (p.Facts.Id, DateTimeOffset.FromUnixTimeMilliseconds(p.UnsettledSince!.Value))),
        ];
    }

    /// <summary>When what does not match is to be looked at next.</summary>
    private long? NextClearing()
    {
        if (discrepancies.Exists(IsKnownByNow))
        {
            return 0;
        }

        long? oldest = null;
        foreach (var payment in inOrder)
        {
            if (payment.UnsettledSince is { } since && !(oldest <= since) && !IsHeardOf(payment))
            {
                oldest = since;
            }
        }

        return oldest is { } captured
            ? JournalRows.Millis(House.Settings.SettlesAt(DateTimeOffset.FromUnixTimeMilliseconds(captured)) + House.Settings.ClearingGrace)
            : null;
    }

    private bool IsKnownByNow(StoredDiscrepancy listed) =>
        listed.ResolvedAt is null && payments.TryGetValue(listed.Found.PaymentUuid, out var row) && listed.Found.Kind switch
        {
            DiscrepancyKind.MissingHere => row.Status is not (PaymentStatus.Pending or PaymentStatus.Authorised or PaymentStatus.Expired or PaymentStatus.Failed),
            DiscrepancyKind.MissingThere => row.UnsettledSince is null,
            _ => false,
        };

    private bool IsHeardOf(PaymentRow payment)
    {
        foreach (var listed in discrepancies)
        {
            if (listed.Found.PaymentUuid == payment.Facts.Id.Value && (listed.Found.Kind == DiscrepancyKind.MissingThere || listed.ResolvedAt is null))
            {
                return true;
            }
        }

        return false;
    }

    private StoredDiscrepancy WithCost(StoredDiscrepancy listed) =>
        listed.Found is { FileId: { } file, Line: { } line } && ClearingRecords.TryGetValue((file, line), out var record) ? listed with { Cost = record.Cost } : listed;

    private Conflict ClearingConflictOf(Change change)
    {
        if (change.ClearingFile is { } file && ClearingFiles.ContainsKey(file.Id))
        {
            return Conflict.ClearedBefore;
        }

        // One that did not match may match later, once.
        if (change.ClearingRecord is { } record && ClearingRecords.TryGetValue((record.FileId, record.Line), out var before) && (before.Matched || !record.Matched)
            && !flaws.HasFlag(StoreFlaws.ForgetsRecords))
        {
            return Conflict.ClearedBefore;
        }

        return change.Resolution is { } resolution && discrepancies.Find(d => d.Found.Id == resolution.Id) is not { ResolvedAt: null }
            ? Conflict.DiscrepancyClosed
            : Conflict.None;
    }

    private void WriteClearing(Change change)
    {
        if (change.ClearingFile is { } file)
        {
            ClearingFiles.Add(file.Id, file);
        }

        if (change.ClearingRecord is { } record)
        {
            var line = (record.FileId, record.Line);
            ClearingRecords[line] = ClearingRecords.TryGetValue(line, out var before) ? before with { Matched = true } : record;
        }

        if (change.Discrepancy is { } found && !discrepancies.Exists(d => d.Found.Id == found.Id))
        {
            discrepancies.Add(new(found, 0, DateTimeOffset.FromUnixTimeMilliseconds(JournalRows.Millis(change.At)), null, null, null));
            Listed?.Invoke(found);
        }

        if (change.Resolution is { } resolution)
        {
            var place = discrepancies.FindIndex(d => d.Found.Id == resolution.Id);
            discrepancies[place] = discrepancies[place] with { ResolvedAt = change.At, How = resolution.How, Note = resolution.Note };
        }
    }
}
