using System.Globalization;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Settlement;

/// <summary>The operator's verb <c>clearing</c>.</summary>
internal static class ClearingVerbs
{
    private const int MostListed = 10_000;
    private const string Usage = "is clearing import FILE, clearing list [--open], or clearing resolve ID --how accept|write-off|ignore --note TEXT";

    /// <summary>Imports a file, lists what does not match, or resolves it. 1 when it could not be done.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        Func<Operator, Task<int>> work = own switch
        {
            ["import", var path] => op => ImportAsync(op, path, output),
            ["list"] => op => ListAsync(op, false, output),
            ["list", "--open"] => op => ListAsync(op, true, output),
            ["resolve", var id, "--how", var how, "--note", var note] when WayOf(how) is { } way && note.Length > 0 => op => ResolveAsync(op, id, way, note, output),
            _ => throw new SettingException("The verb", Usage),
        };
        await using var op = await Operator.OpenAsync(settings);
        return await work(op);
    }

    private static async Task<int> ImportAsync(Operator op, string path, TextWriter output)
    {
        try
        {
            var report = await op.Get<ClearingImport>().ImportAsync(await File.ReadAllBytesAsync(path));
            await output.WriteLineAsync(report.OtherContent
                ? $"Refused: another file was imported under the name {report.File.Id}."
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{report.File.Id}: {report.File.Records.Count} records; {report.Settled} settled, {report.Before} dealt with before, {report.Listed} do not match."));
            return report.OtherContent ? 1 : 0;
        }
        catch (ClearingFormatException damaged)
        {
            await output.WriteLineAsync($"Nothing was imported: {damaged.Message}.");
            return 1;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            await output.WriteLineAsync($"Nothing was imported: {unreadable.Message}");
            return 1;
        }
    }

    private static async Task<int> ListAsync(Operator op, bool openOnly, TextWriter output)
    {
        foreach (var discrepancy in await op.Get<ClearingReader>().ListAsync(openOnly, MostListed))
        {
            await output.WriteLineAsync(LineOf(discrepancy));
        }

        return 0;
    }

    private static string LineOf(StoredDiscrepancy discrepancy)
    {
        var found = discrepancy.Found;
        var end = discrepancy.ResolvedAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"{discrepancy.How} at {at:u} ({discrepancy.Note})") : "open";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{found.Id} payment {found.PaymentUuid} ours {Amount(found.Ours)} theirs {Amount(found.Theirs)} {found.Currency} found {discrepancy.FoundAt:u} {end}");

        static string Amount(long? amount) => amount?.ToString(CultureInfo.InvariantCulture) ?? "-";
    }

    private static async Task<int> ResolveAsync(Operator op, string id, ResolutionWay way, string note, TextWriter output)
    {
        await op.Get<IJournal>().AuditAsync(new(op.Get<RealTime>().Clock.GetUtcNow(), AuditAct.MoneyMoved, AuditActor.Operator, null, $"discrepancy {id}", After: $"to be resolved: {way}"));
        var problem = await op.Get<ClearingDesk>().ResolveAsync(id, way, note);
        await output.WriteLineAsync(problem is null ? $"{id}: resolved." : $"{id}: not resolved: {problem}.");
        return problem is null ? 0 : 1;
    }

    private static ResolutionWay? WayOf(string how) => how switch
    {
        "accept" => ResolutionWay.Accept,
        "write-off" => ResolutionWay.WriteOff,
        "ignore" => ResolutionWay.Ignore,
        _ => null,
    };
}
