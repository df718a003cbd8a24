using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>The rules of a payment by token, and of the payment that an unscheduled one continues.</summary>
public abstract class TokenFields(Gateway gateway)
{
    private const string Path = "/api/v2/cards/create_payment";

    [Fact]
    public async Task A_payment_by_token_has_the_rules_of_its_fields()
    {
        var token = (await gateway.Client.ChargeAsync(Charge())).Token!.Id;
        using var wire = new RawWire(gateway);
        await FieldTable.HoldsAsync(
            """
            amount      | -        | can't be blank
            amount      | "1000"   | must be an integer
            amount      | 10.5     | must be an integer
            amount      | 0        | must be greater than 0
            amount      | 99999999 | ok
            amount      | 1000.0   | ok
            amount      | 100000000 | must be less than or equal to 99999999
            currency    | null     | can't be blank
            currency    | "USD"    | is not included in the list
            token       | -        | can't be blank
            token       | null     | can't be blank
            token       | "tok"    | is invalid
            token       | []       | is invalid
            token.id    | -        | can't be blank
            token.id    | null     | can't be blank
            token.id    | ""       | can't be blank
            token.id    | 5        | is invalid
            token.id    | text(65) | is too long (maximum is 64 characters)
            token.id    | "tok_00000000000000000000" | does not exist
            token.id    | "x"      | does not exist
            token.id    | "tok_\u0000" | is invalid
            token.id    | "\ud800" | is invalid
            token.type  | -        | ok
            token.type  | null     | ok
            token.type  | "card"   | ok
            token.type  | "Card"   | is not included in the list
            token.type  | "bank"   | is not included in the list
            token.type  | 5        | is invalid
            external_id | -        | can't be blank
            external_id | text(256) | is too long (maximum is 255 characters)
            return_url  | -        | can't be blank
            return_url  | "example.com" | is invalid
            description | text(1001) | is too long (maximum is 1000 characters)
            ip_address  | "here"   | is invalid
            browser_details.color_depth | "24" | must be an integer
            webhook_notification.endpoint_url | "nowhere" | is invalid
            capture     | "yes"    | must be true or false
            payment_type  | "other" | is not included in the list
            charge_reason | "whim"  | is not included in the list
            previous_payment_uuid | "ignored on a regular payment" | ok
            previous_payment_uuid | text(300) | ok
            # No customer and no security code: what is sent of them is unknown, and ignored.
            email       | 5        | ok
            card_info   | {"card_cvv_number":true} | ok
            """,
            () => RequestBody.Paying(token),
            body => wire.PostAsync(Path, body));
    }

    [Fact]
    public async Task A_token_that_is_foreign_unfinished_failed_or_deleted_does_not_exist()
    {
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var foreign = (await other.ChargeAsync(Charge())).Token!.Id;
        var unfinished = (await gateway.Client.ChargeAsync(Charge("4111111111111111"))).Token!.Id;
        var deleted = (await gateway.Client.ChargeAsync(Charge())).Token!.Id;
        await gateway.Client.DeleteTokenAsync(deleted);
        var ended = await gateway.Client.ChargeAsync(Charge("4111111111111111"));
        await gateway.Client.SimulateAsync(new() { Uuid = ended.Uuid, Event = SimulatedEvent.Expired });
        using var wire = new RawWire(gateway);
        foreach (var token in new[] { foreign, unfinished, deleted, ended.Token!.Id, foreign.ToUpperInvariant() })
        {
            Assert.Equal(RawAnswer.Invalid(("token.id", "does not exist")), (await wire.PostAsync(Path, RequestBody.Paying(token).ToString())).ToString());
        }
    }

    [Fact]
    public async Task A_previous_payment_is_authorised_and_of_the_same_app_and_card()
    {
        using var other = gateway.ClientFor(AppsOfTests.Other.Id, AppsOfTests.Other.Key);
        var authorised = await gateway.Client.ChargeAsync(Charge());
        var captured = await gateway.Client.ChargeAsync(Charge() with { Capture = true });
        var foreign = await other.ChargeAsync(Charge());
        var otherCard = await gateway.Client.ChargeAsync(Charge("5555555555554444"));
        var voided = await gateway.Client.ChargeAsync(Charge());
        await gateway.Client.VoidPaymentAsync(new() { Uuid = voided.Uuid });
        var sibling = await gateway.Client.ChargeAsync(Charge("4111111111111111"));
        using var wire = new RawWire(gateway);
        await FieldTable.HoldsAsync(
            $"""
            previous_payment_uuid | -    | ok
            previous_payment_uuid | null | ok
            previous_payment_uuid | ""   | ok
            previous_payment_uuid | 5    | is invalid
            previous_payment_uuid | text(65) | is too long (maximum is 64 characters)
            previous_payment_uuid | "a\u0000b" | is invalid
            previous_payment_uuid | "ZZZZZZZZZ" | does not exist
            previous_payment_uuid | "{foreign.Uuid}" | does not exist
            previous_payment_uuid | "{otherCard.Uuid}" | does not exist
            previous_payment_uuid | "{voided.Uuid}" | does not exist
            previous_payment_uuid | "{sibling.Uuid}" | does not exist
            previous_payment_uuid | "{authorised.Uuid.ToLowerInvariant()}" | does not exist
            previous_payment_uuid | "{authorised.Uuid}" | ok
            previous_payment_uuid | "{captured.Uuid}" | ok
            """,
            () => RequestBody.Paying(authorised.Token!.Id).With("payment_type", "\"unscheduled\"").With("charge_reason", "\"delayed_charge\""),
            body => wire.PostAsync(Path, body));

        // The same card number is the same card, however it was brought.
        await FieldTable.HoldsAsync(
            $"""
            previous_payment_uuid | "{authorised.Uuid}" | ok
            previous_payment_uuid | "{otherCard.Uuid}" | does not exist
            """,
            () => RequestBody.Charging().With("payment_type", "\"unscheduled\""),
            body => wire.PostAsync("/api/v2/cards/charges", body));
    }

