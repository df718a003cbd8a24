using System.Diagnostics;
using Tollgate.Server;
using Tollgate.Vault;

try
{
    await using var app = await TollgateServer.CreateAsync(args);
    await TollgateServer.ListenAsync(app);
    var address = TollgateServer.PublishAddress(app);
    Console.Out.Write(Banner.For(address, app.Services.GetRequiredService<TimeProvider>().GetUtcNow(), DateTimeOffset.Now - Process.GetCurrentProcess().StartTime));
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception wrong) when (wrong is SettingException or VaultException)
{
    Console.Error.WriteLine("Tollgate cannot start: " + wrong.Message);
    return 1;
}
