using Tollgate.Core.Cards;

namespace Tollgate.Core.Risk;

/// <summary>An attempt, by what it is counted under: keyed digests, never what they stand for.</summary>
/// <param name="App">Whose.</param>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Card">The card.</param>
/// <param name="Bin">Its first eight digits.</param>
/// <param name="Prefix">Its first twelve digits.</param>
/// <param name="Address">Where the customer is, when the merchant says so.</param>
/// <param name="Email">The customer's e-mail address.</param>
/// <param name="Order">The merchant's order.</param>
/// <param name="IsSmall">Whether it was for next to nothing.</param>
/// <param name="IsRefused">Whether it was refused: then it is no part of what the app's customers do.</param>
public readonly record struct RiskAttempt(
    string App, long At, ulong Card, ulong Bin, ulong Prefix, ulong? Address, ulong? Email, ulong Order, bool IsSmall, bool IsRefused = false);

/// <summary>A decline of the issuer.</summary>
/// <param name="App">Whose.</param>
/// <param name="At">When, in milliseconds.</param>
/// <param name="Card">The card.</param>
/// <param name="Address">Where the customer is.</param>
/// <param name="Amount">How much was asked for, in the smallest unit.</param>
/// <param name="Expiry">Year and month of the card, such as 203012.</param>
/// <param name="Code">ISO 8583 DE39.</param>
/// <param name="Advice">Mastercard's merchant advice code, when there is one.</param>
public readonly record struct RiskDecline(
    string App, long At, ulong Card, ulong? Address, long Amount, int Expiry, string? Code, string? Advice);

/// <summary>
/// Counts attempts and declines over sliding windows, in bounded memory: what was not seen for longest is forgotten first. It knows no clock; it is safe for
/// many callers at once, and an attempt is counted in the same step in which it is looked at, so that none of many at once is overlooked.
/// </summary>
public sealed class RiskCounters
{
    private const int MostBins = 256;
    private const int OthersToTellApart = 3;
    private const int UsualMultiple = 3;
    private const double UnknownShare = 0.1;

    private static readonly long Day = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    private readonly Lock turn = new();
    private readonly Dictionary<RiskCounter, int> most;
    private readonly Dictionary<string, AppHistory> apps = new(StringComparer.Ordinal);
    private readonly Generations<Key, RecentTimes> times;
    private readonly Generations<Key, RecentCards> cards;
    private readonly Generations<Key, RetryHistory> retries;

    /// <summary>Makes counters for tables of rules.</summary>
    /// <param name="tables">The tables that will be asked about.</param>
    /// <param name="size">How much of each kind is kept: twice that many at most.</param>
    public RiskCounters(IEnumerable<IReadOnlyList<RiskRule>> tables, int size)
    {
        ArgumentNullException.ThrowIfNull(tables);
        most = tables.SelectMany(t => t).GroupBy(r => r.Counter).ToDictionary(g => g.Key, g => g.Max(r => Math.Max(r.Challenge ?? 1, r.Refuse ?? 1)));
        (times, cards, retries) = (new(size), new(size), new(size));
    }

    /// <summary>How many things are counted at the moment.</summary>
    public int Count
    {
        get
        {
            lock (turn)
            {
                return times.Count + cards.Count + retries.Count;
            }
        }
    }

    /// <summary>Counts an attempt and says what its counters stand at, one for each rule, in their order.</summary>
    public void Assess(in RiskAttempt attempt, IReadOnlyList<RiskRule> rules, Span<RiskReading> readings)
    {
        ArgumentNullException.ThrowIfNull(rules);
        lock (turn)
        {
            AddCore(attempt);
            for (var i = 0; i < rules.Count; i++)
            {
                readings[i] = Read(attempt, rules[i]);
            }
        }
    }

    /// <summary>Counts an attempt of which another process tells, or of before the start.</summary>
    public void Add(in RiskAttempt attempt)
    {
        lock (turn)
        {
            AddCore(attempt);
        }
    }

