namespace Tollgate.Sandbox.Tests;

/// <summary>What the acquirer does on its own account, by a clock that moves: it settles, pays refunds out, and tells until it is heard.</summary>
public sealed class OwnAccountTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly World world = new();
    private readonly List<AcquirerNotice> heard = [];

    public void Dispose() => world.Dispose();

    [Fact]
    public void The_clock_moves_forward_only()
    {
        Assert.Equal(World.Start, world.Acquirer.Clock.GetUtcNow());
        world.Acquirer.MoveClock(World.Start + Minute);
        Assert.Equal(World.Start + Minute, world.Acquirer.Clock.GetUtcNow());
        world.Acquirer.MoveClock(World.Start);
        Assert.Equal(World.Start + Minute, world.Acquirer.Clock.GetUtcNow());
    }

    [Fact]
    public void A_moved_clock_stays_moved_after_a_restart()
    {
        world.Advance(TimeSpan.FromDays(10));
        world.Advance(Minute);
        world.Restart();
        Assert.Equal(World.Start.AddDays(10) + Minute, world.Acquirer.Clock.GetUtcNow());
        world.Advance(Minute);
        world.Restart();
        Assert.Equal(World.Start.AddDays(10) + (2 * Minute), world.Acquirer.Clock.GetUtcNow());
    }

    [Fact]
    public async Task What_is_captured_settles_a_minute_after_its_capture_and_once()
    {
        Listen();
        await world.AuthoriseAsync();
        Assert.Null(world.Acquirer.NextDue);
        world.Advance(Minute);
        await world.SendAsync(MessageKind.Capture, "capture");
        Assert.Equal(World.Start + (2 * Minute), world.Acquirer.NextDue);

        world.Advance(Minute - TimeSpan.FromTicks(1));
        await world.Acquirer.RunDueAsync();
        Assert.Empty(heard);
        world.Advance(TimeSpan.FromTicks(1));
        await world.Acquirer.RunDueAsync();
        await world.Acquirer.RunDueAsync();
        Assert.Equal([$"ClearingFile {World.Pay} capture 1000"], heard.Select(Told));
        Assert.True(world.Books.Settled);
        Assert.Null(world.Acquirer.NextDue);
    }

    [Fact]
    public async Task A_refund_is_paid_out_after_half_a_minute_and_before_what_is_due_later()
    {
        Listen();
        await world.AuthoriseAsync(capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        world.Advance(TimeSpan.FromDays(1));
        await world.Acquirer.RunDueAsync();
        Assert.Equal([$"RefundCompleted {World.Pay} refund", $"ClearingFile {World.Pay} auth 1000"], heard.Select(Told));
        Assert.Equal(400, world.Books.Refunded);
    }

    [Fact]
    public async Task What_was_undone_in_the_meantime_is_not_told()
    {
        Listen();
        await world.AuthoriseAsync();
        await world.SendAsync(MessageKind.Capture, "capture");
        await world.SendAsync(MessageKind.Reversal, "capture");
        world.Advance(TimeSpan.FromDays(1));
        await world.Acquirer.RunDueAsync();
        Assert.Empty(heard);
        Assert.False(world.Books.Settled);
    }

    [Fact]
    public async Task Whoever_does_not_hear_is_told_again_and_until_then_it_has_not_happened()
    {
        var deaf = 3;
        world.Acquirer.Listener = notice =>
        {
            heard.Add(notice);
            return --deaf >= 0 ? throw new InvalidOperationException("The store is away.") : Task.FromResult(true);
        };
        await world.AuthoriseAsync(capture: true);
        world.Advance(Minute);
        for (var times = 1; times <= 3; times++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(world.Acquirer.RunDueAsync);
            Assert.Equal(times, heard.Count);
            Assert.False(world.Books.Settled);
            world.Advance(TimeSpan.FromSeconds(Math.Pow(2, times - 1)));
        }

        await world.Acquirer.RunDueAsync();
        Assert.Equal(4, heard.Count);
        Assert.True(world.Books.Settled);
    }

    [Fact]
    public async Task Whoever_says_not_yet_is_told_again_less_and_less_often()
    {
        world.Acquirer.Listener = notice =>
        {
            heard.Add(notice);
            return Task.FromResult(heard.Count == 4);
        };
        await world.AuthoriseAsync(capture: true);
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();
        Assert.Single(heard);
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay));
        foreach (var seconds in new[] { 1, 2 })
        {
            world.Advance(TimeSpan.FromSeconds(seconds));
            Assert.False(world.Books.Settled);
            await world.Acquirer.RunDueAsync();
        }

        Assert.Equal(4, heard.Count);
        Assert.True(world.Books.Settled);
    }

    [Fact]
    public async Task What_was_not_told_before_a_restart_is_told_after_it()
    {
        await world.AuthoriseAsync(capture: true);
        await world.AuthoriseAsync(operation: "auth-2", capture: true, payment: "two");
        await world.SendAsync(MessageKind.Refund, "refund", 400, "two");
        world.Restart();
        Listen();
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();
        Assert.Equal(["RefundCompleted two refund", $"ClearingFile {World.Pay} auth 1000, two auth-2 1000"], heard.Select(Told));

        // The file is told again after the next restart unless it was heard, and it can be fetched for ever.
        var file = heard[1].Operation!;
        var text = world.Acquirer.ReadClearingFile(file);

        world.Restart();
        Listen();
        await world.Acquirer.RunDueAsync();
        Assert.Equal(2, heard.Count);
        Assert.Equal(text, world.Acquirer.ReadClearingFile(file));
        Assert.Null(world.Acquirer.ReadClearingFile("SBX-20260115-0000000000"));
    }

    [Fact]
    public async Task On_demand_it_happens_now_if_it_applies()
    {
        Listen();
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay));
        await world.AuthoriseAsync();
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay));
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay));
        await world.SendAsync(MessageKind.Capture, "capture");
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay));
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay));
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        Assert.True(await world.Acquirer.DoNowAsync(NoticeKind.RefundRejected, World.Pay));
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.RefundRejected, World.Pay));
        Assert.Equal([$"ClearingFile {World.Pay} capture 1000", $"RefundRejected {World.Pay} refund"], heard.Select(Told));
    }

    [Fact]
    public async Task On_demand_and_by_the_clock_at_once_it_happens_once()
    {
        Listen();
        await world.AuthoriseAsync(capture: true);
        world.Advance(Minute);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
            () => i % 2 == 0 ? world.Acquirer.RunDueAsync() : world.Acquirer.DoNowAsync(NoticeKind.Settled, World.Pay))));
        Assert.Single(heard);
    }

    [Fact]
    public async Task What_is_given_out_to_gateways_is_given_out_again_until_one_of_them_confirms_it()
    {
        await world.AuthoriseAsync(capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        Assert.Empty(world.Acquirer.ListDue(10));
        world.Advance(Minute);
        var due = world.Acquirer.ListDue(10);
        Assert.Equal([$"RefundCompleted {World.Pay} refund", $"ClearingFile {World.Pay} auth 1000"], due.Select(d => Told(d.Notice)));
        Assert.Equal(due, world.Acquirer.ListDue(10));
        Assert.Equal([due[0]], world.Acquirer.ListDue(1));
        Assert.Equal((0, false), (world.Books.Refunded, world.Books.Settled));

        Assert.True(world.Acquirer.Confirm(due[0], heard: true));
        Assert.False(world.Acquirer.Confirm(due[0], heard: true));
        Assert.False(world.Acquirer.Confirm(due[1], heard: false));
        Assert.False(world.Acquirer.Confirm(due[1], heard: false));
        Assert.Equal((400, false), (world.Books.Refunded, world.Books.Settled));
        Assert.Empty(world.Acquirer.ListDue(10));

        world.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([due[1] with { Tries = 1 }], world.Acquirer.ListDue(10));
        world.Restart();
        Assert.True(world.Acquirer.Confirm(Assert.Single(world.Acquirer.ListDue(10)), heard: true));
        Assert.True(world.Books.Settled);
        Assert.Empty(world.Acquirer.ListDue(10));
    }

    [Fact]
    public async Task A_refund_of_whose_end_somebody_was_told_has_no_other_end()
    {
        await world.AuthoriseAsync(capture: true);
        await world.SendAsync(MessageKind.Refund, "refund", 400);
        var rejected = world.Acquirer.Choose(NoticeKind.RefundRejected, World.Pay);
        Assert.Null(world.Acquirer.Choose(NoticeKind.RefundCompleted, World.Pay));

        // Whoever was told dies before it can say that it heard; and the acquirer too.
        world.Restart();
        world.Advance(Minute);
        Assert.Equal([Told(rejected!.Notice), $"ClearingFile {World.Pay} auth 1000"], world.Acquirer.ListDue(10).Select(d => Told(d.Notice)));
        Assert.False(await world.Acquirer.DoNowAsync(NoticeKind.RefundCompleted, World.Pay));
        Assert.True(world.Acquirer.Confirm(rejected, heard: true));
        Assert.Equal(0, world.Books.Refunded);
        Assert.Null(world.Books.PendingRefund);
    }

    [Fact]
    public async Task What_a_file_has_cannot_be_undone_and_stands_in_no_other()
    {
        world.Acquirer.Listener = _ => Task.FromResult(false);
        await world.AuthoriseAsync(capture: true);
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();
        await world.AuthoriseAsync(operation: "auth-2", capture: true, payment: "two");
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "auth"));
        world.Restart();
        Assert.Equal("12", await world.AskAsync(MessageKind.Reversal, "auth"));
        Listen();
        world.Advance(Minute);
        await world.Acquirer.RunDueAsync();
        Assert.Equal([$"ClearingFile {World.Pay} auth 1000", "ClearingFile two auth-2 1000"], heard.Select(Told).Order(StringComparer.Ordinal));
    }

    /// <summary>A notice as a line of text; of a clearing file, what its records say.</summary>
    private string Told(AcquirerNotice notice)
    {
        if (notice.Kind != NoticeKind.ClearingFile)
        {
            return $"{notice.Kind} {notice.Payment} {notice.Operation}";
        }

        var lines = System.Text.Encoding.ASCII.GetString(world.Acquirer.ReadClearingFile(notice.Operation!)!).Split('\n');
        Assert.StartsWith($"H|1|{notice.Operation}|2026-01-", lines[0], StringComparison.Ordinal);
        return $"{notice.Kind} {string.Join(", ", lines[1..^2].Select(l => l.Split('|')).Select(f => $"{f[1]} {f[2]} {f[3]}"))}";
    }

    private void Listen() => world.Acquirer.Listener = notice =>
    {
        heard.Add(notice);
        return Task.FromResult(true);
    };
}
