namespace Tollgate.Sandbox;

/// <summary>
/// The simulated acquirer and issuer as a gateway reaches them: in the gateway's own process, or over HTTP in a process of their own that several
/// gateways share.
/// </summary>
public interface IAcquirerHost
{
    /// <summary>The clock by which the acquirer settles and pays out, and by which its gateways live.</summary>
    SandboxClock Clock { get; }

    /// <summary>Who hears what the acquirer does on its own account; false means "not yet". It tells again, less and less often, until it is heard.</summary>
    Func<AcquirerNotice, Task<bool>>? Listener { get; set; }

    /// <summary>Sends a message and waits for the answer, which may never come: then the call ends after a minute.</summary>
    /// <exception cref="LinkDownException">Nothing was sent.</exception>
    /// <exception cref="IOException">The link died, and nobody knows whether the message arrived.</exception>
    /// <exception cref="TimeoutException">The link gave no answer.</exception>
    Task<SimulatedReply> ExchangeAsync(SimulatedMessage message);

    /// <summary>Has something go wrong with the next messages that match.</summary>
    Task ArmAsync(LinkFault fault, MessageKind? kind, string? payment, int times);

    /// <summary>What the books say about a payment, as they are now.</summary>
    Task<BookedPayment?> ReadAsync(string payment);

    /// <summary>The text of a clearing file, which the acquirer keeps; nothing when there is none of that name.</summary>
    Task<byte[]?> ReadClearingFileAsync(string name);

    /// <summary>When the acquirer will next do something on its own account.</summary>
    Task<DateTimeOffset?> FindNextDueAsync();

    /// <summary>Has everything told that is due by the clock, in order.</summary>
    Task RunDueAsync();

    /// <summary>Has the acquirer do something on its own account now, without waiting for its time. False when it does not apply.</summary>
    Task<bool> DoNowAsync(NoticeKind kind, string payment);

    /// <summary>Moves the clock to an instant; the move survives a restart.</summary>
    Task MoveClockAsync(DateTimeOffset instant);
}

/// <summary>The acquirer's process cannot be reached: nothing was sent.</summary>
public sealed class LinkDownException : IOException
{
    /// <summary>Without a word about the cause.</summary>
    public LinkDownException()
    {
    }

    /// <summary>With a sentence for people.</summary>
    public LinkDownException(string message)
        : base(message)
    {
    }

    /// <summary>With a sentence for people, and the cause.</summary>
    public LinkDownException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
