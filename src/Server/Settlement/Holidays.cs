using NodaTime;

namespace Tollgate.Server.Settlement;

/// <summary>The public holidays that all of Australia has. What a state has besides is a setting.</summary>
internal static class Holidays
{
    /// <summary>What becomes of a holiday that falls on a weekend.</summary>
    private enum OnWeekend
    {
        Stays,
        NextWorkingDay,
    }

    // Fair Work Act 2009, section 115, and the substitute days on which all states and territories agree. Anzac Day has none of those.
    private static readonly (int Month, int Day, OnWeekend OnWeekend)[] Fixed =
    [
        (1, 1, OnWeekend.NextWorkingDay),   // New Year's Day
        (1, 26, OnWeekend.NextWorkingDay),  // Australia Day
        (4, 25, OnWeekend.Stays),           // Anzac Day
        (12, 25, OnWeekend.NextWorkingDay), // Christmas Day
        (12, 26, OnWeekend.NextWorkingDay), // Boxing Day
    ];

    private static readonly int[] DaysFromEasterSunday =
    [
        -2, // Good Friday
        1,  // Easter Monday
    ];

    /// <summary>Whether a day is one of them, or stands in for one.</summary>
    public static bool IsNational(LocalDate day) => Of(day.Year).Contains(day);

    private static HashSet<LocalDate> Of(int year)
    {
        var days = Fixed.Select(f => new LocalDate(year, f.Month, f.Day))
            .Concat(DaysFromEasterSunday.Select(EasterSunday(year).PlusDays)).ToHashSet();
        foreach (var (month, dayOfMonth, onWeekend) in Fixed)
        {
            var day = new LocalDate(year, month, dayOfMonth);
            if (onWeekend == OnWeekend.NextWorkingDay && IsWeekend(day))
            {
                while (IsWeekend(day) || days.Contains(day))
                {
                    day = day.PlusDays(1);
                }

                days.Add(day);
            }
        }

        return days;
    }

    private static bool IsWeekend(LocalDate day) => day.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;

    /// <summary>By the Gregorian calendar: Meeus, Astronomical Algorithms, chapter 8.</summary>
    private static LocalDate EasterSunday(int year)
    {
        var a = year % 19;
        var (b, c) = (year / 100, year % 100);
        var h = ((19 * a) + b - (b / 4) - ((b - ((b + 8) / 25) + 1) / 3) + 15) % 30;
        var l = (32 + (2 * (b % 4)) + (2 * (c / 4)) - h - (c % 4)) % 7;
        var m = (a + (11 * h) + (22 * l)) / 451;
        var sum = h + l - (7 * m) + 114;
        return new(year, sum / 31, (sum % 31) + 1);
    }
}
