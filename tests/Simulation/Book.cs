using Tollgate.Core.Disputes;
using Tollgate.Server.Acquirers;

namespace Tollgate.Simulation;

/// <summary>What the acquirer knows of one payment: amounts in the smallest unit.</summary>
internal sealed class Book
{
    public int Authorisations { get; set; }

    public long Authorised { get; set; }

    public long Captured { get; set; }

    public long Released { get; set; }

    public long Refunded { get; set; }

    public bool Settled { get; set; }

    public (string Operation, long Amount)? PendingRefund { get; set; }

    /// <summary>What disputes took for good.</summary>
    public long Lost { get; set; }

    /// <summary>The last dispute.</summary>
    public Case? Case { get; set; }

    /// <summary>What can still be given back, or disputed.</summary>
    public long Left => Captured - Refunded - Lost - (PendingRefund?.Amount ?? 0);

    /// <summary>The most approved authorisations that there were at once.</summary>
    public int MostAuthorisations { get; set; }
}

/// <summary>A dispute as the acquirer keeps it.</summary>
internal sealed class Case
{
    public required string Id { get; init; }

    public required long Amount { get; init; }

    public DisputeStage Stage { get; set; }

    public bool MoneyTaken { get; set; }

    public bool IsOpen { get; set; } = true;

    public bool AwaitsMerchant { get; set; }

    /// <summary>Counts whose turn it was, so that what was planned for an earlier one is not done.</summary>
    public int Turn { get; set; }

    public Queue<(string What, Func<IAcquirerListener, Task<bool>> Tell)> ToTell { get; } = new();
}
