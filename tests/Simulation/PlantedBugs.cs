using System.Globalization;

namespace Tollgate.Simulation;

/// <summary>A simulation that finds nothing proves nothing: each of these is wrong in one line, and each is found.</summary>
[Collection("Simulation")]
public class PlantedBugs(ITestOutputHelper output)
{
    private const ulong FirstSeed = 1;
    private const int Histories = 2000;

    private const string Decider = "Core/Payments/PaymentDecider.cs";
    private const string Evolution = "Core/Payments/PaymentEvolution.cs";
    private const string Runner = "Server/Payments/PaymentRunner.cs";
    private const string Draft = "Server/Payments/PaymentDraft.cs";
    private const string Reconciliation = "Server/Settlement/Reconciliation.cs";
    private const string Disputes = "Server/Disputes/AnswerDispute.cs";
    private const string Postings = "Core/Ledger/Postings.cs";

    private static readonly Dictionary<string, (SourceBug? Bug, StoreFlaws Flaws)> Bugs = new()
    {
        ["refunds have no limit"] = InSource(Decider, "Decision StartRefund", "amount > payment.Refundable", "amount > payment.Captured + payment.Captured"),
        ["a refund begins while another is on its way"] = InSource(Decider, "Decision StartRefund", "PaymentStatus.Waiting or", "PaymentStatus.ReturnPending or PaymentStatus.Waiting or"),
        ["a captured payment can be voided"] = InSource(
            Decider, "Decision StartVoid", "payment.Status != PaymentStatus.Authorised", "payment.Status is not (PaymentStatus.Authorised or PaymentStatus.Waiting)"),
        ["any outcome is taken for that of the operation in flight"] = InSource(Decider, "Decision RecordOutcome", " || operation.Id != command.Operation", string.Empty),
        ["a void that does not leave again counts as never asked"] = InSource(
            Decider, "Decision RecordOutcome", "Outcome.NotSent or Outcome.Unknown when", "Outcome.Unknown when"),
        ["what cannot be undone is taken for undone"] = InSource(
            Decider, "Decision RecordReversal", "(Outcome.Declined, OperationKind.Capture) => new PaymentEvent.Captured(", "(Outcome.Declined, OperationKind.Capture) => new PaymentEvent.OperationReversed("),
        ["a late approval is dropped"] = InSource(Decider, "Decision GivenUpOutcome", "command.Outcome is not Outcome.Approved ||", "command.Outcome is not null ||"),
        ["a partial capture counts as a whole one"] = InSource(Evolution, "PaymentEvent.Captured e", "Captured = payment.InFlight!.Amount", "Captured = payment.Authorised"),
        ["a rejected refund counts as paid out"] = InSource(
            Evolution, "PaymentEvent.RefundRejected e", "payment.EndRefund(e.Operation, RefundEnd.Rejected)", "payment.EndRefund(e.Operation, RefundEnd.Completed) with { Refunded = payment.Refunded + payment.Refund!.Amount }"),
        ["a hold is kept for longer than the issuer keeps it"] = InSource("Core/Payments/HoldPeriods.cs", "_ =>", "TimeSpan.FromDays(7)", "TimeSpan.FromDays(70)"),
        ["a returned refund is not posted"] = InSource(
            Postings, "PaymentEvent.RefundCompleted", "[new(TransferKind.RefundReturned, Account.RefundClearing, merchant, refund.Amount)]", "[]"),
        ["a disputed amount is held again at every stage"] = InSource(
            Postings, "List<Transfer> Dispute(", " && !(before.Dispute is { MoneyTaken: true } earlier && earlier.Id == dispute.Id)", string.Empty),
        ["a dispute that was won gives nothing back"] = InSource(
            Postings, "List<Transfer> Dispute(", "transfers.Add(new(TransferKind.DisputeWon, Account.MerchantDisputeProvision, merchant, dispute.Amount));", string.Empty),
        ["an inquiry that was lost takes no money"] = InSource(
            Evolution, "Payment EndDispute", "end == DisputeStage.Won ?", "end is DisputeStage.Won or DisputeStage.Expired ?"),
        ["a lost reply counts as a decline"] = InSource(
            Runner, "ExchangeAsync(AcquirerOrder order)", "await acquirer.SendAsync(order);", "await acquirer.SendAsync(order) is { } o and not Outcome.Unknown ? o : new Outcome.Declined(FailureReason.ProcessingError, \"96\");"),
        ["it is sent before it is committed"] = InSource(
            Runner, "StepResult> OperateAsync", "var conflict =", "await acquirer.SendAsync(await orders.ForAsync(draft.Now, draft.Now.InFlight!)); var conflict ="),
        ["the key is claimed by nothing that is sent"] = InSource(Runner, "StepResult> OperateAsync", "claims: keyed, ", string.Empty),
        ["a reversal is forgotten after a crash"] = InSource(
            Runner, "Payment> RecoverAsync", "return current.InFlight is { Stage: OperationStage.Reversing } ? await ReverseAsync(current) : current;", "return current;"),
        ["recovery refunds again under another reference"] = InSource(
            Runner, "Payment> RecoverAsync", "new AcquirerOrder.Inquire(unknown.Id, current.Id, unknown.Amount, unknown.Kind)", "unknown.Kind == OperationKind.Refund ? new AcquirerOrder.Refund(identifiers.NewOperation(), current.Id, unknown.Amount, string.Empty) : new AcquirerOrder.Inquire(unknown.Id, current.Id, unknown.Amount, unknown.Kind)"),
        ["recovery believes whoever says no to a reversal"] = InSource(Runner, "Payment> ReverseAsync", "told is Outcome.Approved ? await UndoAsync() : new Outcome.Unknown()", "outcome"),
        ["a dispute that comes early is not asked for again"] = InSource(
            "Server/Payments/AcquirerNews.cs", "return heard switch", "Refusal.OperationInFlight } => false", "Refusal.OperationInFlight } => true"),
        ["a record is settled without the word that it is dealt with"] = InSource(
            Reconciliation, "RecordEnd> DealWithAsync", "new() { ClearingRecord = row, Resolution = resolution }", "new() { Resolution = resolution }"),
        ["a record that does not match counts as matched"] = InSource(
            Reconciliation, "RecordEnd> DealWithAsync", "row with { Matched = false }", "row"),
        ["a capture that was cleared twice is not listed"] = InSource(
            Reconciliation, "bool> ListAsync", "Discrepancy = found,", "Discrepancy = found.Kind == DiscrepancyKind.Twice ? null : found,"),
        ["what the acquirer keeps of a capture is forgotten"] = InSource(Reconciliation, "StepResult> SettleAsync", "cost.IsPositive ? cost : null", "null"),
        ["a record that comes early is not looked at again"] = InSource(
            "Server/Settlement/ClearingWatch.cs", "bool> RunAsync()", "any |= await reconciliation.LookAgainAsync(discrepancy);", "_ = discrepancy;"),
        ["a capture that is listed while it settles stays on the list"] = InSource(
            Reconciliation, "bool> LookAgainAsync", "return payment.SettledAt is not null &&", "return payment.SettledAt is null &&"),
        ["an import that was interrupted is not finished"] = InSource(
            "Server/Settlement/ClearingImport.cs", "foreach (var part in", "!done.Contains(r.Line)", "done.Count == 0"),
        ["a file that comes under the name of another is taken for it"] = InSource(
            "Server/Settlement/ClearingImport.cs", "bool> ClaimAsync", "CryptographicOperations.FixedTimeEquals(digest, file.Digest)", "digest.Length == file.Digest.Length"),
        ["an answer shows the evidence that its request brought, and no other"] = InSource(
            Disputes, "Answer> RenderAsync", "known.UnionBy(asked.Brought, e => e.Number)", "asked.Brought"),
        ["the key of an answer in a dispute is not claimed"] = InSource(Disputes, "Task HandleAsync", "found.Facts.Id))!, keyed)", "found.Facts.Id))!, null)"),
        ["a change of status is not told"] = InSource(Draft, "Refusal? Apply(", "if (recorded.ChangesStatus)", "if (recorded.ChangesStatus && Now.Status != PaymentStatus.Received)"),
        ["a card that nobody can use is kept"] = InSource(Draft, "DestroysCard =", "!Now.WasAuthorised ?", "Now.WasAuthorised ?"),
        ["a security code outlives its payment"] = InSource(Draft, "DeletesCode =", "Now.Status != PaymentStatus.Pending", "Now.WasAuthorised"),
        ["an order is not claimed"] = InSource("Server/Payments/OpenPayment.cs", "List<(byte[] Digest, bool Expires)> ClaimsOf", "[.. shields.Select(shield => (shield, true))]", "[]"),
        ["the journal does not look at versions"] = InStore(StoreFlaws.ForgetsVersions),
        ["the journal forgets keys"] = InStore(StoreFlaws.ForgetsKeys),
        ["the journal forgets claims"] = InStore(StoreFlaws.ForgetsClaims),
        ["the journal loses webhooks"] = InStore(StoreFlaws.LosesWebhooks),
        ["the journal loses events"] = InStore(StoreFlaws.LosesEvents),
        ["the journal hands a position out twice"] = InStore(StoreFlaws.HandsOutPositionsTwice),
        ["the journal leases webhooks out of order"] = InStore(StoreFlaws.LeasesOutOfOrder),
        ["the journal forgets which records were dealt with"] = InStore(StoreFlaws.ForgetsRecords),
        ["the journal loses postings"] = InStore(StoreFlaws.LosesPostings),
    };

    public static TheoryData<string> Names => [.. Bugs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_simulation_finds(string bug)
    {
        var found = Find(bug);
        Assert.True(found is not null, string.Create(CultureInfo.InvariantCulture, $"In {Histories} histories nobody noticed that {bug}."));
        output.WriteLine($"That {bug} was found {found}.");
    }

    [Fact]
    public void Without_a_bug_it_finds_none() => Assert.Null(Planting.Find(null, StoreFlaws.None, FirstSeed, 100));

    /// <summary>Plants one bug; what was found, or null.</summary>
    internal static string? Find(string bug) => Planting.Find(Bugs[bug].Bug, Bugs[bug].Flaws, FirstSeed, Histories);

    private static (SourceBug?, StoreFlaws) InSource(string file, string below, string right, string wrong) => (new(file, below, right, wrong), StoreFlaws.None);

    private static (SourceBug?, StoreFlaws) InStore(StoreFlaws flaws) => (null, flaws);
}
