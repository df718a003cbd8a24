namespace Tollgate.Server.Webhooks;

/// <summary>When a webhook that was not taken is tried again, and when no more.</summary>
internal static class RetrySchedule
{
    public static readonly TimeSpan GivesUpAfter = TimeSpan.FromDays(3);

    /// <summary>After these times it is tried again; then every twelve hours until three days have passed.</summary>
    private static readonly TimeSpan[] After =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6),
    ];

    private static readonly TimeSpan Last = TimeSpan.FromHours(12);

    /// <summary>How many tries have a delay of their own.</summary>
    public static int Delays => After.Length;

    /// <summary>When it is tried again after so many tries, and not before the endpoint wants it.</summary>
    public static DateTimeOffset NextAt(DateTimeOffset now, int tries, TimeSpan? wanted, Random jitter)
    {
        var delay = tries <= After.Length ? After[tries - 1] : Last;

        // A tenth of jitter, so that what failed together does not come again together.
        delay *= 0.95 + (jitter.NextDouble() / 10);
        return now + (wanted > delay ? wanted.Value : delay);
    }

    /// <summary>Three days are over, and every delay has been tried: a sandbox clock that jumps over the days does not jump over the tries.</summary>
    public static bool IsOver(DateTimeOffset begun, int tries, DateTimeOffset next) => tries > After.Length && next - begun > GivesUpAfter;
}
