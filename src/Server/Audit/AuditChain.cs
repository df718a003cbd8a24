using System.Buffers.Binary;
using System.Text;
using Tollgate.Server.Http;
using Tollgate.Vault;

namespace Tollgate.Server.Audit;

/// <summary>Where the chain ends: what the next entry is linked to.</summary>
/// <param name="Position">The last entry's place, from 1; 0 when there is none.</param>
/// <param name="Hash">Its link.</param>
internal readonly record struct AuditHead(long Position, byte[] Hash);

/// <summary>An entry as it is stored: every field but the hash goes into the hash, and by <paramref name="Previous"/> all entries before it.</summary>
internal sealed record AuditRow(
    long Position,
    long At,
    string Act,
    string ActorKind,
    string Actor,
    string? From,
    string Object,
    bool Succeeded,
    string? Before,
    string? After,
    byte[] Previous,
    byte[] Hash);

/// <summary>Links entries into a chain by a keyed digest, so that whoever can write the database and has not the key can change none of it unseen.</summary>
/// <param name="digest">The keyed digest.</param>
internal sealed class AuditChain(Func<byte[], byte[]> digest)
{
    /// <summary>How long a text of an entry may be; what is longer is cut, for what is audited may come from anybody.</summary>
    public const int LongestText = 4096;

    private const byte Version = 1;

    /// <summary>Under the vault's key for it.</summary>
    public AuditChain(CardVault vault)
        : this(content => vault.Digest(content, KeyPurpose.Audit))
    {
    }

    /// <summary>What the first entry is linked to.</summary>
    public static AuditHead Origin { get; } = new(0, new byte[32]);

    /// <summary>An entry as the next one after a head.</summary>
    public AuditRow Link(AuditHead head, AuditEntry entry)
    {
        var row = new AuditRow(
            head.Position + 1,
            entry.At.ToUnixTimeMilliseconds(),
            WireNames.Of(entry.Act),
            WireNames.Of(entry.Actor.Kind),
            Clean(entry.Actor.Name)!,
            entry.From?.ToString(),
            Clean(entry.Object)!,
            entry.Succeeded,
            Clean(entry.Before),
            Clean(entry.After),
            head.Hash,
            []);
        return row with { Hash = HashOf(row) };
    }

    /// <summary>Several entries after a head, in their order.</summary>
    public IReadOnlyList<AuditRow> Link(AuditHead head, IEnumerable<AuditEntry> entries)
    {
        var rows = new List<AuditRow>();
        foreach (var entry in entries)
        {
            rows.Add(Link(head, entry));
            head = new(rows[^1].Position, rows[^1].Hash);
        }

        return rows;
    }

    /// <summary>The link that a row must have: a digest of its fields, each with its length before it, so that no two rows read alike.</summary>
    public byte[] HashOf(AuditRow row)
    {
        using var content = new MemoryStream(256);
        content.WriteByte(Version);
        Write(content, row.Position);
        Write(content, row.At);
        Write(content, row.Act);
        Write(content, row.ActorKind);
        Write(content, row.Actor);
        Write(content, row.From);
        Write(content, row.Object);
        content.WriteByte(row.Succeeded ? (byte)1 : (byte)0);
        Write(content, row.Before);
        Write(content, row.After);
        Write(content, row.Previous.Length);
        content.Write(row.Previous);
        return digest(content.ToArray());
    }

    private static void Write(MemoryStream content, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        content.Write(bytes);
    }

    private static void Write(MemoryStream content, string? text)
    {
        if (text is null)
        {
            Write(content, -1);
            return;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        Write(content, bytes.Length);
        content.Write(bytes);
    }

    /// <summary>A text as both engines store it and give it back: no control characters, no halves of characters, and not without end.</summary>
    private static string? Clean(string? text)
    {
        if (text is null || (text.Length <= LongestText && !text.Any(c => char.IsControl(c) || char.IsSurrogate(c))))
        {
            return text;
        }

        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= LongestText)
            {
                clean.Append('…');
                break;
            }

            clean.Append((Rune.IsControl(rune) ? Rune.ReplacementChar : rune).ToString());
        }

        return clean.ToString();
    }
}
