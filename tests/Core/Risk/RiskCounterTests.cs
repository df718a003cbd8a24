using Tollgate.Core.Cards;
using Tollgate.Core.Risk;

namespace Tollgate.Core.Tests.Risk;

/// <summary>What counters stand at: every attempt is one more, until its window has slid past it.</summary>
public class RiskCounterTests
{
    private const string App = "app-one";
    private const long Minute = 60_000;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <summary>Noon of a day, in milliseconds.</summary>
    private const long Noon = (20_000 * Day) + (12 * Hour);

    private readonly RiskCounters counters = new([RiskRules.Default], 1000);

    [Fact]
    public void Attempts_of_a_card_count_at_all_apps_and_slide_out_after_ten_minutes()
    {
        Assert.Equal(1, Value(RiskCounter.CardAttempts, Attempt(card: 7)));
        Assert.Equal(2, Value(RiskCounter.CardAttempts, Attempt(card: 7, at: Noon + Minute) with { App = "app-two" }));
        Assert.Equal(1, Value(RiskCounter.CardAttempts, Attempt(card: 8, at: Noon + Minute)));
        Assert.Equal(3, Value(RiskCounter.CardAttempts, Attempt(card: 7, at: Noon + (10 * Minute) - 1)));
        Assert.Equal(3, Value(RiskCounter.CardAttempts, Attempt(card: 7, at: Noon + (10 * Minute))));
        Assert.Equal(1, Value(RiskCounter.CardAttempts, Attempt(card: 7, at: Noon + (30 * Minute))));
    }

    [Fact]
    public void Declines_of_a_card_count_for_an_hour_and_for_a_day_at_their_app()
    {
        for (var i = 0; i < 6; i++)
        {
            counters.Add(Decline(card: 7, at: Noon + (i * 10 * Minute)));
        }

        Assert.Equal((6, 6), Declined(Noon + (50 * Minute)));
        Assert.Equal((5, 6), Declined(Noon + Hour));
        Assert.Equal((0, 6), Declined(Noon + (2 * Hour)));
        Assert.Equal((0, 5), Declined(Noon + Day));
        Assert.Equal((0, 0), Declined(Noon + (2 * Day)));
        Assert.Equal(0, Value(RiskCounter.CardDeclinesHour, Attempt(card: 7, at: Noon + (50 * Minute)) with { App = "app-two" }));

        (int, int) Declined(long at)
        {
            var readings = Read(Attempt(card: 7, at: at));
            return (readings[RiskCounter.CardDeclinesHour], readings[RiskCounter.CardDeclinesDay]);
        }
    }

    [Fact]
    public void Cards_from_an_address_are_counted_once_each_for_an_hour()
    {
        KnowOthers();
        for (var card = 1UL; card <= 5; card++)
        {
            Assert.Equal((int)card, Value(RiskCounter.AddressCards, Attempt(card, Noon + ((long)card * Minute), address: 99)));
            Assert.Equal((int)card, Value(RiskCounter.AddressCards, Attempt(card, Noon + ((long)card * Minute) + 1, address: 99)));
        }

        Assert.Equal(1, Value(RiskCounter.AddressCards, Attempt(1, Noon + (6 * Minute), address: 98)));

        // The first two have slid out, and the one that is looked at is one of them.
        Assert.Equal(4, Value(RiskCounter.AddressCards, Attempt(1, Noon + Hour + (2 * Minute) + 1, address: 99)));
    }

    [Fact]
    public void Cards_with_an_email_address_are_counted_for_a_day()
    {
        KnowOthers();
        for (var card = 1UL; card <= 5; card++)
        {
            Assert.Equal((int)card, Value(RiskCounter.EmailCards, Attempt(card, Noon + ((long)card * Hour), email: 99)));
        }

        Assert.Equal(1, Value(RiskCounter.EmailCards, Attempt(1, Noon + (20 * Hour), email: 97)));

        // Five cards, of which the first three have slid out.
        KnowOthers(Noon + Day);
        Assert.Equal(2, Value(RiskCounter.EmailCards, Attempt(5, Noon + Day + (3 * Hour), email: 99)));
    }

    [Fact]
    public void An_address_that_is_missing_or_everybodys_says_nothing()
    {
        for (var card = 1UL; card <= 20; card++)
        {
            Assert.Equal(0, Value(RiskCounter.AddressCards, Attempt(card, Noon, address: 99, email: 99)));
            Assert.Equal(0, Value(RiskCounter.EmailCards, Attempt(card, Noon, address: null, email: null)));
        }
    }

    [Fact]
    public void Declines_for_what_was_typed_count_against_their_address()
    {
        KnowOthers();
        foreach (var code in (string[])["14", "54", "N7", "05", "51"])
        {
            counters.Add(Decline(card: 7, at: Noon) with { Code = code, Address = 99 });
        }

        Assert.Equal(3, Value(RiskCounter.AddressBadCards, Attempt(8, Noon + Minute, address: 99)));
        Assert.Equal(0, Value(RiskCounter.AddressBadCards, Attempt(8, Noon + Minute, address: 98)));
        Assert.Equal(0, Value(RiskCounter.AddressBadCards, Attempt(8, Noon + Hour, address: 99)));
    }

    [Fact]
    public void Cards_that_share_their_first_digits_are_counted_for_ten_minutes()
    {
        for (var card = 1UL; card <= 12; card++)
        {
            var readings = Read(Attempt(card, Noon + (long)card) with { Bin = 5, Prefix = 55 });
            Assert.Equal((Math.Min(10, (int)card), (int)card), (readings[RiskCounter.PrefixCards], readings[RiskCounter.BinCards]));
        }

        Assert.Equal(1, Value(RiskCounter.BinCards, Attempt(1, Noon + (10 * Minute) + 12) with { Bin = 5 }));
    }

