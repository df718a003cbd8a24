using System.Globalization;

namespace Tollgate.ThreeDS;

/// <summary>A version of EMV 3-D Secure, such as 2.2.0. EMV 3DS 2.2.0 table A.1, messageVersion.</summary>
/// <param name="Major">The first number.</param>
/// <param name="Minor">The second number.</param>
/// <param name="Patch">The third number.</param>
public readonly record struct ProtocolVersion(int Major, int Minor, int Patch) : IComparable<ProtocolVersion>
{
    /// <summary>2.1.0.</summary>
    public static ProtocolVersion V210 { get; } = new(2, 1, 0);

    /// <summary>2.2.0.</summary>
    public static ProtocolVersion V220 { get; } = new(2, 2, 0);

    /// <summary>2.3.1, which is read leniently: what every version has is checked, what 2.3.1 changed is kept unread.</summary>
    public static ProtocolVersion V231 { get; } = new(2, 3, 1);

    /// <summary>The versions that Tollgate writes, the highest last.</summary>
    public static IReadOnlyList<ProtocolVersion> Written { get; } = [V210, V220];

    /// <summary>The versions that Tollgate reads, the highest last.</summary>
    public static IReadOnlyList<ProtocolVersion> Known { get; } = [V210, V220, V231];

    /// <summary>Whether the left version is older.</summary>
    public static bool operator <(ProtocolVersion left, ProtocolVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left version is newer.</summary>
    public static bool operator >(ProtocolVersion left, ProtocolVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left version is older or the same.</summary>
    public static bool operator <=(ProtocolVersion left, ProtocolVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left version is newer or the same.</summary>
    public static bool operator >=(ProtocolVersion left, ProtocolVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Reads three numbers of one or two digits with dots between them, in 5 to 8 characters.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">The version, when it is one.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out ProtocolVersion version)
    {
        version = default;
        Span<int> numbers = stackalloc int[3];
        var count = 0;
        foreach (var part in text.Split('.'))
        {
            if (count == numbers.Length || text[part] is not { Length: 1 or 2 } digits
                || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count++]))
            {
                return false;
            }
        }

        version = count == numbers.Length ? new(numbers[0], numbers[1], numbers[2]) : default;
        return count == numbers.Length;
    }

    /// <summary>The highest version that we, the directory server and the issuer have in common; null when there is none. EMV 3DS 2.2.0, 3.3 step 3.</summary>
    /// <param name="range">The card's range.</param>
    /// <param name="supported">The versions that we write.</param>
    /// <param name="ranges">The message the range came in, whose versions of the directory server hold for ranges that name none.</param>
    public static ProtocolVersion? HighestCommon(CardRange range, IReadOnlyList<ProtocolVersion> supported, PreparationResponse? ranges = null)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(supported);
        if (!TryParse(range.AcsStartProtocolVersion, out var lowest) || !TryParse(range.AcsEndProtocolVersion, out var highest))
        {
            return null;
        }

        if (TryParse(range.DsStartProtocolVersion ?? ranges?.DsStartProtocolVersion, out var start) && start > lowest)
        {
            lowest = start;
        }

        if (TryParse(range.DsEndProtocolVersion ?? ranges?.DsEndProtocolVersion, out var end) && end < highest)
        {
            highest = end;
        }

        ProtocolVersion? best = null;
        foreach (var version in supported)
        {
            if (version >= lowest && version <= highest && (best is null || version > best))
            {
                best = version;
            }
        }

        return best;
    }

    /// <inheritdoc/>
    public int CompareTo(ProtocolVersion other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor != other.Minor ? Minor.CompareTo(other.Minor) : Patch.CompareTo(other.Patch);

    /// <summary>The version as a message has it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");
}
