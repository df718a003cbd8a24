using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Break;

/// <summary>The sandbox's clock goes only forward, so it must not get where nothing works any more.</summary>
public abstract class FarFuture(Gateway gateway)
{
    [Fact]
    public async Task The_clock_stops_short_of_where_identifiers_and_dates_run_out()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var moves = 0;
        (int Status, string Body) answer;
        while ((answer = await own.PostAsync("/api/v2/sandbox/clock", """{"advance":"P10Y"}""")).Status == 200 && moves < 20)
        {
            moves++;
        }

        Assert.Equal(422, answer.Status);
        Assert.Equal("""{"errors":{"advance":"is invalid"}}""", answer.Body);
        Assert.True(moves >= 5, $"{moves} moves");

        var year = (await own.Client.GetSandboxClockAsync()).Now.Year;
        var payment = await own.Client.ChargeAsync(Requests.Charge() with { CardInfo = Requests.Card() with { CardExpiryYear = year + 2 } });
        Assert.Equal(PaymentStatus.Authorised, payment.Status);
    }
}

public sealed class FarFutureOnSqlite(SqliteGateway gateway) : FarFuture(gateway);

public sealed class FarFutureOnPostgres(PostgresGateway gateway) : FarFuture(gateway);
