using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests;

/// <summary>Every rule of a charge's fields: what is refused, with which words, and what only just passes.</summary>
public abstract class ChargeFields(Gateway gateway)
{
    private const string Path = "/api/v2/cards/charges";

    [Fact]
    public Task Amounts_are_whole_numbers_of_cents() => HoldsAsync(
        """
        amount | -            | can't be blank
        amount | null         | can't be blank
        amount | ""           | must be an integer
        amount | "1000"       | must be an integer
        amount | true         | must be an integer
        amount | [1000]       | must be an integer
        amount | {}           | must be an integer
        amount | 10.5         | must be an integer
        amount | 0.1          | must be an integer
        amount | 99999999.5   | must be an integer
        amount | 0            | must be greater than 0
        amount | -0           | must be greater than 0
        amount | 0.0          | must be greater than 0
        amount | -1           | must be greater than 0
        amount | 1            | ok
        amount | 99999999     | ok
        amount | 100000000    | must be less than or equal to 99999999
        # The same number, written otherwise.
        amount | 1000.0       | ok
        amount | 1e3          | ok
        amount | 1.0E+3       | ok
        amount | 100000e-2    | ok
        # Numbers that no type of ours holds.
        amount | 123456789012345678901234567890123456789012345678901234567890 | must be less than or equal to 99999999
        amount | 1e400        | must be less than or equal to 99999999
        amount | -1e400       | must be greater than 0
        amount | 1e-400       | must be an integer
        amount | 1e-30        | must be an integer
        amount | 1000.00000000000000000000000000000001 | must be an integer
        """);

    [Fact]
    public Task The_only_currency_is_the_Australian_dollar() => HoldsAsync(
        """
        currency | -      | can't be blank
        currency | null   | can't be blank
        currency | ""     | can't be blank
        currency | "  "   | can't be blank
        currency | 36     | is invalid
        currency | ["AUD"] | is invalid
        currency | "USD"  | is not included in the list
        currency | "aud"  | is not included in the list
        currency | "A"    | is not included in the list
        currency | "AUDX" | is too long (maximum is 3 characters)
        currency | "AUD"  | ok
        """);

    [Fact]
    public Task An_email_is_syntactically_an_address() => HoldsAsync(
        """
        email | -                     | can't be blank
        email | null                  | can't be blank
        email | ""                    | can't be blank
        email | " "                   | can't be blank
        email | 1                     | is invalid
        email | {}                    | is invalid
        email | "nobody"              | is invalid
        email | "@example.com"        | is invalid
        email | "nobody@"             | is invalid
        email | "no body@example.com" | is invalid
        email | "a@b@example.com"     | is invalid
        email | ".john@example.com"   | is invalid
        email | "john.@example.com"   | is invalid
        email | "jo..hn@example.com"  | is invalid
        email | "john@exa mple.com"   | is invalid
        email | "john@example..com"   | is invalid
        email | "john@-example.com"   | is invalid
        email | "John <john@example.com>" | is invalid
        email | "john@example.com\r\nBcc: x@example.com" | is invalid
        email | "john@example.com\u0000" | is invalid
        email | "john\ud800@example.com" | is invalid
        email | email(254)            | ok
        email | email(255)            | is too long (maximum is 254 characters)
        email | "j@example.com"       | ok
        email | "john.doe+tag_1'x@mail.example.com.au" | ok
        """);

    [Fact]
    public Task Names_are_texts_of_at_most_a_hundred_characters() => HoldsAsync(
        """
        first_name | -         | can't be blank
        first_name | null      | can't be blank
        first_name | ""        | can't be blank
        first_name | " \t "    | can't be blank
        first_name | 5         | is invalid
        first_name | ["John"]  | is invalid
        first_name | text(100) | ok
        first_name | text(101) | is too long (maximum is 100 characters)
        first_name | "a\u0000b"   | is invalid
        first_name | "a\u001bb"   | is invalid
        first_name | "a\nb"       | is invalid
        first_name | "a\ud83d"    | is invalid
        first_name | "\udc00a"    | is invalid
        first_name | "J"          | ok
        first_name | "Zoë O'Brien-Müller 山田" | ok
        first_name | "\ud83d\ude00" | ok
        last_name  | -         | can't be blank
        last_name  | null      | can't be blank
        last_name  | ""        | can't be blank
        last_name  | false     | is invalid
        last_name  | text(100) | ok
        last_name  | text(101) | is too long (maximum is 100 characters)
        last_name  | text(60000) | is too long (maximum is 100 characters)
        """);

