namespace Tollgate.Sandbox;

/// <summary>What is to go wrong with the next messages that match. Not thread-safe: <see cref="SimulatedAcquirer"/> locks.</summary>
internal sealed class ArmedFaults
{
    private sealed record ArmedFault(LinkFault Fault, MessageKind? Kind, string? Payment)
    {
        public int Remaining { get; set; }
    }

    private readonly List<ArmedFault> faults = [];

    public void Arm(LinkFault fault, MessageKind? kind, string? payment, int times) => faults.Add(new(fault, kind, payment) { Remaining = times });

    /// <summary>What goes wrong with a message, if anything; it is used up.</summary>
    public LinkFault? Take(SimulatedMessage message)
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
