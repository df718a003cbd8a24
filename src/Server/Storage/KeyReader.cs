using System.Data.Common;
using Dapper;
using Tollgate.Vault;

namespace Tollgate.Server.Storage;

/// <summary>Reads the register of keys: one hand-written SQL for both engines.</summary>
internal static class KeyReader
{
    private sealed class KeyRow
    {
        public long Id { get; init; }

        public string Purpose { get; init; } = string.Empty;

        public long State { get; init; }

        public byte[] Wrapped { get; init; } = [];

        public long CreatedAt { get; init; }

        public long? ActivatedAt { get; init; }

        public long? EndsAt { get; init; }

        public long? RetiredAt { get; init; }

        public long? DestroyedAt { get; init; }
    }

    private sealed class WrappingRow
    {
        public long Number { get; init; }

        public string Provider { get; init; } = string.Empty;

        public string CheckValue { get; init; } = string.Empty;

        public string Custody { get; init; } = string.Empty;

        public long ActivatedAt { get; init; }

        public long EndsAt { get; init; }

        public long? RetiredAt { get; init; }
    }

    private sealed class RegisterRow
    {
        public long Serial { get; init; }

        public byte[] WrappedSeal { get; init; } = [];

        public byte[] Seal { get; init; } = [];
    }

    /// <summary>The serial number of the register; <see langword="null"/> when there is none.</summary>
    public static async Task<long?> ReadSerialAsync(Database database)
    {
        await using var connection = await database.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>("SELECT serial FROM vault_register WHERE id = 1");
    }

    /// <summary>The register; <see langword="null"/> when there is none.</summary>
    public static async Task<KeyRegister?> ReadAsync(Database database)
    {
        // Its tables are read one after another, and another process may write between: then the serial number has moved, and they are read again.
        await using var connection = await database.OpenAsync();
        while (true)
        {
            var register = await ReadAsync(connection);
            if (register is null || register.Serial == await connection.ExecuteScalarAsync<long?>("SELECT serial FROM vault_register WHERE id = 1"))
            {
                return register;
            }
        }
    }

    /// <summary>The register as a connection sees it.</summary>
    public static async Task<KeyRegister?> ReadAsync(DbConnection connection)
    {
        var register = await connection.QuerySingleOrDefaultAsync<RegisterRow>("SELECT serial AS Serial, wrapped_seal AS WrappedSeal, seal AS Seal FROM vault_register WHERE id = 1");
        if (register is null)
        {
            return null;
        }

        var wrapping = await connection.QueryAsync<WrappingRow>(
            """
            SELECT CAST(number AS BIGINT) AS Number, provider AS Provider, check_value AS CheckValue, custody AS Custody, activated_at AS ActivatedAt,
                ends_at AS EndsAt, retired_at AS RetiredAt
            FROM wrapping_keys ORDER BY number
            """);
        var keys = await connection.QueryAsync<KeyRow>(
            """
            SELECT CAST(id AS BIGINT) AS Id, purpose AS Purpose, CAST(state AS BIGINT) AS State, wrapped AS Wrapped, created_at AS CreatedAt,
                activated_at AS ActivatedAt, ends_at AS EndsAt, retired_at AS RetiredAt, destroyed_at AS DestroyedAt
            FROM vault_keys ORDER BY id
            """);
        var found = new KeyRegister(register.Serial, [.. wrapping.Select(ToWrapping)], [.. keys.Select(ToKey)], register.WrappedSeal, register.Seal);
        return found.Wrapping.Count > 0 ? found : throw new VaultException("The register of keys was changed: it names no key encryption key.");
    }

    private static WrappingKey ToWrapping(WrappingRow row) => new(
        (int)row.Number, Enum.TryParse<KeyProvider>(row.Provider, out var provider) ? provider : throw Unknown(row.Provider), row.CheckValue, row.Custody,
        At(row.ActivatedAt)!.Value, At(row.EndsAt)!.Value, At(row.RetiredAt));

    private static StoredKey ToKey(KeyRow row) => new(
        (int)row.Id, Enum.TryParse<KeyPurpose>(row.Purpose, out var purpose) ? purpose : throw Unknown(row.Purpose), (KeyState)row.State, row.Wrapped,
        At(row.CreatedAt)!.Value, At(row.ActivatedAt), At(row.EndsAt), At(row.RetiredAt), At(row.DestroyedAt));

    private static DateTimeOffset? At(long? millis) => millis is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    private static VaultException Unknown(string word) => new($"The register of keys was changed, or is of a newer version: {word} is not known.");
}
