namespace Tollgate.Core.Tests.Payments;

/// <summary>Our own rules refuse a payment before anything was sent, and never after.</summary>
internal static class RulesOfRisk
{
    public const string Table = """
        # Nothing was sent yet.
        pending            | refuse for risk                         | RiskDeclined → failed
        challenge open     | refuse for risk                         | RiskDeclined → failed
        asking             | refuse for risk                         | RiskDeclined → failed
        # It is on its way to the issuer, or was: what becomes of it is the issuer's to say.
        authorising        | refuse for risk                         | refused: OperationInFlight
        authorised         | refuse for risk                         | refused: NotPending
        waiting            | refuse for risk                         | refused: NotPending
        received           | refuse for risk                         | refused: NotPending
        return_pending     | refuse for risk                         | refused: NotPending
        partially_refunded | refuse for risk                         | refused: NotPending
        return_received    | refuse for risk                         | refused: NotPending
        return_rejected    | refuse for risk                         | refused: NotPending
        return_expired     | refuse for risk                         | refused: NotPending
        failed             | refuse for risk                         | refused: NotPending
        expired            | refuse for risk                         | refused: NotPending
        disputed           | refuse for risk                         | refused: NotPending
        dispute_lost       | refuse for risk                         | refused: NotPending
        """;
}
