using Tollgate.Core.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Storage;

/// <summary>Nothing is an answer like any other.</summary>
public abstract class EmptyAnswers(Gateway gateway)
{
    [Fact]
    public async Task Where_there_is_nothing_nothing_is_found()
    {
        await using var store = await Store.CreateAsync(gateway);
        var reader = store.Reader;
        Assert.Null(await reader.FindAsync(Changes.App, "NOBODY"));
        Assert.Null(await reader.FindAsync(new("NOBODY")));
        Assert.Null(await reader.FindClaimantAsync(Changes.App, [1]));
        Assert.Null(await reader.FindAnswerAsync(Changes.App, [1], Store.Now));
        Assert.Null(await reader.FindCardAsync(new("tok_of_nobody")));
        Assert.Null(await reader.FindSealedCodeAsync(new("NOBODY")));
        Assert.Empty(await reader.ListInFlightAsync(DateTimeOffset.MaxValue, Store.Now));
        Assert.Null(await reader.NextDueAsync(Store.Now));
        Assert.Empty(await reader.ReadFeedAsync(Changes.App, 0, 10));
        var (total, page) = await reader.ListAsync(Changes.App, new(Store.Now, Store.Now, PaymentStatus.Failed, "order", "nobody@example.com", 1, 20));
        Assert.Equal(0, total);
        Assert.Empty(page);
    }

    [Fact]
    public async Task Another_apps_payments_are_not_found()
    {
        await using var store = await Store.CreateAsync(gateway);
        var payment = await Changes.AuthorisedAsync(store.OpenJournal());
        Assert.Null(await store.Reader.FindAsync(new Core.AppId("app-two"), payment.Id.Value));
        Assert.Equal(0, (await store.Reader.ListAsync(new("app-two"), new(null, null, null, null, null, 1, 20))).Total);
        Assert.Equal(1, (await store.Reader.ListAsync(Changes.App, new(null, null, null, null, null, 1, 20))).Total);
        Assert.Empty((await store.Reader.ListAsync(Changes.App, new(null, null, null, null, null, 2, 20))).Page);
    }
}

public sealed class EmptyAnswersOnSqlite(SqliteGateway gateway) : EmptyAnswers(gateway);

public sealed class EmptyAnswersOnPostgres(PostgresGateway gateway) : EmptyAnswers(gateway);
