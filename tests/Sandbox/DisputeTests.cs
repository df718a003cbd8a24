using Tollgate.Core.Disputes;

namespace Tollgate.Sandbox.Tests;

/// <summary>Disputes at the acquirer: in its books before it tells of them, and told until they are heard.</summary>
public sealed class DisputeTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly World world = new();
    private readonly List<AcquirerNotice> heard = [];

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task The_disputed_card_is_disputed_when_it_settles()
    {
        Listen();
        await world.AuthoriseAsync("4000000000000259", capture: true);
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();

        Assert.Equal([NoticeKind.ClearingFile, NoticeKind.DisputeOpened], heard.Select(n => n.Kind));
        Assert.Equal(new NoticedDispute("payment-1-1", 1000, "10.4", DisputeStage.ChargebackOpen, World.Start + Minute + TimeSpan.FromDays(7)), heard[1].Dispute);
        Assert.Equal((true, null), (world.Books.Dispute!.Opened, world.Books.Dispute.Untold));
        await world.Acquirer.RunDueAsync();
        Assert.Equal(2, heard.Count);
    }

    [Theory]
    [InlineData("5555555555554444", "4837")]
    [InlineData("378282246310005", "F29")]
    [InlineData(World.Visa, "10.4")]
    public async Task The_reason_is_that_of_the_cards_scheme(string card, string code)
    {
        await OpenAsync(card);
        Assert.Equal(code, world.Books.Dispute!.ReasonCode);
    }

    [Fact]
    public async Task What_nobody_heard_is_told_again_and_says_the_same_after_a_restart()
    {
        Listen(_ => false);
        await world.AuthoriseAsync(capture: true);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeOpened, World.Pay));
        var told = heard.Single().Dispute;
        Assert.Equal((false, NoticeKind.DisputeOpened), (world.Books.Dispute!.Opened, world.Books.Dispute.Untold));

        world.Advance(TimeSpan.FromSeconds(1));
        world.Restart();
        Listen();
        await world.Acquirer.RunDueAsync();

        Assert.Equal(told, heard[^1].Dispute);
        Assert.True(world.Books.Dispute!.Opened);
    }

    [Fact]
    public async Task A_dispute_waits_for_the_end_of_a_refund_and_is_about_what_is_left()
    {
        Listen(n => n.Kind != NoticeKind.DisputeOpened || world.Books.PendingRefund is null);
        await world.AuthoriseAsync("4000000000000259", capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeOpened, World.Pay));
        Assert.Null(world.Books.Dispute);
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay));

        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.DisputeOpened, World.Pay));

        Assert.Equal(600, world.Books.Dispute!.Amount);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeOpened, World.Pay));
    }

    [Fact]
    public async Task An_answer_counts_once_for_its_case_and_until_the_deadline()
    {
        await OpenAsync();
        Assert.Equal("12", await AnswerAsync(MessageKind.DisputeAcceptance, "wrong-case", "another"));
        world.Advance(TimeSpan.FromDays(7));
        Assert.Equal((DisputeStage.Expired, 1000), (world.Books.Dispute!.StageAt(Now), world.Books.Dispute.TakenAt(Now)));
        Assert.Equal("12", await AnswerAsync(MessageKind.DisputeAcceptance, "late"));

        await OpenAsync(payment: "payment-2");
        Assert.Equal("00", await AnswerAsync(MessageKind.DisputeAcceptance, "accept", payment: "payment-2"));
        Assert.Equal("00", await AnswerAsync(MessageKind.DisputeAcceptance, "accept", payment: "payment-2"));
        Assert.Equal("12", await AnswerAsync(MessageKind.DisputeEvidence, "evidence", payment: "payment-2"));
        Assert.Equal(DisputeStage.Accepted, world.BooksOf("payment-2").Dispute!.Stage);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeWon, "payment-2"));
    }

    [Theory]
    [InlineData("Here it is.", NoticeKind.DisputeWon)]
    [InlineData("losing_evidence", NoticeKind.DisputeLost)]
    [InlineData("losing_evidence and winning_evidence", NoticeKind.DisputeWon)]
    public async Task Evidence_is_decided_after_a_minute_by_what_it_says_and_the_books_do_not_repeat_it(string text, NoticeKind end)
    {
        await OpenAsync();
        Assert.Equal("00", await AnswerAsync(MessageKind.DisputeEvidence, "evidence", text: text));
        world.Restart();
        Listen();
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();

        Assert.Contains(end, heard.Select(n => n.Kind));
        Assert.Equal(end == NoticeKind.DisputeWon ? 0 : 1000, world.Books.Dispute!.TakenAt(Now));
        world.Restart(() => Assert.DoesNotContain(text, File.ReadAllText(world.BooksPath), StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_the_gateway_has_not_heard_of_a_stage_it_cannot_answer_it()
    {
        await OpenAsync();
        Listen(_ => false);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeMoved, World.Pay));
        Assert.Equal("12", await AnswerAsync(MessageKind.DisputeEvidence, "early"));
        Listen();
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.DisputeMoved, World.Pay));
        Assert.Equal(DisputeStage.PreArbitration, world.Books.Dispute!.Stage);
        Assert.Equal("00", await AnswerAsync(MessageKind.DisputeEvidence, "second"));
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.DisputeMoved, World.Pay));
        Assert.Equal(DisputeStage.Arbitration, world.Books.Dispute.Stage);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.DisputeMoved, World.Pay));
    }

    private DateTimeOffset Now => world.Acquirer.Clock.GetUtcNow();

    private void Listen(Func<AcquirerNotice, bool>? hears = null) => world.Acquirer.Listener = notice =>
    {
        heard.Add(notice);
        return Task.FromResult(hears?.Invoke(notice) ?? true);
    };

    private async Task OpenAsync(string card = World.Visa, string payment = World.Pay)
    {
        Listen();
        await world.AuthoriseAsync(card, "auth of " + payment, capture: true, payment: payment);
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.DisputeOpened, payment));
    }

    private async Task<string> AnswerAsync(MessageKind kind, string operation, string? dispute = null, string payment = World.Pay, string text = "Here it is.") =>
        (await world.Acquirer.ExchangeAsync(new()
        {
            Kind = kind,
            Operation = operation,
            Payment = payment,
            Amount = 1000,
            Case = dispute ?? world.BooksOf(payment).Dispute!.Case,
            Evidence = kind == MessageKind.DisputeEvidence ? [new("receipt", text.Length, text)] : null,
        })).ResponseCode;
}
