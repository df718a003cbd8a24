namespace Tollgate.Sandbox;

/// <summary>
/// A pretend acquirer and issuer: it answers by test card, keeps its own durable books, settles and pays refunds out on the sandbox's clock,
/// and can be told to lose, delay, repeat or decline messages. A lost message or answer simply never comes, as on a real wire.
/// </summary>
public sealed class SimulatedAcquirer : IDisposable
{
    /// <summary>A link that gives no answer is closed after this time, so that nothing waits for ever.</summary>
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim running = new(1, 1);
    private readonly SemaphoreSlim telling = new(1, 1);
    private readonly AcquirerBooks books;
    private readonly OwnAccount ownAccount;
    private readonly SandboxBehaviour behaviour;
    private readonly ArmedFaults faults = new();
    private readonly CancellationTokenSource closing = new();

    /// <summary>Opens the books.</summary>
    /// <param name="booksPath">Their file; <see langword="null"/> keeps them in memory only.</param>
    /// <param name="behaviour">How the pretend world behaves.</param>
    /// <param name="real">Real time.</param>
    public SimulatedAcquirer(string? booksPath, SandboxBehaviour behaviour, TimeProvider real)
    {
        this.behaviour = behaviour;
        books = new(booksPath);
        ownAccount = new(books, behaviour);
        Clock = new(real, books.ClockOffset);
        ownAccount.PlanAll();
    }

    /// <summary>The clock by which it settles and pays out.</summary>
    public SandboxClock Clock { get; }

    /// <summary>Who hears what it does on its own account; false means "not yet". It tells again, less and less often, until it is heard.</summary>
    public Func<AcquirerNotice, Task<bool>>? Listener { get; set; }

