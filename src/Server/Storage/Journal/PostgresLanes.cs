using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Tollgate.Core;

namespace Tollgate.Server.Storage.Journal;

/// <summary>
/// Takes webhooks from lanes on PostgreSQL. A lane belongs to one process at a time, as long as that has something to send there, so that what it takes need
/// not be written webhook by webhook. Whether the process that has a lane still lives is told by a lock of its session. For the journal's thread alone.
/// </summary>
internal sealed class PostgresLanes(NpgsqlDataSource dataSource) : IDisposable
{
    /// <summary>Gives lanes back, in their order, so that processes that claim them meanwhile do not wait for each other.</summary>
    public const string Leave =
        "DELETE FROM webhook_lanes WHERE lane IN (SELECT lane FROM webhook_lanes WHERE holder = $1 AND lane = ANY ($2) ORDER BY lane FOR UPDATE)";

    /// <summary>What is claimed is taken from for half of the time only, which leaves the other half, longer than a delivery can take, for what was taken last.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(2);

    private readonly WebhookLeases leases = new();
    private readonly Dictionary<long, long> claimed = [];
    private readonly HashSet<long> drained = [];
    private NpgsqlConnection? session;

    /// <summary>The process, as others see it: the number of its session's lock.</summary>
    public long Holder { get; private set; }

    /// <summary>Takes what is due and not being delivered, the longest due first.</summary>
    public async Task<IReadOnlyList<DueWebhook>> TakeAsync(DateTimeOffset now, DateTimeOffset until, IReadOnlyList<LaneRoom> rooms)
    {
        var connection = await OpenAsync();
        var found = await FindAsync(connection, JournalRows.Millis(now), rooms);
        var taken = found.Count == 0 ? [] : await AddBodiesAsync(connection, found);
        foreach (var webhook in taken)
        {
            leases.Begin(webhook.Key, webhook.Lane, JournalRows.Millis(until));
        }

        long[] idle = [.. rooms.Select(r => r.Lane).Where(l => drained.Contains(l) && leases.InLane(l) == 0)];
        if (idle.Length > 0)
        {
            await using var leave = new NpgsqlCommand(Leave, connection) { Parameters = { new() { Value = Holder }, Lanes(idle) } };
            await leave.ExecuteNonQueryAsync();
            Forget(idle);
        }

        return taken;
    }

    /// <summary>The lanes in which nothing is left to do when some changes are written.</summary>
    public long[] DoneWith(IReadOnlyList<Change> changes) => drained.Count == 0 ? [] :
    [
        .. changes.SelectMany(c => c.Deliveries).Select(d => d.Webhook.Key).Distinct().CountBy(k => leases.LaneOf(k) ?? -1)
            .Where(ended => drained.Contains(ended.Key) && leases.InLane(ended.Key) == ended.Value).Select(ended => ended.Key),
    ];

    /// <summary>Some changes are written, and some lanes left with them.</summary>
    public void End(IReadOnlyList<Change> written, long[] left)
    {
        leases.End(written);
        Forget(left);
    }

    /// <summary>Ends what nobody ended in time.</summary>
    public void EndLeases(DateTimeOffset now) => leases.Forget(JournalRows.Millis(now));

    public void Dispose()
    {
        if (session is not { FullState: System.Data.ConnectionState.Open } open)
        {
            session?.Dispose();
            return;
        }

        try
        {
            // The session goes back to its pool, and would keep its lock there.
            using var leave = new NpgsqlCommand("DELETE FROM webhook_lanes WHERE holder = $1", open) { Parameters = { new() { Value = Holder } } };
            leave.ExecuteNonQuery();
            using var unlock = new NpgsqlCommand("SELECT pg_advisory_unlock_all()", open);
            unlock.ExecuteNonQuery();
        }
        catch (NpgsqlException)
        {
            // Then the lock ends with the session, or what was claimed when its time is over.
        }

        open.Dispose();
    }

