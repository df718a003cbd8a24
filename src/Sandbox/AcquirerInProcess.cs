namespace Tollgate.Sandbox;

/// <summary>The simulated acquirer in the gateway's own process.</summary>
public sealed class AcquirerInProcess(SimulatedAcquirer acquirer) : IAcquirerHost
{
    private readonly SimulatedIssuer issuer = new(acquirer);

    /// <inheritdoc/>
    public SandboxClock Clock => acquirer.Clock;

    /// <inheritdoc/>
    public Func<AcquirerNotice, Task<bool>>? Listener
    {
        get => acquirer.Listener;
        set => acquirer.Listener = value;
    }

    /// <inheritdoc/>
    public Task<SimulatedReply> ExchangeAsync(SimulatedMessage message) => acquirer.ExchangeAsync(message);

    /// <inheritdoc/>
    public Task ArmAsync(LinkFault fault, MessageKind? kind, string? payment, int times)
    {
        acquirer.Arm(fault, kind, payment, times);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<BookedPayment?> ReadAsync(string payment) => Task.FromResult(acquirer.Read(payment, booked => AcquirerBooks.Replay(booked.Lines)));

    /// <inheritdoc/>
    public Task<byte[]?> ReadClearingFileAsync(string name) => Task.FromResult(acquirer.ReadClearingFile(name));

    /// <inheritdoc/>
    public Task<DateTimeOffset?> FindNextDueAsync() => Task.FromResult(acquirer.NextDue);

    /// <inheritdoc/>
    public Task RunDueAsync() => acquirer.RunDueAsync();

    /// <inheritdoc/>
    public Task<bool> DoNowAsync(NoticeKind kind, string payment) => acquirer.DoNowAsync(kind, payment);

    /// <inheritdoc/>
    public Task MoveClockAsync(DateTimeOffset instant)
    {
        acquirer.MoveClock(instant);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<CodeVerdict> JudgeAsync(string payment, string code) => Task.FromResult(issuer.Judge(payment, code));
}
