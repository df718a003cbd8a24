using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Tollgate.Core;
using Tollgate.Server;
using Tollgate.Server.Apps;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Server.Tests.Verification;
using Tollgate.Server.Webhooks;

// Fills a database with payments through the journal; the verb `verify` then says how fast it reads them.
//   dotnet run -c Release --project bench/Verification -- --Payments=500000 --Tollgate:DataDirectory=data/bench [--Tollgate:Database=…]
var configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
var count = int.Parse(configuration["Payments"] ?? "500000", CultureInfo.InvariantCulture);
var settings = Settings.Read(configuration);
Directory.CreateDirectory(settings.DataDirectory);
await using var database = Database.Create(settings.Database, settings.DataDirectory);
await Migrator.MigrateAsync(database);

var watch = Stopwatch.StartNew();
await using (var journal = new Journal(database.OpenWriter()))
{
    var composer = new WebhookComposer(new PaymentRenderer(new PublicAddress()), new AppRegistry(settings), new PlainDirectory());
    var histories = new Histories(journal, composer, new AppId(Settings.SandboxApp.Id), DateTimeOffset.UtcNow);
    const int AtOnce = 1000;
    for (var made = 0; made < count; made += AtOnce)
    {
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - made)).Select(_ => histories.TypicalAsync()));
    }

    await histories.EveryKindAsync();
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} payments in {watch.Elapsed.TotalSeconds:F0} s in {database.Name}"));
