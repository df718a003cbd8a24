using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using NodaTime;
using NodaTime.Text;

namespace Tollgate.Server.Settlement;

/// <summary>
/// When captures settle. Those up to a day's cut-off make one batch, and each batch arrives on the first business day after its own day, so that
/// everything from Thursday evening to Sunday evening has arrived on Monday.
/// </summary>
internal sealed class BusinessCalendar
{
    /// <summary>The day's batch closes at this time; a capture at this very instant is in the next.</summary>
    private static readonly LocalTime CutOff = new(18, 0);

    /// <summary>At this time of a business day a batch arrives.</summary>
    private static readonly LocalTime Arrival = new(9, 0);

    private readonly FrozenSet<LocalDate> further;

    private BusinessCalendar(IEnumerable<LocalDate> further) => this.further = further.ToFrozenSet();

    /// <summary>The zone in which settlement lives.</summary>
    public static DateTimeZone Zone { get; } = DateTimeZoneProviders.Tzdb["Australia/Sydney"];

    /// <summary>The calendar with further holidays than the national ones, such as a bank holiday of the state.</summary>
    /// <param name="days">Each as <c>2027-06-14</c>.</param>
    /// <param name="calendar">The calendar; none when a day is not one.</param>
    public static bool TryCreate(IEnumerable<string> days, [NotNullWhen(true)] out BusinessCalendar? calendar)
    {
        var parsed = days.Select(LocalDatePattern.Iso.Parse).ToList();
        calendar = parsed.TrueForAll(p => p.Success) ? new(parsed.Select(p => p.Value)) : null;
        return calendar is not null;
    }

    /// <summary>When the funds of a capture arrive.</summary>
    public DateTimeOffset SettlesAt(DateTimeOffset capturedAt)
    {
        var local = Instant.FromDateTimeOffset(capturedAt).InZone(Zone);
        var batch = local.TimeOfDay < CutOff ? local.Date : local.Date.PlusDays(1);
        return At(NextBusinessDay(batch), Arrival);
    }

    /// <summary>The first business day after a day.</summary>
    public LocalDate NextBusinessDay(LocalDate day)
    {
        do
        {
            day = day.PlusDays(1);
        }
        while (!IsBusinessDay(day));
        return day;
    }

    /// <summary>Whether banks work on a day.</summary>
    public bool IsBusinessDay(LocalDate day) =>
        day.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday) && !Holidays.IsNational(day) && !further.Contains(day);

    /// <summary>A time of day in the zone; one that the clocks leave out comes as much later.</summary>
    public static DateTimeOffset At(LocalDate day, LocalTime time) => Zone.AtLeniently(day + time).ToInstant().ToDateTimeOffset();
}
