using System.Globalization;
using Tollgate.Client.Contract;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Audit;

/// <summary>The operator's verb <c>audit</c>.</summary>
internal static class AuditVerbs
{
    private const string Usage =
        "is audit anchor, or audit list [--from TIME] [--to TIME] [--act ACT] [--actor NAME] [--object PART] [--outcome succeeded|failed] [--after POSITION] [--format text|csv|json]";

    private static readonly string[] Options = ["from", "to", "act", "actor", "object", "outcome", "after", "format"];

    /// <summary>Prints where the log ends, or entries of it. Reading the log is an entry of it.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var (words, options) = Read(own);
        Func<Operator, Task> work = words switch
        {
            ["anchor"] when options.Count == 0 => op => AnchorAsync(op, output),
            ["list"] when options.Keys.All(Options.Contains) => List(options, output),
            _ => throw new SettingException("The verb", Usage),
        };
        await using var op = await Operator.OpenAsync(settings);
        await work(op);
        return 0;
    }

    private static async Task AnchorAsync(Operator op, TextWriter output)
    {
        var head = await op.Get<AuditReader>().ReadHeadAsync();
        await output.WriteLineAsync(new AuditAnchor(head.Position, head.Hash, op.Get<RealTime>().Clock.GetUtcNow()).ToString());
    }

    private static Func<Operator, Task> List(Dictionary<string, string> options, TextWriter output)
    {
        var query = new AuditQuery(
            options.TryGetValue("after", out var text) ? Position(text) : 0,
            Instant(options, "from"),
            Instant(options, "to"),
            !options.TryGetValue("act", out var act) ? null
                : WireNames.TryParse<AuditAct>(act, out _) ? act
                : throw new SettingException("--act", $"is one of {string.Join(", ", Enum.GetValues<AuditAct>().Select(WireNames.Of))}"),
            options.GetValueOrDefault("actor"),
            options.GetValueOrDefault("object"),
            options.GetValueOrDefault("outcome") switch
            {
                null => null,
                "succeeded" => true,
                "failed" => false,
                _ => throw new SettingException("--outcome", "is succeeded or failed"),
            });
        Func<AuditRow, string> line = options.GetValueOrDefault("format") switch
        {
            null or "text" => AuditText.Line,
            "csv" => AuditText.Csv,
            "json" => AuditText.Json,
            _ => throw new SettingException("--format", "is text, csv or json"),
        };
        return async op =>
        {
            var asked = string.Join(' ', options.OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => $"--{o.Key} {o.Value}"));
            await op.Get<IJournal>().AuditAsync(new(op.Get<RealTime>().Clock.GetUtcNow(), AuditAct.Exported, AuditActor.Operator, null, "the audit log", After: asked.Length > 0 ? asked : "all of it"));
            if (line == AuditText.Csv)
            {
                await output.WriteLineAsync(AuditText.CsvHeader);
            }

            await foreach (var row in op.Get<AuditReader>().ListAsync(query))
            {
                await output.WriteLineAsync(line(row));
            }
        };
    }

    private static (string[] Words, Dictionary<string, string> Options) Read(string[] own)
    {
        var words = own.TakeWhile(w => !w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in own.Skip(words.Length).Chunk(2))
        {
            if (pair is not [['-', '-', .. var name], var value] || !options.TryAdd(name, value))
            {
                throw new SettingException("The verb", Usage);
            }
        }

        return (words, options);
    }

    private static long Position(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
        ? position
        : throw new SettingException("--after", "is the position of an entry");

    private static DateTimeOffset? Instant(Dictionary<string, string> options, string name) => !options.TryGetValue(name, out var text) ? null
        : WireInstant.TryRead(text, out var instant) ? instant.ToUniversalTime()
        : throw new SettingException("--" + name, "is a day or an instant such as 2027-06-14T09:00:00Z");
}
