using System.Globalization;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Core.Tests.Payments;

namespace Tollgate.Core.Tests.Ledger;

public class PostingTests
{
    [Fact]
    public void Without_fees_events_move_what_the_table_says() => Holds(PostingTable.WithoutFees, null);

    [Fact]
    public void With_fees_events_move_what_the_table_says() => Holds(PostingTable.WithFees, Story.SomeFees);

    [Fact]
    public void Other_events_move_nothing()
    {
        Assert.Empty(Lines(PostingTable.Nothing).SelectMany(line => Happen(line[0], line[1], Story.SomeFees).Moved));
        var facts = Story.Facts(fees: Story.SomeFees);
        Assert.Empty(Postings.Of(null, Story.At("pending").Payment, new PaymentEvent.Created(Story.CreatedAt, facts)));
    }

    [Fact]
    public void Every_event_occurs_in_the_tables_and_every_kind_of_movement_but_those_of_payouts()
    {
        string[] tables = [PostingTable.WithoutFees, PostingTable.WithFees, PostingTable.Nothing];
        var told = tables.SelectMany(Lines).Where(line => line[0].Length > 0).Select(line => Happen(line[0], line[1], Story.SomeFees)).ToList();
        Assert.Empty(typeof(PaymentEvent).GetNestedTypes().Except([typeof(PaymentEvent.Created)]).Except(told.Select(t => t.Event.GetType())).Select(t => t.Name));

        TransferKind[] ofPayouts = [TransferKind.Payout, TransferKind.DebtCarried, TransferKind.DebtRecovered];
        Assert.Empty(Enum.GetValues<TransferKind>().Except(ofPayouts).Except(told.SelectMany(t => t.Moved).Select(m => m.Kind)));
    }

    [Theory]
    [InlineData(0, 0, "")]
    [InlineData(0, 500, "")]
    [InlineData(1000, 0, "Payout MerchantPayable BankCash 1000")]
    [InlineData(1000, 400, "DebtRecovered MerchantPayable MerchantNegative 400; Payout MerchantPayable BankCash 600")]
    [InlineData(1000, 1000, "DebtRecovered MerchantPayable MerchantNegative 1000")]
    [InlineData(1000, 1500, "DebtRecovered MerchantPayable MerchantNegative 1000")]
    [InlineData(-1000, 0, "DebtCarried MerchantNegative MerchantPayable 1000")]
    [InlineData(-1000, 500, "DebtCarried MerchantNegative MerchantPayable 1000")]
    public void A_payout_first_takes_what_is_owed(long payable, long owed, string moved) =>
        Assert.Equal(moved, string.Join("; ", PayoutRule.Of(Story.Aud(payable), Story.Aud(owed)).Select(t => $"{t.Kind} {t.Debit} {t.Credit} {t.Amount.Minor}")));

    private static void Holds(string table, FeeSchedule? fees)
    {
        var told = new List<(string State, string Command, List<Transfer> Moves)>();
        foreach (var line in Lines(table))
        {
            if (line[0].Length > 0)
            {
                told.Add((line[0], line[1], []));
            }

            told[^1].Moves.Add(new(
                Enum.Parse<TransferKind>(line[2]),
                Enum.Parse<Account>(line[3]),
                Enum.Parse<Account>(line[4]),
                Story.Aud(long.Parse(line[5], CultureInfo.InvariantCulture))));
        }

        var wrong = from line in told
                    let moved = Happen(line.State, line.Command, fees).Moved
                    where !moved.SequenceEqual(line.Moves)
                    select $"{line.State} | {line.Command}, but: {string.Join("; ", moved)}";
        Assert.Empty(wrong);
    }

    private static (PaymentEvent Event, IReadOnlyList<Transfer> Moved) Happen(string state, string command, FeeSchedule? fees)
    {
        var before = Story.At(state, fees);
        var decision = PaymentDecider.Decide(before.Payment, before.Command(command));
        Assert.True(decision.Event is not null, $"'{state}': '{command}' is refused with {decision.Refusal}");
        return (decision.Event, Postings.Of(before.Payment, before.After(decision.Event).Payment, decision.Event));
    }

    private static IEnumerable<string[]> Lines(string table) =>
        from line in table.Split('\n')
        let text = line.Trim()
        where text.Length > 0 && text[0] != '#'
        select text.Split('|', StringSplitOptions.TrimEntries);
}
