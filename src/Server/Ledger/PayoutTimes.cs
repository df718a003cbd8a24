using System.Diagnostics.CodeAnalysis;
using NodaTime;
using NodaTime.Text;
using Tollgate.Server.Settlement;

namespace Tollgate.Server.Ledger;

/// <summary>When payouts are closed by themselves: at a time of day in Sydney, daily or on one day of the week.</summary>
/// <param name="Day">The day of the week; <see langword="null"/> for every day.</param>
/// <param name="Time">The time of day.</param>
internal sealed record PayoutTimes(IsoDayOfWeek? Day, LocalTime Time)
{
    private static readonly LocalTimePattern Pattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    /// <summary>Reads <c>daily 09:00</c> or <c>weekly monday 09:00</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PayoutTimes? times)
    {
        times = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["daily", var time] when Pattern.Parse(time) is { Success: true } at => new(null, at.Value),
            ["weekly", var day, var time] when Pattern.Parse(time) is { Success: true } at && DayOf(day) is { } weekday => new(weekday, at.Value),
            _ => null,
        };
        return times is not null;
    }

    /// <summary>The last one up to an instant.</summary>
    public DateTimeOffset LastUntil(DateTimeOffset instant)
    {
        var day = Today(instant).PlusDays(1);
        while (!IsOne(day) || BusinessCalendar.At(day, Time) > instant)
        {
            day = day.PlusDays(-1);
        }

        return BusinessCalendar.At(day, Time);
    }

    /// <summary>The first one after an instant.</summary>
    public DateTimeOffset FirstAfter(DateTimeOffset instant)
    {
        var day = Today(instant).PlusDays(-1);
        while (!IsOne(day) || BusinessCalendar.At(day, Time) <= instant)
        {
            day = day.PlusDays(1);
        }

        return BusinessCalendar.At(day, Time);
    }

    private bool IsOne(LocalDate day) => Day is null || day.DayOfWeek == Day;

    private static LocalDate Today(DateTimeOffset instant) => Instant.FromDateTimeOffset(instant).InZone(BusinessCalendar.Zone).Date;

    private static IsoDayOfWeek? DayOf(string name) =>
        Enum.TryParse<IsoDayOfWeek>(name, ignoreCase: true, out var day) && day != IsoDayOfWeek.None && !char.IsDigit(name[0]) ? day : null;
}
