using System.Globalization;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Migrations;

namespace Tollgate.Server.Verification;

/// <summary>The verb <c>unresolved</c>: lists the operations that recovery has not settled within <c>Tollgate:AlertAfter</c>, one line each.</summary>
internal static class UnresolvedCommand
{
    /// <summary>0 when there are none, 1 when there are some, 2 when that cannot be told.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        try
        {
            var settings = Settings.Read(TollgateServer.CreateBuilder(args).Configuration);
            await using var database = Database.Create(settings.Database, settings.DataDirectory);
            await CheckSchemaAsync(database);
            var now = SandboxStatement.In(settings)?.Invoke().Now ?? TimeProvider.System.GetUtcNow();
            var reader = new PaymentReader(database);
            var payments = await reader.ListInFlightAsync(now - settings.AlertAfter, now);
            foreach (var payment in payments)
            {
                var operation = payment.InFlight!;
                var last = (await reader.ReadJournalAsync(payment)).SelectMany(e => e.Exchanges ?? []).LastOrDefault();
                var said = last is null
                    ? "no exchange with the acquirer has ended"
                    : $"the last message, {TimelineWords.Article(last.Message)} at {Instant(last.SentAt)}, ended {last.Result}{(last.Code is null ? string.Empty : " with " + last.Code)}";
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Payment {payment.Id} of app {payment.Facts.App}: {operation.Kind} {operation.Id} of {operation.Amount}, {operation.Stage}, in flight since {Instant(operation.StartedAt)}, "
                    + $"{operation.Attempts} attempts in vain, next at {Instant(operation.ActAt)}; {said}"));
            }

            output.WriteLine(payments.Count == 0 ? "Nothing is unresolved." : $"{payments.Count} unresolved; recovery goes on by itself.");
            return payments.Count == 0 ? 0 : 1;
        }
        catch (Exception wrong) when (wrong is SettingException or CannotVerifyException or InvalidDataException or IOException or UnauthorizedAccessException || Database.IsUnavailable(wrong))
        {
            Console.Error.WriteLine("Tollgate cannot tell: " + wrong.Message);
            return 2;
        }
    }

    private static async Task CheckSchemaAsync(Database database)
    {
        await using var snapshot = await database.OpenSnapshotAsync(1);
        if (new WholeReader(snapshot.Connections[0]).ReadSchemaVersion() != Schema.Steps.Count)
        {
            throw new CannotVerifyException($"{database.Name} is no database of this version of Tollgate.");
        }
    }

    private static string Instant(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
