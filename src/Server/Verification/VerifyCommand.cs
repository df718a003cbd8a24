using System.Globalization;
using Tollgate.Server.Acquirers.Sandbox;
using Tollgate.Server.Audit;
using Tollgate.Server.Keys;
using Tollgate.Server.Storage;
using Tollgate.Vault;

namespace Tollgate.Server.Verification;

/// <summary>The verb <c>verify</c>: prints what does not hold of a database, one line each, and then how much was looked at.</summary>
internal static class VerifyCommand
{
    private const int Holds = 0;
    private const int Violated = 1;
    private const int CannotRun = 2;

    /// <summary>0 when everything holds, 1 when something does not, 2 when that cannot be told.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        try
        {
            SqliteDatabase.LeaveLocksOut();
            var (own, settingArguments) = Operator.Split(args);
            var anchors = own switch
            {
                [] => [],
                ["--anchor", var file] => await AuditAnchor.ReadFileAsync(file),
                _ => throw new SettingException("The verb", "is verify [--anchor FILE], and settings"),
            };
            var settings = Settings.Read(TollgateServer.CreateBuilder(settingArguments).Configuration);
            await using var database = Database.Create(settings.Database, settings.DataDirectory);
            var statement = SandboxStatement.In(settings);
            output.WriteLine($"Verifying {database.Name}{(statement is null ? string.Empty : $", and the acquirer's books in {SandboxSetup.BooksPath(settings)}")}");
            var hasKey = false;
            var audit = new AuditGround(
                async () =>
                {
                    var keys = await KeyCustody.ReadAsync(database, settings.Keys);
                    hasKey = keys is not null;
                    return keys is null ? null : new(new CardVault(keys));
                },
                anchors);
            var result = await new Verifier(database, statement, settings.AlertAfter, TimeProvider.System, audit).RunAsync(violation => output.WriteLine(violation));
            var seconds = result.Took.TotalSeconds;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Payments} payments, {result.Events} events, {result.Entries} lines of the ledger, {result.Audited} entries of the audit log in {seconds:F1} s, {result.Payments / seconds:F0} payments a second: "
                + $"{(result.Violations == 0 ? "everything holds" : $"{result.Violations} violations")}{(result.Warnings == 0 ? string.Empty : $", {result.Warnings} warnings")}"));
            if (statement is null)
            {
                output.WriteLine("The acquirer's books are not in the data directory: they were not compared.");
            }

            if (!hasKey)
            {
                output.WriteLine("The key is not at hand: that each entry of the audit log names the one before it was checked, and not what the entries say.");
            }

            return result.Violations == 0 ? Holds : Violated;
        }
        catch (Exception wrong) when (wrong is SettingException or VaultException or CannotVerifyException or InvalidDataException or IOException or UnauthorizedAccessException || Database.IsUnavailable(wrong))
        {
            Console.Error.WriteLine("Tollgate cannot verify: " + wrong.Message);
            return CannotRun;
        }
    }
}
