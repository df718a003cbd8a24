using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;

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
    /// <param name="Code">The security code; never when the merchant begins it.</param>
    /// <param name="CaptureAtOnce">Whether to take it at once.</param>
    /// <param name="Credential">Who begins it, why, and what it continues.</param>
    /// <param name="Authentication">What 3-D Secure proved; never when the merchant begins it.</param>
    public sealed record Authorise(
        OperationId Operation,
        PaymentId Payment,
        Money Amount,
        CardNumber Card,
        Expiry Expiry,
        CardVerificationCode? Code,
        bool CaptureAtOnce,
        CredentialTerms Credential,
        AuthenticationResult? Authentication) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Take what the authorisation with this reference holds, and release the rest.</summary>
    public sealed record Capture(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Release what the authorisation with this reference holds.</summary>
    public sealed record Void(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Give back what was taken under the authorisation with this reference.</summary>
    public sealed record Refund(OperationId Operation, PaymentId Payment, Money Amount, string AuthorisationReference) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Tell the merchant's answer in a dispute: that it accepts, or its evidence. Safe to repeat.</summary>
    /// <param name="Operation">The reference.</param>
    /// <param name="Payment">The payment.</param>
    /// <param name="Amount">How much is disputed.</param>
    /// <param name="Case">The acquirer's reference of the case.</param>
    /// <param name="Accepts">Whether the merchant accepts.</param>
    /// <param name="Evidence">The evidence, in the order in which it was brought.</param>
    public sealed record AnswerDispute(OperationId Operation, PaymentId Payment, Money Amount, string Case, bool Accepts, IReadOnlyList<Evidence> Evidence)
        : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>
    /// Undo an operation, whether it ever arrived or not. Approved: it is as if it had never been. Declined: there is nothing to undo, or it can never be
    /// undone any more. Whoever says no for now has said nothing: that is unknown, for an earlier reversal may still be on its way and be done.
    /// </summary>
    public sealed record Reverse(OperationId Operation, PaymentId Payment, Money Amount, OperationKind Kind) : AcquirerOrder(Operation, Payment, Amount);

    /// <summary>Ask what came of an operation. Not sent: the acquirer does not know it. Unknown: it cannot say.</summary>
    public sealed record Inquire(OperationId Operation, PaymentId Payment, Money Amount, OperationKind Kind) : AcquirerOrder(Operation, Payment, Amount);
}

/// <summary>A piece of evidence as the merchant brought it.</summary>
/// <param name="Number">Its place, from 1.</param>
/// <param name="Category">What it proves.</param>
/// <param name="FileName">The file's name; <see langword="null"/> for a text.</param>
/// <param name="ContentType">The file's media type; <see langword="null"/> for a text.</param>
/// <param name="Content">What was brought; a text in UTF-8.</param>
internal sealed record Evidence(int Number, string Category, string? FileName, string? ContentType, byte[] Content);

/// <summary>A dispute as an acquirer opens it.</summary>
/// <param name="Payment">The payment.</param>
/// <param name="Case">The acquirer's reference of the case.</param>
/// <param name="Amount">How much; <see langword="null"/> for all that is left.</param>
/// <param name="ReasonCode">The scheme's reason code.</param>
/// <param name="Stage">An inquiry or a chargeback.</param>
/// <param name="RespondBy">Until when the merchant may answer.</param>
internal sealed record DisputeNotice(PaymentId Payment, string Case, Money? Amount, string ReasonCode, DisputeStage Stage, DateTimeOffset RespondBy);

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

    /// <summary>A refund was paid out.</summary>
    Task<bool> RefundCompletedAsync(PaymentId payment, OperationId? operation);

    /// <summary>A refund that had been taken was refused.</summary>
    Task<bool> RefundRejectedAsync(PaymentId payment, OperationId? operation);

    /// <summary>A payment is disputed.</summary>
    Task<bool> DisputeOpenedAsync(DisputeNotice dispute);

    /// <summary>A dispute came to another open stage.</summary>
    Task<bool> DisputeMovedAsync(PaymentId payment, string @case, DisputeStage stage, DateTimeOffset? respondBy);

    /// <summary>A dispute was decided.</summary>
    Task<bool> DisputeResolvedAsync(PaymentId payment, string @case, bool won);
}
