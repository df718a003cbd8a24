namespace Tollgate.Vault;

/// <summary>How often a key was used since it was last asked.</summary>
/// <param name="Key">The key's id.</param>
/// <param name="Purpose">What it is for.</param>
/// <param name="Sealed">How much was sealed with it.</param>
/// <param name="Opened">How much was opened with it, or was to be.</param>
/// <param name="Digested">How many digests and fingerprints it made.</param>
public readonly record struct KeyUses(int Key, KeyPurpose Purpose, long Sealed, long Opened, long Digested);

/// <summary>Counts the uses of one key.</summary>
internal sealed class KeyTally(int key, KeyPurpose purpose)
{
    private long sealings;
    private long openings;
    private long digests;

    public void Sealed() => Interlocked.Increment(ref sealings);

    public void Opened() => Interlocked.Increment(ref openings);

    public void Digested() => Interlocked.Increment(ref digests);

    public KeyUses Take() => new(key, purpose, Interlocked.Exchange(ref sealings, 0), Interlocked.Exchange(ref openings, 0), Interlocked.Exchange(ref digests, 0));
}
