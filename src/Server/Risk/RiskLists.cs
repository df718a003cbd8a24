using System.Globalization;
using System.Net;
using Tollgate.Core.Risk;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Risk;

/// <summary>What an entry of a list names.</summary>
internal enum RiskListKind
{
    /// <summary>A card; stored as a digest.</summary>
    Card,

    /// <summary>The first six to eight digits of a card.</summary>
    Bin,

    /// <summary>An e-mail address, or <c>@</c> and a domain; stored as a digest.</summary>
    Email,

    /// <summary>A network, such as <c>198.51.100.0/24</c>.</summary>
    Ip,

    /// <summary>A card's country, ISO 3166-1 alpha-2.</summary>
    Country,
}

/// <summary>An entry of a block or allow list.</summary>
/// <param name="Id"><c>rl_…</c>.</param>
/// <param name="App">Whose attempts it is about; <see langword="null"/> for everybody's.</param>
/// <param name="IsAllowed">Whether it allows; otherwise it blocks.</param>
/// <param name="Kind">What it names.</param>
/// <param name="Value">What of it is stored: digests in hexadecimal.</param>
/// <param name="Reason">Why, in the operator's words.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="ExpiresAt">Until when; <see langword="null"/> until it is removed.</param>
internal sealed record RiskListEntry(
    string Id, string? App, bool IsAllowed, RiskListKind Kind, string Value, string Reason, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What a list says of an attempt.</summary>
internal sealed record RiskListWord(RiskVerdict Verdict, RiskCause Cause, string Because, DateTimeOffset? Until);

/// <summary>The block and allow lists, in memory, looked up again every second. What is blocked is blocked, though it is on an allow list as well.</summary>
internal sealed class RiskLists(CardVault vault, Func<Task<IReadOnlyList<RiskListEntry>>> readAsync)
{
    private volatile Lookup entries = Lookup.Of([]);

    /// <summary>Whether there is no entry at all.</summary>
    public bool IsEmpty => entries.IsEmpty;

    /// <summary>Reads what is stored.</summary>
    public async Task RefreshAsync() => entries = Lookup.Of(await readAsync());

    /// <summary>What the lists say of an attempt; nothing when they do not know it.</summary>
    public RiskListWord? Find(RiskQuestion question, ulong card)
    {
        var now = entries;
        RiskListEntry? found = null;
        foreach (var (kind, value) in ValuesOf(question, card))
        {
            if (now.ByValue.TryGetValue((kind, value), out var named))
            {
                Choose(named);
            }
        }

        if (question.Address is { } text && IPAddress.TryParse(text, out var address))
        {
            Choose(now.Networks.Where(n => n.Network.Contains(address)).Select(n => n.Entry));
        }

        return found is null ? null : new(
            found.IsAllowed ? RiskVerdict.Allow : RiskVerdict.Refuse,
            found.IsAllowed ? RiskCause.AllowList : RiskCause.BlockList,
            $"{found.Id}, {Http.WireNames.Of(found.Kind)}: {found.Reason}",
            found.ExpiresAt);

        void Choose(IEnumerable<RiskListEntry> named)
        {
            foreach (var entry in named)
            {
                var holds = (entry.App is null || entry.App == question.App.Value) && (entry.ExpiresAt is null || entry.ExpiresAt > question.At);
                found = holds && (found is null || (found.IsAllowed && !entry.IsAllowed)) ? entry : found;
            }
        }
    }

    /// <summary>What is stored of a value as it is said; nothing when it is none of its kind.</summary>
    public string? Store(RiskListKind kind, string text) => kind switch
    {
        RiskListKind.Bin when text.Length is >= 6 and <= 8 && text.All(char.IsAsciiDigit) => text,
        RiskListKind.Email when text.Contains('@', StringComparison.Ordinal) && text.Length <= 254 => RiskMarks.WriteCard(RiskMarks.EmailOf(vault, text)),
        RiskListKind.Ip when AccessSettings.TryParseNetwork(text) is { } network => network.ToString(),
        RiskListKind.Country when Core.Cards.Countries.Contains(text.ToUpperInvariant()) => text.ToUpperInvariant(),
        _ => null,
    };

    private IEnumerable<(RiskListKind Kind, string Value)> ValuesOf(RiskQuestion question, ulong card)
    {
        yield return (RiskListKind.Card, RiskMarks.WriteCard(card));
        var bin = question.Number.FirstDigits();
        for (var length = 6; length <= bin.Length; length++)
        {
            yield return (RiskListKind.Bin, bin[..length]);
        }

        yield return (RiskListKind.Email, RiskMarks.WriteCard(RiskMarks.EmailOf(vault, question.Email)));
        yield return (RiskListKind.Email, RiskMarks.WriteCard(RiskMarks.EmailOf(vault, question.Email[question.Email.LastIndexOf('@')..])));
        if (question.Card.Country is { } country)
        {
            yield return (RiskListKind.Country, country);
        }
    }

    private sealed record Lookup(IReadOnlyDictionary<(RiskListKind Kind, string Value), List<RiskListEntry>> ByValue, IReadOnlyList<(IPNetwork Network, RiskListEntry Entry)> Networks)
    {
        public bool IsEmpty => ByValue.Count == 0 && Networks.Count == 0;

        public static Lookup Of(IReadOnlyList<RiskListEntry> entries) => new(
            entries.Where(e => e.Kind != RiskListKind.Ip).GroupBy(e => (e.Kind, e.Value)).ToDictionary(g => g.Key, g => g.ToList()),
            [.. entries.Where(e => e.Kind == RiskListKind.Ip).Select(e => (IPNetwork.Parse(e.Value), e))]);
    }
}
