using Tollgate.Sandbox;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The books of the sandbox's acquirer as its statement.</summary>
internal sealed class SandboxStatement(BooksCopy books) : IAcquirerStatement
{
    /// <inheritdoc/>
    public DateTimeOffset Now => books.Now;

    /// <inheritdoc/>
    public IEnumerable<string> Payments => books.Payments;

    /// <summary>How to read the books of a data directory; nothing when it has none.</summary>
    public static Func<IAcquirerStatement>? In(Settings settings)
    {
        var path = SandboxSetup.BooksPath(settings);
        return settings.IsSandbox && File.Exists(path) ? () => new SandboxStatement(BooksCopy.Read(path, TimeProvider.System)) : null;
    }

    /// <inheritdoc/>
    public AcquirerPosition Find(string payment) => PositionOf(books.Find(payment), Now);

    /// <summary>What the books of a payment amount to; all nothing when there are none.</summary>
    public static AcquirerPosition PositionOf(BookedPayment? booked, DateTimeOffset now)
    {
        if (booked is null)
        {
            return default;
        }

        // An authorisation that was undone leaves what it held beside what it released; the gateway says that it never was.
        var undone = booked.Authorisations == 0;
        return new(
            booked.Authorisations,
            undone ? booked.Authorised - booked.Released : booked.Authorised,
            booked.Captured,
            undone ? 0 : booked.Released,
            booked.Refunded,
            booked.PendingRefund?.Amount ?? 0,
            booked.Settled,
            booked.Dispute switch
            {
                null => null,
                { Untold: not null } => AcquirerPosition.NotTold,
                var dispute => AcquirerPosition.DescribeDispute(dispute.Case, dispute.ReasonCode, dispute.Amount, dispute.StageAt(now), dispute.TakenAt(now)),
            });
    }
}