    /// <summary>Sends a message and waits for the answer, which may never come: then the call ends with a <see cref="TimeoutException"/> after a minute.</summary>
    public async Task<SimulatedReply> ExchangeAsync(SimulatedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        LinkFault? fault;
        lock (gate)
        {
            fault = faults.Take(message);
        }

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
            faults.Arm(fault, kind, payment, times);
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

    /// <summary>The text of a clearing file; nothing when there is none of that name.</summary>
    public byte[]? ReadClearingFile(string name)
    {
        lock (gate)
        {
            return books.Files.TryGetValue(name, out var file) ? ClearingText.Write(name, DateOnly.FromDateTime(file.MadeAt.UtcDateTime), file.Captures) : null;
        }
    }

    /// <summary>When it will next do something on its own account.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (gate)
            {
                return ownAccount.NextDue;
            }
        }
    }

    /// <summary>Does everything that is due by its clock, in order. Who comes while another does it waits until that is done.</summary>
    public async Task RunDueAsync()
    {
        await running.WaitAsync(closing.Token);
        try
        {
            while (TakeNext() is { } next)
            {
                await TellAsync(next);
            }
        }
        finally
        {
            running.Release();
        }
    }

    /// <summary>
    /// What is due by its clock, for gateways that ask from other processes. Several may be given the same, and whoever hears it confirms it; what nobody
    /// confirms is given out again.
    /// </summary>
    public IReadOnlyList<DueNotice> ListDue(int most)
    {
        lock (gate)
        {
            var told = new List<DueNotice>();
            foreach (var next in ownAccount.List(Clock.GetUtcNow(), most))
            {
                if (ownAccount.Waits(next.Notice))
                {
                    ownAccount.PutOff(next, Clock.GetUtcNow());
                    continue;
                }

                ownAccount.Decide(next.Notice, Clock.GetUtcNow());
                told.Add(next with { Notice = ownAccount.Detailed(next.Notice) });
            }

            return told;
        }
    }

    /// <summary>What a gateway in another process must be told to have something happen now; nothing when it does not apply.</summary>
    public DueNotice? Choose(NoticeKind kind, string payment)
    {
        lock (gate)
        {
            return ownAccount.Choose(kind, payment, Clock.GetUtcNow()) is { } notice ? new(ownAccount.Detailed(notice), 0) : null;
        }
    }

    /// <summary>Books what a gateway in another process has heard, or tells it again later. False when there was nothing to book any more.</summary>
    public bool Confirm(DueNotice told, bool heard)
    {
        ArgumentNullException.ThrowIfNull(told);
        told = told with { Notice = told.Notice with { Dispute = null } };
        lock (gate)
        {
            if (!ownAccount.Applies(told.Notice))
            {
                return heard && told.Notice.Kind == NoticeKind.ClearingFile;
            }

            if (heard)
            {
                Book(told.Notice);
            }
            else
            {
                ownAccount.PutOff(told, Clock.GetUtcNow());
            }

            return heard;
        }
    }

    /// <summary>Does something on its own account now, without waiting for its time. False when it does not apply.</summary>
    public async Task<bool> DoNowAsync(NoticeKind kind, string payment)
    {
        AcquirerNotice? notice;
        lock (gate)
        {
            notice = ownAccount.Choose(kind, payment, Clock.GetUtcNow());
        }

        return notice is not null && await DoAsync(notice) == Doing.Done;
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

        running.Dispose();
        telling.Dispose();
        closing.Dispose();
    }

    private async Task<SimulatedReply> NeverAsync()
    {
        await Task.Delay(LinkTimeout, closing.Token);
        throw new TimeoutException("The link gave no answer.");
    }

    private DueNotice? TakeNext()
    {
        lock (gate)
        {
            return ownAccount.Take(Clock.GetUtcNow());
        }
    }

    private async Task TellAsync(DueNotice next)
    {
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
                    ownAccount.PutOff(next, Clock.GetUtcNow());
                }
            }
        }
    }

    private enum Doing
    {
        Done,
        DoesNotApply,
        NotHeard,
    }

    private async Task<Doing> DoAsync(AcquirerNotice notice)
    {
        await telling.WaitAsync(closing.Token);
        try
        {
            lock (gate)
            {
                if (!ownAccount.Applies(notice))
                {
                    return Doing.DoesNotApply;
                }

                if (ownAccount.Waits(notice))
                {
                    return Doing.NotHeard;
                }

                ownAccount.Decide(notice, Clock.GetUtcNow());
                notice = ownAccount.Detailed(notice);
            }

            if (Listener is { } listener && !await listener(notice))
            {
                return Doing.NotHeard;
            }

            lock (gate)
            {
                Book(notice);
            }

            return Doing.Done;
        }
        finally
        {
            telling.Release();
        }
    }

    private void Book(AcquirerNotice notice)
    {
        books.Write(new() { At = Clock.GetUtcNow(), Kind = notice.Kind.ToString(), Payment = notice.Payment, Operation = notice.Operation ?? string.Empty });
        ownAccount.PlanDisputes(notice);
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

        var code = declined ? AcquirerRules.Decline(message.Kind) : AcquirerRules.Answer(message, card, known, books.FindPayment(message.Payment), Clock.GetUtcNow());
        var approved = code == "00";
        var reply = new SimulatedReply(
            code,
            Reference(),
            approved && message.Kind == MessageKind.Authorisation ? AcquirerRules.Digits(6) : null,
            approved && message.Kind == MessageKind.Authorisation ? AcquirerRules.Digits(15) : null)
        {
            AdviceCode = message.Kind == MessageKind.Authorisation && code == card?.ResponseCode ? card.AdviceCode : null,
        };
        books.Write(new()
        {
            At = Clock.GetUtcNow(),
            Kind = message.Kind.ToString(),
            Payment = message.Payment,
            Operation = message.Operation,
            Amount = message.Amount,
            Capture = message.Capture,
            Silent = card is { Silent: true },
            Credential = message.Credential,
            WithCode = message.Code is not null,
            WithAuthentication = message.Authentication is not null,
            OpensDispute = card is { OpensDispute: true },
            ReasonCode = OwnDisputes.ReasonFor(message.Card?.Brand),
            Case = message.Case,
            Wins = message.Kind == MessageKind.DisputeEvidence && OwnDisputes.Convinces(message.Evidence),
            Reply = reply,
        });
        if (approved)
        {
            ownAccount.Plan(message.Payment, books.FindPayment(message.Payment)!);
        }

        return reply;
    }

    private static string Reference() => AcquirerRules.Digits(12);
}
