using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Server.Acquirers;

/// <summary>What is asked of an acquirer. Repeats under one operation are one exchange.</summary>
/// <param name="Operation">The reference under which the acquirer knows it.</param>
/// <param name="Payment">Whose operation it is.</param>
/// <param name="Amount">How much.</param>
internal abstract record AcquirerOrder(OperationId Operation, PaymentId Payment, Money Amount)
{
    /// <summary>Hold the amount; with <paramref name="CaptureAtOnce"/>, take it.</summary>
    /// <param name="Operation">The reference.</param>
    /// <param name="Payment">The payment.</param>
    /// <param name="Amount">How much.</param>
    /// <param name="Card">The card.</param>
    /// <param name="Expiry">Until when it is valid.</param>
    /// <param name="Code">The security code; never with a stored credential.</param>
    /// <param name="CaptureAtOnce">Whether to take it at once.</param>
    /// <param name="Type">Who initiates it.</param>
    /// <param name="Reason">For a merchant-initiated one, why.</param>
    /// <param name="StoredCredential">Whether the card comes from a token.</param>
    /// <param name="PreviousSchemeTransactionId">The scheme's identifier of the payment that set the agreement up.</param>
    /// <param name="Authentication">What 3-D Secure proved.</param>
    public sealed record Authorise(
        OperationId Operation,
        PaymentId Payment,
        Money Amount,
        CardNumber Card,
        Expiry Expiry,
        CardVerificationCode? Code,
        bool CaptureAtOnce,
        PaymentType Type,
        ChargeReason? Reason,
        bool StoredCredential,
        string? PreviousSchemeTransactionId,
        AuthenticationResult? Authentication) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Take what the authorisation with this reference holds, and release the rest.</summary>
    public sealed record Capture(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Release what the authorisation with this reference holds.</summary>
    public sealed record Void(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Give back what was taken under the authorisation with this reference.</summary>
    public sealed record Refund(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Undo an operation, whether it ever arrived or not. Approved: it is as if it had never been.</summary>
    public sealed record Reverse(OperationId Operation, PaymentId Payment, Money Amount, OperationKind Kind) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Ask what came of an operation. Not sent: the acquirer does not know it. Unknown: it cannot say.</summary>
    public sealed record Inquire(OperationId Operation, PaymentId Payment, Money Amount, OperationKind Kind) : AcquirerOrder(Operation, Payment, Amount);
}

/// <summary>The wire to an acquirer. It returns an outcome, never a status, and never throws for the network.</summary>
internal interface IAcquirer
{
    /// <summary>How long it has to answer; afterwards the outcome is unknown.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Sends an order, once, and waits for the answer.</summary>
    Task<Outcome> SendAsync(AcquirerOrder order);
}

/// <summary>Who hears what an acquirer says that nobody is waiting for. False means "not yet": the acquirer tells again.</summary>
internal interface IAcquirerListener
{
    /// <summary>The answer to an order came after its time was over.</summary>
    Task ReceiveLateAsync(AcquirerOrder order, Outcome outcome);

    /// <summary>The captured funds of a payment have arrived.</summary>
    Task<bool> SettledAsync(PaymentId payment);

    /// <summary>A refund was paid out.</summary>
    Task<bool> RefundCompletedAsync(PaymentId payment, OperationId? operation);

    /// <summary>A refund that had been taken was refused.</summary>
    Task<bool> RefundRejectedAsync(PaymentId payment, OperationId? operation);
}
