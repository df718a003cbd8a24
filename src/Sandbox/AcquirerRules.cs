using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tollgate.Sandbox;

/// <summary>What the simulated acquirer says yes to: only what the books allow.</summary>
internal static class AcquirerRules
{
    /// <summary>The answer to a message that is new, as ISO 8583 DE39 writes it.</summary>
    public static string Answer(SimulatedMessage message, TestCard? card, BookedOperation? known, BookedPayment? payment, DateTimeOffset now)
    {
        switch (message.Kind)
        {
            case MessageKind.Authorisation:
                return message.StoredCredential ? card?.StoredCredentialCode ?? card?.ResponseCode ?? "14" : card?.ResponseCode ?? "14";
            case MessageKind.Capture:
                return payment is { Captured: 0, Released: 0 } && message.Amount <= payment.Authorised ? "00" : "12";
            case MessageKind.Void:
                return payment is { Captured: 0, Released: 0, Authorised: > 0 } ? "00" : "12";
            case MessageKind.Refund:
                return payment is { PendingRefund: null } && message.Amount <= payment.Captured - payment.Refunded ? "00" : "12";
            case MessageKind.Reversal:
                if (known is null)
                {
                    return "25";
                }

                return known is { Approved: true, Reversed: false } && IsThrough(known, message.Operation, payment!) ? "12" : "00";
            case MessageKind.DisputeAcceptance or MessageKind.DisputeEvidence:
                // Whoever answers has heard of it. Of a later stage nobody can tell: then the answer may be to what was asked before.
                return payment?.Dispute is { Untold: null or NoticeKind.DisputeOpened or NoticeKind.InquiryOpened } dispute
                    && dispute.Case == message.Case && dispute.AwaitsMerchant && dispute.IsOpenAt(now) ? "00" : "12";
            default:
                return "12";
        }
    }

    /// <summary>The answer when it shall say no: to undo something, for good.</summary>
    public static string Decline(MessageKind kind) => kind == MessageKind.Reversal ? "12" : "05";

    /// <summary>Random digits, for references and codes.</summary>
    public static string Digits(int count)
    {
        // All of them from one number: a call for each would cost more than the rest of an exchange.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 15);
        Span<byte> random = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(random);
        var number = BinaryPrimitives.ReadUInt64LittleEndian(random);
        Span<char> digits = stackalloc char[count];
        for (var i = 0; i < count; i++)
        {
            digits[i] = (char)('0' + (number % 10));
            number /= 10;
        }

        return digits.ToString();
    }

    /// <summary>Whether something cannot be undone: it was a release itself, has been paid out, or something else was built on it.</summary>
    private static bool IsThrough(BookedOperation operation, string reference, BookedPayment payment) => operation.Kind switch
    {
        MessageKind.Void => true,
        MessageKind.Authorisation when !operation.Capture => payment.Captured > 0 || payment.Released > 0,
        MessageKind.Authorisation or MessageKind.Capture => payment.Settled || payment.ClearedIn is not null || payment.Refunded > 0 || payment.PendingRefund is not null,
        MessageKind.Refund => payment.PendingRefund?.Operation != reference,
        _ => false,
    };
}
