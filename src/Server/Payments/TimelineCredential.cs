using Tollgate.Client.Contract;
using Tollgate.Core.Cards;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Http;
using Payment = Tollgate.Core.Payments.Payment;

namespace Tollgate.Server.Payments;

/// <summary>Tells what an authorisation said of the saved card that it used, and whether the issuer could tell what it continues.</summary>
internal static class TimelineCredential
{
    /// <summary>The decision; none when the card was used for the first time.</summary>
    public static IEnumerable<TimelineEntry> Of(DateTimeOffset at, Payment payment)
    {
        var terms = CredentialTerms.Of(payment);
        if (terms.Use == CredentialUse.First)
        {
            return [];
        }

        var sentence = terms switch
        {
            { Initiator: Initiator.Cardholder } => "The cardholder pays with the saved card: the authorisation says that it was saved before.",
            { IsBroken: false } => "The merchant pays itself with the card: the authorisation says so and why, names the payment that it continues, and has no proof of the cardholder's presence.",
            { Agreement: null } => "The chain is broken: no payment is known in which the cardholder agreed to this one, so that the issuer cannot recognise it.",
            _ => "The chain is broken: the payment in which the cardholder agreed to this one was approved without a scheme's identifier, so that the issuer cannot recognise it.",
        };
        var (fields, agreement) = (terms.Indicators, terms.Agreement);
        return
        [
            TimelineDecisions.Decision(
                at,
                "stored_credential",
                sentence,
                ("initiator", WireNames.Of(terms.Initiator)),
                ("chain", terms.Initiator == Initiator.Cardholder ? null : terms.IsBroken ? "broken" : "linked"),
                ("scheme", payment.Facts.Card.Brand.WireName()),
                ("charge_reason", terms.Reason is { } reason ? WireNames.Of(reason) : null),
                ("entry_mode", fields.EntryMode),
                ("pos_environment", fields.PosEnvironment),
                ("message_reason", fields.MessageReason),
                ("category", fields.Category),
                ("scheme_transaction_id", terms.SchemeTransactionId),
                ("previous_payment_uuid", terms.Initiator == Initiator.Merchant ? payment.Facts.Previous?.Value : null),
                ("original_payment_uuid", agreement?.Payment.Value),
                ("original_at", agreement is null ? null : WireInstant.Write(agreement.At)),
                ("original_amount", agreement is null ? null : Timeline.Cents(agreement.Amount)),
                ("original_eci", agreement?.Eci),
                ("original_version", agreement?.Version),
                ("original_directory_server_transaction_id", agreement?.DirectoryServerTransactionId)),
        ];
    }
}
