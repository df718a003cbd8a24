using Dapper;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Lists;

public abstract class Tokens(Gateway gateway)
{
    private const string Gone = """422 {"token.id":"does not exist"}""";

    [Fact]
    public async Task A_token_is_usable_once_its_first_payment_was_authorised()
    {
        using var wire = new Wire(gateway);
        var pending = await Walks.ToAsync(PaymentStatus.Pending, gateway.Client);
        var token = pending.Token!.Id;
        Assert.Equal(Gone, (await wire.CreatePaymentAsync(Requests.Token(token))).Verdict);

        await wire.AnswerChallengeAsync(pending);

        var paid = await wire.CreatePaymentAsync(Requests.Token(token) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = pending.Uuid });
        Assert.Equal((PaymentStatus.Authorised, token, "John Doe"), (paid.Payment.Status, paid.Payment.Token!.Id, paid.Payment.Name));
    }

    [Fact]
    public async Task A_token_that_is_unknown_foreign_declined_or_deleted_does_not_exist()
    {
        using var wire = new Wire(gateway);
        using var other = new Wire(gateway, AppsOfTests.Other);
        Assert.Equal(Gone, (await wire.CreatePaymentAsync(Requests.Token("tok_00000000000000000000"))).Verdict);
        var token = (await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client)).Token!.Id;
        Assert.Equal(Gone, (await other.CreatePaymentAsync(Requests.Token(token))).Verdict);
        Assert.Equal("404 NOT_FOUND", (await other.DeleteAsync($"{Wire.Cards}/{token}")).Verdict);
        Assert.Equal("200", (await wire.CreatePaymentAsync(Requests.Token(token))).Verdict);

        var deleted = await wire.DeleteAsync($"{Wire.Cards}/{token}");
        Assert.Equal((200, """{"status":"Ok"}"""), (deleted.Status, deleted.Body));
        Assert.Equal(Gone, (await wire.CreatePaymentAsync(Requests.Token(token))).Verdict);
        var again = await wire.DeleteAsync($"{Wire.Cards}/{token}");
        Assert.Equal((404, """{"errors":{"code":"NOT_FOUND","message":"Token ID not found."}}"""), (again.Status, again.Body));
        Assert.Equal("404 NOT_FOUND", (await wire.DeleteAsync($"{Wire.Cards}/tok_00000000000000000000")).Verdict);
        Assert.Equal(0, await SealedAsync(gateway, token));
    }

    [Fact]
    public async Task A_card_that_was_never_approved_is_destroyed_with_its_payment()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        await own.Client.ChargeAsync(Requests.Charge("4000000000000002"));
        var pending = await Walks.ToAsync(PaymentStatus.Pending, own.Client);
        var token = pending.Token!.Id;
        Assert.Equal(1, await SealedAsync(own, token));
        await using (var connection = await Proof.OpenAsync(own))
        {
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sealed_codes"));
            Assert.Equal(1, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM cards WHERE sealed IS NOT NULL"));
        }

        await own.Client.SimulateAsync(new() { Uuid = pending.Uuid, Event = SimulatedEvent.Expired });

        Assert.Equal(0, await SealedAsync(own, token));
        await using (var connection = await Proof.OpenAsync(own))
        {
            Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM sealed_codes"));
        }
    }

    [Fact]
    public async Task A_deleted_card_serves_the_payment_in_progress_and_then_its_number_is_gone()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var wire = new Wire(own);
        var first = await Walks.ToAsync(PaymentStatus.Pending, own.Client);
        await wire.AnswerChallengeAsync(first);
        var token = first.Token!.Id;
        var second = await wire.CreatePaymentAsync(Requests.Token(token));
        Assert.NotNull(second.Payment.PayCode!.ThreeDsUrl);

        Assert.Equal("200", (await wire.DeleteAsync($"{Wire.Cards}/{token}")).Verdict);

        Assert.Equal(Gone, (await wire.CreatePaymentAsync(Requests.Token(token))).Verdict);
        Assert.Equal(1, await SealedAsync(own, token));
        await wire.AnswerChallengeAsync(second.Payment);
        Assert.Equal(PaymentStatus.Authorised, (await own.Client.GetPaymentAsync(second.Payment.Uuid)).Status);
        Assert.Equal("200", (await wire.CaptureAsync(second.Payment.Uuid)).Verdict);
        await Eventually.GetAsync(() => SealedAsync(own, token), count => count == 0, "the end of the sealed number");
        await Proof.HoldsToTheEndAsync(own);
    }

    private static async Task<long> SealedAsync(Gateway gateway, string token)
    {
        await using var connection = await Proof.OpenAsync(gateway);
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM cards WHERE token_id = @token AND sealed IS NOT NULL", new { token });
    }
}

public sealed class TokensOnSqlite(SqliteGateway gateway) : Tokens(gateway);

public sealed class TokensOnPostgres(PostgresGateway gateway) : Tokens(gateway);
