using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Money;

public abstract class OrderShield(Gateway gateway)
{
    [Fact]
    public async Task A_hundred_identical_charges_at_once_are_one_payment_and_one_authorisation()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge();

        var answers = await AtOnce.DoAsync(100, _ => wire.ChargeAsync(request));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Single(answers, answer => !answer.Replayed);
        var uuid = Assert.Single(answers.Select(a => a.Payment.Uuid).Distinct());
        Assert.Equal(1, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = request.ExternalId })).Total);
        var books = await gateway.Client.GetBooksAsync(uuid);
        Assert.Equal((1, 1000), (books.Authorisations, books.Authorised));
        Assert.Single(books.Entries);
        await Proof.HoldsAsync(gateway, uuid);
    }

    [Fact]
    public async Task Whoever_comes_second_gets_the_payment_as_it_is_now()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge("4000000000000044");
        var first = wire.ChargeAsync(request);
        await Eventually.GetAsync(
            () => gateway.Client.ListPaymentsAsync(new() { ExternalId = request.ExternalId }), list => list.Total == 1, "the payment");

        var second = await wire.ChargeAsync(request);
        Assert.Equal((200, true, PaymentStatus.Pending), (second.Status, second.Replayed, second.Payment.Status));
        Assert.Equal((await first).Payment.Uuid, second.Payment.Uuid);
        var third = await wire.ChargeAsync(request);
        Assert.Equal((true, PaymentStatus.Authorised), (third.Replayed, third.Payment.Status));
        await wire.CaptureAsync(second.Payment.Uuid);
        var fourth = await wire.ChargeAsync(request);
        Assert.Equal((true, PaymentStatus.Waiting), (fourth.Replayed, fourth.Payment.Status));
    }

    [Fact]
    public async Task What_is_not_business_does_not_make_another_payment()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge();
        ChargeRequest[] retries =
        [
            request,
            request with { Description = "Sent again" },
            request with { IpAddress = "203.0.113.7" },
            request with { BrowserDetails = new() { UserAgent = "Another browser", Language = "en-AU" } },
            request with { Email = "jane.doe@example.com", FirstName = "Jane" },
            request with { BillingAddress = request.BillingAddress with { City = "Perth" } },
            request with { ReturnUrl = "https://example.com/elsewhere" },
            request with { Capture = true },
            request with { CardInfo = request.CardInfo with { CardNumber = "4242 4242 4242 4242", CardHolderName = "J. Doe", CardCvvNumber = "999" } },

            // On a regular payment these two are ignored, wherever they come from.
            request with { ChargeReason = ChargeReason.NoShow },
            request with { PreviousPaymentUuid = "NOSUCHPAYMENT" },
            request with { PaymentType = PaymentType.Regular },
        ];

        var answers = await AtOnce.DoAsync(retries.Length, i => wire.ChargeAsync(retries[i]));

        Assert.All(answers, answer => Assert.Equal("200", answer.Verdict));
        Assert.Single(answers, answer => !answer.Replayed);
        var uuid = Assert.Single(answers.Select(a => a.Payment.Uuid).Distinct());
        Assert.Equal(1, (await gateway.Client.GetBooksAsync(uuid)).Authorisations);
    }

    [Fact]
    public async Task Each_business_field_makes_another_payment()
    {
        using var wire = new Wire(gateway);
        var request = Requests.Charge();
        var first = (await wire.ChargeAsync(request)).Payment;
        var second = (await gateway.Client.ChargeAsync(Requests.Charge())).Uuid;
        var unscheduled = request with { PaymentType = PaymentType.Unscheduled };
        ChargeRequest[] others =
        [
            request with { ExternalId = Requests.NewOrder() },
            request with { Amount = 1001 },
            request with { CardInfo = Requests.Card("5555555555554444") },
            unscheduled,
            unscheduled with { ChargeReason = ChargeReason.NoShow },
            unscheduled with { ChargeReason = ChargeReason.Resubmission },
            unscheduled with { PreviousPaymentUuid = first.Uuid },
            unscheduled with { PreviousPaymentUuid = second },
            unscheduled with { PreviousPaymentUuid = second, ChargeReason = ChargeReason.NoShow },
        ];

        var made = new HashSet<string> { first.Uuid };
        foreach (var other in others)
        {
            var answer = await wire.ChargeAsync(other);
            Assert.Equal((200, false), (answer.Status, answer.Replayed));
            Assert.True(made.Add(answer.Payment.Uuid), $"{other} was taken for another.");
            Assert.True((await wire.ChargeAsync(other)).Replayed);
        }

        // A raw card and the token made of it are two ways to pay.
        var token = await wire.CreatePaymentAsync(Requests.Token(first.Token!.Id) with { ExternalId = request.ExternalId });
        Assert.Equal((200, false), (token.Status, token.Replayed));
        Assert.True(made.Add(token.Payment.Uuid));
        await Proof.HoldsAsync(gateway, made);
    }

    [Fact]
    public async Task A_failed_or_expired_order_may_be_tried_again_and_the_new_attempt_is_shielded()
    {
        using var wire = new Wire(gateway);
        var declined = Requests.Charge("4000000000009995");
        var first = await wire.ChargeAsync(declined);
        Assert.Equal(PaymentStatus.Failed, first.Payment.Status);
        var second = await wire.ChargeAsync(declined);
        Assert.Equal((PaymentStatus.Failed, false), (second.Payment.Status, second.Replayed));
        Assert.NotEqual(first.Payment.Uuid, second.Payment.Uuid);

        var challenged = Requests.Charge("4111111111111111");
        var pending = await wire.ChargeAsync(challenged);
        Assert.True((await wire.ChargeAsync(challenged)).Replayed);
        await wire.SimulateAsync(pending.Payment.Uuid, SimulatedEvent.Expired);
        var attempts = await AtOnce.DoAsync(40, _ => wire.ChargeAsync(challenged));
        Assert.Single(attempts, a => !a.Replayed);
        Assert.NotEqual(pending.Payment.Uuid, Assert.Single(attempts.Select(a => a.Payment.Uuid).Distinct()));

        var voided = Requests.Charge();
        var held = await wire.ChargeAsync(voided);
        await wire.VoidAsync(held.Payment.Uuid);
        attempts = await AtOnce.DoAsync(40, _ => wire.ChargeAsync(voided));
        Assert.All(attempts, a => Assert.Equal("200", a.Verdict));
        Assert.Single(attempts, a => !a.Replayed);
        Assert.NotEqual(held.Payment.Uuid, Assert.Single(attempts.Select(a => a.Payment.Uuid).Distinct()));
        Assert.Equal(2, (await gateway.Client.ListPaymentsAsync(new() { ExternalId = voided.ExternalId })).Total);
    }

    [Fact]
    public async Task After_a_day_the_same_order_is_a_new_payment()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var request = Requests.Charge();
        var first = await wire.ChargeAsync(request);
        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        Assert.True((await wire.ChargeAsync(request)).Replayed);

        await own.Client.AdvanceSandboxClockAsync(TimeSpan.FromMinutes(2));
        var attempts = await AtOnce.DoAsync(40, _ => wire.ChargeAsync(request));

        Assert.Single(attempts, a => !a.Replayed);
        Assert.NotEqual(first.Payment.Uuid, Assert.Single(attempts.Select(a => a.Payment.Uuid).Distinct()));
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task Payments_by_token_are_shielded_too()
    {
        using var wire = new Wire(gateway);
        var token = (await gateway.Client.ChargeAsync(Requests.Charge())).Token!.Id;
        var request = Requests.Token(token);

        var answers = await AtOnce.DoAsync(100, i => wire.CreatePaymentAsync(i % 2 == 0 ? request : request with { Description = "Sent again" }));

        Assert.All(answers, answer => Assert.Equal("200", answer.Verdict));
        Assert.Single(answers, answer => !answer.Replayed);
        var uuid = Assert.Single(answers.Select(a => a.Payment.Uuid).Distinct());
        Assert.Single((await gateway.Client.GetBooksAsync(uuid)).Entries);
        Assert.False((await wire.CreatePaymentAsync(request with { Amount = 1001 })).Replayed);
    }

    [Fact]
    public async Task Apps_do_not_shield_each_other()
    {
        using var wire = new Wire(gateway);
        using var other = new Wire(gateway, AppsOfTests.Other);
        var request = Requests.Charge();
        var ours = await wire.ChargeAsync(request);
        var theirs = await other.ChargeAsync(request);
        Assert.False(theirs.Replayed);
        Assert.NotEqual(ours.Payment.Uuid, theirs.Payment.Uuid);
    }

    [Fact]
    public async Task Where_an_order_may_have_one_live_payment_another_request_is_refused_until_it_failed()
    {
        const string Taken = """{"errors":{"external_id":"has already been taken"}}""";
        using var wire = new Wire(gateway, AppsOfTests.Strict);
        var request = Requests.Charge();
        var live = await wire.ChargeAsync(request);

        Assert.Equal((422, Taken), StatusAndBody(await wire.ChargeAsync(request with { Amount = 1001 })));
        Assert.Equal((422, Taken), StatusAndBody(await wire.ChargeAsync(request with { CardInfo = Requests.Card("5555555555554444") })));
        Assert.Equal(
            (422, Taken), StatusAndBody(await wire.CreatePaymentAsync(Requests.Token(live.Payment.Token!.Id) with { ExternalId = request.ExternalId })));
        var again = await wire.ChargeAsync(request);
        Assert.Equal((200, true, live.Payment.Uuid), (again.Status, again.Replayed, again.Payment.Uuid));

        // Merchant-initiated payments of the order are not the customer paying twice.
        Assert.Equal("200", (await wire.ChargeAsync(request with { PaymentType = PaymentType.Unscheduled })).Verdict);

        await wire.VoidAsync(live.Payment.Uuid);
        var next = await wire.ChargeAsync(request with { Amount = 1001 });
        Assert.Equal((200, false), (next.Status, next.Replayed));
        Assert.Equal((422, Taken), StatusAndBody(await wire.ChargeAsync(request)));

        static (int Status, string Body) StatusAndBody(WireAnswer answer) => (answer.Status, answer.Body);
    }

    [Fact]
    public async Task Where_an_order_may_have_one_live_payment_only_one_of_many_at_once_lives()
    {
        using var wire = new Wire(gateway, AppsOfTests.Strict);
        var request = Requests.Charge();

        var answers = await AtOnce.DoAsync(60, i => wire.ChargeAsync(request with { Amount = 1000 + (i % 6) }));

        var won = Assert.Single(answers.Where(a => a.Status == 200).Select(a => a.Payment.Uuid).Distinct());
        Assert.Single(answers, a => a is { Status: 200, Replayed: false });
        Assert.All(answers, a => Assert.Contains(a.Verdict, (string[])["200", """422 {"external_id":"has already been taken"}"""]));
        Assert.Equal(10, answers.Count(a => a.Status == 200));
        using var strict = gateway.ClientFor(AppsOfTests.Strict.Id, AppsOfTests.Strict.Key);
        Assert.Equal(1, (await strict.ListPaymentsAsync(new() { ExternalId = request.ExternalId })).Total);
        Assert.Equal(1, (await strict.GetBooksAsync(won)).Authorisations);
    }

    [Fact]
    public async Task Where_an_order_may_have_one_live_payment_identical_attempts_after_a_failure_are_one()
    {
        using var wire = new Wire(gateway, AppsOfTests.Strict);

        // Who is second here finds one of the two claims taken over already, and the other perhaps not yet.
        for (var round = 0; round < 5; round++)
        {
            var request = Requests.Charge();
            var failed = await wire.ChargeAsync(request);
            await wire.VoidAsync(failed.Payment.Uuid);
            foreach (var amount in (long[])[1000, 2000])
            {
                var answers = await AtOnce.DoAsync(30, _ => wire.ChargeAsync(request with { Amount = amount }));
                Assert.All(answers, a => Assert.Equal("200", a.Verdict));
                Assert.Single(answers, a => !a.Replayed);
                await wire.VoidAsync(answers[0].Payment.Uuid);
            }
        }
    }
}

public sealed class OrderShieldOnSqlite(SqliteGateway gateway) : OrderShield(gateway);

public sealed class OrderShieldOnPostgres(PostgresGateway gateway) : OrderShield(gateway);