    [Fact]
    public Task A_billing_address_is_complete() => HoldsAsync(
        """
        billing_address | -       | can't be blank
        billing_address | null    | can't be blank
        billing_address | "there" | is invalid
        billing_address | []      | is invalid
        billing_address | 7       | is invalid
        billing_address.address     | -         | can't be blank
        billing_address.address     | null      | can't be blank
        billing_address.address     | ""        | can't be blank
        billing_address.address     | 1         | is invalid
        billing_address.address     | text(255) | ok
        billing_address.address     | text(256) | is too long (maximum is 255 characters)
        billing_address.city        | -         | can't be blank
        billing_address.city        | null      | can't be blank
        billing_address.city        | " "       | can't be blank
        billing_address.city        | {}        | is invalid
        billing_address.city        | text(100) | ok
        billing_address.city        | text(101) | is too long (maximum is 100 characters)
        billing_address.state       | -         | can't be blank
        billing_address.state       | null      | can't be blank
        billing_address.state       | ""        | can't be blank
        billing_address.state       | true      | is invalid
        billing_address.state       | text(100) | ok
        billing_address.state       | text(101) | is too long (maximum is 100 characters)
        billing_address.postal_code | -         | can't be blank
        billing_address.postal_code | null      | can't be blank
        billing_address.postal_code | ""        | can't be blank
        billing_address.postal_code | 2000      | is invalid
        billing_address.postal_code | text(16)  | ok
        billing_address.postal_code | text(17)  | is too long (maximum is 16 characters)
        # ISO 3166-1 alpha-2, in capitals; UK and EU are reserved and no countries.
        billing_address.country     | -         | can't be blank
        billing_address.country     | null      | can't be blank
        billing_address.country     | ""        | can't be blank
        billing_address.country     | 61        | is invalid
        billing_address.country     | "au"      | is invalid
        billing_address.country     | "XX"      | is invalid
        billing_address.country     | "UK"      | is invalid
        billing_address.country     | "EU"      | is invalid
        billing_address.country     | "A"       | is invalid
        billing_address.country     | "AUS"     | is too long (maximum is 2 characters)
        billing_address.country     | "GB"      | ok
        billing_address.country     | "ZW"      | ok
        """);

    [Fact]
    public Task Orders_and_descriptions_have_their_lengths() => HoldsAsync(
        """
        external_id | -         | can't be blank
        external_id | null      | can't be blank
        external_id | ""        | can't be blank
        external_id | "   "     | can't be blank
        external_id | 17        | is invalid
        external_id | text(256) | is too long (maximum is 255 characters)
        external_id | text(255) | ok
        external_id | "a\u0000b"  | is invalid
        external_id | "a\ud800"   | is invalid
        description | -          | ok
        description | null       | ok
        description | ""         | ok
        description | 1          | is invalid
        description | text(1000) | ok
        description | text(1001) | is too long (maximum is 1000 characters)
        description | "two\nlines\tand a tab" | ok
        description | "a\u0000b" | is invalid
        description | "a\u0007b" | is invalid
        """);