    /// <summary>Counts a decline.</summary>
    public void Add(in RiskDecline decline)
    {
        lock (turn)
        {
            var declined = times.Get(new(Kind.CardDeclines, decline.App, decline.Card));
            declined.Add(decline.At, Math.Max(Most(RiskCounter.CardDeclinesHour), Most(RiskCounter.CardDeclinesDay)));
            if (decline.Address is { } address && RetryRules.IsBadCard(decline.Code))
            {
                times.Get(new(Kind.AddressBadCards, decline.App, address)).Add(decline.At, Most(RiskCounter.AddressBadCards));
            }

            retries.Get(new(Kind.Retries, decline.App, decline.Card)).Add(decline);
            AppOf(decline.App).Add(decline.At, new(0, 1, decline.Code == "14" ? 1 : 0, 0));
        }
    }

    /// <summary>
    /// Takes an attempt that was refused out of the shares of all attempts: whoever was found and stopped must not be why everybody else is challenged.
    /// </summary>
    public void Refuse(in RiskAttempt attempt)
    {
        lock (turn)
        {
            AppOf(attempt.App).Add(attempt.At, Negative(attempt));
            AppOf(attempt.App).RemoveBin(attempt.At, attempt.Bin);
        }
    }

    /// <summary>Takes an attempt back that came to nothing, because it was another one once more.</summary>
    public void Withdraw(in RiskAttempt attempt)
    {
        lock (turn)
        {
            times.Find(new(Kind.CardAttempts, null, attempt.Card))?.Remove(attempt.At);
            times.Find(new(Kind.OrderAttempts, attempt.App, attempt.Order))?.Remove(attempt.At);
            if (!attempt.IsRefused)
            {
                AppOf(attempt.App).Add(attempt.At, Negative(attempt));
                AppOf(attempt.App).RemoveBin(attempt.At, attempt.Bin);
            }
        }
    }

    /// <summary>Whether the schemes and the issuer let a card be tried; why not, when they do not, and until when.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="card">The card.</param>
    /// <param name="brand">Its scheme.</param>
    /// <param name="amount">How much, in the smallest unit.</param>
    /// <param name="expiry">Year and month of the card as it is given now, such as 203012.</param>
    /// <param name="isTyped">Whether the customer gave the card just now.</param>
    /// <param name="now">Now, in milliseconds.</param>
    public (string Because, long? Until)? DecideRetry(string app, ulong card, Brand brand, long amount, int expiry, bool isTyped, long now)
    {
        lock (turn)
        {
            return RetryRules.Decide(retries.Find(new(Kind.Retries, app, card)), brand, amount, expiry, isTyped, now);
        }
    }

    private int Most(RiskCounter counter) => most.GetValueOrDefault(counter, 1);

    private AppHistory AppOf(string app)
    {
        if (!apps.TryGetValue(app, out var history))
        {
            apps.Add(app, history = new());
        }

        return history;
    }

    private void AddCore(in RiskAttempt attempt)
    {
        var (app, at) = (attempt.App, attempt.At);
        times.Get(new(Kind.CardAttempts, null, attempt.Card)).Add(at, Most(RiskCounter.CardAttempts));
        times.Get(new(Kind.OrderAttempts, app, attempt.Order)).Add(at, Most(RiskCounter.OrderAttempts));
        cards.Get(new(Kind.PrefixCards, app, attempt.Prefix)).Add(attempt.Card, at, Most(RiskCounter.PrefixCards));
        cards.Get(new(Kind.BinCards, app, attempt.Bin)).Add(attempt.Card, at, MostBins);
        var history = AppOf(app);
        if (attempt.Address is { } address)
        {
            cards.Get(new(Kind.AddressCards, app, address)).Add(attempt.Card, at, Most(RiskCounter.AddressCards));
            history.Addresses.Add(address, at, OthersToTellApart + 1);
        }

        if (attempt.Email is { } email)
        {
            cards.Get(new(Kind.EmailCards, app, email)).Add(attempt.Card, at, Most(RiskCounter.EmailCards));
            history.Emails.Add(email, at, OthersToTellApart + 1);
        }

        if (!attempt.IsRefused)
        {
            history.Add(at, new(1, 0, 0, attempt.IsSmall ? 1 : 0));
            history.AddBin(at, attempt.Bin);
        }
    }

