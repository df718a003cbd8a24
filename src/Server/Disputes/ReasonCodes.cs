using System.Collections.Frozen;

namespace Tollgate.Server.Disputes;

/// <summary>What the schemes' reason codes say, in a sentence.</summary>
internal static class ReasonCodes
{
    private static readonly FrozenDictionary<string, string> Sentences = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // Visa.
        ["10.1"] = "The card was counterfeit, and its chip was not read.",
        ["10.2"] = "The card was stolen or lost, and its chip was not read.",
        ["10.3"] = "The cardholder took no part in the payment at the counter.",
        ["10.4"] = "The cardholder took no part in the payment, which was made without the card.",
        ["10.5"] = "The scheme's monitoring found the payment fraudulent.",
        ["11.1"] = "The card was on a list of stopped cards.",
        ["11.2"] = "The payment was captured though its authorisation was declined.",
        ["11.3"] = "The payment was captured without an authorisation.",
        ["12.1"] = "The payment was captured too late.",
        ["12.2"] = "The payment was processed as something that it was not.",
        ["12.3"] = "The payment was processed in the wrong currency.",
        ["12.4"] = "The payment was taken from the wrong account.",
        ["12.5"] = "The payment was processed with the wrong amount.",
        ["12.6.1"] = "The payment was processed twice.",
        ["12.6.2"] = "The cardholder paid in another way.",
        ["12.7"] = "The payment was processed with wrong particulars.",
        ["13.1"] = "The goods or services were not received.",
        ["13.2"] = "The cardholder had cancelled the recurring payments.",
        ["13.3"] = "The goods or services were not as described, or defective.",
        ["13.4"] = "The goods were counterfeit.",
        ["13.5"] = "The goods or services were misrepresented.",
        ["13.6"] = "A refund that was promised was not made.",
        ["13.7"] = "The cardholder cancelled, or returned the goods.",
        ["13.8"] = "A transfer to the card was not accepted.",
        ["13.9"] = "The cash was not received.",

        // Mastercard.
        ["4808"] = "The payment had no valid authorisation.",
        ["4834"] = "The payment was processed wrongly: twice, late, or with the wrong amount.",
        ["4837"] = "The cardholder took no part in the payment.",
        ["4853"] = "The cardholder disputes what was delivered, or whether it was.",
        ["4870"] = "The card was counterfeit, and its chip was not read.",
        ["4871"] = "The card was lost or stolen, and its chip was not read.",

        // American Express.
        ["C02"] = "A refund that was promised was not made.",
        ["C08"] = "The goods or services were not received.",
        ["C31"] = "The goods or services were not as described.",
        ["F29"] = "The cardholder took no part in the payment, which was made without the card.",

        // Discover and Diners Club.
        ["UA02"] = "The cardholder took no part in the payment, which was made without the card.",
        ["RG"] = "The goods or services were not received.",

        // JCB and UnionPay.
        ["546"] = "The cardholder took no part in the payment, which was made without the card.",
        ["4802"] = "The cardholder took no part in the payment.",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string? Describe(string code) => Sentences.GetValueOrDefault(code);
}
