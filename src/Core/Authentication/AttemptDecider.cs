using Tollgate.Core.Payments;

namespace Tollgate.Core.Authentication;

/// <summary>The rules of authenticating a payment's cardholder. Pure. A result is taken once, and of the attempt that is under way.</summary>
internal static class AttemptDecider
{
    public static Decision RequireChallenge(Payment payment, PaymentCommand.RequireChallenge command) =>
        payment.PendingRefusal is { } refusal ? Decision.Refuse(refusal) : Decision.Accept(new PaymentEvent.ChallengeRequired(command.At, command.ChallengeKey) { Cause = command.Cause });

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

    public static Decision Record(Payment payment, PaymentCommand.RecordAuthentication command) =>
        Refused(payment, command.Attempt, command.At) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.Authenticated(command.At, command.Result) { CardholderInfo = command.CardholderInfo });

    public static Decision Decline(Payment payment, PaymentCommand.DeclineAuthentication command) =>
        Refused(payment, command.Attempt, null) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.AuthenticationDeclined(command.At, command.Reason) { CardholderInfo = command.CardholderInfo });

    public static Decision Skip(Payment payment, PaymentCommand.SkipAuthentication command) =>
        Refused(payment, command.Attempt, command.At) is { } refusal
            ? Decision.Refuse(refusal)
            : Decision.Accept(new PaymentEvent.AuthenticationSkipped(command.At, command.Fault) { CardholderInfo = command.CardholderInfo });

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

    /// <summary>Why an attempt does not go a step further.</summary>
    private static Refusal? Stale(Payment payment, string attempt, AttemptStage stage) =>
        Refused(payment, attempt, null) ?? (payment.Attempt!.Stage == stage ? null : Refusal.StaleOperation);

    /// <summary>Why the end of an attempt is not taken; without an attempt, why authentication cannot be given up before one was begun.</summary>
    private static Refusal? Refused(Payment payment, string? attempt, DateTimeOffset? at)
    {
        if (payment.PendingRefusal is { } refusal)
        {
            return refusal;
        }

        var closed = payment.Authentication is not null || payment.Skipped is not null;
        if (closed || (attempt is not null && (!payment.AwaitsChallenge || payment.Attempt is null)))
        {
            return Refusal.NoChallengeOpen;
        }

        if (at >= payment.Facts.SessionEndsAt)
        {
            return Refusal.SessionOver;
        }

        return payment.Attempt?.Id == attempt ? null : Refusal.StaleOperation;
    }
}
