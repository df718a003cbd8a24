using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

public class DeciderTests
{
    private static readonly Dictionary<string, string> Tables = new(StringComparer.Ordinal)
    {
        [nameof(RulesAtRest.Pending)] = RulesAtRest.Pending,
        [nameof(RulesAtRest.Authorised)] = RulesAtRest.Authorised,
        [nameof(RulesAtRest.Captured)] = RulesAtRest.Captured,
        [nameof(RulesAtRest.Refunded)] = RulesAtRest.Refunded,
        [nameof(RulesAtRest.Ended)] = RulesAtRest.Ended,
        [nameof(RulesOfAuthentication.Page)] = RulesOfAuthentication.Page,
        [nameof(RulesOfAuthentication.Attempts)] = RulesOfAuthentication.Attempts,
        [nameof(RulesOfAuthentication.Proofs)] = RulesOfAuthentication.Proofs,
        [nameof(RulesOfRisk)] = RulesOfRisk.Table,
        [nameof(RulesInFlight.Authorising)] = RulesInFlight.Authorising,
        [nameof(RulesInFlight.Capturing)] = RulesInFlight.Capturing,
        [nameof(RulesInFlight.Voiding)] = RulesInFlight.Voiding,
        [nameof(RulesInFlight.Refunding)] = RulesInFlight.Refunding,
        [nameof(RulesInDispute.Undisputed)] = RulesInDispute.Undisputed,
        [nameof(RulesInDispute.Disputed)] = RulesInDispute.Disputed,
        [nameof(RulesInDispute.Stages)] = RulesInDispute.Stages,
        [nameof(RulesInDispute.Answering)] = RulesInDispute.Answering,
        [nameof(RulesInDispute.Over)] = RulesInDispute.Over,
        [nameof(RefusalOrder)] = RefusalOrder.Table,
    };

    public static TheoryData<string> TableNames => [.. Tables.Keys];

