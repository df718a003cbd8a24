using System.Diagnostics;
using Tollgate.Server;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Hardening;
using Tollgate.Server.Keys;
using Tollgate.Server.Ledger;
using Tollgate.Server.Risk;
using Tollgate.Server.Settlement;
using Tollgate.Server.Verification;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

// What no loop of ours catches would be printed whole by the runtime, and with it what it carries.
AppDomain.CurrentDomain.UnhandledException += (_, bug) =>
{
    Console.Error.WriteLine("Tollgate broke: " + Redaction.Clean(bug.ExceptionObject.ToString() ?? string.Empty));
    Environment.Exit(70);
};

Dictionary<string, Func<string[], Task<int>>> verbs = new(StringComparer.Ordinal)
{
    ["sandbox-acquirer"] = AcquirerProcess.RunAsync,
    ["payouts"] = rest => PayoutVerbs.RunAsync(rest, Console.Out),
    ["clearing"] = rest => ClearingVerbs.RunAsync(rest, Console.Out),
    ["risk"] = rest => RiskVerbs.RunAsync(rest, Console.Out),
    ["webhooks"] = rest => WebhookVerbs.RunAsync(rest, Console.Out),
    ["keys"] = rest => KeyVerbs.RunAsync(rest, Console.In, Console.Out),
    ["apps"] = rest => AppVerbs.RunAsync(rest, Console.Out),
    ["vault"] = rest => VaultVerbs.RunAsync(rest, Console.Out),
    ["audit"] = rest => AuditVerbs.RunAsync(rest, Console.Out),
    ["certificates"] = rest => Certificates.RunAsync(rest, Console.Out),
    ["pages"] = rest => PageWatch.RunAsync(rest, Console.Out),
    ["verify"] = rest => VerifyCommand.RunAsync(rest, Console.Out),
    ["unresolved"] = rest => UnresolvedCommand.RunAsync(rest, Console.Out),
};

try
{
    return args is ["--help" or "-h" or "help"] ? Help(verbs.Keys)
        : args is [] or [['-', ..], ..] ? await ServeAsync(args)
        : verbs.TryGetValue(args[0], out var verb) ? await verb(args[1..])
        : throw new SettingException("The verb", $"{args[0]} is none of Tollgate's, which are {string.Join(", ", verbs.Keys)} and none, to serve; a setting begins with two dashes");
}
catch (Exception wrong) when (wrong is SettingException or VaultException)
{
    Console.Error.WriteLine((args is [var first, ..] && verbs.ContainsKey(first) && first != "sandbox-acquirer" ? "Tollgate cannot do that: " : "Tollgate cannot start: ") + wrong.Message);
    return 1;
}

static int Help(IEnumerable<string> verbs)
{
    Console.Out.WriteLine($"""
        Tollgate.Server [--Tollgate:SETTING=VALUE ...]           serves
        Tollgate.Server VERB ... [--Tollgate:SETTING=VALUE ...]  does that, beside a server or without one; one that is not complete says how it goes:
          {string.Join(", ", verbs)}
        """);
    return 0;
}

static async Task<int> ServeAsync(string[] args)
{
    await using var app = await TollgateServer.CreateAsync(args);
    await TollgateServer.ListenAsync(app);
    var address = TollgateServer.PublishAddress(app);
    Console.Out.Write(Banner.For(address, app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), DateTimeOffset.Now - Process.GetCurrentProcess().StartTime));
    if (!app.Services.GetRequiredService<KeyRing>().IsOpen)
    {
        Console.Out.WriteLine("  The vault is sealed, and card calls are refused until its custodians have brought their shares: keys unlock");
    }

    await app.WaitForShutdownAsync();
    return 0;
}
