using Tollgate.Sandbox.ThreeDS;

namespace Tollgate.Sandbox;

/// <summary>The simulated acquirer in the gateway's own process.</summary>
/// <param name="acquirer">The acquirer.</param>
/// <param name="issuer">The issuer's server for authentication, when there is one: what it does on its own account is done with the acquirer's.</param>
public sealed class AcquirerInProcess(SimulatedAcquirer acquirer, SimulatedAccessControlServer? issuer = null) : IAcquirerHost
{
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
    public Task<DateTimeOffset?> FindNextDueAsync() => Task.FromResult(Earlier(acquirer.NextDue, issuer?.NextDue));

    /// <inheritdoc/>
    public async Task RunDueAsync()
    {
        if (issuer is not null)
        {
            await issuer.RunDueAsync();
        }

        await acquirer.RunDueAsync();
    }

    /// <inheritdoc/>
    public Task<bool> DoNowAsync(NoticeKind kind, string payment) => acquirer.DoNowAsync(kind, payment);

    /// <inheritdoc/>
    public Task MoveClockAsync(DateTimeOffset instant)
    {
        acquirer.MoveClock(instant);
        return Task.CompletedTask;
    }

    /// <summary>The earlier of two instants that may not be.</summary>
    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;
}
