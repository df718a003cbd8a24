namespace Tollgate.Sandbox.Tests;

/// <summary>What can be made to go wrong on the way to the acquirer.</summary>
public sealed class LinkTests : IDisposable
{
    private readonly World world = new();

    public void Dispose() => world.Dispose();

    [Fact]
    public async Task A_lost_request_is_never_processed_and_never_answered()
    {
        world.Acquirer.Arm(LinkFault.LostRequest, null, null, 1);
        var lost = world.AuthoriseAsync();
        Assert.False(lost.IsCompleted);
        Assert.Empty(world.Books.Lines);
        await EndsWithTheLinkAsync(lost);
    }

    [Fact]
    public async Task A_lost_reply_is_processed_and_never_answered()
    {
        world.Acquirer.Arm(LinkFault.LostReply, null, null, 1);
        var lost = world.AuthoriseAsync();
        Assert.False(lost.IsCompleted);
        Assert.Equal(1000, world.Books.Authorised);
        Assert.Equal("00", await world.AskAsync(MessageKind.Inquiry, "auth"));
        await EndsWithTheLinkAsync(lost);
    }

    [Fact]
    public async Task A_late_reply_comes_late_and_right()
    {
        world.Acquirer.Arm(LinkFault.LateReply, null, null, 1);
        var late = world.AuthoriseAsync();
        Assert.False(late.IsCompleted);
        Assert.Equal(1000, world.Books.Authorised);
        Assert.Equal("00", (await late).ResponseCode);
    }

    [Fact]
    public async Task A_message_that_arrives_twice_is_booked_once()
    {
        world.Acquirer.Arm(LinkFault.Duplicate, null, null, 3);
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture", 1000);
        Assert.Equal("00", await world.AskAsync(MessageKind.Refund, "refund", 400));
        var books = world.Books;
        Assert.Equal((1000, 1000, 1, 400, 3), (books.Authorised, books.Captured, books.Authorisations, books.PendingRefund!.Value.Amount, books.Lines.Count));
    }

    [Fact]
    public async Task A_decline_can_be_had_of_any_message()
    {
        world.Acquirer.Arm(LinkFault.Decline, null, null, 1);
        Assert.Equal("05", (await world.AuthoriseAsync(operation: "first")).ResponseCode);
        Assert.Equal("00", (await world.AuthoriseAsync()).ResponseCode);
        world.Acquirer.Arm(LinkFault.Decline, MessageKind.Capture, null, 1);
        Assert.Equal("05", await world.AskAsync(MessageKind.Capture, "capture"));
        Assert.Equal((1000, 0), (world.Books.Authorised, world.Books.Captured));
    }

    [Fact]
    public async Task A_fault_meets_only_the_messages_it_is_meant_for_and_as_often_as_it_says()
    {
        world.Acquirer.Arm(LinkFault.Decline, MessageKind.Authorisation, "two", 2);
        Assert.Equal("00", (await world.AuthoriseAsync(payment: "one")).ResponseCode);
        Assert.Equal("12", await world.AskAsync(MessageKind.Capture, "capture", payment: "two"));
        Assert.Equal("05", (await world.AuthoriseAsync(operation: "a", payment: "two")).ResponseCode);
        Assert.Equal("05", (await world.AuthoriseAsync(operation: "b", payment: "two")).ResponseCode);
        Assert.Equal("00", (await world.AuthoriseAsync(operation: "c", payment: "two")).ResponseCode);
    }

    // A link that is silent is closed after a minute, or with the process; the test does not wait for the minute.
    private async Task EndsWithTheLinkAsync(Task<SimulatedReply> exchange)
    {
        Assert.False(exchange.IsCompleted);
        world.Restart();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange);
    }
}
