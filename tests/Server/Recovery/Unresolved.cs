using System.Diagnostics.Metrics;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Server.Verification;

namespace Tollgate.Server.Tests.Recovery;

/// <summary>What recovery cannot settle is not forgotten: the operator is told until it is.</summary>
public abstract class Unresolved(Gateway gateway)
{
    [Fact]
    public async Task An_acquirer_that_stays_silent_leads_to_alert_list_and_metric_until_it_answers()
    {
        await using var own = gateway.Another("--Tollgate:AlertAfter=00:00:02");
        await own.InitializeAsync();
        var counts = new Dictionary<Meter, int>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "tollgate.operations.unresolved")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => counts[instrument.Meter] = value);
        listener.Start();

        // Every message of this payment is lost, and the reversal three times.
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostReply, Message = SandboxMessage.Authorisation });
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostRequest, Message = SandboxMessage.Inquiry });
        await own.Client.InjectFaultAsync(new() { Fault = SandboxFault.LostRequest, Message = SandboxMessage.Reversal, Times = 3 });
        var uuid = (await own.Client.ChargeAsync(Requests.Charge())).Uuid;

        var list = await Eventually.GetAsync(() => ListAsync(own), l => l.Contains("Reversing", StringComparison.Ordinal) && !l.Contains(" 0 attempts", StringComparison.Ordinal), "the list");
        Assert.StartsWith($"Payment {uuid} of app app-sandbox: Authorisation ", list, StringComparison.Ordinal);
        Assert.Contains("the last message, a reversal at ", list, StringComparison.Ordinal);
        Assert.Contains(" ended Unknown", list, StringComparison.Ordinal);
        await Eventually.GetAsync(() => Task.FromResult(own.Log), log => log.Contains($"Critical Payment {uuid}: the Authorisation ", StringComparison.Ordinal), "the alert");
        Assert.Equal(1, Measure());

        await Eventually.GetAsync(() => own.Client.GetPaymentAsync(uuid), p => p.Status == PaymentStatus.Failed, "the end");
        Assert.Equal("Nothing is unresolved.", await ListAsync(own));
        await Eventually.GetAsync(() => Task.FromResult(Measure()), count => count == 0, "an empty metric");
        await Proof.HoldsToTheEndAsync(own);

        int Measure()
        {
            listener.RecordObservableInstruments();
            return counts.Values.Max();
        }
    }

    private static async Task<string> ListAsync(Gateway own)
    {
        using var output = new StringWriter();
        string[] settings = ["--Tollgate:DataDirectory=" + own.DataDirectory, "--Tollgate:AlertAfter=00:00:02", .. own.DatabaseSettings];
        var code = await UnresolvedCommand.RunAsync(settings, output);
        var said = output.ToString().TrimEnd();
        Assert.Equal(said == "Nothing is unresolved." ? 0 : 1, code);
        return said;
    }
}

public sealed class UnresolvedOnSqlite(SqliteGateway gateway) : Unresolved(gateway);

public sealed class UnresolvedOnPostgres(PostgresGateway gateway) : Unresolved(gateway);
