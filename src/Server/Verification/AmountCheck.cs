using Tollgate.Core;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Verification;

/// <summary>Adds a payment's amounts up from its operations, apart from the rules that made them, and puts them in their order.</summary>
internal static class AmountCheck
{
    public static void Run(Payment payment, List<EventEntry> events, Report report)
    {
        long authorised = 0, captured = 0, refunded = 0;
        var asked = payment.Facts.Amount.Minor;
        (OperationId Id, long Amount) capture = default, refund = default;
        foreach (var entry in events)
        {
            switch (entry.Event)
            {
                case PaymentEvent.Authorised:
                    authorised += asked;
                    captured += payment.Facts.CaptureAtOnce ? asked : 0;
                    break;
                case PaymentEvent.CaptureStarted started:
                    capture = (started.Operation, started.Amount.Minor);
                    break;
                case PaymentEvent.Captured done:
                    captured += done.Operation == capture.Id ? capture.Amount : 0;
                    break;
                case PaymentEvent.RefundStarted started:
                    refund = (started.Operation, started.Amount.Minor);
                    break;
                case PaymentEvent.RefundCompleted done:
                    refunded += done.Operation == refund.Id ? refund.Amount : 0;
                    break;
                default:
                    break;
            }
        }

        Same("what is authorised", authorised, payment.Authorised);
        Same("what is captured", captured, payment.Captured);
        Same("what is refunded", refunded, payment.Refunded);
        if (authorised > asked || captured > authorised || refunded > captured)
        {
            report(
                Rule.Amounts, "what is refunded, captured and authorised", $"at most the one after it, and {asked} in the end", $"{refunded}, {captured} and {authorised}");
        }

        void Same(string what, long expected, Money found)
        {
            if (expected != found.Minor)
            {
                report(Rule.Amounts, what, $"{expected}, the sum of its operations", $"{found.Minor}");
            }
        }
    }
}
