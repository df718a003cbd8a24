using System.Security.Cryptography;
using Tollgate.Core;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Settlement;

/// <summary>What an import did.</summary>
/// <param name="File">The file.</param>
/// <param name="OtherContent">Whether it was refused, because another file was imported under its name.</param>
/// <param name="Settled">How many records settled their payment.</param>
/// <param name="Before">How many had been dealt with before.</param>
/// <param name="Listed">How many do not match, and are on the list.</param>
internal sealed record ClearingReport(ClearingFile File, bool OtherContent, int Settled = 0, int Before = 0, int Listed = 0);

/// <summary>
/// Imports clearing files. A file's name and digest are written first, then each record in a change of its own: an import that was interrupted goes on when
/// the file comes again, and a file that comes again changes nothing.
/// </summary>
internal sealed class ClearingImport(IJournal journal, IClearingLookup clearing, Reconciliation reconciliation, PaymentRunner runner)
{
    /// <summary>How many payments are settled at once: the journal makes them durable together.</summary>
    private const int AtOnce = 64;

    /// <summary>Imports a file.</summary>
    /// <exception cref="ClearingFormatException">It is damaged; nothing of it was imported.</exception>
    public async Task<ClearingReport> ImportAsync(ReadOnlyMemory<byte> content)
    {
        var file = ClearingFile.Parse(content.Span);
        if (!await ClaimAsync(file))
        {
            return new(file, OtherContent: true);
        }

        var done = await clearing.ReadLinesAsync(file.Id);
        var before = file.Records.Count(r => done.Contains(r.Line));

        // Records of one payment one after the other: of two, the first settles it.
        var ends = new List<RecordEnd>(file.Records.Count - before);
        foreach (var part in file.Records.Where(r => !done.Contains(r.Line)).GroupBy(r => r.Payment).Chunk(AtOnce))
        {
            foreach (var some in await Task.WhenAll(part.Select(records => DealWithAsync(file.Id, records))))
            {
                ends.AddRange(some);
            }
        }

        return new(file, OtherContent: false, Count(RecordEnd.Settled), before + Count(RecordEnd.Before), Count(RecordEnd.Listed));

        int Count(RecordEnd end) => ends.Count(e => e == end);
    }

    /// <summary>Writes the file's name and digest; false when another file has the name.</summary>
    private async Task<bool> ClaimAsync(ClearingFile file)
    {
        var claimed = await journal.CommitAsync(new()
        {
            App = new(string.Empty),
            At = runner.Now,
            ClearingFile = new(file.Id, file.Digest, file.Records.Count, file.Total),
        });
        if (claimed.Conflict == Conflict.None)
        {
            return true;
        }

        var digest = await clearing.FindFileAsync(file.Id);
        Check.That(digest is not null, "a file that was imported stays known");
        return CryptographicOperations.FixedTimeEquals(digest, file.Digest);
    }

    private async Task<List<RecordEnd>> DealWithAsync(string file, IEnumerable<ClearingRecord> records)
    {
        var ends = new List<RecordEnd>();
        foreach (var record in records)
        {
            ends.Add(await reconciliation.DealWithAsync(file, record));
        }

        return ends;
    }
}
