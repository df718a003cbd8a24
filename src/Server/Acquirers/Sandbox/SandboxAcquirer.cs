using System.Text;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;
using Tollgate.Sandbox;

namespace Tollgate.Server.Acquirers.Sandbox;

/// <summary>The adapter to the simulated acquirer: our orders to its messages, its response codes to our outcomes.</summary>
internal sealed class SandboxAcquirer : IAcquirer
{
    private readonly IAcquirerHost host;
    private readonly ILogger<SandboxAcquirer> logger;

    public SandboxAcquirer(IAcquirerHost host, ILogger<SandboxAcquirer> logger)
    {
        this.host = host;
        this.logger = logger;
    }

    /// <inheritdoc/>
    public TimeSpan Timeout { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Who hears late answers; set once, when the server is put together.</summary>
    public IAcquirerListener? Listener { get; set; }

    /// <inheritdoc/>
    public async Task<Outcome> SendAsync(AcquirerOrder order)
    {
        var exchange = host.ExchangeAsync(ToMessage(order));
        try
        {
            return ToOutcome(order, await exchange.WaitAsync(Timeout));
        }
        catch (TimeoutException)
        {
            _ = HearLateAsync(order, exchange);
            return new Outcome.Unknown();
        }
        catch (OperationCanceledException)
        {
            return new Outcome.Unknown();
        }
        catch (LinkDownException down)
        {
            // An inquiry or a reversal that did not go out says nothing about what it is about.
            Log.LinkBroke(logger, order.Operation.Value, down);
            return order is AcquirerOrder.Inquire or AcquirerOrder.Reverse ? new Outcome.Unknown() : new Outcome.NotSent();
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException)
        {
            Log.LinkBroke(logger, order.Operation.Value, broken);
            return new Outcome.Unknown();
        }
    }

    private static SimulatedMessage ToMessage(AcquirerOrder order)
    {
        var message = new SimulatedMessage
        {
            Kind = order switch
            {
                AcquirerOrder.Authorise => MessageKind.Authorisation,
                AcquirerOrder.Capture => MessageKind.Capture,
                AcquirerOrder.Void => MessageKind.Void,
                AcquirerOrder.Refund => MessageKind.Refund,
                AcquirerOrder.Reverse => MessageKind.Reversal,
                AcquirerOrder.Inquire => MessageKind.Inquiry,
                AcquirerOrder.AnswerDispute { Accepts: true } => MessageKind.DisputeAcceptance,
                AcquirerOrder.AnswerDispute => MessageKind.DisputeEvidence,
                _ => throw new ArgumentOutOfRangeException(nameof(order)),
            },
            Operation = order.Operation.Value,
            Payment = order.Payment.Value,
            Amount = order.Amount.Minor,
        };
        return order switch
        {
            AcquirerOrder.Authorise authorise => message with
            {
                Card = authorise.Card,
                Code = authorise.Code,
                Capture = authorise.CaptureAtOnce,
                StoredCredential = authorise.Credential.ByToken,
                Credential = ToMessage(authorise.Credential),
                Authentication = authorise.Authentication is { } proof
                    ? new(proof.Eci, proof.AuthenticationValue, proof.DirectoryServerTransactionId, proof.Version)
                    : null,
            },
            AcquirerOrder.AnswerDispute answer => message with { Case = answer.Case, Evidence = answer.Accepts ? null : [.. answer.Evidence.Select(ToMessage)] },
            _ => message,
        };
    }

    private static SimulatedCredential ToMessage(CredentialTerms terms) => new()
    {
        Initiator = terms.Initiator == Initiator.Merchant ? SimulatedInitiator.Merchant : SimulatedInitiator.Cardholder,
        Use = terms.Use == CredentialUse.First ? "first" : "subsequent",
        EntryMode = terms.Indicators.EntryMode,
        PosEnvironment = terms.Indicators.PosEnvironment,
        MessageReason = terms.Indicators.MessageReason,
        Category = terms.Indicators.Category,
        PreviousTransaction = terms.SchemeTransactionId,
        OriginalEci = terms.Agreement?.Eci,
        OriginalVersion = terms.Agreement?.Version,
        OriginalDirectoryServerTransaction = terms.Agreement?.DirectoryServerTransactionId,
    };

    private static SimulatedEvidence ToMessage(Evidence evidence) =>
        new(evidence.Category, evidence.Content.Length, evidence.FileName is null ? Encoding.UTF8.GetString(evidence.Content) : null);

    private static Outcome ToOutcome(AcquirerOrder order, SimulatedReply reply) => (reply.ResponseCode, order) switch
    {
        ("00", _) => new Outcome.Approved(reply.Reference, reply.ApprovalCode, reply.SchemeTransactionId),

        // A reversal of what never arrived is acknowledged all the same: the acquirer will not honour it when it does arrive.
        ("25", AcquirerOrder.Reverse) => new Outcome.Approved(reply.Reference, null, null),
        ("25", AcquirerOrder.Inquire) => new Outcome.NotSent(),
        ("96", AcquirerOrder.Inquire) => new Outcome.Unknown(),

        // Whatever else is said of a reversal is said for now only: it is repeated until it is done, or can never be.
        (not "12", AcquirerOrder.Reverse) => new Outcome.Unknown(),

        // Visa has a code of its own for it; at Mastercard it is the code of a limit, unless the cardholder was authenticated.
        ("1A", AcquirerOrder.Authorise or AcquirerOrder.Inquire) => new Outcome.Declined(FailureReason.AuthenticationRequired, reply.ResponseCode),
        ("65", AcquirerOrder.Authorise { Authentication: null, Card.Brand: Brand.Mastercard or Brand.Maestro }) =>
            new Outcome.Declined(FailureReason.AuthenticationRequired, reply.ResponseCode),
        (var code, _) => new Outcome.Declined(ReasonOf(code), code) { Advice = reply.AdviceCode },
    };

    private static FailureReason ReasonOf(string code) => code switch
    {
        "14" => FailureReason.InvalidCardNumber,
        "41" => FailureReason.CardLost,
        "43" => FailureReason.CardStolen,
        "51" => FailureReason.InsufficientFunds,
        "54" => FailureReason.CardExpired,
        "57" => FailureReason.CardNotPermitted,
        "59" => FailureReason.SuspectedFraud,
        "61" or "65" => FailureReason.LimitExceeded,
        "N7" => FailureReason.InvalidCvc,
        "12" or "30" or "96" => FailureReason.ProcessingError,
        _ => FailureReason.IssuerDeclined,
    };

    private async Task HearLateAsync(AcquirerOrder order, Task<SimulatedReply> exchange)
    {
        try
        {
            var outcome = ToOutcome(order, await exchange);
            if (order is not (AcquirerOrder.Inquire or AcquirerOrder.Reverse) && Listener is { } listener)
            {
                await listener.ReceiveLateAsync(order, outcome);
            }
        }
        catch (Exception broken) when (broken is TimeoutException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The answer never came at all: recovery has the operation in hand.
        }
        catch (Exception bug)
        {
            Log.LinkBroke(logger, order.Operation.Value, bug);
        }
    }
}
