using System.Globalization;
using System.Security.Cryptography;
using System.Xml;
using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Http;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Risk;

/// <summary>The operator's verb <c>risk</c>: the block and allow lists.</summary>
internal static class RiskVerbs
{
    private const int LongestReason = 200;
    private const string Usage =
        "is risk lists list [--app ID], risk lists remove ENTRY, or risk lists add block|allow card|bin|email|ip|country VALUE --reason WHY [--app ID] [--for P30D]; "
        + "the VALUE of a card is the uuid of a payment that was made with it, that of an e-mail address may be @ and a domain";

    /// <summary>Adds, removes or lists entries. 1 when it could not be done.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var words = own.TakeWhile(w => !w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in own.Skip(words.Length).Chunk(2))
        {
            if (pair is not [['-', '-', .. var name], var value] || !options.TryAdd(name, value))
            {
                throw new SettingException("The verb", Usage);
            }
        }

        Func<Operator, Task<int>> work = (words, string.Join(' ', options.Keys.Order(StringComparer.Ordinal))) switch
        {
            (["lists", "list"], "" or "app") => op => ListAsync(op, options.GetValueOrDefault("app"), output),
            (["lists", "remove", var id], "") => op => RemoveAsync(op, id, output),
            (["lists", "add", ("block" or "allow") and var effect, var kind, var value], "reason" or "app reason" or "for reason" or "app for reason")
                when WireNames.TryParse<RiskListKind>(kind, out var named) => op => AddAsync(op, effect == "allow", named, value, options, output),
            _ => throw new SettingException("The verb", Usage),
        };
        await using var op = await Operator.OpenAsync(settings);
        return options.GetValueOrDefault("app") is not { } app || op.Get<AppRegistry>().Find(new AppId(app)) is not null
            ? await work(op)
            : throw new SettingException("--app", $"names {app}, which is no app");
    }

    private static async Task<int> ListAsync(Operator op, string? app, TextWriter output)
    {
        foreach (var entry in (await op.Get<RiskReader>().ReadListsAsync()).Where(e => app is null || e.App is null || e.App == app))
        {
            var end = entry.ExpiresAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" until {at:u}") : string.Empty;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{entry.Id} {(entry.IsAllowed ? "allow" : "block")} {WireNames.Of(entry.Kind)} {entry.Value} for {entry.App ?? "every app"} since {entry.CreatedAt:u}{end}: {entry.Reason}"));
        }

        return 0;
    }

    private static async Task<int> RemoveAsync(Operator op, string id, TextWriter output)
    {
        var before = (await op.Get<RiskReader>().ReadListsAsync()).FirstOrDefault(e => e.Id == id);
        var removed = await op.Get<Journal>().RemoveListEntryAsync(id);
        await AuditAsync(op, id, removed, before, null);
        await output.WriteLineAsync(removed ? $"{id}: removed; every server knows it within a second." : $"{id}: there is no such entry.");
        return removed ? 0 : 1;
    }

    private static async Task<int> AddAsync(Operator op, bool isAllowed, RiskListKind kind, string value, Dictionary<string, string> options, TextWriter output)
    {
        var reason = options["reason"];
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl))
        {
            throw new SettingException("--reason", "must be 1 to 200 characters");
        }

        var now = op.Get<TimeProvider>().GetUtcNow();
        DateTimeOffset? end = options.TryGetValue("for", out var time) ? now + ReadTime(time) : null;
        var stored = kind == RiskListKind.Card ? await FindCardAsync(op, value) : op.Get<RiskLists>().Store(kind, value);
        if (stored is null)
        {
            await output.WriteLineAsync(kind == RiskListKind.Card ? $"{value}: there is no such payment, or its card is gone and was not counted." : $"{value}: that is no {WireNames.Of(kind)}.");
            return 1;
        }

        var entry = new RiskListEntry(
            "rl_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)), options.GetValueOrDefault("app"), isAllowed, kind, stored, reason, now, end);
        var added = await op.Get<Journal>().AddListEntryAsync(entry);
        await AuditAsync(op, entry.Id, added, null, entry);
        await output.WriteLineAsync(added ? $"{entry.Id}: added; every server knows it within a second." : "There is such an entry already: remove it first.");
        return added ? 0 : 1;
    }

    private static Task AuditAsync(Operator op, string id, bool succeeded, RiskListEntry? before, RiskListEntry? after) => op.Get<IJournal>().AuditAsync(new(
        op.Get<TimeProvider>().GetUtcNow(), AuditAct.ListChanged, AuditActor.Operator, null, $"list entry {id}", succeeded, Describe(before), Describe(after)));

    private static string? Describe(RiskListEntry? entry) => entry is null ? null : string.Create(
        CultureInfo.InvariantCulture,
        $"{(entry.IsAllowed ? "allow" : "block")} {WireNames.Of(entry.Kind)} {entry.Value} for {entry.App ?? "every app"}, {(entry.ExpiresAt is { } end ? $"until {end:u}" : "without end")}: {entry.Reason}");

    /// <summary>A card is named by a payment: its number is nothing to type at a prompt.</summary>
    private static async Task<string?> FindCardAsync(Operator op, string uuid)
    {
        var reader = op.Get<IPaymentLookup>();
        if (await reader.FindAsync(new PaymentId(uuid)) is not { } payment)
        {
            return null;
        }

        if (payment.Facts.Risk?.Card is { } counted)
        {
            return counted;
        }

        return await reader.FindCardAsync(payment.Facts.Token) is { Sealed: { } box } card
            ? RiskMarks.WriteCard(op.Get<RiskDesk>().DigestOf(op.Get<CardVault>().Unseal(box, payment.Facts.Token, card.App), 19))
            : null;
    }

    private static TimeSpan ReadTime(string text)
    {
        try
        {
            return XmlConvert.ToTimeSpan(text) is var time && time > TimeSpan.Zero && time <= TimeSpan.FromDays(3650) ? time : throw new FormatException();
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException)
        {
            throw new SettingException("--for", "must be a duration such as PT1H or P30D");
        }
    }
}
