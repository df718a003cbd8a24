namespace Tollgate.Vault;

/// <summary>What a key is for. One key, one purpose.</summary>
public enum KeyPurpose
{
    /// <summary>Seals cards and other secrets (AES-256-GCM).</summary>
    Data,

    /// <summary>Fingerprints card numbers (HMAC-SHA-256).</summary>
    Fingerprint,

    /// <summary>Digests requests, to tell whether two are the same (HMAC-SHA-256).</summary>
    Digest,

    /// <summary>Digests the secrets of apps, which are kept as these digests only (HMAC-SHA-256).</summary>
    Access,

    /// <summary>Digests what is counted against abuse, such as addresses (HMAC-SHA-256).</summary>
    Risk,

    /// <summary>Chains the audit log (HMAC-SHA-256).</summary>
    Audit,
}

/// <summary>Where a key is in its life. It goes on and never back.</summary>
public enum KeyState
{
    /// <summary>Made, and known to every process before anything is sealed with it.</summary>
    Created,

    /// <summary>Seals; of each purpose there is one.</summary>
    Active,

    /// <summary>Seals no more, and still opens what it sealed.</summary>
    Retired,

    /// <summary>Gone: what it sealed can be opened by nobody.</summary>
    Destroyed,
}

/// <summary>A key as it is stored: wrapped by the key encryption key, with its life.</summary>
/// <param name="Id">From 1, never used twice.</param>
/// <param name="Purpose">What it is for; part of what the wrapping authenticates.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Wrapped">The wrapped key; empty once it is destroyed.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ActivatedAt">Since when it is used.</param>
/// <param name="EndsAt">The end of its cryptoperiod.</param>
/// <param name="RetiredAt">Since when it seals no more.</param>
/// <param name="DestroyedAt">Since when it is gone.</param>
public sealed record StoredKey(
    int Id,
    KeyPurpose Purpose,
    KeyState State,
    byte[] Wrapped,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ActivatedAt = null,
    DateTimeOffset? EndsAt = null,
    DateTimeOffset? RetiredAt = null,
    DateTimeOffset? DestroyedAt = null);

/// <summary>A key encryption key as it is remembered: where it is, and by what it is told from another. Never the key.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Provider">Where it is kept.</param>
/// <param name="CheckValue">Its check value.</param>
/// <param name="Custody">Of shares, the set with how many of how many; else empty.</param>
/// <param name="ActivatedAt">Since when it wraps.</param>
/// <param name="EndsAt">The end of its cryptoperiod.</param>
/// <param name="RetiredAt">Since when another wraps in its place.</param>
public sealed record WrappingKey(
    int Number, KeyProvider Provider, string CheckValue, string Custody, DateTimeOffset ActivatedAt, DateTimeOffset EndsAt, DateTimeOffset? RetiredAt = null);

/// <summary>How long keys are used.</summary>
/// <param name="Data">A data key seals for so long; a fingerprint key is to be rotated by then.</param>
/// <param name="Wrapping">A key encryption key, and the keys of digests, are to be replaced by then.</param>
public sealed record Cryptoperiods(TimeSpan Data, TimeSpan Wrapping)
{
    /// <summary>A year for what seals, two for what wraps.</summary>
    public static Cryptoperiods Default { get; } = new(TimeSpan.FromDays(365), TimeSpan.FromDays(730));

    internal TimeSpan Of(KeyPurpose purpose) => purpose is KeyPurpose.Data or KeyPurpose.Fingerprint ? Data : Wrapping;
}
