using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Disputes;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Tests.Verification;

/// <summary>Lives of payments, made by the deciders and committed through the journal as the server does, without an acquirer and without waiting.</summary>
internal sealed class Histories(Journal journal, WebhookComposer composer, AppId app, DateTimeOffset start)
{
    private static readonly CardFacts Card = new(Brand.Visa, "4242", "US", new(2028, 12), "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184");

    private static readonly Cardholder Cardholder =
        new("John", "Doe", "john.doe@example.com", "John Doe", new("123 Main Street", "Sydney", "NSW", "AU", "2000"));

    private static readonly WebhookTarget Webhook = new("https://merchant.example/tollgate", null);

    private readonly Identifiers identifiers = new();
    private int made;

    /// <summary>What the app pays.</summary>
    public FeeSchedule? Fees { get; init; }

    /// <summary>Most payments: authorised, captured, settled. One commit, where a server would make five.</summary>
    public Task<Payment> TypicalAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.StartAuthorisation(at, life.Operation(), at.AddSeconds(7)));
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at) { Exchanges = [new("Authorisation", at, at, "Approved", "00", "000000000001")] });
        life.Do((_, at) => new PaymentCommand.StartCapture(at, life.Operation(), null, at.AddSeconds(7)));
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at) { Exchanges = [new("Capture", at, at, "Approved", "00", "000000000002")] });
        life.Do((_, at) => new PaymentCommand.Settle(at));
        return life.CommitAsync();
    }

    /// <summary>One payment of each kind of life, by its name.</summary>
    public async Task<IReadOnlyDictionary<string, Payment>> EveryKindAsync()
    {
        var kinds = new Dictionary<string, Payment>
        {
            ["settled"] = await TypicalAsync(),
            ["authorised"] = await (await AuthoriseAsync()).CommitAsync(),
            ["declined"] = await DeclineAsync(),
            ["challenged"] = await ChallengeAsync(),
            ["voided"] = await VoidAsync(),
            ["in flight"] = await InFlightAsync(),
            ["refunded"] = await RefundAsync(),
            ["refund pending"] = await (await StartRefundAsync()).CommitAsync(),
            ["reversed"] = await ReverseAsync(),
        };
        kinds["disputed"] = await (await DisputeAsync()).CommitAsync();
        kinds["dispute won"] = await WinAsync();
        return kinds;
    }

    private async Task<Life> AuthoriseAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.StartAuthorisation(at, life.Operation(), at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        return life;
    }

    private async Task<Life> CaptureAsync(long? amount = null)
    {
        var life = await AuthoriseAsync();
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.StartCapture(at, life.Operation(), amount is { } minor ? new(minor, p.Captured.Currency) : null, at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        return life;
    }

    private async Task<Payment> DeclineAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.StartAuthorisation(at, life.Operation(), at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, new Outcome.Declined(FailureReason.InsufficientFunds, "51"), at));
        return await life.CommitAsync();
    }

    private async Task<Payment> ChallengeAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.RequireChallenge(at, identifiers.NewChallengeKey()));
        return await life.CommitAsync(code: [1, 2, 3]);
    }

    private async Task<Payment> VoidAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.RequireChallenge(at, identifiers.NewChallengeKey()));
        await life.CommitAsync(code: [1, 2, 3]);
        var attempt = identifiers.NewAttempt(life.Now.Id);
        life.Do((_, at) => new PaymentCommand.StartAuthentication(at, attempt, "2.2.0"));
        life.Do((_, at) => new PaymentCommand.StartChallenge(at, attempt, "acs-1", "ds-1", "https://issuer.example/challenge"));
        life.Do((_, at) => new PaymentCommand.RecordReturn(at, attempt));
        life.Do((_, at) => new PaymentCommand.RecordAuthentication(at, attempt, new AuthenticationResult("05", "AAABBWcSNIdjeUZThmNHAAAAAAA=", null, "2.2.0")));
        life.Do((_, at) => new PaymentCommand.StartAuthorisation(at, life.Operation(), at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        await life.CommitAsync();
        life.Do((_, at) => new PaymentCommand.StartVoid(at, life.Operation(), OperationCause.Merchant, at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        return await life.CommitAsync();
    }

    private async Task<Payment> InFlightAsync()
    {
        var life = await AuthoriseAsync();
        await life.CommitAsync();
        life.Do((_, at) => new PaymentCommand.StartCapture(at, life.Operation(), null, at.AddSeconds(7)));
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, new Outcome.Unknown(), at.AddSeconds(9)));
        return await life.CommitAsync();
    }

    private async Task<Life> StartRefundAsync()
    {
        var life = await CaptureAsync(800);
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.StartRefund(at, life.Operation(), new(300, p.Captured.Currency), "Wrong size", at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        return life;
    }

    private async Task<Payment> RefundAsync()
    {
        var life = await StartRefundAsync();
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.CompleteRefund(at, p.Refund!.Id));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.Settle(at, Cost: new(12, p.Captured.Currency)));
        return await life.CommitAsync();
    }

    private async Task<Payment> ReverseAsync()
    {
        var life = Begin();
        life.Do((_, at) => new PaymentCommand.StartAuthorisation(at, life.Operation(), at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, new Outcome.Unknown(), at));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.StartReversal(at, p.InFlight!.Id, at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordReversal(at, p.InFlight!.Id, Life.Approved, at, at));
        return await life.CommitAsync();
    }

    private async Task<Life> DisputeAsync()
    {
        var life = await CaptureAsync();
        await life.CommitAsync();
        life.Do((_, at) => new PaymentCommand.Settle(at));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.OpenDispute(
            at, identifiers.NewDispute(at), "case-" + p.Id, new(600, p.Captured.Currency), "10.4", DisputeStage.ChargebackOpen, at.AddDays(20)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.AddEvidence(at, p.Dispute!.Id, 1, 3));
        life.Evidence = [new(life.Now.Dispute!.Id, 1, "receipt", null, null, 3, [7, 8, 9])];
        return life;
    }

    private async Task<Payment> WinAsync()
    {
        var life = await DisputeAsync();
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.StartEvidence(at, p.Dispute!.Id, life.Operation(), at.AddSeconds(7)));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.RecordOutcome(at, p.InFlight!.Id, Life.Approved, at));
        await life.CommitAsync();
        life.Do((p, at) => new PaymentCommand.ResolveDispute(at, p.Dispute!.Case, Won: true));
        return await life.CommitAsync();
    }

    private Life Begin()
    {
        var at = start.AddMilliseconds(Interlocked.Increment(ref made));
        var facts = new PaymentFacts
        {
            Id = identifiers.NewPayment(at),
            App = app,
            ExternalId = $"order-{made}",
            Amount = new(1000, Currency.Aud),
            CaptureAtOnce = false,
            Type = PaymentType.Regular,
            Token = identifiers.NewToken(at),
            BroughtCard = true,
            Card = Card,
            Cardholder = Cardholder,
            ReturnUrl = "https://merchant.example/thanks",
            Description = "A pair of shoes",
            Webhook = Webhook,
            Fees = Fees,
            CreatedAt = at,
            SessionEndsAt = at.AddMinutes(15),
        };
        var life = new Life(journal, composer, identifiers, at);
        life.Do((_, _) => new PaymentCommand.Create(facts));
        return life;
    }

    /// <summary>One payment: what is done to it gathers until it is committed.</summary>
    private sealed class Life(Journal journal, WebhookComposer composer, Identifiers identifiers, DateTimeOffset at)
    {
        private PaymentDraft draft = new(null);
        private DateTimeOffset now = at;
        private bool isNew = true;

        public static Outcome.Approved Approved { get; } = new("000000000001", "A1B2C3", "100000000000001");

        public Payment Now => draft.Now;

        public IReadOnlyList<NewEvidence> Evidence { get; set; } = [];

        public OperationId Operation() => identifiers.NewOperation();

        public void Do(Func<Payment, DateTimeOffset, PaymentCommand> command)
        {
            draft.Require(command(draft.Now, now), composer);
            now = now.AddMilliseconds(20);
        }

        public async Task<Payment> CommitAsync(byte[]? code = null)
        {
            var facts = draft.Now.Facts;
            var extras = new ChangeExtras
            {
                NewCard = isNew ? new(facts.Token, facts.App, facts.Id, new byte[64], new(facts.Card, facts.Cardholder), facts.CreatedAt) : null,
                Claims = isNew ? [new(System.Text.Encoding.UTF8.GetBytes(facts.Id.Value), facts.Id, facts.CreatedAt.AddDays(1), null)] : [],
                SealedCode = code,
                Evidence = Evidence,
            };
            var result = await journal.CommitAsync(draft.ToChange(now, extras: extras));
            Check.That(result.Conflict == Conflict.None, "nobody else makes these payments");
            (isNew, Evidence, draft) = (false, [], new(draft.Now));
            return draft.Now;
        }
    }
}

/// <summary>What apps have arranged about webhooks, where nobody delivers any: nothing.</summary>
internal sealed class PlainDirectory : IWebhookDirectory
{
    public IReadOnlyList<WebhookEndpoint> EndpointsOf(AppId app) => [];

    public DisabledEndpoint? FindDisabled(long lane) => null;

    public IReadOnlyList<Client.Contract.SecretText> SecretsOf(AppId app) => [];

    public Task RefreshAsync() => Task.CompletedTask;
}
