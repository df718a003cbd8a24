using Tollgate.Core.Cards;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>What is known of a challenge from its authentication request. Of the card number it keeps the last four digits.</summary>
internal sealed record ChallengeFacts
{
    public required string ServerTransactionId { get; init; }

    public required string DirectoryTransactionId { get; init; }

    public required string AcsTransactionId { get; init; }

    public required string Version { get; init; }

    public required string NotificationUrl { get; init; }

    public required Uri ResultsUrl { get; init; }

    public required string Merchant { get; init; }

    public required string Amount { get; init; }

    public required string LastFour { get; init; }

    public required Brand Brand { get; init; }

    public required EnrolledCard Card { get; init; }

    /// <summary>02 dynamic, 03 out of band.</summary>
    public string AuthenticationType => Card.Challenge == ChallengeKind.App ? "03" : "02";
}

/// <summary>How a challenge ended.</summary>
/// <param name="Status">Y, N or U.</param>
/// <param name="Reason">The transStatusReason, for N and U.</param>
/// <param name="Cancel">The challengeCancel, when it was broken off.</param>
/// <param name="Tries">How often the cardholder answered.</param>
internal sealed record ChallengeEnd(string Status, string? Reason, string? Cancel, int Tries);

/// <summary>What a cardholder did.</summary>
internal enum CardholderAct
{
    /// <summary>Entered a code, or approved in the app.</summary>
    Confirm,

    /// <summary>Declined in the app.</summary>
    Decline,

    /// <summary>Broke it off.</summary>
    Cancel,
}

/// <summary>A challenge: open until it has an end, which it has once.</summary>
internal sealed class Challenge(ChallengeFacts facts, DateTimeOffset askedAt)
{
    /// <summary>The code that passes.</summary>
    public const string PassingCode = "123456";

    /// <summary>How many wrong codes end it.</summary>
    public const int MostTries = 3;

    /// <summary>How long the cardholder has from the moment at which the challenge is seen.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>How much longer than that a challenge is kept that no browser came to see.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? openedAt;
    private string? sessionData;
    private int tries;
    private ChallengeEnd? end;

    public ChallengeFacts Facts { get; } = facts;

    public DateTimeOffset AskedAt { get; } = askedAt;

    /// <summary>When it is given up.</summary>
    public DateTimeOffset Deadline
    {
        get
        {
            lock (gate)
            {
                return (openedAt ?? (AskedAt + Grace)) + Patience;
            }
        }
    }

    public ChallengeEnd? End
    {
        get
        {
            lock (gate)
            {
                return end;
            }
        }
    }

    /// <summary>Over when the browser may go back: the result has been told, or will not be before that.</summary>
    public Task Told => told.Task;

    /// <summary>What the requestor wants back with the end.</summary>
    public string? SessionData
    {
        get
        {
            lock (gate)
            {
                return sessionData;
            }
        }
    }

    /// <summary>Whether there was an answer that was wrong, and there are tries left.</summary>
    public bool HasFailedOnce
    {
        get
        {
            lock (gate)
            {
                return tries > 0 && end is null;
            }
        }
    }

    /// <summary>A browser came with a challenge request; it may come again.</summary>
    public void Open(DateTimeOffset now, string? session)
    {
        lock (gate)
        {
            openedAt ??= now;
            sessionData = session;
        }
    }

    /// <summary>Takes what the cardholder did; the end, when it is one that has just come about.</summary>
    public ChallengeEnd? Take(CardholderAct act, string? code)
    {
        lock (gate)
        {
            if (end is not null)
            {
                return null;
            }

            if (act == CardholderAct.Cancel)
            {
                return end = new("N", "01", "01", tries);
            }

            tries++;
            if (act == CardholderAct.Decline)
            {
                return end = new("N", "01", null, tries);
            }

            var passes = Facts.Card.Challenge switch
            {
                ChallengeKind.App => true,
                ChallengeKind.NeverPassed => false,
                _ => code == PassingCode,
            };
            if (passes)
            {
                return end = Facts.Card.Challenge == ChallengeKind.Unavailable ? new("U", "22", null, tries) : new("Y", null, null, tries);
            }

            // Reason 19: exceeds the issuer's maximum of challenges.
            return tries == MostTries ? end = new("N", "19", null, tries) : null;
        }
    }

    /// <summary>Gives it up when its time is over; the end, when it has just come about.</summary>
    public ChallengeEnd? GiveUp(DateTimeOffset now)
    {
        lock (gate)
        {
            return end is null && Deadline <= now ? end = new("N", "14", openedAt is null ? "05" : "04", tries) : null;
        }
    }

    /// <summary>Lets the browser go back.</summary>
    public void Release() => told.TrySetResult();

    /// <summary>The message of how it ended.</summary>
    public ResultsRequest Result(ChallengeEnd ended)
    {
        var isProof = ended.Status == "Y";
        return new()
        {
            MessageVersion = Facts.Version,
            ThreeDSServerTransID = Facts.ServerTransactionId,
            DsTransID = Facts.DirectoryTransactionId,
            AcsTransID = Facts.Card.Result == ResultTrouble.WrongIdentifiers ? Guid.NewGuid().ToString("D") : Facts.AcsTransactionId,
            MessageCategory = "01",
            TransStatus = ended.Status,
            TransStatusReason = ended.Reason,
            ChallengeCancel = ended.Cancel,
            Eci = isProof ? Proof.Indicator(Facts.Brand, "Y") : null,
            AuthenticationType = Facts.AuthenticationType,
            AuthenticationMethod = Facts.Card.Challenge == ChallengeKind.App ? "09" : "02",
            AuthenticationValue = isProof ? Proof.Value(Facts.Brand) : null,
            InteractionCounter = ended.Tries.ToString("D2", System.Globalization.CultureInfo.InvariantCulture),
        };
    }
}
