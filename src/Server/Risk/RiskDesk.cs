using System.Buffers.Binary;
using System.Collections.Concurrent;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Server.Apps;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Risk;

/// <summary>What is asked about: a payment that is to be made.</summary>
/// <param name="App">Whose.</param>
/// <param name="Order">The merchant's order.</param>
/// <param name="Shield">What tells whether another request is this one once more.</param>
/// <param name="Amount">How much.</param>
/// <param name="Number">The card.</param>
/// <param name="Card">What may be known of it.</param>
/// <param name="Email">The customer's e-mail address.</param>
/// <param name="Address">Where the customer is, when the merchant says so.</param>
/// <param name="Type">Who makes it.</param>
/// <param name="IsSaved">Whether the card was saved by an approved payment before.</param>
/// <param name="At">Now.</param>
internal sealed record RiskQuestion(
    AppId App, string Order, byte[] Shield, Money Amount, CardNumber Number, CardFacts Card, string Email, string? Address, PaymentType Type, bool IsSaved, DateTimeOffset At);

/// <summary>What was decided, and what is written with the payment. Whoever made the payment says so; from others it is taken back.</summary>
internal sealed class RiskTicket(RiskDesk desk, ulong key, RiskAssessment? assessment, RiskAttempt? attempt) : IDisposable
{
    /// <summary>What was decided; nothing where nothing is counted and no list has the attempt.</summary>
    public RiskAssessment? Assessment => assessment;

    /// <summary>What is counted; nothing when it is not.</summary>
    public RiskAttempt? Attempt => attempt;

    /// <summary>The mark that goes with the payment.</summary>
    public IReadOnlyList<RiskMark> Marks => attempt is { } counted ? [RiskMarks.Write(counted)] : [];

    public ulong Key => key;

    public int Holders { get; set; } = 1;

    public bool IsKept { get; private set; }

    /// <summary>The payment was made.</summary>
    public void Keep() => IsKept = true;

    public void Dispose() => desk.Leave(this);
}

/// <summary>The ticket that a request holds; another one when its first became somebody else's payment, which has ended since.</summary>
internal sealed class RiskAttempts(RiskDesk? desk, RiskQuestion question) : IDisposable
{
    /// <summary>The ticket; none where there is no desk.</summary>
    public RiskTicket? Current { get; private set; } = desk?.Enter(question);

    /// <summary>Makes sure that the ticket is of no payment yet.</summary>
    public void Renew()
    {
        if (Current is { IsKept: true } used)
        {
            used.Dispose();
            Current = desk!.Enter(question);
        }
    }

    public void Dispose() => Current?.Dispose();
}

/// <summary>
/// Decides whether an attempt goes on, is to be authenticated or is refused: lists, what the schemes say of trying again, and the app's table of rules, in this
/// order. All that it looks at is in memory.
/// </summary>
internal sealed class RiskDesk(Settings settings, AppRegistry apps, CardVault vault, RiskLists lists, ILogger<RiskDesk> logger)
{
    private const int Kept = 100_000;

    private static readonly long AlarmEvery = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly ConcurrentDictionary<string, long> alarms = new();
    private readonly Dictionary<ulong, RiskTicket> open = [];
    private readonly Lock turn = new();

    /// <summary>Whether any app has anything counted.</summary>
    public bool Counts => apps.All.Any(a => a.Risk.Mode != RiskMode.Off);

    /// <summary>What was counted.</summary>
    public RiskCounters Counters { get; } = new(settings.Apps.Select(a => a.Risk).Append(settings.Risk).Select(r => r.Rules), Kept);

    /// <summary>Decides, and counts the attempt. Identical requests at the same moment are one attempt.</summary>
    public RiskTicket Enter(RiskQuestion question)
    {
        var risk = apps.Find(question.App)?.Risk ?? new();
        var key = BinaryPrimitives.ReadUInt64BigEndian(question.Shield);
        if (risk.Mode == RiskMode.Off)
        {
            // A list is somebody's word: it holds though nothing is counted.
            var word = lists.IsEmpty ? null : lists.Find(question, DigestOf(question.Number, 19));
            return new(this, key, word is null ? null : new() { Mode = risk.Mode, Verdict = word.Verdict, Cause = word.Cause, Because = word.Because, Until = word.Until }, null);
        }

        var attempt = AttemptOf(question);
        var listed = lists.IsEmpty ? null : lists.Find(question, attempt.Card);
        lock (turn)
        {
            // Of identical requests at once one becomes a payment. What comes after that is another attempt, or will find the payment.
            if (open.TryGetValue(key, out var same) && !same.IsKept)
            {
                same.Holders++;
                return same;
            }

            return open[key] = Decide(question, risk, attempt, listed, key);
        }
    }

