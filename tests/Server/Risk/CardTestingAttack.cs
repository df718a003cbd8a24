using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Risk;

/// <summary>Somebody tries thousands of stolen numbers at a shop while its customers buy.</summary>
public abstract class CardTestingAttack(Gateway gateway)
{
    protected const int Customers = 300;
    protected const int MostThrough = 50;

    [Fact]
    public async Task Five_thousand_cards_of_one_range_are_stopped_and_every_customer_pays()
    {
        await using var own = gateway.Another("--Tollgate:Risk:Mode=enforce");
        await own.InitializeAsync();

        var (attack, customers) = await StormAsync([own.Client], 5000);

        Assert.All(customers, p => Assert.Equal(PaymentStatus.Authorised, p.Status));
        Assert.DoesNotContain(attack, p => p is { Status: PaymentStatus.Failed, PayCode.ErrorCode: not "risk_declined" });
        var sent = await SentAsync(own) - Customers;
        Assert.InRange(sent, 1, MostThrough - 1);
        Assert.Equal(sent, attack.Count(p => p.Status == PaymentStatus.Authorised));
        Assert.True(attack.Count(p => p.PayCode?.ErrorCode == "risk_declined") > 4900);

        // Whoever looks at one of them sees why, and what the counters stood at.
        var refused = attack.Last(p => p.PayCode?.ErrorCode == "risk_declined");
        var why = (await own.Client.GetTimelineAsync(refused.Uuid)).Records.Single(e => e.Name == "risk");
        Assert.Equal(("refuse", "rule", "bin_cards"), (why.Details["verdict"], why.Details["cause"], why.Details["because"]));
        Assert.True(int.Parse(why.Details["bin_cards"], System.Globalization.CultureInfo.InvariantCulture) >= 10);
    }

    /// <summary>An attack with changing addresses and names, and a shop's customers beside it.</summary>
    internal static async Task<(IReadOnlyList<PaymentResponse> Attack, IReadOnlyList<PaymentResponse> Customers)> StormAsync(IReadOnlyList<TollgateClient> servers, int cards)
    {
        var stolen = CardNumbers.Under("42424299", cards, seed: 1).Select((number, i) => Charge(number, 100, $"10.{i / 65536}.{i / 256 % 256}.{i % 256}", $"buyer{i}@mail{i % 50}.example"));
        var bought = Enumerable.Range(0, Customers).Select(i =>
        {
            var bin = (i % 2 == 0 ? "400000" : "424242") + (10 + (i / 4)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Charge(CardNumbers.Under(bin, 1, seed: 1000 + i)[0], 2000 + i, $"203.0.113.{i % 256}", $"customer{i}@shop.example");
        });

        // The customers come all the time that the attack lasts.
        var ordered = stolen.Chunk(Math.Max(1, cards / Customers)).Zip(bought, (tried, customer) => tried.Append(customer)).SelectMany(c => c)
            .Concat(stolen.Skip(Customers * Math.Max(1, cards / Customers))).ToList();
        var answers = new PaymentResponse[ordered.Count];
        await Parallel.ForAsync(0, ordered.Count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancel) =>
            answers[i] = await servers[i % servers.Count].ChargeAsync(ordered[i], cancellationToken: cancel));
        return ([.. answers.Where(a => a.Email.StartsWith("buyer", StringComparison.Ordinal))], [.. answers.Where(a => a.Email.StartsWith("customer", StringComparison.Ordinal))]);
    }

    /// <summary>How many authorisations were written down to be sent to the acquirer.</summary>
    internal static async Task<long> SentAsync(Gateway own)
    {
        await using var connection = await own.Services.GetRequiredService<Database>().OpenAsync();
        return await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM events WHERE type = 'AuthorisationStarted'");
    }

    private static ChargeRequest Charge(string number, long amount, string address, string email) =>
        Requests.Charge(number, amount) with { IpAddress = address, Email = email };
}

public sealed class CardTestingAttackOnSqlite(SqliteGateway gateway) : CardTestingAttack(gateway);

public sealed class CardTestingAttackOnPostgres : CardTestingAttack
{
    private readonly PostgresGateway gateway;

    public CardTestingAttackOnPostgres(PostgresGateway gateway)
        : base(gateway) => this.gateway = gateway;

    [Fact]
    public async Task Two_servers_stop_together_what_comes_to_both()
    {
        await using var acquirer = await AcquirerServer.StartAsync();
        await using var first = gateway.Another(acquirer.Setting, "--Tollgate:Risk:Mode=enforce");
        await first.InitializeAsync();
        await using var second = await ServerProcess.StartAsync(first, acquirer.Setting, "--Tollgate:Risk:Mode=enforce");

        var (attack, customers) = await StormAsync([first.Client, second.Client], 1500);

        // A shop that knows no usual day has a few of its first customers authenticated; it loses none of them.
        Assert.All(customers, p => Assert.Contains(p.Status, (PaymentStatus[])[PaymentStatus.Authorised, PaymentStatus.Pending]));
        Assert.InRange(customers.Count(p => p.Status == PaymentStatus.Pending), 0, Customers / 10);
        Assert.InRange(await SentAsync(first) - customers.Count(p => p.Status == PaymentStatus.Authorised), 1, MostThrough - 1);
        Assert.True(attack.Count(p => p.PayCode?.ErrorCode == "risk_declined") > 1350);
    }
}
