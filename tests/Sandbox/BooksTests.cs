using CsCheck;

namespace Tollgate.Sandbox.Tests;

/// <summary>What each message does to the acquirer's books.</summary>
public sealed class BooksTests : IDisposable
{
    private readonly World world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task An_authorisation_holds_and_takes_nothing()
    {
        await world.AuthoriseAsync();
        Expect(authorised: 1000, authorisations: 1);
    }

    [Fact]
    public async Task An_authorisation_with_capture_takes_at_once()
    {
        await world.AuthoriseAsync(capture: true);
        Expect(authorised: 1000, captured: 1000, authorisations: 1);
    }

    [Fact]
    public async Task A_capture_takes_its_amount_and_releases_the_rest_once()
    {
        await world.AuthoriseAsync();
        Assert.Equal("12", await world.AskAsync(MessageKind.Capture, "too much", 1001));
        Assert.Equal("00", await world.AskAsync(MessageKind.Capture, "capture", 400));
        Expect(authorised: 1000, captured: 400, released: 600, authorisations: 1);
        Assert.Equal("12", await world.AskAsync(MessageKind.Capture, "again", 100));
        Assert.Equal("12", await world.AskAsync(MessageKind.Void, "void"));
        Expect(authorised: 1000, captured: 400, released: 600, authorisations: 1);
    }

    [Fact]
    public async Task A_void_releases_everything_once()
    {
        await world.AuthoriseAsync();
        Assert.Equal("00", await world.AskAsync(MessageKind.Void, "void"));
        Expect(authorised: 1000, released: 1000, authorisations: 1);
        Assert.Equal("12", await world.AskAsync(MessageKind.Void, "again"));
        Assert.Equal("12", await world.AskAsync(MessageKind.Capture, "capture"));
        Expect(authorised: 1000, released: 1000, authorisations: 1);
    }

