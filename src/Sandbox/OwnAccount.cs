using System.Globalization;
using System.Security.Cryptography;

namespace Tollgate.Sandbox;

/// <summary>Something that the acquirer has to tell, and how often it was told in vain.</summary>
/// <param name="Notice">What.</param>
/// <param name="Tries">How often nobody heard it.</param>
public sealed record DueNotice(AcquirerNotice Notice, int Tries);

/// <summary>What the acquirer will do on its own account, and when. Not thread-safe: <see cref="SimulatedAcquirer"/> locks.</summary>
internal sealed class OwnAccount(AcquirerBooks books, SandboxBehaviour behaviour)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(5);

    private readonly PriorityQueue<DueNotice, DateTimeOffset> due = new();
    private readonly OwnDisputes disputes = new(books, behaviour);

    /// <summary>When the next is due.</summary>
    public DateTimeOffset? NextDue => due.TryPeek(out _, out var at) ? at : null;

    /// <summary>Plans what follows from what was booked about a payment.</summary>
    public void Plan(string reference, BookedPayment payment)
    {
        if (payment.Captured > 0 && !payment.Settled && payment.ClearedIn is null)
        {
            due.Enqueue(new(new(NoticeKind.Settled, reference, null), 0), behaviour.SettlesAt(LastLine(payment, capturing: true)));
        }

        if (payment.PendingRefund is { } refund)
        {
            var end = books.FindRefundEnd(refund.Operation) ?? NoticeKind.RefundCompleted;
            due.Enqueue(new(new(end, reference, refund.Operation), 0), LastLine(payment, capturing: false) + behaviour.RefundDelay);
        }

        PlanDispute(reference, payment);
    }

    /// <summary>Plans what follows about disputes from what a gateway has heard.</summary>
    public void PlanDisputes(AcquirerNotice heard)
    {
        var payments = heard.Kind == NoticeKind.ClearingFile ? books.Files[heard.Operation!].Captures.Select(c => c.Payment) : [heard.Payment];
        foreach (var payment in payments)
        {
            PlanDispute(payment, books.FindPayment(payment)!);
        }
    }

    /// <summary>Plans what follows from all that is in the books, and to tell of the clearing files that no gateway has.</summary>
    public void PlanAll()
    {
        foreach (var (reference, payment) in books.Payments)
        {
            Plan(reference, payment);
        }

        foreach (var (name, file) in books.Files.Where(f => !f.Value.Delivered))
        {
            due.Enqueue(new(new(NoticeKind.ClearingFile, string.Empty, name), 0), file.MadeAt);
        }
    }

    /// <summary>Takes the next out when it is due.</summary>
    public DueNotice? Take(DateTimeOffset now)
    {
        ClearDue(now);
        if (!due.TryPeek(out var next, out var at) || at > now)
        {
            return null;
        }

        due.Dequeue();
        return next;
    }

    /// <summary>What is due and applies, in order and each once. It stays in the plan until it is booked, so that whoever is told may die of it.</summary>
    public IReadOnlyList<DueNotice> List(DateTimeOffset now, int most)
    {
        ClearDue(now);
        var listed = new List<(DueNotice Next, DateTimeOffset At)>();
        var seen = new HashSet<AcquirerNotice>();
        while (listed.Count < most && due.TryPeek(out var next, out var at) && at <= now)
        {
            due.Dequeue();
            if (Applies(next.Notice) && seen.Add(next.Notice))
            {
                listed.Add((next, at));
            }
        }

        foreach (var (next, at) in listed)
        {
            due.Enqueue(next, at);
        }

        return [.. listed.Select(l => l.Next)];
    }

    /// <summary>The notice of what somebody wants to happen now, which is settled then; nothing when it cannot.</summary>
    public AcquirerNotice? Choose(NoticeKind kind, string payment, DateTimeOffset now)
    {
        var notice = OwnDisputes.IsDispute(kind) ? disputes.Choose(kind, payment, now) : NoticeOf(kind, payment, now);
        if (notice is null || !(OwnDisputes.IsDispute(kind) || Applies(notice)))
        {
            return null;
        }

        Decide(notice, now);
        return notice;
    }

    /// <summary>Whether it has to wait for something else.</summary>
    public bool Waits(AcquirerNotice notice) => disputes.Waits(notice);

    /// <summary>What the gateway is told of it.</summary>
    public AcquirerNotice Detailed(AcquirerNotice notice) => OwnDisputes.IsDispute(notice.Kind) ? disputes.Detailed(notice) : notice;

    /// <summary>Nobody heard it: it is told again, less and less often.</summary>
    public void PutOff(DueNotice told, DateTimeOffset now)
    {
        due.Remove(told, out _, out _);
        due.Enqueue(told with { Tries = told.Tries + 1 }, now + TimeSpan.FromSeconds(Math.Pow(2, Math.Min(told.Tries, 12))));
    }

    /// <summary>Whether it can still happen.</summary>
    public bool Applies(AcquirerNotice notice)
    {
        if (notice.Kind == NoticeKind.ClearingFile)
        {
            return books.Files.TryGetValue(notice.Operation!, out var file) && !file.Delivered;
        }

        if (OwnDisputes.IsDispute(notice.Kind))
        {
            return disputes.Applies(notice);
        }

        return books.FindPayment(notice.Payment) is { } payment && (notice.Kind == NoticeKind.Settled
            ? MayBeCleared(payment)
            : payment.PendingRefund is { } refund && refund.Operation == notice.Operation && (books.FindRefundEnd(refund.Operation) ?? notice.Kind) == notice.Kind);
    }

    /// <summary>What is told when something is to happen now: of a settlement, the file that clears it.</summary>
    private AcquirerNotice NoticeOf(NoticeKind kind, string reference, DateTimeOffset now)
    {
        var payment = books.FindPayment(reference);
        if (kind != NoticeKind.Settled)
        {
            return new(kind, reference, payment?.PendingRefund?.Operation);
        }

        if (payment is not null && MayBeCleared(payment))
        {
            // Whoever asked tells it at once; the plan is for when that fails.
            Clear([reference], now, now + HeadStart);
        }

        return payment?.ClearedIn is { } file ? new(NoticeKind.ClearingFile, string.Empty, file) : new(kind, reference, null);
    }

    /// <summary>
    /// Settles how a refund or a dispute will end before anybody is told: a gateway that has heard of one end, and dies before it can say so, must not hear of another.
    /// </summary>
    public void Decide(AcquirerNotice notice, DateTimeOffset now)
    {
        if (OwnDisputes.IsDispute(notice.Kind))
        {
            if (disputes.Decide(notice, now))
            {
                due.Enqueue(new(notice, 0), now);
            }

            return;
        }

        if (notice is not { Kind: NoticeKind.RefundCompleted or NoticeKind.RefundRejected, Operation: { } operation } || books.FindRefundEnd(operation) is not null)
        {
            return;
        }

        books.Write(new() { At = now, Kind = AcquirerBooks.RefundDecided, Payment = notice.Payment, Operation = operation, RefundEnd = notice.Kind.ToString() });
        due.Enqueue(new(notice, 0), now);
    }

    private void PlanDispute(string reference, BookedPayment payment)
    {
        if (disputes.Next(reference, payment) is var (notice, at))
        {
            due.Enqueue(new(notice, 0), at);
        }
    }

    private static bool MayBeCleared(BookedPayment payment) => payment is { Captured: > 0, Settled: false, ClearedIn: null };

    /// <summary>Makes one file of all the settlements that are due.</summary>
    private void ClearDue(DateTimeOffset now)
    {
        var settling = due.UnorderedItems.Where(d => d.Element.Notice.Kind == NoticeKind.Settled && d.Priority <= now).ToList();
        if (settling.Count == 0)
        {
            return;
        }

        var others = due.UnorderedItems.Where(d => d.Element.Notice.Kind != NoticeKind.Settled || d.Priority > now).ToList();
        due.Clear();
        due.EnqueueRange(others);
        var payments = settling.OrderBy(d => d.Priority).ThenBy(d => d.Element.Notice.Payment, StringComparer.Ordinal)
            .Select(d => d.Element.Notice.Payment).Distinct(StringComparer.Ordinal)
            .Where(p => books.FindPayment(p) is { } payment && MayBeCleared(payment)).ToList();
        if (payments.Count > 0)
        {
            Clear(payments, now, now);
        }
    }

    /// <summary>Writes a clearing file into the books, and plans to tell of it.</summary>
    private void Clear(IEnumerable<string> payments, DateTimeOffset now, DateTimeOffset tellAt)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"SBX-{now:yyyyMMdd}-{RandomNumberGenerator.GetHexString(10)}");
        books.Write(new()
        {
            At = now,
            Kind = AcquirerBooks.ClearingMade,
            Operation = name,
            Cleared = [.. from reference in payments let payment = books.FindPayment(reference)! select new ClearedCapture(reference, payment.CapturedBy!, payment.Captured)],
        });
        due.Enqueue(new(new(NoticeKind.ClearingFile, string.Empty, name), 0), tellAt);
    }

    private static DateTimeOffset LastLine(BookedPayment payment, bool capturing) => payment.Lines.Last(line => capturing
        ? line.Kind == nameof(MessageKind.Capture) || (line.Kind == nameof(MessageKind.Authorisation) && line.Capture)
        : line.Kind == nameof(MessageKind.Refund)).At;
}
