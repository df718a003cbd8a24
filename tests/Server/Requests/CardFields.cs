using System.Globalization;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests;

/// <summary>The rules of a raw card: number, expiry, security code, holder.</summary>
public abstract class CardFields(Gateway gateway)
{
    private const string Path = "/api/v2/cards/charges";

    [Fact]
    public Task A_card_number_is_right_by_check_digit_brand_and_length() => HoldsAsync(
        """
        card_info | -      | can't be blank
        card_info | null   | can't be blank
        card_info | "4242" | is invalid
        card_info | []     | is invalid
        card_info.card_number | -    | can't be blank
        card_info.card_number | null | can't be blank
        card_info.card_number | ""   | can't be blank
        card_info.card_number | "  " | can't be blank
        card_info.card_number | 4242424242424242       | is invalid
        card_info.card_number | ["4242424242424242"]   | is invalid
        card_info.card_number | "4242424242424242"     | ok
        card_info.card_number | "4242 4242 4242 4242"  | ok
        card_info.card_number | "4242-4242-4242-4242"  | ok
        card_info.card_number | " 4242424242424242 "   | ok
        card_info.card_number | "4242424242424241"     | is invalid
        card_info.card_number | "4242.4242.4242.4242"  | is invalid
        card_info.card_number | "4242\t424242424242"   | is invalid
        card_info.card_number | "4242424242424242x"    | is invalid
        card_info.card_number | "424242424242424\u0662" | is invalid
        card_info.card_number | "\ud800"               | is invalid
        card_info.card_number | "card"                 | is invalid
        card_info.card_number | "0000000000000000"     | is invalid
        card_info.card_number | text(64)               | is invalid
        card_info.card_number | text(65)               | is too long (maximum is 64 characters)
        # The length must be one that the brand has; the shortest is Maestro's. What could be somebody's card gets no further than that.
        card_info.card_number | card(56,12) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(56,11) | is invalid
        card_info.card_number | card(56,19) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(56,20) | is invalid
        card_info.card_number | card(4,12)  | is invalid
        card_info.card_number | card(4,13)  | is invalid
        card_info.card_number | card(4,15)  | is invalid
        card_info.card_number | card(4,16)  | ok
        card_info.card_number | card(4,17)  | is invalid
        card_info.card_number | card(4,18)  | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(4,19)  | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(51,15) | is invalid
        card_info.card_number | card(51,16) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(2221,16) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(30,14) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(6011,16) | is not a test card number; this is a sandbox, where a real card must never be typed
        card_info.card_number | card(6011,17) | is invalid
        # No brand begins like this.
        card_info.card_number | card(9,16)  | is invalid
        card_info.card_number | card(1,16)  | is invalid
        """);

    [Fact]
    public Task A_security_code_has_the_digits_that_the_brand_prints() => HoldsAsync(
        """
        card_info.card_cvv_number | -      | can't be blank
        card_info.card_cvv_number | null   | can't be blank
        card_info.card_cvv_number | ""     | can't be blank
        card_info.card_cvv_number | 123    | is invalid
        card_info.card_cvv_number | "12"   | is invalid
        card_info.card_cvv_number | "123"  | ok
        card_info.card_cvv_number | "000"  | ok
        card_info.card_cvv_number | "1234" | is invalid
        card_info.card_cvv_number | "12a"  | is invalid
        card_info.card_cvv_number | " 123" | is invalid
        card_info.card_cvv_number | "-12"  | is invalid
        card_info.card_cvv_number | "12345" | is too long (maximum is 4 characters)
        """);

    [Fact]
    public async Task The_security_code_of_Amex_has_four_digits()
    {
        using var wire = new RawWire(gateway);
        await FieldTable.HoldsAsync(
            """
            card_info.card_cvv_number | "1234" | ok
            card_info.card_cvv_number | "123"  | is invalid
            card_info.card_cvv_number | "12"   | is invalid
            # A wrong length of the brand, seen from the number.
            card_info.card_number     | card(34,15) | is not a test card number; this is a sandbox, where a real card must never be typed
            card_info.card_number     | card(37,16) | is invalid
            """,
            () => RequestBody.Charging("378282246310005"),
            body => wire.PostAsync(Path, body));
    }

