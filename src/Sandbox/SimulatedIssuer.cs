using System.Security.Cryptography;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox;

/// <summary>What the issuer of a card wants before it authorises.</summary>
public enum IssuerWish
{
    /// <summary>Nothing: the card is not enrolled.</summary>
    Nothing,

    /// <summary>It authenticates without bothering the cardholder.</summary>
    Frictionless,

    /// <summary>It wants to see the cardholder.</summary>
    Challenge,
}

/// <summary>How the issuer took a code that the cardholder entered.</summary>
public enum CodeVerdict
{
    /// <summary>Right.</summary>
    Passed,

    /// <summary>Wrong, and there are tries left.</summary>
    Wrong,

    /// <summary>Wrong, and it was the last try.</summary>
    Refused,
}

/// <summary>The pretend issuer's part in cardholder authentication.</summary>
public sealed class SimulatedIssuer(SimulatedAcquirer acquirer)
{
    /// <summary>The code that passes.</summary>
    public const string PassingCode = "123456";

    /// <summary>How many wrong codes end a challenge.</summary>
    public const int Tries = 3;

    /// <summary>What the issuer wants for a payment by this card.</summary>
    public static IssuerWish WishFor(CardNumber card, bool merchantInitiated, bool byToken) => TestCards.Find(card).Challenge switch
    {
        ChallengePolicy.Frictionless when !merchantInitiated => IssuerWish.Frictionless,
        ChallengePolicy.RegularOnly when !merchantInitiated => IssuerWish.Challenge,
        ChallengePolicy.AlsoUnscheduledRawCard when !merchantInitiated || !byToken => IssuerWish.Challenge,
        _ => IssuerWish.Nothing,
    };

    /// <summary>Judges a code that the cardholder of a payment entered.</summary>
    public CodeVerdict Judge(string payment, string code)
    {
        if (acquirer.CountWrongCodes(payment) >= Tries)
        {
            return CodeVerdict.Refused;
        }

        if (code == PassingCode)
        {
            return CodeVerdict.Passed;
        }

        return acquirer.AddWrongCode(payment) >= Tries ? CodeVerdict.Refused : CodeVerdict.Wrong;
    }

    /// <summary>The proof of an authentication: the schemes' indicator for "authenticated" and a random value of the right form.</summary>
    public static AuthenticationResult Prove(Brand brand) => new(
        brand is Brand.Mastercard or Brand.Maestro ? "02" : "05",
        Convert.ToBase64String(RandomNumberGenerator.GetBytes(20)),
        Guid.NewGuid().ToString("D"),
        "2.2.0");
}