    /// <summary>A holder of a ticket is done with it.</summary>
    public void Leave(RiskTicket ticket)
    {
        lock (turn)
        {
            if (--ticket.Holders > 0)
            {
                return;
            }

            if (open.TryGetValue(ticket.Key, out var own) && ReferenceEquals(own, ticket))
            {
                open.Remove(ticket.Key);
            }

            if (!ticket.IsKept && ticket.Attempt is { } attempt)
            {
                Counters.Withdraw(attempt);
            }
        }
    }

    /// <summary>Takes what was committed, here or by another process.</summary>
    public void Take(string app, long at, RiskMarkKind kind, byte[] body, bool isOwn)
    {
        if (kind != RiskMarkKind.Attempt)
        {
            Counters.Add(RiskMarks.ReadDecline(app, at, body));
        }
        else if (!isOwn)
        {
            Counters.Add(RiskMarks.ReadAttempt(app, at, body));
        }
    }

    /// <summary>The digest by which a card is counted and listed.</summary>
    public ulong DigestOf(CardNumber number, int digits) => vault.RiskDigest(number, digits);

    private RiskAttempt AttemptOf(RiskQuestion question) => new(
        question.App.Value,
        question.At.ToUnixTimeMilliseconds(),
        DigestOf(question.Number, 19),
        DigestOf(question.Number, 8),
        DigestOf(question.Number, 12),
        RiskMarks.AddressOf(vault, question.Address),
        RiskMarks.EmailOf(vault, question.Email),
        RiskMarks.Digest(vault, "order", question.Order),
        question.Amount.Minor <= RiskRules.SmallAmount);

    private RiskTicket Decide(RiskQuestion question, AppRisk risk, in RiskAttempt attempt, RiskListWord? listed, ulong key)
    {
        var isMerchants = question is { Type: PaymentType.Unscheduled, IsSaved: true };
        var retry = Counters.DecideRetry(
            question.App.Value, attempt.Card, question.Card.Brand, question.Amount.Minor, RiskMarks.ExpiryOf(question.Card), !question.IsSaved && question.Type == PaymentType.Regular, attempt.At);
        Span<RiskReading> readings = isMerchants ? [] : new RiskReading[risk.Rules.Count];
        var (verdict, because) = (RiskVerdict.Allow, default(RiskCounter?));
        if (!isMerchants)
        {
            Counters.Assess(attempt, risk.Rules, readings);
            (verdict, because) = RiskDecider.Decide(risk.Rules, readings, question.IsSaved);
            Alarm(question.App, risk, readings, attempt.At);
        }

        var assessment = new RiskAssessment { Mode = risk.Mode, Verdict = RiskVerdict.Allow, Cause = RiskCause.Nothing, Counters = RiskDecider.Write(readings), Card = RiskMarks.WriteCard(attempt.Card) };
        assessment = (listed, retry) switch
        {
            ({ Verdict: RiskVerdict.Refuse }, _) => assessment with { Verdict = RiskVerdict.Refuse, Cause = listed.Cause, Because = listed.Because, Until = listed.Until },
            (_, { } again) => assessment with
            {
                Verdict = RiskVerdict.Refuse,
                Cause = RiskCause.Retry,
                Because = again.Because,
                Until = again.Until is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
            },
            ({ }, _) => assessment with { Cause = listed.Cause, Because = listed.Because, Until = listed.Until },
            _ when isMerchants => assessment with { Cause = RiskCause.MerchantInitiated },
            _ when because is { } rule => assessment with { Verdict = verdict, Cause = RiskCause.Rule, Because = RiskDecider.NameOf(rule) },
            _ => assessment,
        };
        if (isMerchants)
        {
            return new(this, key, assessment, null);
        }

        if (assessment.Effect() != RiskVerdict.Refuse)
        {
            return new(this, key, assessment, attempt);
        }

        Counters.Refuse(attempt);
        return new(this, key, assessment, attempt with { IsRefused = true });
    }

    /// <summary>An app whose customers are all challenged is something for the operator, now and not with each attempt.</summary>
    private void Alarm(AppId app, AppRisk risk, ReadOnlySpan<RiskReading> readings, long now)
    {
        for (var i = 0; i < readings.Length; i++)
        {
            if (risk.Rules[i] is { IsShare: true } rule && readings[i].Value > rule.Refuse && now - alarms.GetValueOrDefault(app.Value) >= AlarmEvery)
            {
                alarms[app.Value] = now;
                Log.AppUnderAttack(logger, app.Value, RiskDecider.NameOf(rule.Counter), readings[i].Value);
            }
        }
    }
}