    [Fact]
    public Task A_holder_has_a_name_that_hides_no_card_number() => HoldsAsync(
        """
        card_info.card_holder_name | -         | can't be blank
        card_info.card_holder_name | null      | can't be blank
        card_info.card_holder_name | ""        | can't be blank
        card_info.card_holder_name | 7         | is invalid
        card_info.card_holder_name | "J"       | is too short (minimum is 2 characters)
        card_info.card_holder_name | "JD"      | ok
        card_info.card_holder_name | text(100) | ok
        card_info.card_holder_name | text(101) | is too long (maximum is 100 characters)
        card_info.card_holder_name | "a\u0000b" | is invalid
        card_info.card_holder_name | "4242424242424242"           | is invalid
        card_info.card_holder_name | "John 4242 4242 4242 4242 D" | is invalid
        card_info.card_holder_name | "John4242-4242-4242-4242D"   | is invalid
        card_info.card_holder_name | card(4,13) | is invalid
        card_info.card_holder_name | card(4,19) | is invalid
        card_info.card_holder_name | card(4,12) | ok
        card_info.card_holder_name | "12345678901234 Ltd"         | ok
        card_info.card_holder_name | "Room 101, 24 7 Ltd"         | ok
        """);

    [Fact]
    public Task An_expiry_is_a_month_and_a_year_of_four_digits() => HoldsAsync(
        """
        card_info.card_expiry_month | -    | can't be blank
        card_info.card_expiry_month | null | can't be blank
        card_info.card_expiry_month | "12" | must be an integer
        card_info.card_expiry_month | 1.5  | must be an integer
        card_info.card_expiry_month | true | must be an integer
        card_info.card_expiry_month | 0    | must be greater than 0
        card_info.card_expiry_month | -1   | must be greater than 0
        card_info.card_expiry_month | 13   | must be less than or equal to 12
        card_info.card_expiry_month | 1    | ok
        card_info.card_expiry_month | 12.0 | ok
        card_info.card_expiry_year  | -    | can't be blank
        card_info.card_expiry_year  | null | can't be blank
        card_info.card_expiry_year  | "2028" | must be an integer
        card_info.card_expiry_year  | 2028.5 | must be an integer
        card_info.card_expiry_year  | 0    | must be greater than 0
        card_info.card_expiry_year  | 28   | is invalid
        card_info.card_expiry_year  | 999  | is invalid
        card_info.card_expiry_year  | 1000 | has expired
        card_info.card_expiry_year  | 2020 | has expired
        card_info.card_expiry_year  | year-1 | has expired
        card_info.card_expiry_year  | year+1 | ok
        card_info.card_expiry_year  | year+20 | ok
        card_info.card_expiry_year  | year+21 | is invalid
        card_info.card_expiry_year  | 9999 | is invalid
        card_info.card_expiry_year  | 10000 | must be less than or equal to 9999
        """);

    [Fact]
    public async Task A_wrong_month_hides_no_wrong_year()
    {
        using var wire = new RawWire(gateway);
        foreach (var (month, monthMessage) in new (string?, string)[] { (null, "can't be blank"), ("13", "must be less than or equal to 12") })
        {
            foreach (var (year, yearMessage) in new[] { ("28", "is invalid"), ("2020", "has expired"), ("9999", "is invalid") })
            {
                var answer = await wire.PostAsync(
                    Path, RequestBody.Charging().With("card_info.card_expiry_month", month).With("card_info.card_expiry_year", year).ToString());
                Assert.Equal(
                    RawAnswer.Invalid(("card_info.card_expiry_month", monthMessage), ("card_info.card_expiry_year", yearMessage)), answer.ToString());
            }
        }
    }

    [Fact]
    public async Task A_card_is_valid_until_its_month_is_over_everywhere_on_earth()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new RawWire(own);

        // The last minute of this month at UTC−12, which is a minute before noon of the first of the next month at UTC.
        var now = (await own.Client.GetSandboxClockAsync()).Now;
        var here = now.ToOffset(TimeSpan.FromHours(-12));
        var over = new DateTimeOffset(here.Year, here.Month, 1, 0, 0, 0, here.Offset).AddMonths(1);
        if (over - now < TimeSpan.FromHours(1))
        {
            over = over.AddMonths(1);
        }

        var last = over.AddMonths(-1);
        await own.Client.AdvanceSandboxClockAsync(over - TimeSpan.FromMinutes(1) - now);
        Assert.Equal("200", await ChargeAsync());

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("""422 {"errors":{"card_info.card_expiry_year":"has expired"}}""", await ChargeAsync());

        async Task<string> ChargeAsync()
        {
            var answer = await wire.PostAsync(Path, RequestBody.Charging()
                .With("card_info.card_expiry_month", last.Month.ToString(CultureInfo.InvariantCulture))
                .With("card_info.card_expiry_year", last.Year.ToString(CultureInfo.InvariantCulture)).ToString());
            return answer.Status == 200 ? "200" : answer.ToString();
        }
    }

    private async Task HoldsAsync(string table)
    {
        using var wire = new RawWire(gateway);
        await FieldTable.HoldsAsync(table, () => RequestBody.Charging(), body => wire.PostAsync(Path, body));
    }
}

public sealed class CardFieldsOnSqlite(SqliteGateway gateway) : CardFields(gateway);

public sealed class CardFieldsOnPostgres(PostgresGateway gateway) : CardFields(gateway);
