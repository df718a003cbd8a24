using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>How the delivery of a webhook stands in the database, which is the only place that says when it is tried again.</summary>
internal sealed record Outstanding
{
    public int State { get; init; }

    public int Attempts { get; init; }

    public long NextAt { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset NextTry => DateTimeOffset.FromUnixTimeMilliseconds(NextAt);

    public bool IsDelivered => State == (int)DeliveryState.Delivered;

    public bool IsGivenUp => State == (int)DeliveryState.GivenUp;
}

/// <summary>Looks into the outbox of a gateway, and moves its clock to the next try.</summary>
internal static class Outbox
{
    /// <summary>The webhooks of a payment, in order.</summary>
    public static async Task<IReadOnlyList<Outstanding>> ReadAsync(Gateway gateway, PaymentResponse payment)
    {
        await using var connection = await gateway.Services.GetRequiredService<Database>().OpenAsync();
        var rows = await connection.QueryAsync<Outstanding>(
            "SELECT state AS State, attempts AS Attempts, next_at AS NextAt, last_error AS LastError FROM webhooks WHERE payment_uuid = @uuid ORDER BY version",
            new { uuid = payment.Uuid });
        return [.. rows];
    }

    /// <summary>Waits until what came of a payment's first webhook after so many tries is on disk.</summary>
    public static async Task<Outstanding> AfterTriesAsync(Gateway gateway, PaymentResponse payment, int attempts)
    {
        var rows = await Eventually.GetAsync(
            () => ReadAsync(gateway, payment), rows => rows.Count > 0 && rows[0].Attempts >= attempts, $"try {attempts} of the webhook of {payment.Uuid}");
        Assert.Equal(attempts, rows[0].Attempts);
        return rows[0];
    }

    /// <summary>Moves the clock to the next try; how far that was away.</summary>
    public static async Task<TimeSpan> AdvanceToNextTryAsync(Gateway gateway, Outstanding webhook)
    {
        var wait = webhook.NextTry - (await gateway.Client.GetSandboxClockAsync()).Now;
        if (wait > TimeSpan.Zero)
        {
            await gateway.Client.AdvanceSandboxClockAsync(wait);
        }

        return wait;
    }
}
