using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Tollgate.Yardsticks;

/// <summary>A charge as a good team commonly writes it with EF Core: a pooled context, prepared statements, all rows in one <c>SaveChanges</c>.</summary>
internal sealed class Store(DbContextOptions<Store> options) : DbContext(options)
{
    private const string Schema = "yardstick_ef";
    private const string App = "app-sandbox";

    private static long position;

    public static async Task AddAsync(IServiceCollection services, string database)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 });
        using var schema = new StreamReader(typeof(Store).Assembly.GetManifestResourceStream("schema.sql")!);
        await using var create = source.CreateCommand((await schema.ReadToEndAsync()).Replace("yardstick", Schema, StringComparison.Ordinal));
        await create.ExecuteNonQueryAsync();
        services.AddDbContextPool<Store>(o => o.UseNpgsql(source));
    }

    public static async Task<Results<Ok<PaymentView>, UnprocessableEntity>> ChargeAsync(ChargeRequest charge, Store store, CancellationToken cancelled)
    {
        if (!Card.IsValid(charge.CardInfo.CardNumber))
        {
            return TypedResults.UnprocessableEntity();
        }

        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var now = DateTimeOffset.FromUnixTimeMilliseconds(at);
        var (id, holdEndsAt, place) = (Identifiers.NewPayment(), now.AddDays(7), Interlocked.Increment(ref position));
        var (token, operation, reference) = ("tok_" + id.ToLowerInvariant() + "0000", id + "WXYZ", id[..12]);
        var fingerprint = Convert.ToHexStringLower(Card.Digest(Encoding.ASCII.GetBytes(charge.CardInfo.CardNumber)))[..32];
        var facts = new CardFacts("Visa", charge.CardInfo.CardNumber[^4..], "US", new(charge.CardInfo.CardExpiryYear, charge.CardInfo.CardExpiryMonth), fingerprint);
        var cardholder = new Cardholder(charge.FirstName, charge.LastName, charge.Email, charge.CardInfo.CardHolderName, charge.BillingAddress);
        var amount = $"{charge.Amount} {charge.Currency}";
        var approval = new Approval(reference, id[..6], id[..15]);

        // A load may repeat an external_id, so the digest that keeps orders apart is of what is always new.
        store.AddRange(
            new PaymentRow(
                id, App, 3, 1, token, charge.ExternalId, charge.Email, at, holdEndsAt.ToUnixTimeMilliseconds(),
                Json(
                    new(id, App, charge.ExternalId, amount, false, "Regular", token, true, facts, cardholder, charge.ReturnUrl, now, now.AddMinutes(15)),
                    ChargeJson.Default.PaymentFacts),
                Json(new(amount, "0 " + charge.Currency, "0 " + charge.Currency, "None", approval, holdEndsAt), ChargeJson.Default.PaymentState)),
            new EventRow(id, 1, App, null, "Created", at, 0, 0, "{}"u8.ToArray()),
            new EventRow(
                id, 2, App, null, "AuthorisationStarted", at, 0, 0,
                Json(new(operation, now.AddSeconds(7), now), ChargeJson.Default.AuthorisationStarted)),
            new EventRow(
                id, 3, App, place, "Authorised", at, 0, 1,
                Json(
                    new(operation, approval, holdEndsAt, now, [new("Authorisation", now, now, "Approved", "00", reference)]), ChargeJson.Default.Authorised)),
            new CardRow(token, App, id, Card.Seal(charge.CardInfo.CardNumber), Json(new(facts, cardholder), ChargeJson.Default.SavedCard), at),
            new OrderRow(App, Card.Digest(Encoding.UTF8.GetBytes(id)), id, at + 86_400_000),
            new LedgerRow(id, 3, 0, App, place, 1, 13, 14, charge.Amount, charge.Currency, at));
        await store.SaveChangesAsync(cancelled);
        return TypedResults.Ok(PaymentView.Of(charge, id, token));
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.Entity<PaymentRow>().ToTable("payments").HasKey(p => p.Uuid);
        modelBuilder.Entity<EventRow>().ToTable("events").HasKey(e => new { e.PaymentUuid, e.Version });
        modelBuilder.Entity<CardRow>().ToTable("cards").HasKey(c => c.TokenId);
        modelBuilder.Entity<OrderRow>().ToTable("orders").HasKey(o => new { o.AppId, o.Digest });
        modelBuilder.Entity<LedgerRow>().ToTable("ledger").HasKey(l => new { l.Source, l.Version, l.Line });
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            property.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
        }
    }

    private static byte[] Json<T>(T body, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(body, type);
}

internal sealed record PaymentRow(
    string Uuid, string AppId, int Version, short Status, string TokenId, string ExternalId, string Email, long CreatedAt, long? DueAt, byte[] Facts, byte[] State);

internal sealed record EventRow(
    string PaymentUuid, int Version, string AppId, long? Position, string Type, long At, short StatusBefore, short StatusAfter, byte[] Body);

internal sealed record CardRow(string TokenId, string AppId, string FirstPaymentUuid, byte[] Sealed, byte[] Facts, long CreatedAt);

internal sealed record OrderRow(string AppId, byte[] Digest, string PaymentUuid, long ExpiresAt);

internal sealed record LedgerRow(
    string Source, int Version, short Line, string AppId, long Position, short Kind, short Debit, short Credit, long Amount, string Currency, long At);
