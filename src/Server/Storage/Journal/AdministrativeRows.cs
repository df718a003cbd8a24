using System.Data.Common;
using Dapper;
using Tollgate.Server.Audit;

namespace Tollgate.Server.Storage.Journal;

/// <summary>What an errand of an administrator changes: statements for both engines, in one transaction with its entries of the audit log.</summary>
internal sealed class AdministrativeRows(DbConnection connection, DbTransaction? transaction)
{
    /// <summary>Runs a statement; how many rows it changed.</summary>
    public int Run(string sql, object? values = null) => connection.Execute(sql, values, transaction);

    /// <summary>The number that a query gives.</summary>
    public long Number(string sql, object? values = null) => connection.ExecuteScalar<long>(sql, values, transaction);
}

/// <summary>How one engine does what administrators ask.</summary>
internal interface IAdministrativeWriter
{
    /// <summary>Does what is asked and appends its entries to the audit log; neither when <paramref name="work"/> says that it was not done.</summary>
    Task<bool> AdministerAsync(Func<AdministrativeRows, bool> work, IReadOnlyList<AuditEntry> audit);
}
