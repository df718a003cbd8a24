namespace Tollgate.Sandbox;

/// <summary>How the pretend world behaves.</summary>
/// <param name="SettlesAt">When the funds of a capture arrive, sandbox time.</param>
/// <param name="RefundDelay">From a refund to its payout, sandbox time.</param>
/// <param name="ReplyDelay">How long each answer takes, real time.</param>
/// <param name="LateReplyDelay">How long an answer takes that a fault makes late, real time.</param>
public sealed record SandboxBehaviour(Func<DateTimeOffset, DateTimeOffset> SettlesAt, TimeSpan RefundDelay, TimeSpan ReplyDelay, TimeSpan LateReplyDelay)
{
    /// <summary>How long the merchant has to answer in a dispute, sandbox time.</summary>
    public TimeSpan DisputePeriod { get; init; } = TimeSpan.FromDays(7);

    /// <summary>From evidence to the decision, sandbox time.</summary>
    public TimeSpan DisputeDecisionDelay { get; init; } = TimeSpan.FromMinutes(1);
}
