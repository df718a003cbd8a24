using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tollgate.Server.RateLimits;

/// <summary>Where a request comes from: an IPv4 address, or the first 64 bits of an IPv6 one, which is what one household or machine has to itself.</summary>
internal readonly record struct Source(ulong Network, bool IsVisitor)
{
    /// <summary>The source of a request.</summary>
    public static Source Of(IPAddress? address, bool isVisitor)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address is null)
        {
            return new(0, isVisitor);
        }

        var mapped = address.IsIPv4MappedToIPv6;
        if (address.TryWriteBytes(bytes, out _) && (mapped || address.AddressFamily == AddressFamily.InterNetwork))
        {
            // No IPv6 network begins with zeros.
            return new(BitConverter.ToUInt32(bytes[(mapped ? 12 : 0)..]), isVisitor);
        }

        return new(BitConverter.ToUInt64(bytes), isVisitor);
    }
}

/// <summary>
/// The buckets of sources in bounded memory, however many there are: two generations, of which the older is forgotten when the younger is full. A source that
/// comes back after so many others begins with a full bucket, as any source would that was never seen.
/// </summary>
internal sealed class SourceTable(int generation = 50_000)
{
    private readonly Lock turn = new();
    private ConcurrentDictionary<Source, TokenBucket> young = new();
    private ConcurrentDictionary<Source, TokenBucket> old = new();
    private int count;

    /// <summary>How many buckets there are.</summary>
    public int Count => young.Count + old.Count;

    /// <summary>A source's bucket.</summary>
    public TokenBucket Find(Source source)
    {
        var now = Volatile.Read(ref young);
        if (now.TryGetValue(source, out var bucket))
        {
            return bucket;
        }

        bucket = now.GetOrAdd(source, Volatile.Read(ref old).TryGetValue(source, out var earlier) ? earlier : new TokenBucket());
        if (Interlocked.Increment(ref count) > generation && ReferenceEquals(now, young))
        {
            lock (turn)
            {
                if (ReferenceEquals(now, young))
                {
                    Volatile.Write(ref old, now);
                    Volatile.Write(ref young, new());
                    Volatile.Write(ref count, 0);
                }
            }
        }

        return bucket;
    }
}
