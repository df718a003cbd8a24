using Tollgate.Client.Contract;
using Tollgate.Core.Payments;
using Tollgate.Core.Risk;
using Tollgate.Server.Http;

namespace Tollgate.Server.Payments;

/// <summary>Tells what was decided of an attempt before anything was sent, and what its counters stood at.</summary>
internal static class TimelineRisk
{
    /// <summary>The decision; none where nothing is counted and no list had the attempt.</summary>
    public static IEnumerable<TimelineEntry> Of(PaymentFacts facts)
    {
        if (facts.Risk is not { } risk)
        {
            return [];
        }

        var sentence = risk switch
        {
            { Cause: RiskCause.BlockList } => "An entry of a block list refuses the payment.",
            { Cause: RiskCause.AllowList } => "An entry of an allow list lets the payment pass, whatever the counters say.",
            { Cause: RiskCause.Retry } => Retry(risk),
            { Cause: RiskCause.MerchantInitiated } => "The merchant makes the payment with a saved card: it is not counted against card testing.",
            { Verdict: RiskVerdict.Refuse } => "The counters are those of somebody who tests cards: the payment is refused.",
            { Verdict: RiskVerdict.Challenge } => "The counters may be those of somebody who tests cards: the cardholder is to be authenticated first.",
            _ => "The counters are those of an ordinary customer.",
        };
        var watched = risk.Effect() != risk.Verdict ? " It is only watched, and the payment goes on." : string.Empty;
        List<(string, string?)> details =
        [
            ("verdict", WireNames.Of(risk.Verdict)),
            ("effect", WireNames.Of(risk.Effect())),
            ("mode", WireNames.Of(risk.Mode)),
            ("cause", WireNames.Of(risk.Cause)),
            ("because", risk.Because),
            ("until", risk.Until is { } until ? WireInstant.Write(until) : null),
        ];
        foreach (var counter in risk.Counters?.Split(';') ?? [])
        {
            if (counter.Split('=') is [var name, var value])
            {
                details.Add((name, value));
            }
        }

        return [TimelineDecisions.Decision(facts.CreatedAt, "risk", sentence + watched, [.. details])];
    }

    private static string Retry(RiskAssessment risk) => risk.Because switch
    {
        "never_again" => "The issuer has declined this card for good: the schemes forbid to try it again.",
        "advice_wait" => "The card was declined, and the issuer asks to wait before it is tried again.",
        "advice_later" => "The card was declined for now: without the customer it is too early to try it again.",
        "advice_new_information" => "The card was declined for what is known of it: the issuer wants new information before it is tried again.",
        _ => "The card has been declined as often as its scheme allows: it is not tried again for now.",
    };
}
