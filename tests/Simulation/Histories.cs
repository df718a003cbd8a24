using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tollgate.Core.Payments;
using Tollgate.Server.Http;
using Tollgate.Server.Settlement;
using Tollgate.Server.Storage;

namespace Tollgate.Simulation;

/// <summary>The simulation as every build runs it: mostly the same seeds each time, and some that nobody has seen. More of those are for <c>dev.cs -- simulate --minutes N</c>.</summary>
[Collection("Simulation")]
public class Histories(ITestOutputHelper output)
{
    private const int Known = 15_000;
    private const int New = 5_000;

    /// <summary>What no caller of the API hears: the acquirer does, the challenge page turns it into its own answer, or no merchant here asks for it.</summary>
    private static readonly Refusal[] NotOverHttp =
    [
        Refusal.NotPending, Refusal.NoChallengeOpen, Refusal.AuthenticationUnderWay, Refusal.SessionOver, Refusal.NotSettleable, Refusal.NoRefundPending, Refusal.NotDisputable,
        Refusal.DisputeStageNotNext, Refusal.NoReserve, Refusal.StaleOperation,
    ];

    private static readonly string[] Faults =
    [
        "a message is not sent", "a request is lost", "a request comes late", "a request comes twice", "a reply is lost", "a reply comes late", "a reply comes twice",
        "the acquirer declines", "the acquirer declines a reversal", "the acquirer cannot be asked about an operation", "a reversal is acknowledged and forgotten",
        "a notice is lost", "a notice comes late", "a notice is told twice",
        "the store refuses a change", "the store makes a change and says that it did not", "the store makes a change, and tries it again", "the store is slow",
        "a clearing file comes late", "a clearing file comes again", "a clearing file comes twice at the same time", "another file comes under the same name",
        "a capture is cleared twice", "the acquirer errs in an amount", "a process dies over an import", "an import breaks off",
        "the store cannot be asked", "the endpoint is down", "the endpoint takes a webhook and does not say so",
    ];

    private static readonly string[] Resolutions = [Reconciliation.Matched, Reconciliation.Superseded, "accept", "ignore"];

    private static readonly string[] Moments =
        ["a commit on the way", "a commit made and not heard of", "a request on the wire", "a reply on the wire", "nothing on the way"];

    /// <summary>What must have happened, and how often at least, or the simulation has become one in which nothing happens.</summary>
    private static readonly (string What, int Least)[] MustHappen =
    [
        .. typeof(PaymentEvent).GetNestedTypes().Select(e => ($"event: {e.Name}", 20)),
        .. Enum.GetValues<Refusal>().Except(NotOverHttp).Select(r => ($"refused: {CodeOf(r)}", 20)),
        ("refused: DISPUTE_ANSWER_DECLINED", 20),
        .. Enum.GetValues<Conflict>().Except([Conflict.None]).Select(c => ($"conflict: {c}", 20)),
        .. Enum.GetValues<DiscrepancyKind>().Select(k => ($"discrepancy: {k}", 100)),
        .. Resolutions.Select(how => ($"resolved: {how}", 20)),
        .. Faults.Select(fault => ($"fault: {fault}", 100)),
        .. Moments.Select(moment => ($"crash: {moment}", 500)),
    ];

    private static string CodeOf(Refusal refusal)
    {
        using var answer = JsonDocument.Parse(Answer.Refused(refusal).Body);
        return answer.RootElement.GetProperty("errors").GetProperty("code").GetString()!;
    }

    [Fact]
    public void A_seed_is_one_history()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var (first, second) = (History.Run(seed, tells: true), History.Run(seed, tells: true));
            Assert.Equal(first.Story, second.Story);
            Assert.Equal(first.Hash, second.Hash);
            Assert.Equal(first.Counts.All, second.Counts.All);
        }
    }

    [Fact]
    public void No_history_goes_wrong()
    {
        var watch = Stopwatch.StartNew();
        var first = (ulong)Random.Shared.NextInt64(1_000_000, long.MaxValue);
        var known = Campaign.Run(0, Known, () => true);
        var unseen = Campaign.Run(first, New, () => true);
        known.Counts.Add(unseen.Counts);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seeds from 0 and from {first} on."));
        output.WriteLine(known.Describe(watch.Elapsed));
        Assert.True(known.Failures.Concat(unseen.Failures).FirstOrDefault() is null, string.Join('\n', known.Failures.Concat(unseen.Failures).Select(Campaign.Explain)));
        Assert.Equal(Known + New, known.Counts["histories"]);
        Assert.InRange(known.Counts["commands"], 1_000_000, long.MaxValue);
        Assert.All(MustHappen, must => Assert.True(
            known.Counts[must.What] >= must.Least, $"{must.What} happened {known.Counts[must.What]} times, and should have {must.Least} times at least."));
    }
}