    [Fact]
    public Task Choices_and_flags_are_of_their_lists() => HoldsAsync(
        """
        payment_type  | -             | ok
        payment_type  | null          | ok
        payment_type  | "regular"     | ok
        payment_type  | "unscheduled" | ok
        payment_type  | "Regular"     | is not included in the list
        payment_type  | "recurring"   | is not included in the list
        payment_type  | 0             | is not included in the list
        payment_type  | {}            | is not included in the list
        payment_type  | "\ud800"      | is not included in the list
        # The guide sends a reason with a regular payment: it is validated there, and ignored.
        charge_reason | null              | ok
        charge_reason | "resubmission"    | ok
        charge_reason | "delayed_charge"  | ok
        charge_reason | "no_show"         | ok
        charge_reason | "reauthorisation" | ok
        charge_reason | "reauthorization" | is not included in the list
        charge_reason | "whim"            | is not included in the list
        charge_reason | 1                 | is not included in the list
        capture       | -       | ok
        capture       | null    | ok
        capture       | true    | ok
        capture       | false   | ok
        capture       | "true"  | must be true or false
        capture       | 1       | must be true or false
        capture       | []      | must be true or false
        # Ignored on a regular payment, whatever it is.
        previous_payment_uuid | "1GKPTU7E"  | ok
        previous_payment_uuid | ""          | ok
        previous_payment_uuid | text(300)   | ok
        previous_payment_uuid | 5           | ok
        """);

    [Fact]
    public Task Addresses_of_the_internet_have_their_forms() => HoldsAsync(
        """
        return_url | -      | can't be blank
        return_url | null   | can't be blank
        return_url | ""     | can't be blank
        return_url | 1      | is invalid
        return_url | "example.com"            | is invalid
        return_url | "/back"                  | is invalid
        return_url | "//example.com/back"     | is invalid
        return_url | "ftp://example.com"      | is invalid
        return_url | "file:///etc/passwd"     | is invalid
        return_url | "javascript:alert(1)"    | is invalid
        return_url | "data:text/html,hello"   | is invalid
        return_url | "https://"               | is invalid
        return_url | "https://exa mple.com"   | is invalid
        return_url | "https://example.com:99999/" | is invalid
        return_url | "https://[::1"           | is invalid
        return_url | " https://example.com"   | is invalid
        return_url | "https://example.com "   | is invalid
        return_url | "https://example.com/\r\nSet-Cookie: a=b" | is invalid
        return_url | url(2048)                | ok
        return_url | url(2049)                | is too long (maximum is 2048 characters)
        return_url | "https://example.com/back?order=1&x=%20#top" | ok
        return_url | "HTTPS://EXAMPLE.COM"    | ok
        # The sandbox lets http pass, so that a shop on the developer's machine works.
        return_url | "http://localhost:3000/back" | ok
        return_url | "http://[::1]:3000/back" | ok
        ip_address | -                 | ok
        ip_address | null              | ok
        ip_address | ""                | ok
        ip_address | "203.0.113.9"     | ok
        ip_address | "192.168.0.1"     | ok
        ip_address | "2001:db8::1"     | ok
        ip_address | "::1"             | ok
        ip_address | "::ffff:10.0.0.1" | ok
        ip_address | 16909060          | is invalid
        ip_address | "16909060"        | is invalid
        ip_address | "1.2.3"           | is invalid
        ip_address | "1.2.3.256"       | is invalid
        ip_address | "1.2.3.4.5"       | is invalid
        ip_address | "0x7f.0.0.1"      | is invalid
        ip_address | "1.2.3.4:80"      | is invalid
        ip_address | "[2001:db8::1]"   | is invalid
        ip_address | "fe80::1%eth0"    | is invalid
        ip_address | "2001:db8::/32"   | is invalid
        ip_address | "localhost"       | is invalid
        ip_address | text(46)          | is too long (maximum is 45 characters)
        """);

    [Fact]
    public Task A_webhook_names_where_it_goes() => HoldsAsync(
        """
        webhook_notification | null     | ok
        webhook_notification | "https://example.com" | is invalid
        webhook_notification | []       | is invalid
        webhook_notification.endpoint_url | null | can't be blank
        webhook_notification.endpoint_url | ""   | can't be blank
        webhook_notification.endpoint_url | 1    | is invalid
        webhook_notification.endpoint_url | "example.com/hook"         | is invalid
        webhook_notification.endpoint_url | "ftp://example.com/hook"   | is invalid
        webhook_notification.endpoint_url | "gopher://127.0.0.1:9/x"   | is invalid
        webhook_notification.endpoint_url | "http://me:pw@127.0.0.1:9/" | is invalid
        webhook_notification.endpoint_url | url(2049) | is too long (maximum is 2048 characters)
        # The sandbox lets a developer's own machine be told.
        webhook_notification.endpoint_url | "http://127.0.0.1:9/hook" | ok
        """);

