using System.Security.Cryptography;

namespace Tollgate.Sandbox;

/// <summary>How the pretend world behaves.</summary>
/// <param name="SettlementDelay">From a capture to the arrival of its funds, sandbox time.</param>
/// <param name="RefundDelay">From a refund to its payout, sandbox time.</param>
/// <param name="ReplyDelay">How long each answer takes, real time.</param>
/// <param name="LateReplyDelay">How long an answer takes that a fault makes late, real time.</param>
public sealed record SandboxBehaviour(TimeSpan SettlementDelay, TimeSpan RefundDelay, TimeSpan ReplyDelay, TimeSpan LateReplyDelay);

/// <summary>
/// A pretend acquirer and issuer: it answers by test card, keeps its own durable books, settles and pays refunds out on the sandbox's clock,
/// and can be told to lose, delay, repeat or decline messages. A lost message or answer simply never comes, as on a real wire.
/// </summary>
public sealed class SimulatedAcquirer : IDisposable
{
    private sealed record ArmedFault(LinkFault Fault, MessageKind? Kind, string? Payment)
    {
        public int Remaining { get; set; }
    }

    /// <summary>A link that gives no answer is closed after this time, so that nothing waits for ever.</summary>
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim ownAccount = new(1, 1);
    private readonly AcquirerBooks books;
    private readonly SandboxBehaviour behaviour;
    private readonly List<ArmedFault> faults = [];
    private readonly PriorityQueue<(AcquirerNotice Notice, int Tries), DateTimeOffset> due = new();
    private readonly CancellationTokenSource closing = new();

    /// <summary>Opens the books.</summary>
    /// <param name="booksPath">Their file; <see langword="null"/> keeps them in memory only.</param>
    /// <param name="behaviour">How the pretend world behaves.</param>
    /// <param name="real">Real time.</param>
    public SimulatedAcquirer(string? booksPath, SandboxBehaviour behaviour, TimeProvider real)
    {
        this.behaviour = behaviour;
        books = new(booksPath);
        Clock = new(real, books.ClockOffset);
        foreach (var (reference, payment) in books.Payments)
        {
            Schedule(reference, payment);
        }
    }

    /// <summary>The clock by which it settles and pays out.</summary>
    public SandboxClock Clock { get; }

    /// <summary>Who hears what it does on its own account; false means "not yet". It tells again, less and less often, until it is heard.</summary>
    public Func<AcquirerNotice, Task<bool>>? Listener { get; set; }

