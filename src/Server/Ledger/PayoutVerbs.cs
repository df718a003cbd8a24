using System.Globalization;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage.Journal;

namespace Tollgate.Server.Ledger;

/// <summary>The operator's verb <c>payouts</c>.</summary>
internal static class PayoutVerbs
{
    private const string Usage = "is payouts close --all, or payouts close --app ID";

    /// <summary>Closes what is available into payouts, and prints them.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var only = own switch
        {
            ["close", "--all"] => null,
            ["close", "--app", var app] => app,
            _ => throw new SettingException("The verb", Usage),
        };
        await using var op = await Operator.OpenAsync(settings);
        var apps = op.Get<AppRegistry>().All.Select(a => a.Id).Where(id => only is null || id == only).ToList();
        if (apps.Count == 0)
        {
            throw new SettingException("--app", $"names {only}, which is no app");
        }

        await op.Get<IJournal>().AuditAsync(new(
            op.Get<RealTime>().Clock.GetUtcNow(), AuditAct.MoneyMoved, AuditActor.Operator, null, only is null ? "payouts of all apps" : $"payouts of app {only}", After: "to be closed"));
        foreach (var app in apps)
        {
            foreach (var payout in await op.Get<PayoutDesk>().CloseAsync(new(app)))
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{payout.Id} {app} {payout.Currency} paid out {payout.Amount}, carried {payout.Carried}, recovered {payout.Recovered}"));
            }
        }

        return 0;
    }
}