    private static NpgsqlParameter Lanes(IEnumerable<long> lanes) => new() { Value = lanes.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private async Task<NpgsqlConnection> OpenAsync()
    {
        if (session is { FullState: System.Data.ConnectionState.Open } open)
        {
            return open;
        }

        // With the session its lock is gone, and whatever it had claimed may be another's.
        session?.Dispose();
        claimed.Clear();
        drained.Clear();
        session = await dataSource.OpenConnectionAsync();
        Holder = BinaryPrimitives.ReadInt64BigEndian(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;

        await using var locked = new NpgsqlCommand("SELECT pg_advisory_lock($1)", session) { Parameters = { new() { Value = Holder } } };
        await locked.ExecuteNonQueryAsync();
        return session;
    }

    /// <summary>Claims the lanes, and finds in those that it got what is due. Bodies come later, as those of what is being delivered already are not wanted again.</summary>
    private async Task<List<DueWebhook>> FindAsync(NpgsqlConnection connection, long now, IReadOnlyList<LaneRoom> rooms)
    {
        var began = Stopwatch.GetTimestamp();
        await using var batch = new NpgsqlBatch(connection);
        long[] unclaimed = [.. rooms.Select(r => r.Lane).Where(l => !claimed.TryGetValue(l, out var at) || Stopwatch.GetElapsedTime(at) > Claim / 2)];
        if (unclaimed.Length > 0)
        {
            // A claim that a power cut forgets is none, for its process is gone too: it need not wait for the disk.
            batch.BatchCommands.Add(new("SET LOCAL synchronous_commit = off"));
            batch.BatchCommands.Add(new(
                """
                INSERT INTO webhook_lanes AS l (lane, holder, until)
                SELECT u.lane, $2, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT + $3 FROM unnest($1) AS u (lane) ORDER BY u.lane
                ON CONFLICT (lane) DO UPDATE SET holder = excluded.holder, until = excluded.until
                WHERE l.holder = $2 OR l.until <= excluded.until - $3 OR l.holder NOT IN (
                    SELECT (k.classid::BIGINT << 32) | k.objid::BIGINT FROM pg_locks k
                    WHERE k.locktype = 'advisory' AND k.objsubid = 1 AND k.granted AND k.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
                RETURNING lane
                """)
            {
                Parameters = { Lanes(unclaimed), new() { Value = Holder }, new() { Value = (long)Claim.TotalMilliseconds } },
            });
        }

        batch.BatchCommands.Add(new(
            """
            SELECT d.payment_uuid, d.version, d.endpoint, d.app_id, d.lane, d.endpoint_url, d.sealed_authorization, d.attempts, d.round, d.round_at
            FROM unnest($1, $2) AS r (lane, room) JOIN webhook_lanes l ON l.lane = r.lane AND l.holder = $3 CROSS JOIN LATERAL (
                SELECT w.* FROM webhooks w
                WHERE w.lane = r.lane AND w.state = 0 AND w.next_at IS NOT NULL AND w.next_at <= $4
                    AND (SELECT 1 FROM webhook_bodies b WHERE b.payment_uuid = w.payment_uuid AND b.version = w.version) IS NOT NULL
                ORDER BY w.next_at LIMIT r.room) AS d
            """)
        {
            Parameters =
            {
                Lanes(rooms.Select(r => r.Lane)),
                new() { Value = rooms.Select(r => r.Room + leases.InLane(r.Lane)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new() { Value = Holder },
                new() { Value = now },
            },
        });
        var left = rooms.ToDictionary(r => r.Lane, r => r.Room);
        var found = new List<DueWebhook>();
        await using var reader = await batch.ExecuteReaderAsync();
        if (unclaimed.Length > 0)
        {
            Forget(unclaimed);
            while (await reader.ReadAsync())
            {
                claimed[reader.GetInt64(0)] = began;
            }

            await reader.NextResultAsync();
        }

        while (await reader.ReadAsync())
        {
            var webhook = ReadDue(reader);
            if (left[webhook.Lane] > 0 && !leases.IsLeasedAt(webhook.Key, now))
            {
                left[webhook.Lane]--;
                found.Add(webhook);
            }
        }

        foreach (var (lane, room) in left)
        {
            _ = room > 0 && claimed.ContainsKey(lane) ? drained.Add(lane) : drained.Remove(lane);
        }

        return found;
    }

    /// <summary>Each body is looked up by itself, here and above: joined, a table of which PostgreSQL has no statistics yet would be read whole.</summary>
    private static async Task<List<DueWebhook>> AddBodiesAsync(NpgsqlConnection connection, List<DueWebhook> found)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT u.place, (SELECT b.body FROM webhook_bodies b WHERE b.payment_uuid = u.payment AND b.version = u.version)
            FROM unnest($1, $2) WITH ORDINALITY AS u (payment, version, place)
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = found.Select(f => f.Payment.Value).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = found.Select(f => f.Version).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            },
        };
        var bodies = new byte[]?[found.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            bodies[reader.GetInt64(0) - 1] = reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1);
        }

        return [.. found.Zip(bodies).Where(f => f.Second is not null).Select(f => f.First with { Body = f.Second! })];
    }

    private static DueWebhook ReadDue(NpgsqlDataReader row) => new(
        new(row.GetString(0)),
        row.GetInt32(1),
        row.GetString(2),
        new(row.GetString(3)),
        row.GetInt64(4),
        row.GetString(5),
        row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
        [],
        row.GetInt32(7),
        row.GetInt32(8),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)));

    private void Forget(long[] lanes)
    {
        foreach (var lane in lanes)
        {
            claimed.Remove(lane);
            drained.Remove(lane);
        }
    }
}
