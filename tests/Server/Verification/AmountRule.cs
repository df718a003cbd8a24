using Tollgate.Core;
using Tollgate.Core.Payments;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Tests.Storage;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Tests.Verification;

/// <summary>The one rule that no row can break, because a payment's own invariants stand before it: it is broken here by a payment that never was.</summary>
public sealed class AmountRule
{
    [Theory]
    [InlineData(900, 0, 0)]
    [InlineData(1000, 10, 0)]
    [InlineData(1000, 0, 10)]
    public void Amounts_that_are_not_the_sum_of_the_operations_are_named(long authorised, long captured, long refunded)
    {
        var (created, _) = Changes.Create();
        var (payment, change) = Changes.Authorise(created);
        List<EventEntry> events = [.. change.Events.Select(e => new EventEntry(e.Version, e.Event.GetType().Name, "app-one", 1, JournalRows.Millis(e.Event.At), 0, 0, e.Event))];
        var found = new List<string>();
        Report report = (rule, what, _, _) => found.Add($"{rule}: {what}");

        AmountCheck.Run(payment, events, report);
        Assert.Empty(found);

        AmountCheck.Run(
            payment with { Authorised = new(authorised, Currency.Aud), Captured = new(captured, Currency.Aud), Refunded = new(refunded, Currency.Aud) }, events, report);
        Assert.StartsWith("Amounts: ", Assert.Single(found), StringComparison.Ordinal);
    }
}
