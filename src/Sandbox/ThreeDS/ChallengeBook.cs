using System.Diagnostics.CodeAnalysis;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>The challenges that the issuer knows: the newest, in memory. Thread-safe.</summary>
internal sealed class ChallengeBook(int most = 100_000)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Challenge> challenges = new(StringComparer.OrdinalIgnoreCase);
    private readonly Queue<Challenge> byAge = new();
    private readonly PriorityQueue<Challenge, DateTimeOffset> open = new();

    public void Add(Challenge challenge)
    {
        lock (gate)
        {
            while (byAge.TryPeek(out var oldest) && (byAge.Count >= most || oldest.AskedAt + Kept < challenge.AskedAt))
            {
                challenges.Remove(byAge.Dequeue().Facts.AcsTransactionId);
            }

            challenges.Add(challenge.Facts.AcsTransactionId, challenge);
            byAge.Enqueue(challenge);
            open.Enqueue(challenge, challenge.Deadline);
        }
    }

    public bool TryFind(string acsTransactionId, [NotNullWhen(true)] out Challenge? challenge)
    {
        lock (gate)
        {
            return challenges.TryGetValue(acsTransactionId, out challenge);
        }
    }

    /// <summary>When the next challenge is given up that is still open.</summary>
    public DateTimeOffset? NextDeadline
    {
        get
        {
            lock (gate)
            {
                Tidy();
                return open.TryPeek(out _, out var deadline) ? deadline : null;
            }
        }
    }

    /// <summary>Takes a challenge out whose time is over, if there is one.</summary>
    public Challenge? TakeDue(DateTimeOffset now)
    {
        lock (gate)
        {
            Tidy();
            return open.TryPeek(out _, out var deadline) && deadline <= now ? open.Dequeue() : null;
        }
    }

    /// <summary>Brings the first one to what it is now: ended ones are out, and one that has been opened since has another deadline.</summary>
    private void Tidy()
    {
        while (open.TryPeek(out var first, out var deadline))
        {
            if (first.End is not null)
            {
                open.Dequeue();
            }
            else if (first.Deadline != deadline)
            {
                open.Dequeue();
                open.Enqueue(first, first.Deadline);
            }
            else
            {
                return;
            }
        }
    }
}