    private static Tally Negative(in RiskAttempt attempt) => new(-1, 0, 0, attempt.IsSmall ? -1 : 0);

    private RiskReading Read(in RiskAttempt attempt, RiskRule rule)
    {
        var after = attempt.At - (long)rule.Window.TotalMilliseconds;
        var history = AppOf(attempt.App);
        var value = rule.Counter switch
        {
            RiskCounter.CardDeclinesHour or RiskCounter.CardDeclinesDay => times.Find(new(Kind.CardDeclines, attempt.App, attempt.Card))?.CountAfter(after) ?? 0,
            RiskCounter.CardAttempts => times.Find(new(Kind.CardAttempts, null, attempt.Card))?.CountAfter(after) ?? 0,
            RiskCounter.OrderAttempts => times.Find(new(Kind.OrderAttempts, attempt.App, attempt.Order))?.CountAfter(after) ?? 0,
            RiskCounter.PrefixCards => cards.Find(new(Kind.PrefixCards, attempt.App, attempt.Prefix))?.CountAfter(after) ?? 0,
            RiskCounter.BinCards => BeyondUsual(cards.Find(new(Kind.BinCards, attempt.App, attempt.Bin))?.CountAfter(after) ?? 0, history, attempt, after),
            RiskCounter.AddressCards when TellsApart(history.Addresses, attempt.Address, attempt.At) =>
                cards.Find(new(Kind.AddressCards, attempt.App, attempt.Address!.Value))?.CountAfter(after) ?? 0,
            RiskCounter.AddressBadCards when TellsApart(history.Addresses, attempt.Address, attempt.At) =>
                times.Find(new(Kind.AddressBadCards, attempt.App, attempt.Address!.Value))?.CountAfter(after) ?? 0,
            RiskCounter.EmailCards when TellsApart(history.Emails, attempt.Email, attempt.At) =>
                cards.Find(new(Kind.EmailCards, attempt.App, attempt.Email!.Value))?.CountAfter(after) ?? 0,
            _ => 0,
        };
        if (!rule.IsShare)
        {
            return new(rule.Counter, value);
        }

        var (recent, usual) = (history.Since(after, attempt.At), history.Usual(attempt.At));
        return new(rule.Counter, recent.Attempts < RiskRules.AttemptsForShare ? 0 : recent.ShareOf(rule.Counter), usual.Attempts < AppHistory.AttemptsForUsual ? 0 : usual.ShareOf(rule.Counter));
    }

    /// <summary>
    /// Whether the merchant tells customers apart by this: an address that is missing, or the same for everybody, says nothing of who pays, and what is counted
    /// under it would be all customers.
    /// </summary>
    private static bool TellsApart(RecentCards seen, ulong? value, long now) => value is { } own && seen.CountAfter(now - Day, own) >= OthersToTellApart;

    /// <summary>
    /// A range that many of the app's customers have cards of may come up as often, and a multiple of that. As long as nobody knows what is usual, any range may
    /// come up among the others as one of ten.
    /// </summary>
    private static int BeyondUsual(int found, AppHistory history, in RiskAttempt attempt, long after)
    {
        var others = Math.Max(0, history.Since(after, attempt.At).Attempts - found);
        return Math.Max(0, found - (int)((history.UsualShareOf(attempt.Bin, attempt.At) is { } usual ? UsualMultiple * usual : UnknownShare) * others));
    }

    private enum Kind
    {
        CardDeclines,
        CardAttempts,
        AddressCards,
        EmailCards,
        AddressBadCards,
        PrefixCards,
        BinCards,
        OrderAttempts,
        Retries,
    }

    private readonly record struct Key(Kind Kind, string? App, ulong Value);
}
