using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;

namespace Tollgate.Server.Webhooks;

/// <summary>
/// One endpoint of one app, as this process knows it: how much it may be asked at once, and whether it is to be left alone for a while. An endpoint that
/// answers is asked more and more at once; one that fails is asked less, and after some failures in a row only now and then, to see whether it is back.
/// </summary>
internal sealed class DeliveryLane(long id)
{
    private const int First = 2;
    private const int Most = 64;
    private const int FailuresToOpen = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RemembersFor = TimeSpan.FromHours(1);

    private int limit = First;
    private TimeSpan pause = FirstPause;
    private DateTimeOffset restsUntil;

    /// <summary>What endpoints are told apart by, in the store too: it follows from the app and the URL.</summary>
    public long Id => id;

    /// <summary>How many webhooks are being sent to it.</summary>
    public int InFlight { get; private set; }

    /// <summary>How many tries have failed in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether there may be more to take than was taken.</summary>
    public bool HasMore { get; set; }

    /// <summary>Whether it waits for its turn.</summary>
    public bool IsQueued { get; set; }

    /// <summary>Whether nothing is known of it that would have to be remembered.</summary>
    public bool IsForgettableAt(DateTimeOffset now) =>
        InFlight == 0 && !HasMore && !IsQueued && (Failures < FailuresToOpen || restsUntil + RemembersFor < now);

    /// <summary>The lane of an app's endpoint.</summary>
    public static long IdOf(AppId app, string url) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{app}|{url}"))) & long.MaxValue;

    /// <summary>How many more it may be sent now.</summary>
    public int RoomAt(DateTimeOffset now) => now < restsUntil ? 0 : Math.Max(0, (Failures >= FailuresToOpen ? 1 : limit) - InFlight);

    public void Begin() => InFlight++;

    /// <summary>A webhook was not sent after all.</summary>
    public void Leave() => InFlight--;

    public void Succeed()
    {
        InFlight--;
        Failures = 0;
        pause = FirstPause;
        limit = Math.Min(limit + 1, Most);
    }

    /// <summary>A try failed; the endpoint may have said for how long it wants to be left alone.</summary>
    public void Fail(DateTimeOffset now, TimeSpan? retryAfter)
    {
        InFlight--;
        limit = Math.Max(1, limit / 2);
        if (++Failures >= FailuresToOpen)
        {
            limit = First;
            restsUntil = now + pause;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        if (retryAfter is { } wanted && now + wanted > restsUntil)
        {
            restsUntil = now + wanted;
        }
    }
}