    [Fact]
    public async Task A_webhook_without_an_address_is_refused_and_its_header_cannot_break_out()
    {
        using var wire = new RawWire(gateway);
        Assert.Equal(
            """422 {"errors":{"webhook_notification.endpoint_url":"can't be blank"}}""",
            (await wire.PostAsync(Path, RequestBody.Charging().With("webhook_notification", "{}").ToString())).ToString());
        await FieldTable.HoldsAsync(
            """
            webhook_notification.authorization_header | null       | ok
            webhook_notification.authorization_header | ""         | ok
            webhook_notification.authorization_header | "Bearer x" | ok
            webhook_notification.authorization_header | text(1024) | ok
            webhook_notification.authorization_header | text(1025) | is too long (maximum is 1024 characters)
            webhook_notification.authorization_header | 12345      | is invalid
            webhook_notification.authorization_header | "Bearer x\r\nX-Evil: 1" | is invalid
            webhook_notification.authorization_header | "Bearer x\nX-Evil: 1"   | is invalid
            webhook_notification.authorization_header | "Bearer x\rX-Evil: 1"   | is invalid
            webhook_notification.authorization_header | "Bearer \u0000"         | is invalid
            webhook_notification.authorization_header | "Bearer \ud800"         | is invalid
            """,
            () => RequestBody.Charging().With("webhook_notification.endpoint_url", "\"http://127.0.0.1:9/\""),
            body => wire.PostAsync(Path, body));
    }

    [Fact]
    public Task A_browser_is_described_by_types() => HoldsAsync(
        """
        browser_details | null    | ok
        browser_details | {}      | ok
        browser_details | "IE6"   | is invalid
        browser_details | []      | is invalid
        browser_details.user_agent    | null        | ok
        browser_details.user_agent    | 5           | is invalid
        browser_details.user_agent    | text(2048)  | ok
        browser_details.user_agent    | text(2049)  | is too long (maximum is 2048 characters)
        browser_details.user_agent    | "a\u0000b"  | is invalid
        browser_details.language      | "en-US"     | ok
        browser_details.language      | 5           | is invalid
        browser_details.language      | text(36)    | is too long (maximum is 35 characters)
        browser_details.color_depth   | 24          | ok
        browser_details.color_depth   | 24.0        | ok
        browser_details.color_depth   | "24"        | must be an integer
        browser_details.color_depth   | 24.5        | must be an integer
        browser_details.color_depth   | 0           | must be greater than 0
        browser_details.color_depth   | 1e99        | must be less than or equal to 64
        browser_details.screen_height | 0           | ok
        browser_details.screen_height | -1          | must be greater than or equal to 0
        browser_details.screen_height | "864"       | must be an integer
        browser_details.screen_width  | 999999      | ok
        browser_details.screen_width  | 1000000     | must be less than or equal to 999999
        browser_details.screen_width  | false       | must be an integer
        browser_details.java_enabled  | false       | ok
        browser_details.java_enabled  | "false"     | must be true or false
        browser_details.javascript_enabled | true   | ok
        browser_details.javascript_enabled | 0      | must be true or false
        browser_details.time_zone     | -600        | ok
        browser_details.time_zone     | "-600"      | must be an integer
        browser_details.time_zone     | -1441       | must be greater than or equal to -1440
        browser_details.accept_header | "text/html" | ok
        browser_details.accept_header | {}          | is invalid
        browser_details.accept_header | text(2049)  | is too long (maximum is 2048 characters)
        """);

    private async Task HoldsAsync(string table)
    {
        using var wire = new RawWire(gateway);
        await FieldTable.HoldsAsync(table, () => RequestBody.Charging(), body => wire.PostAsync(Path, body));
    }
}

public sealed class ChargeFieldsOnSqlite(SqliteGateway gateway) : ChargeFields(gateway);

public sealed class ChargeFieldsOnPostgres(PostgresGateway gateway) : ChargeFields(gateway);