    [Fact]
    public async Task A_refund_is_paid_out_later_and_only_one_is_on_its_way()
    {
        await world.AuthoriseAsync(capture: true);
        Assert.Equal("12", await world.AskAsync(MessageKind.Refund, "too much", 1001));
        Assert.Equal("00", await world.AskAsync(MessageKind.Refund, "first", 400));
        Assert.Equal(("first", 400), world.Books.PendingRefund);
        Assert.Equal("12", await world.AskAsync(MessageKind.Refund, "second", 100));
        Expect(authorised: 1000, captured: 1000, authorisations: 1);

        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay));
        Expect(authorised: 1000, captured: 1000, refunded: 400, authorisations: 1);
        Assert.Equal("12", await world.AskAsync(MessageKind.Refund, "third", 601));
        Assert.Equal("00", await world.AskAsync(MessageKind.Refund, "fourth", 600));
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay));
        Expect(authorised: 1000, captured: 1000, refunded: 1000, authorisations: 1);
        Assert.Equal("12", await world.AskAsync(MessageKind.Refund, "fifth", 1));
    }

    [Fact]
    public async Task A_refused_refund_pays_nothing_back()
    {
        await world.AuthoriseAsync(capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.RefundRejected, World.Pay));
        Expect(authorised: 1000, captured: 1000, authorisations: 1);
        Assert.Null(world.Books.PendingRefund);
        Assert.Equal("00", await world.AskAsync(MessageKind.Refund, "again", 1000));
    }

    [Fact]
    public async Task Nothing_can_be_done_to_a_payment_that_is_not_there()
    {
        Assert.Equal("12", await world.AskAsync(MessageKind.Capture, "capture"));
        Assert.Equal("12", await world.AskAsync(MessageKind.Void, "void"));
        Assert.Equal("12", await world.AskAsync(MessageKind.Refund, "refund"));
        Assert.Equal("25", await world.AskAsync(MessageKind.Inquiry, "auth"));
        Expect();
    }

    [Fact]
    public async Task A_repeat_under_the_same_reference_is_the_same_message_and_gets_the_same_answer()
    {
        var authorised = await world.AuthoriseAsync();
        Assert.Equal(authorised, await world.AuthoriseAsync());
        var captured = await world.SendAsync(MessageKind.Capture, "capture", 400);
        Assert.Equal(captured, await world.SendAsync(MessageKind.Capture, "capture", 400));
        var refunded = await world.SendAsync(MessageKind.Refund, "refund", 100);
        Assert.Equal(refunded, await world.SendAsync(MessageKind.Refund, "refund", 100));
        Assert.Equal(authorised, await world.SendAsync(MessageKind.Inquiry, "auth"));
        Expect(authorised: 1000, captured: 400, released: 600, authorisations: 1);

        var declined = await world.SendAsync(MessageKind.Void, "void");
        Assert.Equal(declined, await world.SendAsync(MessageKind.Void, "void"));
        Assert.Equal(4, world.Books.Lines.Count);

        // And after a restart.
        world.Restart();
        Assert.Equal(authorised, await world.AuthoriseAsync());
        Assert.Equal(refunded, await world.SendAsync(MessageKind.Inquiry, "refund"));
    }

    [Fact]
    public async Task A_reversal_makes_it_as_if_it_had_never_been_and_a_second_one_changes_nothing()
    {
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture", 400);
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "capture"));
        Expect(authorised: 1000, authorisations: 1);
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "capture"));
        Expect(authorised: 1000, authorisations: 1);
        Assert.Equal("25", await world.AskAsync(MessageKind.Inquiry, "capture"));

        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "auth"));
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "auth"));
        Expect(authorised: 1000, released: 1000);
    }

    [Fact]
    public async Task A_reversed_authorisation_with_capture_gives_both_back()
    {
        await world.AuthoriseAsync(capture: true);
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "auth"));
        Expect(authorised: 1000, released: 1000);
    }

    [Fact]
    public async Task A_reversed_refund_is_not_paid_out()
    {
        await world.AuthoriseAsync(capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "refund"));
        Assert.Null(world.Books.PendingRefund);
        world.Advance(TimeSpan.FromDays(1));
        await world.Acquirer.RunDueAsync();
        Assert.Equal(0, world.Books.Refunded);
    }

    [Fact]
    public async Task What_was_declined_is_reversed_without_effect()
    {
        await world.AuthoriseAsync("4000000000000002");
        Assert.Equal("00", await world.AskAsync(MessageKind.Reversal, "auth"));
        Expect();
    }

    [Fact]
    public async Task A_message_that_arrives_after_its_reversal_is_not_honoured()
    {
        Assert.Equal("25", await world.AskAsync(MessageKind.Reversal, "auth"));
        Assert.Equal("25", (await world.AuthoriseAsync()).ResponseCode);
        Expect();

        world.Restart();
        Assert.Equal("25", (await world.AuthoriseAsync()).ResponseCode);

        // A repeated reversal is acknowledged, by either of the two codes that mean so.
        Assert.Contains(await world.AskAsync(MessageKind.Reversal, "auth"), (string[])["00", "25"]);
        Assert.Equal("25", await world.AskAsync(MessageKind.Inquiry, "auth"));
        Expect();
    }

    [Fact]
    public async Task What_is_through_cannot_be_undone()
    {
        // A release; a capture whose funds have gone out; a refund that was paid.
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Void, "void");
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "void"));

        await world.AuthoriseAsync(operation: "auth-2", payment: "two");
        await world.SendAsync(MessageKind.Capture, "capture-2", payment: "two");
        await world.Acquirer.DoNowAsync(NoticeKind.Settled, "two");
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "capture-2", payment: "two"));
        Assert.Equal(1000, world.BooksOf("two").Captured);

        await world.AuthoriseAsync(operation: "auth-3", capture: true, payment: "three");
        await world.Acquirer.DoNowAsync(NoticeKind.Settled, "three");
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "auth-3", payment: "three"));
        await world.SendAsync(MessageKind.Refund, "refund-3", 400, "three");
        await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, "three");
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "refund-3", payment: "three"));
        Assert.Equal((1000, 400), (world.BooksOf("three").Captured, world.BooksOf("three").Refunded));
    }

    [Fact]
    public async Task What_something_else_was_built_on_cannot_be_undone()
    {
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture", 400);
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "auth"));
        await world.SendAsync(MessageKind.Refund, "refund", 100);
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "capture"));
        Expect(authorised: 1000, captured: 400, released: 600, authorisations: 1);
    }

    [Fact]
    public async Task Books_survive_a_restart_and_a_line_torn_by_a_killed_process()
    {
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture", 400);
        await world.SendAsync(MessageKind.Refund, "refund", 100);
        var lines = world.Books.Lines.ToList();

        var whole = string.Empty;
        world.Restart(() =>
        {
            whole = File.ReadAllText(world.BooksPath);
            File.AppendAllText(world.BooksPath, whole.Split('\n')[0][..^5]);
        });
        Assert.Equal(lines, world.Books.Lines);
        Assert.Equal(("refund", 100), world.Books.PendingRefund);
        Expect(authorised: 1000, captured: 400, released: 600, authorisations: 1);

        await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay);
        world.Restart(() => Assert.StartsWith(whole, File.ReadAllText(world.BooksPath), StringComparison.Ordinal));
        Expect(authorised: 1000, captured: 400, released: 600, refunded: 100, authorisations: 1);
    }

    [Fact]
    public async Task A_file_torn_anywhere_in_its_last_line_opens_without_that_line()
    {
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture", 400);
        byte[] whole = [];
        world.Restart(() => whole = File.ReadAllBytes(world.BooksPath));
        var lastLine = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (var length = lastLine; length < whole.Length; length++)
        {
            world.Restart(() => File.WriteAllBytes(world.BooksPath, whole[..length]));
            Expect(authorised: 1000, authorisations: 1);
        }
    }

    [Fact]
    public async Task The_books_hold_no_card_number()
    {
        await world.AuthoriseAsync();
        world.Restart(() =>
        {
            var written = File.ReadAllText(world.BooksPath);
            Assert.Contains(World.Pay, written, StringComparison.Ordinal);
            Assert.DoesNotContain("4242", written, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Books_that_one_process_keeps_no_other_opens() =>
        Assert.Throws<IOException>(() => new SimulatedAcquirer(world.BooksPath, World.Behaviour, TimeProvider.System));

    [Fact]
    public async Task Whatever_is_sent_in_whatever_order_the_books_stay_possible() => await Gen
        .Select(Gen.Enum<MessageKind>(), Gen.Int[0, 9], Gen.Int[1, 12], Gen.Int[0, 3]).Array[1, 40].SampleAsync(
            async steps =>
            {
                using var some = new SimulatedAcquirer(null, World.Behaviour, TimeProvider.System);
                await some.ExchangeAsync(new()
                {
                    Kind = MessageKind.Authorisation,
                    Operation = "op-0",
                    Payment = World.Pay,
                    Amount = 1000,
                    Card = World.Parse(World.Visa),
                    Capture = steps.Length % 2 == 0,
                });
                foreach (var (kind, operation, amount, notice) in steps)
                {
                    await some.ExchangeAsync(new() { Kind = kind, Operation = $"op-{operation}", Payment = World.Pay, Amount = amount * 100 });
                    if (notice < 3 && operation == 0)
                    {
                        await some.DoNowAsync((NoticeKind)notice, World.Pay);
                    }

                    var books = some.Read(World.Pay, b => b)!;
                    Assert.InRange(books.Captured, 0, books.Authorised);
                    Assert.InRange(books.Captured + books.Released, 0, books.Authorised);
                    Assert.InRange(books.Refunded + (books.PendingRefund?.Amount ?? 0), 0, books.Captured);
                    Assert.InRange(books.Authorisations, 0, 1);
                }
            },
            iter: 5000);

    private void Expect(long authorised = 0, long captured = 0, long released = 0, long refunded = 0, int authorisations = 0)
    {
        var books = world.Books;
        Assert.Equal(
            (authorised, captured, released, refunded, authorisations), (books.Authorised, books.Captured, books.Released, books.Refunded, books.Authorisations));
    }
}
