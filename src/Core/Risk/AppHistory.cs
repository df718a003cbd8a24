namespace Tollgate.Core.Risk;

/// <summary>How many attempts there were, and of what kind.</summary>
internal readonly record struct Tally(int Attempts, int Declines, int Unknown, int Small)
{
    public static Tally operator +(Tally one, Tally other) =>
        new(one.Attempts + other.Attempts, one.Declines + other.Declines, one.Unknown + other.Unknown, one.Small + other.Small);

    /// <summary>How many of a hundred attempts a counter counts.</summary>
    public int ShareOf(RiskCounter counter) => Attempts <= 0 ? 0 : (int)Math.Min(100, 100L * Math.Max(0, counter switch
    {
        RiskCounter.DeclineShare => Declines,
        RiskCounter.UnknownCardShare => Unknown,
        _ => Small,
    }) / Attempts);
}

/// <summary>All attempts of one app: by the minute for two hours, and by the day for what is usual, which is the seven days before today.</summary>
internal sealed class AppHistory
{
    /// <summary>How many attempts it takes in those days until anything is usual.</summary>
    public const int AttemptsForUsual = 50;

    private const int Minutes = 120;
    private const int Days = 8;
    private const int MostBins = 10_000;
    private const long Minute = 60_000;
    private const long Day = 24 * 60 * Minute;

    private readonly (long Minute, Tally Tally)[] minutes = new (long, Tally)[Minutes];
    private readonly (long Day, Tally Tally, Dictionary<ulong, int>? Bins)[] days = new (long, Tally, Dictionary<ulong, int>?)[Days];

    /// <summary>The addresses that were seen last.</summary>
    public RecentCards Addresses { get; } = new();

    /// <summary>The e-mail addresses that were seen last.</summary>
    public RecentCards Emails { get; } = new();

    public void Add(long at, Tally tally)
    {
        ref var minute = ref minutes[at / Minute % Minutes];
        if (minute.Minute < at / Minute)
        {
            minute = (at / Minute, default);
        }

        if (minute.Minute == at / Minute)
        {
            minute.Tally += tally;
        }

        if (DayOf(at) is { } day)
        {
            days[day].Tally += tally;
        }
    }

    public void AddBin(long at, ulong bin)
    {
        if (DayOf(at) is { } day)
        {
            var bins = days[day].Bins ??= [];
            if (bins.Count < MostBins || bins.ContainsKey(bin))
            {
                bins[bin] = bins.GetValueOrDefault(bin) + 1;
            }
        }
    }

    public void RemoveBin(long at, ulong bin)
    {
        if (DayOf(at) is { } day && days[day].Bins is { } bins && bins.TryGetValue(bin, out var count))
        {
            bins[bin] = count - 1;
        }
    }

    /// <summary>What there was after an instant, in whole minutes.</summary>
    public Tally Since(long instant, long now)
    {
        var sum = default(Tally);
        foreach (var (minute, tally) in minutes)
        {
            sum += minute > instant / Minute && minute <= now / Minute ? tally : default;
        }

        return sum;
    }

    /// <summary>What there was in the seven days before today.</summary>
    public Tally Usual(long now)
    {
        var sum = default(Tally);
        foreach (var (day, tally, _) in days)
        {
            sum += IsBefore(day, now) ? tally : default;
        }

        return sum;
    }

    /// <summary>Which part of the attempts of those days were with cards of a range; nothing when there were too few to say.</summary>
    public double? UsualShareOf(ulong bin, long now)
    {
        var (all, found) = (0, 0);
        foreach (var (day, tally, bins) in days)
        {
            if (IsBefore(day, now))
            {
                all += tally.Attempts;
                found += bins?.GetValueOrDefault(bin) ?? 0;
            }
        }

        return all < AttemptsForUsual ? null : (double)found / all;
    }

    private static bool IsBefore(long day, long now) => day < now / Day && day >= (now / Day) - (Days - 1);

    private int? DayOf(long at)
    {
        var place = (int)(at / Day % Days);
        if (days[place].Day < at / Day)
        {
            days[place] = (at / Day, default, null);
        }

        return days[place].Day == at / Day ? place : null;
    }
}
