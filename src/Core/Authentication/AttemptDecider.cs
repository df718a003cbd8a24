using Tollgate.Core.Payments;

namespace Tollgate.Core.Authentication;

/// <summary>The rules of authenticating a payment's cardholder. Pure. A result is taken once, and of the attempt that is under way.</summary>
internal static class AttemptDecider
{
    public static Decision RequireChallenge(Payment payment, PaymentCommand.RequireChallenge command) =>
        payment.PendingRefusal is { } refusal ? Decision.Refuse(refusal) : Decision.Accept(new PaymentEvent.ChallengeRequired(command.At, command.ChallengeKey));

    public static Decision Start(Payment payment, PaymentCommand.StartAuthentication command)
    {
        if (payment.PendingRefusal is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        if (!payment.AwaitsChallenge)
        {
            return Decision.Refuse(Refusal.NoChallengeOpen);
        }

        if (payment.Attempt is { } attempt && (attempt.Id == command.Attempt || attempt.IsAsking(command.At) || attempt.EndsAt > command.At))
        {
            return Decision.Refuse(Refusal.AuthenticationUnderWay);
        }

        return command.At >= payment.Facts.SessionEndsAt
            ? Decision.Refuse(Refusal.SessionOver)
            : Decision.Accept(new PaymentEvent.AuthenticationStarted(command.At, command.Attempt, command.Version));
    }

    public static Decision SetAside(Payment payment, PaymentCommand.SetAuthenticationAside command) =>
        Stale(payment, command.Attempt, AttemptStage.Asked) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.AuthenticationSetAside(command.At, command.Attempt));

    public static Decision StartChallenge(Payment payment, PaymentCommand.StartChallenge command)
    {
        if (Stale(payment, command.Attempt, AttemptStage.Asked) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        return Decision.Accept(new PaymentEvent.ChallengeStarted(
            command.At, command.Attempt, command.AcsTransactionId, command.DirectoryServerTransactionId, command.ChallengeUrl));
    }

    public static Decision Return(Payment payment, PaymentCommand.RecordReturn command) =>
        Stale(payment, command.Attempt, AttemptStage.Challenging) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.ChallengeReturned(command.At, command.Attempt));

    public static Decision Record(Payment payment, PaymentCommand.RecordAuthentication command)
    {
        if (Stale(payment, command.Attempt) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        return command.At >= payment.Facts.SessionEndsAt
            ? Decision.Refuse(Refusal.SessionOver)
            : Decision.Accept(new PaymentEvent.Authenticated(command.At, command.Result) { CardholderInfo = command.CardholderInfo });
    }

    public static Decision Decline(Payment payment, PaymentCommand.DeclineAuthentication command) =>
        StaleOrNone(payment, command.Attempt) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.AuthenticationDeclined(command.At, command.Reason) { CardholderInfo = command.CardholderInfo });

    public static Decision Skip(Payment payment, PaymentCommand.SkipAuthentication command)
    {
        if (StaleOrNone(payment, command.Attempt) is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        return command.At >= payment.Facts.SessionEndsAt
            ? Decision.Refuse(Refusal.SessionOver)
            : Decision.Accept(new PaymentEvent.AuthenticationSkipped(command.At, command.Fault) { CardholderInfo = command.CardholderInfo });
    }

    public static Decision End(Payment payment, PaymentCommand.EndChallenge command)
    {
        if (payment.PendingRefusal is { } refusal)
        {
            return Decision.Refuse(refusal);
        }

        if (payment is not { AwaitsChallenge: true, Attempt: { EndsAt: { } end } attempt })
        {
            return Decision.Refuse(Refusal.NoChallengeOpen);
        }

        if (command.At < end)
        {
            return Decision.Refuse(Refusal.AuthenticationUnderWay);
        }

        // The browser's word that it is over is worth nothing: without the issuer's result the payment fails closed.
        return Decision.Accept(new PaymentEvent.AuthenticationDeclined(
            command.At, attempt.Stage == AttemptStage.Returned ? FailureReason.AuthenticationUnavailable : FailureReason.AuthenticationExpired));
    }

    /// <summary>An attempt that is not under way, or not at this stage; some commands are about a payment that has had none.</summary>
    private static Refusal? StaleOrNone(Payment payment, string? attempt) =>
        attempt is not null ? Stale(payment, attempt)
        : payment.PendingRefusal ?? (payment.Authentication is not null || payment.Skipped is not null ? Refusal.NoChallengeOpen
            : payment.Attempt is { } last && last.Stage != AttemptStage.Ended ? Refusal.StaleOperation : null);

    private static Refusal? Stale(Payment payment, string attempt, AttemptStage? stage = null)
    {
        if (payment.PendingRefusal is { } refusal)
        {
            return refusal;
        }

        if (!payment.AwaitsChallenge || payment.Attempt is null or { Stage: AttemptStage.Ended })
        {
            return Refusal.NoChallengeOpen;
        }

        return payment.Attempt.Id != attempt || (stage is { } right && payment.Attempt.Stage != right) ? Refusal.StaleOperation : null;
    }
}