    [Theory]
    [MemberData(nameof(TableNames))]
    public void Every_line_of_the_tables_of_rules_holds(string table)
    {
        var wrong = from rule in Rule.Read(Tables[table])
                    let happens = rule.Happens()
                    where happens != rule.Expected
                    select $"{rule}, but: {happens}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_tables_have_a_line_for_every_status_and_every_command()
    {
        var commands = typeof(PaymentCommand).GetNestedTypes().Where(t => t != typeof(PaymentCommand.Create)).ToList();
        var wanted = from status in Enum.GetValues<PaymentStatus>() from command in commands select (status, command.Name);
        var told = AllRules().Select(rule => (rule.Decide().Story.Payment, rule)).Where(told => told.Payment.InFlight is null)
            .Select(told => (told.Payment.Status, Story.At(told.rule.State).Command(told.rule.Command).GetType().Name));
        Assert.Equal(29, commands.Count);
        Assert.Empty(wanted.Except(told));
    }

    [Fact]
    public void Every_refusal_and_every_event_occurs_in_the_tables()
    {
        var decisions = AllRules().Select(rule => rule.Decide().Decision).ToList();
        Assert.Empty(Enum.GetValues<Refusal>().Except(decisions.Select(d => d.Refusal).OfType<Refusal>()));

        var events = typeof(PaymentEvent).GetNestedTypes().Except([typeof(PaymentEvent.Created)]);
        Assert.Empty(events.Except(decisions.Where(d => d.Event is not null).Select(d => d.Event!.GetType())).Select(t => t.Name));
    }

    [Fact]
    public void Every_refusal_has_its_line_in_the_order_of_checking() =>
        Assert.Equal(Enum.GetValues<Refusal>(), Rule.Read(RefusalOrder.Table).Select(rule => rule.Decide().Decision.Refusal!.Value));

    [Fact]
    public void Every_state_of_the_story_occurs_in_the_tables() =>
        Assert.Empty(Story.StateNames.Except(AllRules().Select(rule => rule.State)));

    [Fact]
    public void What_a_payment_is_created_with_stands_in_its_first_event()
    {
        var facts = Story.Facts();
        Assert.Equal(new PaymentEvent.Created(facts.CreatedAt, facts), PaymentDecider.Decide(null, new PaymentCommand.Create(facts)).Event);
    }

    [Fact]
    public void A_payment_is_created_once() => Assert.Throws<InvariantViolationException>(
        () => PaymentDecider.Decide(Story.At("pending").Payment, new PaymentCommand.Create(Story.Facts())));

    [Fact]
    public void Nothing_can_be_asked_of_a_payment_that_is_not_there() => Assert.Throws<InvariantViolationException>(
        () => PaymentDecider.Decide(null, new PaymentCommand.Settle(Story.Now)));

    [Theory]
    [InlineData("authorised", "capture 0")]
    [InlineData("authorised", "capture -1")]
    [InlineData("waiting", "refund 0")]
    [InlineData("waiting", "refund -1")]
    [InlineData("waiting", "dispute 0")]
    [InlineData("waiting", "dispute -1")]
    public void An_operation_of_nothing_or_less_is_a_bug_and_no_refusal(string state, string command) =>
        Assert.Throws<InvariantViolationException>(() => new Rule(state, command, string.Empty).Happens());

    [Fact]
    public void Without_an_amount_all_that_is_left_is_taken_or_given_back()
    {
        Assert.Equal(1000, Event<PaymentEvent.CaptureStarted>("authorised", "capture all").Amount.Minor);
        Assert.Equal(1000, Event<PaymentEvent.RefundStarted>("received", "refund all").Amount.Minor);
        Assert.Equal(600, Event<PaymentEvent.RefundStarted>("partially_refunded", "refund all").Amount.Minor);
    }

    [Fact]
    public void A_refund_expires_ten_days_after_it_was_asked_for() =>
        Assert.Equal(Story.Now.AddDays(10), Event<PaymentEvent.RefundStarted>("received", "refund all").ExpiresAt);

    [Fact]
    public void A_dispute_takes_what_is_left_and_its_fee_with_the_chargeback_and_gives_back_all_but_the_fee()
    {
        Assert.Equal(1000 - 45 - 5, Net("received"));
        Assert.Equal(1000 - 45 - 5, Net("inquiry"));
        Assert.Equal(-45 - 5 - 250 - 25, Net("disputed"));
        Assert.Equal(-45 - 5 - 250 - 25, Net("dispute_lost"));
        Assert.Equal(1000 - 45 - 5 - 250 - 25, Net("dispute won"));
        Assert.Equal(600 - 400 - 45 - 5 - 250 - 25, Net("disputed in part"));

        static long Net(string state) => Story.At(state, Story.SomeFees).Payment.Net.Minor;
    }

    [Fact]
    public void What_the_acquirer_has_of_the_evidence_is_what_was_there_when_it_was_sent()
    {
        Assert.Equal((1, 0), Brought("sending evidence"));
        Assert.Equal((1, 1), Brought("evidence_submitted"));
        Assert.Equal((1, 1), Brought("pre_arbitration"));

        static (int, int) Brought(string state) => Story.At(state).Payment.Dispute is { } dispute ? (dispute.EvidenceCount, dispute.EvidenceSubmitted) : default;
    }

    [Fact]
    public void Why_a_payment_ended_is_what_was_said_or_what_ran_out()
    {
        Assert.Equal(new(false, FailureReason.IssuerDeclined), Story.At("failed").Payment.End);
        Assert.Equal(new(false, FailureReason.Voided), Story.At("voided").Payment.End);
        Assert.Equal(new(false, FailureReason.AcquirerUnavailable), Story.At("given up").Payment.End);
        Assert.Equal(new(true, FailureReason.SessionExpired), Story.At("expired").Payment.End);
        Assert.Equal(new(true, FailureReason.AuthorisationExpired), Story.At("lapsed").Payment.End);
    }

    [Fact]
    public void A_hold_of_a_merchant_initiated_Visa_payment_lasts_five_days_and_any_other_seven()
    {
        Assert.Equal(Story.Now.AddDays(7), Event<PaymentEvent.Authorised>("authorising", "approved").HoldEndsAt);
        Assert.Equal(TimeSpan.FromDays(5), HoldPeriods.For(Brand.Visa, PaymentType.Unscheduled));
        Assert.Equal(TimeSpan.FromDays(7), HoldPeriods.For(Brand.Mastercard, PaymentType.Unscheduled));
    }

    private static T Event<T>(string state, string command) => Assert.IsType<T>(new Rule(state, command, string.Empty).Decide().Decision.Event);

    private static IEnumerable<Rule> AllRules() => Tables.Values.SelectMany(Rule.Read);
}
