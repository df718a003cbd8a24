using System.Text.Json;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Storage.Journal;

/// <summary>How what a change holds becomes columns; the same for both engines.</summary>
internal static class JournalRows
{
    /// <summary>A claim that has no end of its own.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The share of the counts of payments that this process adds to.</summary>
    public static short Share { get; } = (short)(Environment.ProcessId % 16);

    public static long Day { get; } = (long)TimeSpan.FromDays(1).TotalMilliseconds;

    public static byte[] Facts(Payment payment) => JsonSerializer.SerializeToUtf8Bytes(payment.Facts, StorageJson.Default.PaymentFacts);

    public static byte[] State(Payment payment) => JsonSerializer.SerializeToUtf8Bytes(StoredState.Of(payment), StorageJson.Default.StoredState);

    public static byte[] Card(NewCard card) => JsonSerializer.SerializeToUtf8Bytes(card.Facts, StorageJson.Default.StoredCardFacts);

    public static byte[] Dispute(Core.Disputes.Dispute dispute) => JsonSerializer.SerializeToUtf8Bytes(dispute, StorageJson.Default.Dispute);

    public static long? UnsettledSince(Payment payment) => payment.UnsettledSince is { } since ? Millis(since) : null;

    public static long? DueAt(Payment payment) => payment.DueAt is { } due ? Millis(due) : null;

    public static long Millis(DateTimeOffset instant) => instant == DateTimeOffset.MaxValue ? Never : instant.ToUnixTimeMilliseconds();
}
