using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Server.Apps;
using Tollgate.Server.Http;
using Tollgate.Server.Payments;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Leaks;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Hardening;

/// <summary>Test cards stay in the sandbox, and real ones out of it.</summary>
public abstract class RealCards(Gateway gateway)
{
    [Theory]
    [InlineData("45320151")]
    [InlineData("54250123")]
    [InlineData("40000123")]
    [InlineData("42424301")]
    public async Task P29_a_number_that_could_be_somebodys_is_refused_in_the_sandbox_and_nothing_of_it_is_kept(string beginning)
    {
        // Put together here, so that it stands in no file of ours.
        var number = WithCheckDigit(beginning + Random.Shared.Next(1_000_000, 9_999_999));
        await using var own = gateway.Another();
        await own.InitializeAsync();
        foreach (var written in new[] { number, string.Join(' ', number.Chunk(4).Select(four => new string(four))) })
        {
            var charge = Requests.Charge();
            var (status, body) = await own.PostAsync(
                "/api/v2/cards/charges", Wire.Json(charge with { CardInfo = Requests.Card(written) }, RequestJson.Default.ChargeRequest), ("Idempotency-Key", Guid.NewGuid().ToString()));
            Assert.Equal(
                (422, """{"errors":{"card_info.card_number":"is not a test card number; this is a sandbox, where a real card must never be typed"}}"""), (status, body));
        }

        Assert.Equal(0, (await own.Client.ListPaymentsAsync()).Total);
        var fingerprint = own.Services.GetRequiredService<CardVault>().Fingerprint(CardNumber.TryParse(number, out var parsed) ? parsed : throw new InvalidOperationException());
        await own.StopAsync();
        var scanner = new LeakScanner();
        scanner.AddCard(number);
        scanner.AddText("its fingerprint", fingerprint);
        Assert.Empty(scanner.ScanFolder(own.DataDirectory).Leaks);
        Assert.Empty(scanner.Scan("the log", own.Log));
        await own.StartAsync();
    }

    [Fact]
    public async Task P29_a_test_number_is_refused_in_production_and_a_real_one_is_not_refused_for_that()
    {
        var services = gateway.Services;
        var production = services.GetRequiredService<Settings>() with { IsSandbox = false };
        var charge = new ChargeCard(
            services.GetRequiredService<OpenPayment>(), services.GetRequiredService<CommonFields>(), services.GetRequiredService<CardVault>(), services.GetRequiredService<Idempotency>(), production,
            services.GetRequiredService<TimeProvider>());
        foreach (var number in new[] { "4242424242424242", "4000000000000002", "378282246310005" })
        {
            Assert.Contains("there are no tests in production", await AskAsync(charge, number), StringComparison.Ordinal);
        }

        // Something else is wrong with it, so that nothing goes out.
        var answer = await AskAsync(charge, WithCheckDigit("45320151" + Random.Shared.Next(1_000_000, 9_999_999)));
        Assert.Equal("""{"errors":{"currency":"is not included in the list"}}""", answer);
    }

    [Fact]
    public void P29_every_number_that_the_tree_names_as_published_is_a_test_number()
    {
        var published = File.ReadAllLines(Repository.PathOf("tests", "Repository", "published-test-numbers.txt")).Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0).ToList();
        Assert.True(published.Count > 40);
        Assert.All(published, number => Assert.True(CardNumber.TryParse(number, out var card) && TestNumbers.Contains(card), number));
    }

    private async Task<string> AskAsync(ChargeCard charge, string number)
    {
        var body = Wire.Json(Requests.Charge() with { Currency = "ZZZ", CardInfo = Requests.Card(number) }, RequestJson.Default.ChargeRequest);
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { Request = { Method = "POST", Path = "/api/v2/cards/charges", ContentType = "application/json", Body = new MemoryStream(Encoding.UTF8.GetBytes(body)) }, Response = { Body = answer }, RequestServices = gateway.Services };
        await charge.HandleAsync(context, new App(new("app-sandbox"), Settings.SandboxApp));
        await context.Response.BodyWriter.FlushAsync();
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private static string WithCheckDigit(string digits) => Enumerable.Range(0, 10).Select(d => digits + d).Single(n => Luhn.IsValid(n));
}

public sealed class RealCardsOnSqlite(SqliteGateway gateway) : RealCards(gateway);

public sealed class RealCardsOnPostgres(PostgresGateway gateway) : RealCards(gateway);
