namespace Tollgate.Sandbox;

/// <summary>Something that the acquirer has to tell, and how often it was told in vain.</summary>
/// <param name="Notice">What.</param>
/// <param name="Tries">How often nobody heard it.</param>
public sealed record DueNotice(AcquirerNotice Notice, int Tries);

/// <summary>What the acquirer will do on its own account, and when. Not thread-safe: <see cref="SimulatedAcquirer"/> locks.</summary>
internal sealed class OwnAccount(AcquirerBooks books, SandboxBehaviour behaviour)
{
    private readonly PriorityQueue<DueNotice, DateTimeOffset> due = new();

    /// <summary>When the next is due.</summary>
    public DateTimeOffset? NextDue => due.TryPeek(out _, out var at) ? at : null;

    /// <summary>Plans what follows from what was booked about a payment.</summary>
    public void Plan(string reference, BookedPayment payment)
    {
        if (payment.Captured > 0 && !payment.Settled)
        {
            due.Enqueue(new(new(NoticeKind.Settled, reference, null), 0), behaviour.SettlesAt(LastLine(payment, capturing: true)));
        }

        if (payment.PendingRefund is { } refund)
        {
            var end = books.FindRefundEnd(refund.Operation) ?? NoticeKind.RefundCompleted;
            due.Enqueue(new(new(end, reference, refund.Operation), 0), LastLine(payment, capturing: false) + behaviour.RefundDelay);
        }
    }

    /// <summary>Takes the next out when it is due.</summary>
    public DueNotice? Take(DateTimeOffset now)
    {
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

    /// <summary>Nobody heard it: it is told again, less and less often.</summary>
    public void PutOff(DueNotice told, DateTimeOffset now)
    {
        due.Remove(told, out _, out _);
        due.Enqueue(told with { Tries = told.Tries + 1 }, now + TimeSpan.FromSeconds(Math.Pow(2, Math.Min(told.Tries, 12))));
    }

    /// <summary>Whether it can still happen.</summary>
    public bool Applies(AcquirerNotice notice) => books.FindPayment(notice.Payment) is { } payment && (notice.Kind == NoticeKind.Settled
        ? payment.Captured > 0 && !payment.Settled
        : payment.PendingRefund is { } refund && refund.Operation == notice.Operation && (books.FindRefundEnd(refund.Operation) ?? notice.Kind) == notice.Kind);

    /// <summary>
    /// Settles how a refund will end before anybody is told: a gateway that has heard of one end, and dies before it can say so, must not hear of another.
    /// </summary>
    public void Decide(AcquirerNotice notice, DateTimeOffset now)
    {
        if (notice is not { Kind: NoticeKind.RefundCompleted or NoticeKind.RefundRejected, Operation: { } operation } || books.FindRefundEnd(operation) is not null)
        {
            return;
        }

        books.Write(new() { At = now, Kind = AcquirerBooks.RefundDecided, Payment = notice.Payment, Operation = operation, RefundEnd = notice.Kind.ToString() });
        due.Enqueue(new(notice, 0), now);
    }

    private static DateTimeOffset LastLine(BookedPayment payment, bool capturing) => payment.Lines.Last(line => capturing
        ? line.Kind == nameof(MessageKind.Capture) || (line.Kind == nameof(MessageKind.Authorisation) && line.Capture)
        : line.Kind == nameof(MessageKind.Refund)).At;
}
