using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>How much an endpoint is sent at once, and when it is left alone.</summary>
public class LaneTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void One_that_answers_is_sent_more_and_more_at_once_up_to_a_limit()
    {
        var lane = new DeliveryLane(1);
        Assert.Equal(2, lane.RoomAt(Now));
        for (var answered = 1; answered <= 100; answered++)
        {
            lane.Begin();
            lane.Succeed();
            Assert.Equal(Math.Min(2 + answered, 64), lane.RoomAt(Now));
        }

        lane.Begin();
        Assert.Equal(63, lane.RoomAt(Now));
    }

    [Fact]
    public void After_five_failures_in_a_row_it_is_left_alone_ever_longer_and_then_tried_by_one()
    {
        var lane = new DeliveryLane(1);
        var now = Now;
        Fail(lane, now, 4);
        Assert.InRange(lane.RoomAt(now), 1, 2);

        Fail(lane, now, 1);
        foreach (var pause in (int[])[5, 10, 20, 40, 60, 60])
        {
            Assert.Equal(0, lane.RoomAt(now.AddSeconds(pause).AddMilliseconds(-1)));
            now = now.AddSeconds(pause);
            Assert.Equal(1, lane.RoomAt(now));
            lane.Begin();
            Assert.Equal(0, lane.RoomAt(now));
            lane.Fail(now, null);
        }

        now = now.AddSeconds(60);
        lane.Begin();
        lane.Succeed();
        Assert.Equal((0, 3), (lane.Failures, lane.RoomAt(now)));
        Fail(lane, now, 5);
        Assert.Equal((0, 1), (lane.RoomAt(now.AddSeconds(4)), lane.RoomAt(now.AddSeconds(5))));
    }

    [Fact]
    public void One_that_names_a_time_is_left_alone_until_then()
    {
        var lane = new DeliveryLane(1);
        lane.Begin();
        lane.Fail(Now, TimeSpan.FromMinutes(2));
        Assert.Equal(0, lane.RoomAt(Now.AddSeconds(119)));
        Assert.Equal(1, lane.RoomAt(Now.AddSeconds(120)));
    }

    [Fact]
    public void It_is_forgotten_only_when_nothing_is_known_that_would_have_to_be_remembered()
    {
        var lane = new DeliveryLane(1);
        Assert.True(lane.IsForgettableAt(Now));
        lane.Begin();
        Assert.False(lane.IsForgettableAt(Now));
        lane.Fail(Now, null);
        Assert.True(lane.IsForgettableAt(Now));
        Fail(lane, Now, 4);
        Assert.False(lane.IsForgettableAt(Now.AddMinutes(59)));
        Assert.True(lane.IsForgettableAt(Now.AddHours(2)));
        lane.HasMore = true;
        Assert.False(lane.IsForgettableAt(Now.AddHours(2)));
    }

    [Fact]
    public void Apps_and_addresses_have_lanes_of_their_own()
    {
        var ids = new[] { ("a", "https://x.example/1"), ("a", "https://x.example/2"), ("b", "https://x.example/1") }.Select(e => DeliveryLane.IdOf(new(e.Item1), e.Item2)).ToList();
        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 0, long.MaxValue));
        Assert.Equal(ids[0], DeliveryLane.IdOf(new("a"), "https://x.example/1"));
    }

    private static void Fail(DeliveryLane lane, DateTimeOffset now, int times)
    {
        for (var i = 0; i < times; i++)
        {
            lane.Begin();
            lane.Fail(now, null);
        }
    }
}
