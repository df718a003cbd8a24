using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Money;

public abstract class Races(Gateway gateway)
{
    [Fact]
    public async Task Two_hundred_captures_and_voids_at_once_have_one_effect()
    {
        using var wire = new Wire(gateway);
        for (var round = 0; round < 3; round++)
        {
            var payment = await gateway.Client.ChargeAsync(Requests.Charge());

            var answers = await AtOnce.DoAsync(200, i => i % 2 == 0 ? wire.CaptureAsync(payment.Uuid, 500 + i) : wire.VoidAsync(payment.Uuid));

            var won = Assert.Single(answers, a => a.Status == 200).Payment;
            Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains(
                a.Verdict, (string[])["409 OPERATION_IN_FLIGHT", "422 PAYMENT_NOT_CAPTURABLE", "422 PAYMENT_NOT_VOIDABLE"]));
            var books = await gateway.Client.GetBooksAsync(payment.Uuid);
            Assert.Equal(2, books.Entries.Count);
            Assert.Equal(won.Status == PaymentStatus.Failed, books.Captured == 0);
            Assert.Equal(1000, books.Captured + books.Released);
            await Proof.HoldsAsync(gateway, payment.Uuid);
        }
    }

    [Fact]
    public async Task Of_two_hundred_refunds_of_sixty_per_cent_at_once_one_succeeds()
    {
        using var wire = new Wire(gateway);
        var payment = await Walks.ToAsync(PaymentStatus.Received, gateway.Client);

        var answers = await AtOnce.DoAsync(200, _ => wire.RefundAsync(payment.Uuid, 600));

        Assert.Single(answers, a => a.Status == 200);
        Assert.All(answers.Where(a => a.Status != 200), a => Assert.Contains(a.Verdict, (string[])["409 OPERATION_IN_FLIGHT", "422 PAYMENT_NOT_REFUNDABLE"]));
        await wire.SimulateAsync(payment.Uuid, SimulatedEvent.RefundCompleted);
        answers = await AtOnce.DoAsync(50, _ => wire.RefundAsync(payment.Uuid, 600));
        Assert.All(answers, a => Assert.Equal("422 AMOUNT_ABOVE_REFUNDABLE", a.Verdict));
        Assert.Equal(600, (await gateway.Client.GetBooksAsync(payment.Uuid)).Refunded);
        await Proof.HoldsAsync(gateway, payment.Uuid);
    }

    [Fact]
    public async Task A_token_that_is_deleted_while_it_is_charged_charges_wholly_or_not_at_all()
    {
        using var wire = new Wire(gateway);
        for (var round = 0; round < 5; round++)
        {
            var token = (await gateway.Client.ChargeAsync(Requests.Charge())).Token!.Id;

            var answers = await AtOnce.DoAsync(40, i => i is 10 or 30
                ? wire.DeleteAsync($"{Wire.Cards}/{token}")
                : wire.CreatePaymentAsync(Requests.Token(token)));

            Assert.Equal("200", Assert.Single(((WireAnswer[])[answers[10], answers[30]]).Select(a => a.Verdict), v => v == "200"));
            var charges = answers.Where((_, i) => i is not (10 or 30)).ToList();
            Assert.All(charges, a => Assert.Contains(a.Verdict, (string[])["200", """422 {"token.id":"does not exist"}"""]));
            var made = charges.Where(a => a.Status == 200).Select(a => a.Payment).ToList();
            Assert.All(made, payment => Assert.Equal(PaymentStatus.Authorised, payment.Status));
            await Proof.HoldsAsync(gateway, made.Select(p => p.Uuid));
            Assert.Equal("""422 {"token.id":"does not exist"}""", (await wire.CreatePaymentAsync(Requests.Token(token))).Verdict);
        }
    }

    [Fact]
    public async Task A_challenge_that_is_passed_many_times_at_once_authorises_once()
    {
        using var wire = new Wire(gateway);
        var payment = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);

        var answers = await AtOnce.DoAsync(20, _ => wire.AnswerChallengeAsync(payment));

        // Whoever comes when it is over already is told so, and is not sent anywhere.
        Assert.All(answers, a => Assert.True(a.Status == 303 || a.Body.Contains("This payment is done.", StringComparison.Ordinal), a.ToString()));
        Assert.Contains(answers, a => a.Status == 303 && a.Location!.Query.Contains("status=authorised", StringComparison.Ordinal));
        Assert.Single((await gateway.Client.GetBooksAsync(payment.Uuid)).Entries);
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(payment.Uuid)).Status);
        await Proof.HoldsAsync(gateway, payment.Uuid);
    }

    [Fact]
    public async Task A_challenge_that_is_passed_while_the_session_ends_charges_or_expires_never_both()
    {
        using var wire = new Wire(gateway);
        for (var round = 0; round < 5; round++)
        {
            var payment = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);

            var answers = await AtOnce.DoAsync(10, i => i % 2 == 0 ? wire.AnswerChallengeAsync(payment) : wire.SimulateAsync(payment.Uuid, SimulatedEvent.Expired));

            Assert.All(answers, a => Assert.Contains(a.Status, (int[])[303, 200, 409, 410, 422]));

            // An authorised payment may have expired at once: its hold was ended as if its time were over.
            await Proof.HoldsAsync(gateway, payment.Uuid);
            var books = await gateway.Client.GetBooksAsync(payment.Uuid);
            var end = await gateway.Client.GetPaymentAsync(payment.Uuid);
            Assert.Equal(end.Status == PaymentStatus.Expired ? 0 : 1000, books.Authorised - books.Released);
        }
    }

    [Fact]
    public async Task Every_payment_that_any_test_has_made_here_is_what_its_journal_says()
    {
        await gateway.Client.ChargeAsync(Requests.Charge());
        Assert.NotEqual(0, await Proof.HoldsAsync(gateway));
    }

    [Fact]
    public async Task Settlement_and_refunds_at_once_lose_neither()
    {
        using var wire = new Wire(gateway);
        for (var round = 0; round < 5; round++)
        {
            var payment = await Walks.ToAsync(PaymentStatus.Waiting, gateway.Client);

            var answers = await AtOnce.DoAsync(10, i => i % 2 == 0 ? wire.SimulateAsync(payment.Uuid, SimulatedEvent.Settled) : wire.RefundAsync(payment.Uuid, 300));

            Assert.Single(answers.Where((_, i) => i % 2 == 0), a => a.Status == 200);
            Assert.Single(answers.Where((_, i) => i % 2 == 1), a => a.Status == 200);
            var now = await gateway.Client.GetPaymentAsync(payment.Uuid);
            Assert.Equal((PaymentStatus.ReturnPending, 1000, 300), (now.Status, now.PaidAmount, now.RefundInformation!.RefundAmount));
            await Proof.HoldsAsync(gateway, payment.Uuid);
        }
    }
}

public sealed class RacesOnSqlite(SqliteGateway gateway) : Races(gateway);

public sealed class RacesOnPostgres(PostgresGateway gateway) : Races(gateway);
