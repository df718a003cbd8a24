using System.Diagnostics;
using Tollgate.Server;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Ledger;
using Tollgate.Server.Settlement;
using Tollgate.Server.Verification;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

try
{
    return args switch
    {
        [] or [['-', ..], ..] => await ServeAsync(args),
        ["sandbox-acquirer", .. var rest] => await AcquirerProcess.RunAsync(rest),
        ["payouts", .. var rest] => await PayoutVerbs.RunAsync(rest, Console.Out),
        ["clearing", .. var rest] => await ClearingVerbs.RunAsync(rest, Console.Out),
        ["webhooks", .. var rest] => await WebhookVerbs.RunAsync(rest, Console.Out),
        ["verify", .. var rest] => await VerifyCommand.RunAsync(rest, Console.Out),
        ["unresolved", .. var rest] => await UnresolvedCommand.RunAsync(rest, Console.Out),
        [var unknown, ..] => throw new SettingException("The verb", $"{unknown} is none of Tollgate's, which are payouts, clearing, webhooks, verify, unresolved, sandbox-acquirer and none, to serve; a setting begins with two dashes"),
    };
}
catch (Exception wrong) when (wrong is SettingException or VaultException)
{
    Console.Error.WriteLine("Tollgate cannot start: " + wrong.Message);
    return 1;
}

static async Task<int> ServeAsync(string[] args)
{
    await using var app = await TollgateServer.CreateAsync(args);
    await TollgateServer.ListenAsync(app);
    var address = TollgateServer.PublishAddress(app);
    Console.Out.Write(Banner.For(address, app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), DateTimeOffset.Now - Process.GetCurrentProcess().StartTime));
    await app.WaitForShutdownAsync();
    return 0;
}
