using System.Buffers.Binary;
using System.Security.Cryptography;
using Tollgate.Core.Cards;

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
                return card is null ? "14" : Authorise(message, card);
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

    private static string Authorise(SimulatedMessage message, TestCard card)
    {
        // DE39 30 is a format error: what the card says does not matter when the message breaks the schemes' rules.
        if (BreaksRules(message))
        {
            return "30";
        }

        if (card.UnauthenticatedCode is { } code && !IsAuthenticated(message) && (!IsMerchants(message) || card.AsksMerchant))
        {
            return code;
        }

        return message.StoredCredential ? card.StoredCredentialCode ?? card.ResponseCode : card.ResponseCode;
    }

    /// <summary>
    /// Neither a security code nor an authentication goes with what the merchant begins, for the cardholder is not there; and an authentication has the
    /// form that the card's scheme gives it.
    /// </summary>
    private static bool BreaksRules(SimulatedMessage message)
    {
        if (IsMerchants(message) && (message.Code is not null || message.Authentication is not null))
        {
            return true;
        }

        return message.Authentication is { } proof
            && (!Indicators(message.Card!.Brand).Contains(proof.Eci)
                || (proof.Value is null ? IsProof(proof.Eci, message.Card.Brand) : proof.Value.Length != 28)
                || (proof.DirectoryServerTransactionId is { } id && !Guid.TryParseExact(id, "D", out _))
                || !proof.Version.StartsWith("2.", StringComparison.Ordinal));
    }

    private static bool IsMerchants(SimulatedMessage message) => message.Credential is { Initiator: SimulatedInitiator.Merchant };

    private static bool IsAuthenticated(SimulatedMessage message) => message.Authentication is { } proof && IsProof(proof.Eci, message.Card!.Brand);

    private static bool IsProof(string eci, Brand brand) => Indicators(brand).AsSpan(0, 2).Contains(eci);

    /// <summary>The electronic commerce indicators of a brand: authenticated, attempted, and those that shift no liability.</summary>
    private static string[] Indicators(Brand brand) => brand is Brand.Mastercard or Brand.Maestro ? ["02", "01", "00", "04", "06", "07"] : ["05", "06", "07"];

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
