using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tollgate.Core;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Apps;

/// <summary>
/// Locks out who calls with wrong credentials. An app is locked out from where they came, and from nowhere else, so that nobody can lock a merchant out from
/// elsewhere. A source that fails for many apps is locked out for all of them but those that it has lately called for rightly.
/// </summary>
internal sealed class LogInGuard(Settings settings, RealTime real, FailedLogIns failed)
{
    private const int Rows = 1 << 14;
    private const int RightOnes = 1 << 16;

    /// <summary>A source may be many callers behind one address: it fails for several apps before it is locked out for all.</summary>
    private const int SourceFailsMore = 5;

    private static readonly TimeSpan RightFor = TimeSpan.FromHours(24);

    private readonly FailureTable pairs = new(Rows, settings.Access.LogInFailures);
    private readonly FailureTable sources = new(Rows, settings.Access.LogInFailures * SourceFailsMore);
    private readonly (ulong Key, long At)[] right = new (ulong, long)[RightOnes];
    private readonly (int One, int Other) salt = (RandomNumberGenerator.GetInt32(int.MaxValue), RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>For how long a caller is locked out; nothing when it is not.</summary>
    public TimeSpan? LockedFor(IPAddress? from, string appId)
    {
        var now = real.Clock.GetUtcNow();
        var (source, pair) = KeysOf(from, appId);
        var until = pairs.LockedUntil(pair, now);
        if (sources.LockedUntil(source, now) is { } all && !(all <= until) && !WasRight(pair, now))
        {
            until = all;
        }

        return until - now;
    }

    /// <summary>Counts a failed log-in, and has the audit log told.</summary>
    public void Fail(IPAddress? from, string appId, string why)
    {
        var now = real.Clock.GetUtcNow();
        var (source, pair) = KeysOf(from, appId);
        var lockedUntil = pairs.Fail(pair, now);
        var all = sources.Fail(source, now);
        failed.Note(appId, from, why, all > lockedUntil || lockedUntil is null ? all : lockedUntil);
    }

    /// <summary>Remembers that a caller was right.</summary>
    public void Succeed(IPAddress? from, AppId app)
    {
        var (_, pair) = KeysOf(from, app.Value);
        pairs.Forgive(pair);

        // Written now and then, and without a lock: a torn one is no key that anybody has.
        ref var place = ref right[pair % RightOnes];
        var now = real.Clock.GetUtcNow().UtcTicks;
        if (place.Key != pair || now - place.At > TimeSpan.TicksPerMinute)
        {
            place = (pair, now);
        }
    }

    /// <summary>An address as what is counted: one of version 6 is its network of 64 bits, for whoever has one has all.</summary>
    public static IPAddress SourceOf(IPAddress? from)
    {
        if (from is null)
        {
            return IPAddress.None;
        }

        if (from.IsIPv4MappedToIPv6)
        {
            return from.MapToIPv4();
        }

        if (from.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return from;
        }

        Span<byte> bytes = stackalloc byte[16];
        from.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new(bytes);
    }

    private bool WasRight(ulong pair, DateTimeOffset now)
    {
        var (key, at) = right[pair % RightOnes];
        return key == pair && now.UtcTicks - at < RightFor.Ticks;
    }

    /// <summary>Keyed by what this process alone knows, so that nobody can choose whom to collide with.</summary>
    private (ulong Source, ulong Pair) KeysOf(IPAddress? from, string appId)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var length = 0;
        if (from is { IsIPv4MappedToIPv6: true })
        {
            from = from.MapToIPv4();
        }

        _ = from?.TryWriteBytes(bytes, out length);
        var source = Hash(bytes[..(length == 16 ? 8 : length)], 1);
        return (source, Hash(System.Runtime.InteropServices.MemoryMarshal.AsBytes(appId.AsSpan()), source));
    }

    private ulong Hash(ReadOnlySpan<byte> content, ulong seed) => unchecked(((ulong)(uint)Half(content, seed, 0) << 32) | (uint)Half(content, seed, 1));

    /// <summary>A long number is added in its two halves: its own hash would be one of them over the other.</summary>
    private int Half(ReadOnlySpan<byte> content, ulong seed, int which)
    {
        var hash = new HashCode();
        hash.Add(which == 0 ? salt.One : salt.Other);
        hash.Add(unchecked((int)seed));
        hash.Add(unchecked((int)(seed >> 32)));
        hash.AddBytes(content);
        return hash.ToHashCode();
    }
}
