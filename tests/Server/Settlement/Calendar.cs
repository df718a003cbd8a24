using System.Globalization;
using NodaTime;
using Tollgate.Server.Settlement;

namespace Tollgate.Server.Tests.Settlement;

/// <summary>When captures settle, told in Sydney's time.</summary>
public class Calendar
{
    // captured in Sydney -> arrives in Sydney, and in UTC
    private const string Table = """
        Monday evening: up to the cut-off it is Monday's batch, then Tuesday's
        Mon 2026-03-02 09:00 -> Tue 2026-03-03 09:00 = 2026-03-02T22:00Z
        Mon 2026-03-02 17:59 -> Tue 2026-03-03 09:00 = 2026-03-02T22:00Z
        Mon 2026-03-02 18:00 -> Wed 2026-03-04 09:00 = 2026-03-03T22:00Z

        A weekend: all of it arrives on Monday, but for Sunday evening
        Thu 2026-03-05 18:00 -> Mon 2026-03-09 09:00 = 2026-03-08T22:00Z
        Fri 2026-03-06 17:59 -> Mon 2026-03-09 09:00 = 2026-03-08T22:00Z
        Fri 2026-03-06 18:01 -> Mon 2026-03-09 09:00 = 2026-03-08T22:00Z
        Sun 2026-03-08 17:59 -> Mon 2026-03-09 09:00 = 2026-03-08T22:00Z
        Sun 2026-03-08 18:00 -> Tue 2026-03-10 09:00 = 2026-03-09T22:00Z

        Friday evening before a long weekend: Australia Day 2026 is a Monday
        Fri 2026-01-23 18:30 -> Tue 2026-01-27 09:00 = 2026-01-26T22:00Z
        Mon 2026-01-26 12:00 -> Tue 2026-01-27 09:00 = 2026-01-26T22:00Z

        Easter 2026: Good Friday is 3 April, Easter Monday the 6th; on the 5th daylight saving ends
        Thu 2026-04-02 17:00 -> Tue 2026-04-07 09:00 = 2026-04-06T23:00Z
        Sat 2026-04-04 23:30 -> Tue 2026-04-07 09:00 = 2026-04-06T23:00Z
        Mon 2026-04-06 18:00 -> Wed 2026-04-08 09:00 = 2026-04-07T23:00Z

        Daylight saving begins on Sunday, 4 October 2026
        Fri 2026-10-02 18:30 -> Mon 2026-10-05 09:00 = 2026-10-04T22:00Z
        Sun 2026-10-04 17:59 -> Mon 2026-10-05 09:00 = 2026-10-04T22:00Z

        The end of a year: Christmas 2026 is a Friday, Boxing Day a Saturday and so also Monday the 28th; New Year's Day 2027 is a Friday
        Thu 2026-12-24 17:00 -> Tue 2026-12-29 09:00 = 2026-12-28T22:00Z
        Thu 2026-12-31 17:59 -> Mon 2027-01-04 09:00 = 2027-01-03T22:00Z
        Thu 2026-12-31 23:59 -> Mon 2027-01-04 09:00 = 2027-01-03T22:00Z

        Christmas 2027 is a Saturday: Monday stands in for it, and Tuesday for Boxing Day; New Year's Day 2028 is a Saturday too
        Fri 2027-12-24 17:00 -> Wed 2027-12-29 09:00 = 2027-12-28T22:00Z
        Fri 2027-12-31 17:00 -> Tue 2028-01-04 09:00 = 2028-01-03T22:00Z

        Anzac Day has no day that all states agree on to stand in for it: 25 April 2027 is a Sunday
        Fri 2027-04-23 17:00 -> Mon 2027-04-26 09:00 = 2027-04-25T23:00Z

        A holiday of the setting: the King's Birthday of 2027
        Fri 2027-06-11 17:00 -> Tue 2027-06-15 09:00 = 2027-06-14T23:00Z
        """;

    public static TheoryData<string> Rows => [.. Table.Split('\n').Where(line => line.Contains("->", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_capture_arrives_on_the_business_day_after_its_batch(string row)
    {
        Assert.True(BusinessCalendar.TryCreate(["2027-06-14"], out var calendar));
        var captured = LocalDateTime.FromDateTime(DateTime.ParseExact(row[..20], "ddd yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        var arrives = calendar.SettlesAt(captured.InZoneLeniently(BusinessCalendar.Zone).ToDateTimeOffset());
        var local = Instant.FromDateTimeOffset(arrives).InZone(BusinessCalendar.Zone).ToDateTimeUnspecified();
        Assert.Equal(row, string.Create(CultureInfo.InvariantCulture, $"{row[..20]} -> {local:ddd yyyy-MM-dd HH:mm} = {arrives.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'}"));
    }

    [Fact]
    public void Holidays_of_many_years_are_where_they_were_proclaimed()
    {
        Assert.True(BusinessCalendar.TryCreate([], out var calendar));
        string[] rest =
        [
            "2021-12-27", "2021-12-28", "2022-01-03", "2022-04-15", "2022-04-18", "2023-01-02", "2023-04-07", "2023-04-10", "2024-03-29", "2024-04-01", "2025-04-18", "2025-04-21",
            "2025-01-27", "2026-04-03", "2027-03-26", "2027-03-29", "2038-04-26",
        ];
        Assert.All(rest, day => Assert.False(calendar.IsBusinessDay(NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value), day));
        string[] work = ["2022-04-14", "2022-12-28", "2024-03-28", "2027-03-25", "2021-12-29", "2026-04-27"];
        Assert.All(work, day => Assert.True(calendar.IsBusinessDay(NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value), day));
    }

    [Theory]
    [InlineData("2027-13-01")]
    [InlineData("14 June 2027")]
    [InlineData("2027-6-14")]
    public void What_is_no_day_is_refused(string day) => Assert.False(BusinessCalendar.TryCreate(["2027-06-14", day], out _));
}
