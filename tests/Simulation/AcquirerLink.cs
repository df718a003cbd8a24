using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;

namespace Tollgate.Simulation;

/// <summary>How often the wire to the acquirer goes wrong, each so many times in ten thousand.</summary>
internal sealed record WireFaults(int NotSent, int LostRequest, int LateRequest, int Duplicate, int LostReply, int LateReply, int RepeatedReply, int Decline, int Silent)
{
    public static WireFaults None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/// <summary>One process's wire to the acquirer. Messages overtake each other, are lost, come twice or late, on the way there and on the way back.</summary>
internal sealed class AcquirerLink(World world, Place wire, Acquirer acquirer, WireFaults faults, Crossing crossing) : IAcquirer
{
    /// <inheritdoc/>
    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The process at this end.</summary>
    public required ServerProcess Process { get; init; }

    /// <inheritdoc/>
    public Task<Outcome> SendAsync(AcquirerOrder order)
    {
        world.Tell("sends " + order.GetType().Name, order.Payment.Value, order.Amount.Minor);
        world.Counts.Add($"message: {order.GetType().Name}");
        var asks = order is AcquirerOrder.Inquire;
        if (!asks && Goes(faults.NotSent, "a message is not sent"))
        {
            return Task.FromResult<Outcome>(new Outcome.NotSent());
        }

        var done = new TaskCompletionSource<Outcome>();
        var over = false;
        crossing.RequestsOnTheWire++;
        world.After(Timeout, wire, () => Finish(new Outcome.Unknown(), late: false));
        if (!Goes(faults.LostRequest, "a request is lost"))
        {
            var late = Goes(faults.LateRequest, "a request comes late");
            world.After(late ? Long() : Short(), wire, () => Arrive(repeats: false));
            if (Goes(faults.Duplicate, "a request comes twice"))
            {
                world.After(Long(), wire, () => Arrive(repeats: true));
            }
        }

        return done.Task;

        void Arrive(bool repeats)
        {
            var plain = order is not (AcquirerOrder.Inquire or AcquirerOrder.Reverse);
            if (order is AcquirerOrder.Reverse && Goes(faults.Decline, "the acquirer declines a reversal"))
            {
                // Of what stands it is said for now; of what does not, as if there were nothing to undo.
                Reply(acquirer.Approved(order.Operation) ? new Outcome.Unknown() : new Outcome.Declined(FailureReason.ProcessingError, "12"), repeats);
                return;
            }

            var declines = plain && Goes(faults.Decline, "the acquirer declines");
            var silent = plain && Goes(faults.Silent, "the acquirer cannot be asked about an operation");
            Reply(ToOutcome(order, acquirer.Take(order, declines, silent)), repeats);
        }

        void Reply(Outcome outcome, bool repeats)
        {
            if (repeats || Goes(faults.LostReply, "a reply is lost"))
            {
                return;
            }

            crossing.RequestsOnTheWire--;
            crossing.RepliesOnTheWire++;
            var late = Goes(faults.LateReply, "a reply comes late");
            world.After(late ? Long() : Short(), wire, () => Finish(outcome, late: true));
            if (Goes(faults.RepeatedReply, "a reply comes twice"))
            {
                world.After(world.Chance.Between(TimeSpan.Zero, TimeSpan.FromSeconds(3)), wire, () => Finish(outcome, late: true));
            }
        }

        void Finish(Outcome outcome, bool late)
        {
            if (!over)
            {
                over = true;
                crossing.RequestsOnTheWire = Math.Max(0, crossing.RequestsOnTheWire - (late ? 0 : 1));
                crossing.RepliesOnTheWire = Math.Max(0, crossing.RepliesOnTheWire - (late ? 1 : 0));
                world.Tell(outcome.GetType().Name, order.Payment.Value);
                done.SetResult(outcome);
            }
            else if (late && order is not (AcquirerOrder.Inquire or AcquirerOrder.Reverse))
            {
                world.Counts.Add("notice: late reply");
                world.Soon(Process.Place, async void () =>
                {
                    try
                    {
                        await Process.News.ReceiveLateAsync(order, outcome);
                    }
                    catch (Exception unavailable) when (Server.Storage.Database.IsUnavailable(unavailable))
                    {
                        world.Counts.Add("fault: a late reply cannot be stored");
                    }
                });
            }
        }
    }

    private static Outcome ToOutcome(AcquirerOrder order, Acquirer.Reply reply) => (reply.Code, order) switch
    {
        ("00", _) => new Outcome.Approved(reply.Reference, "123456", "0123456789"),
        ("25", AcquirerOrder.Reverse) => new Outcome.Approved(reply.Reference, null, null),
        ("25", AcquirerOrder.Inquire) => new Outcome.NotSent(),
        ("96", AcquirerOrder.Inquire) => new Outcome.Unknown(),
        ("1A", _) => new Outcome.Declined(FailureReason.AuthenticationRequired, reply.Code),
        ("51", _) => new Outcome.Declined(FailureReason.InsufficientFunds, reply.Code),
        (var code, _) => new Outcome.Declined(FailureReason.IssuerDeclined, code),
    };

    private bool Goes(int wrong, string how)
    {
        if (!world.GoesWrong(wrong))
        {
            return false;
        }

        world.Counts.Add("fault: " + how);
        return true;
    }

    private TimeSpan Short() => world.Chance.Below(3) == 0 ? world.Chance.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(400)) : TimeSpan.Zero;

    private TimeSpan Long() => world.Chance.Below(4) == 0
        ? world.Chance.Between(TimeSpan.FromMinutes(1), TimeSpan.FromHours(3))
        : world.Chance.Between(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20));
}