    [Fact]
    public async Task A_pending_previous_payment_with_the_same_card_does_not_exist_yet()
    {
        var pending = await gateway.Client.ChargeAsync(Charge("4111111111111111"));
        using var wire = new RawWire(gateway);
        var answer = await wire.PostAsync("/api/v2/cards/charges", RequestBody.Charging("4111111111111111")
            .With("payment_type", "\"unscheduled\"").With("previous_payment_uuid", $"\"{pending.Uuid}\"").ToString());
        Assert.Equal(RawAnswer.Invalid(("previous_payment_uuid", "does not exist")), answer.ToString());
    }

    [Fact]
    public async Task Operations_have_the_rules_of_their_fields()
    {
        var payment = await gateway.Client.ChargeAsync(Charge());
        using var wire = new RawWire(gateway);
        await HoldsAsync("capture_payment", "{}", """
            uuid   | -    | can't be blank
            uuid   | null | can't be blank
            uuid   | ""   | can't be blank
            uuid   | 5    | is invalid
            uuid   | ["7PPPMXIGH"] | is invalid
            uuid   | text(65) | is too long (maximum is 64 characters)
            uuid   | "a\u0000" | is invalid
            uuid   | "\udfff" | is invalid
            amount | 0    | must be greater than 0
            amount | -5   | must be greater than 0
            amount | "5"  | must be an integer
            amount | 1.5  | must be an integer
            amount | 1e99 | must be less than or equal to 9223372036854775807
            """);
        await HoldsAsync("void_payment", "{}", """
            uuid   | -    | can't be blank
            uuid   | true | is invalid
            """);
        await HoldsAsync("refund_payment", """{"reason":"Wrong size"}""", """
            uuid   | -    | can't be blank
            refund_amount | 0    | must be greater than 0
            refund_amount | "10" | must be an integer
            refund_amount | 0.5  | must be an integer
            reason | -    | can't be blank
            reason | null | can't be blank
            reason | "     " | can't be blank
            reason | 12345 | is invalid
            reason | "four" | is too short (minimum is 5 characters)
            reason | text(256) | is too long (maximum is 255 characters)
            reason | "a\u0000bcde" | is invalid
            """);
        await HoldsAsync("simulate", """{"event":"settled"}""", """
            uuid   | -    | can't be blank
            event  | -    | can't be blank
            event  | null | can't be blank
            event  | "Settled" | is not included in the list
            event  | 1    | is not included in the list
            """);
        Assert.Equal("authorised", (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status.ToString().ToLowerInvariant());

        Task HoldsAsync(string call, string json, string table) => FieldTable.HoldsAsync(
            table, () => RequestBody.Of(json).With("uuid", $"\"{payment.Uuid}\""), body => wire.PostAsync("/api/v2/cards/" + call, body));
    }

    [Fact]
    public async Task A_payment_is_found_by_an_order_in_any_script()
    {
        var order = NewOrder() + " 注文 \U0001F600";
        var payment = await gateway.Client.ChargeAsync(Charge() with { ExternalId = order });
        var list = await gateway.Client.ListPaymentsAsync(new() { ExternalId = order });
        Assert.Equal(payment, Assert.Single(list.Records));
    }

    [Fact]
    public async Task Queries_have_the_rules_of_their_fields()
    {
        using var wire = new RawWire(gateway);
        foreach (var (query, name, message) in new[]
        {
            ("payments?page=0", "page", "must be greater than 0"), ("payments?page=-1", "page", "must be an integer"),
            ("payments?page=x", "page", "must be an integer"), ("payments?per_page=101", "per_page", "must be less than or equal to 100"),
            ("payments?per_page=1.5", "per_page", "must be an integer"), ("payments?per_page=99999999999999999999", "per_page", "must be an integer"),
            ("payments?status=lost", "status", "is not included in the list"), ("payments?status=Pending", "status", "is not included in the list"),
            ("payments?start_date=yesterday", "start_date", "is invalid"), ("payments?end_date=2025-13-01", "end_date", "is invalid"),
            ("payments?external_id=" + new string('x', 256), "external_id", "is too long (maximum is 255 characters)"),
            ("payments?email=" + new string('x', 255), "email", "is too long (maximum is 254 characters)"),
            ("events?after=yesterday", "after", "is invalid"), ("events?after=-1", "after", "is invalid"), ("events?limit=0", "limit", "must be greater than 0"),
            ("events?limit=101", "limit", "must be less than or equal to 100"),
        })
        {
            Assert.Equal((query, RawAnswer.Invalid((name, message))), (query, (await wire.GetAsync("/api/v2/cards/" + query)).ToString()));
        }

        foreach (var query in new[]
        {
            "page=1000000&per_page=100", "page=", "status=return_pending", "start_date=2025-05-01&end_date=2025-06-01", "start_date=2025-05-28T04:22:21.567+0000",
            "start_date=2025-05-28T04:22:21Z", "start_date=0001-01-01&end_date=9999-12-31", "external_id=%00", "email=a%EF%BF%BFb", "unknown=1", "external_id=%ff%fe",
        })
        {
            Assert.Equal((query, 200), (query, (await wire.GetAsync("/api/v2/cards/payments?" + query)).Status));
        }
    }
}

public sealed class TokenFieldsOnSqlite(SqliteGateway gateway) : TokenFields(gateway);

public sealed class TokenFieldsOnPostgres(PostgresGateway gateway) : TokenFields(gateway);