    [Fact]
    public void A_range_that_is_usual_for_the_app_may_come_up_as_often_as_usual()
    {
        // A third of the customers have a card of this bank on every day.
        for (var day = 1; day <= 7; day++)
        {
            for (var card = 1UL; card <= 30; card++)
            {
                counters.Add(Attempt(card, Noon - (day * Day)) with { Bin = card % 3 == 0 ? 5UL : 100 + card });
            }
        }

        for (var card = 1UL; card <= 30; card++)
        {
            Assert.Equal(card % 3 == 0 ? 0 : 1, Value(RiskCounter.BinCards, Attempt(card, Noon) with { Bin = card % 3 == 0 ? 5UL : 200 + card }));
        }

        // Of another bank nobody has cards: it is not one of ten either, since it is known what is usual.
        for (var card = 1UL; card <= 12; card++)
        {
            Assert.Equal((int)card, Value(RiskCounter.BinCards, Attempt(1000 + card, Noon) with { Bin = 6 }));
        }
    }

    [Fact]
    public void As_long_as_nothing_is_usual_any_range_may_be_one_of_ten_of_the_others()
    {
        for (var other = 1UL; other <= 100; other++)
        {
            counters.Add(Attempt(other, Noon));
        }

        for (var card = 1UL; card <= 20; card++)
        {
            Assert.Equal(Math.Max(0, (int)card - 10), Value(RiskCounter.BinCards, Attempt(1000 + card, Noon) with { Bin = 5 }));
        }
    }

    [Fact]
    public void What_was_refused_is_no_part_of_the_shares()
    {
        for (var i = 1UL; i <= 100; i++)
        {
            counters.Add(Attempt(i, Noon) with { IsSmall = i <= 60, IsRefused = i <= 60 });
        }

        var last = Attempt(101, Noon) with { IsSmall = true };
        Assert.Equal(2, Read(last)[RiskCounter.SmallAmountShare]);
        counters.Refuse(last);
        Assert.Equal(0, Read(Attempt(102, Noon))[RiskCounter.SmallAmountShare]);
    }

    [Fact]
    public void Attempts_for_an_order_count_for_an_hour()
    {
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal(i, Value(RiskCounter.OrderAttempts, Attempt((ulong)i, Noon + i) with { Order = 5 }));
        }

        Assert.Equal(1, Value(RiskCounter.OrderAttempts, Attempt(1, Noon + 5 + Hour) with { Order = 5 }));
    }

    [Fact]
    public void Shares_need_thirty_attempts_and_slide_by_the_minute()
    {
        for (var i = 1UL; i <= 29; i++)
        {
            var readings = Read(Attempt(i, Noon) with { IsSmall = i % 2 == 0 });
            Assert.Equal((0, 0, 0), (readings[RiskCounter.DeclineShare], readings[RiskCounter.UnknownCardShare], readings[RiskCounter.SmallAmountShare]));
            counters.Add(Decline(i, Noon) with { Code = i <= 9 ? "14" : "05" });
        }

        var now = Read(Attempt(30, Noon) with { IsSmall = true });
        Assert.Equal((96, 30, 50), (now[RiskCounter.DeclineShare], now[RiskCounter.UnknownCardShare], now[RiskCounter.SmallAmountShare]));

        // Ten minutes later the declines are forgotten, and after an hour all of it.
        Assert.Equal((0, 28), (Read(Attempt(31, Noon + (10 * Minute)))[RiskCounter.DeclineShare], Read(Attempt(31, Noon + (10 * Minute)))[RiskCounter.UnknownCardShare]));
        Assert.Equal(0, Read(Attempt(31, Noon + Hour))[RiskCounter.UnknownCardShare]);
    }

    [Fact]
    public void An_attempt_that_came_to_nothing_is_taken_back()
    {
        var attempt = Attempt(card: 7) with { Order = 5 };
        _ = Read(attempt);
        counters.Withdraw(attempt);
        var readings = Read(attempt);
        Assert.Equal((1, 1), (readings[RiskCounter.CardAttempts], readings[RiskCounter.OrderAttempts]));
    }

    [Fact]
    public void Memory_is_bounded_however_many_cards_there_are()
    {
        for (var card = 0UL; card < 50_000; card++)
        {
            counters.Add(Attempt(card, Noon, address: card, email: card) with { Bin = card, Prefix = card, Order = card });
            counters.Add(Decline(card, Noon) with { Address = card, Code = "14" });
        }

        Assert.InRange(counters.Count, 3000, 6000);
        Assert.Equal(2, Value(RiskCounter.CardAttempts, Attempt(card: 49_999)));
        Assert.Equal(1, Value(RiskCounter.CardAttempts, Attempt(card: 1)));
    }

    /// <summary>The merchant tells customers apart.</summary>
    private void KnowOthers(long at = Noon)
    {
        for (var other = 1000UL; other < 1005; other++)
        {
            counters.Add(Attempt(other, at - Minute, address: other, email: other));
        }
    }

    private int Value(RiskCounter counter, RiskAttempt attempt) => Read(attempt)[counter];

    private Dictionary<RiskCounter, int> Read(RiskAttempt attempt)
    {
        var readings = new RiskReading[RiskRules.Default.Count];
        counters.Assess(attempt, RiskRules.Default, readings);
        return readings.ToDictionary(r => r.Counter, r => r.Value);
    }

    private static RiskAttempt Attempt(ulong card, long at = Noon, ulong? address = null, ulong? email = null) =>
        new(App, at, card, card + 1_000_000, card + 2_000_000, address, email, card + 3_000_000 + (ulong)at, false);

    private static RiskDecline Decline(ulong card, long at) => new(App, at, card, null, 1000, 203012, "05", null);
}