    /// <summary>Sends a message and waits for the answer, which may never come: then the call ends with a <see cref="TimeoutException"/> after a minute.</summary>
    public async Task<SimulatedReply> ExchangeAsync(SimulatedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var fault = TakeFault(message);
        if (fault == LinkFault.LostRequest)
        {
            return await NeverAsync();
        }

        var card = message.Card is null ? null : TestCards.Find(message.Card);
        if (behaviour.ReplyDelay > TimeSpan.Zero)
        {
            await Task.Delay(behaviour.ReplyDelay, closing.Token);
        }

        SimulatedReply reply;
        lock (gate)
        {
            reply = Process(message, card, declined: fault == LinkFault.Decline);
            if (fault == LinkFault.Duplicate)
            {
                reply = Process(message, card, declined: false);
            }
        }

        if (fault == LinkFault.LostReply || card is { Silent: true })
        {
            return await NeverAsync();
        }

        var delay = fault == LinkFault.LateReply ? behaviour.LateReplyDelay : card?.Delay ?? TimeSpan.Zero;
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, closing.Token);
        }

        return reply;
    }

    /// <summary>Has something go wrong with the next messages that match.</summary>
    public void Arm(LinkFault fault, MessageKind? kind, string? payment, int times)
    {
        lock (gate)
        {
            faults.Add(new(fault, kind, payment) { Remaining = times });
        }
    }

    /// <summary>Reads the books of one payment under their lock.</summary>
    public T? Read<T>(string payment, Func<BookedPayment, T> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        lock (gate)
        {
            return books.FindPayment(payment) is { } booked ? read(booked) : null;
        }
    }

    /// <summary>When it will next do something on its own account.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (gate)
            {
                return due.TryPeek(out _, out var at) ? at : null;
            }
        }
    }

    /// <summary>Does everything that is due by its clock, in order.</summary>
    public async Task RunDueAsync()
    {
        while (true)
        {
            (AcquirerNotice Notice, int Tries) next;
            lock (gate)
            {
                if (!due.TryPeek(out next, out var at) || at > Clock.GetUtcNow())
                {
                    return;
                }

                due.Dequeue();
            }

            var heard = false;
            try
            {
                heard = await DoAsync(next.Notice) != Doing.NotHeard;
            }
            finally
            {
                if (!heard)
                {
                    lock (gate)
                    {
                        due.Enqueue((next.Notice, next.Tries + 1), Clock.GetUtcNow() + TimeSpan.FromSeconds(Math.Pow(2, Math.Min(next.Tries, 12))));
                    }
                }
            }
        }
    }

    /// <summary>Does something on its own account now, without waiting for its time. False when it does not apply.</summary>
    public async Task<bool> DoNowAsync(NoticeKind kind, string payment)
    {
        string? operation;
        lock (gate)
        {
            operation = books.FindPayment(payment)?.PendingRefund?.Operation;
        }

        return await DoAsync(new(kind, payment, kind == NoticeKind.Settled ? null : operation)) == Doing.Done;
    }

    /// <summary>Moves the clock to an instant; the move survives a restart.</summary>
    public void MoveClock(DateTimeOffset instant)
    {
        lock (gate)
        {
            Clock.MoveTo(instant);
            books.Write(new() { At = Clock.GetUtcNow(), Kind = "ClockMoved", Offset = Clock.Offset });
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        closing.Cancel();
        lock (gate)
        {
            books.Dispose();
        }

        ownAccount.Dispose();
        closing.Dispose();
    }

    internal int CountWrongCodes(string payment)
    {
        lock (gate)
        {
            return books.WrongCodes(payment);
        }
    }

    internal int AddWrongCode(string payment)
    {
        lock (gate)
        {
            books.Write(new() { At = Clock.GetUtcNow(), Kind = "WrongCode", Payment = payment });
            return books.WrongCodes(payment);
        }
    }

    private async Task<SimulatedReply> NeverAsync()
    {
        await Task.Delay(LinkTimeout, closing.Token);
        throw new TimeoutException("The link gave no answer.");
    }

    private enum Doing
    {
        Done,
        DoesNotApply,
        NotHeard,
    }

    private async Task<Doing> DoAsync(AcquirerNotice notice)
    {
        await ownAccount.WaitAsync(closing.Token);
        try
        {
            lock (gate)
            {
                if (books.FindPayment(notice.Payment) is not { } payment || !Applies(payment, notice))
                {
                    return Doing.DoesNotApply;
                }
            }

            if (Listener is { } listener && !await listener(notice))
            {
                return Doing.NotHeard;
            }

            lock (gate)
            {
                books.Write(new()
                {
                    At = Clock.GetUtcNow(),
                    Kind = notice.Kind.ToString(),
                    Payment = notice.Payment,
                    Operation = notice.Operation ?? string.Empty,
                });
            }

            return Doing.Done;
        }
        finally
        {
            ownAccount.Release();
        }
    }

    private static bool Applies(BookedPayment payment, AcquirerNotice notice) => notice.Kind == NoticeKind.Settled
        ? payment.Captured > 0 && !payment.Settled
        : payment.PendingRefund is { } refund && refund.Operation == notice.Operation;

    private LinkFault? TakeFault(SimulatedMessage message)
    {
        lock (gate)
        {
            var armed = faults.Find(f => (f.Kind ?? message.Kind) == message.Kind && (f.Payment ?? message.Payment) == message.Payment);
            if (armed is null)
            {
                return null;
            }

            if (--armed.Remaining == 0)
            {
                faults.Remove(armed);
            }

            return armed.Fault;
        }
    }

    private SimulatedReply Process(SimulatedMessage message, TestCard? card, bool declined)
    {
        var known = books.FindOperation(message.Operation);
        if (message.Kind == MessageKind.Inquiry)
        {
            return known switch
            {
                null or { Reversed: true } => new("25", Reference(), null, null),
                { Silent: true } => new("96", Reference(), null, null),
                _ => known.Reply,
            };
        }

        if (message.Kind != MessageKind.Reversal && known is not null)
        {
            return known.Reply;
        }

        var code = declined ? "05" : Judge(message, card, known);
        var approved = code == "00";
        var reply = new SimulatedReply(
            code,
            Reference(),
            approved && message.Kind == MessageKind.Authorisation ? Digits(6) : null,
            approved && message.Kind == MessageKind.Authorisation ? Digits(15) : null);
        books.Write(new()
        {
            At = Clock.GetUtcNow(),
            Kind = message.Kind.ToString(),
            Payment = message.Payment,
            Operation = message.Operation,
            Amount = message.Amount,
            Capture = message.Capture,
            Silent = card is { Silent: true },
            Reply = reply,
        });
        if (approved)
        {
            Schedule(message.Payment, books.FindPayment(message.Payment)!);
        }

        return reply;
    }

    private string Judge(SimulatedMessage message, TestCard? card, BookedOperation? known)
    {
        var payment = books.FindPayment(message.Payment);
        switch (message.Kind)
        {
            case MessageKind.Authorisation:
                return message.StoredCredential ? card?.StoredCredentialCode ?? card?.ResponseCode ?? "14" : card?.ResponseCode ?? "14";
            case MessageKind.Capture:
                return payment is { Captured: 0, Released: 0 } && message.Amount <= payment.Authorised ? "00" : "12";
            case MessageKind.Void:
                return payment is { Captured: 0, Released: 0, Authorised: > 0 } ? "00" : "12";
            case MessageKind.Refund:
                return payment is { PendingRefund: null } && message.Amount <= payment.Captured - payment.Refunded ? "00" : "12";
            case MessageKind.Reversal:
                if (known is null)
                {
                    return "25";
                }

                return known is { Approved: true, Reversed: false } && IsThrough(known, message.Operation, payment!) ? "12" : "00";
            default:
                return "12";
        }
    }

    /// <summary>Whether something cannot be undone: it was a release itself, has been paid out, or something else was built on it.</summary>
    private static bool IsThrough(BookedOperation operation, string reference, BookedPayment payment) => operation.Kind switch
    {
        MessageKind.Void => true,
        MessageKind.Authorisation when !operation.Capture => payment.Captured > 0 || payment.Released > 0,
        MessageKind.Authorisation or MessageKind.Capture => payment.Settled || payment.Refunded > 0 || payment.PendingRefund is not null,
        MessageKind.Refund => payment.PendingRefund?.Operation != reference,
        _ => false,
    };

    private void Schedule(string reference, BookedPayment payment)
    {
        if (payment.Captured > 0 && !payment.Settled)
        {
            due.Enqueue((new(NoticeKind.Settled, reference, null), 0), LastLine(payment, capturing: true) + behaviour.SettlementDelay);
        }

        if (payment.PendingRefund is { } refund)
        {
            due.Enqueue((new(NoticeKind.RefundCompleted, reference, refund.Operation), 0), LastLine(payment, capturing: false) + behaviour.RefundDelay);
        }
    }

    private static DateTimeOffset LastLine(BookedPayment payment, bool capturing) => payment.Lines.Last(line => capturing
        ? line.Kind == nameof(MessageKind.Capture) || (line.Kind == nameof(MessageKind.Authorisation) && line.Capture)
        : line.Kind == nameof(MessageKind.Refund)).At;

    private static string Reference() => Digits(12);

    private static string Digits(int count)
    {
        Span<char> digits = stackalloc char[count];
        for (var i = 0; i < count; i++)
        {
            digits[i] = (char)('0' + RandomNumberGenerator.GetInt32(10));
        }

        return digits.ToString();
    }
}
