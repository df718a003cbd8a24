namespace Tollgate.Sandbox.ThreeDS;

/// <summary>What the issuer says to an authentication request.</summary>
internal enum IssuerAnswer
{
    /// <summary>It authenticates without a challenge, unless the merchant wants one.</summary>
    AsAsked,

    /// <summary>It authenticates without a challenge, whatever the merchant wants (<c>Y</c>).</summary>
    Authenticates,

    /// <summary>It takes no part, and the scheme vouches for the attempt (<c>A</c>).</summary>
    Attempts,

    /// <summary>It does not believe that it is the cardholder (<c>N</c>).</summary>
    Denies,

    /// <summary>It cannot say (<c>U</c>).</summary>
    CannotSay,

    /// <summary>It forbids the payment (<c>R</c>).</summary>
    Rejects,

    /// <summary>It wants to see the cardholder (<c>C</c>).</summary>
    Challenges,
}

/// <summary>What goes wrong with the answer to an authentication request.</summary>
internal enum AnswerTrouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It takes three seconds.</summary>
    Slow,

    /// <summary>It never comes.</summary>
    Silent,

    /// <summary>It is no message.</summary>
    Malformed,

    /// <summary>It names another authentication.</summary>
    WrongIdentifiers,

    /// <summary>It is an error message.</summary>
    Erroneous,
}

/// <summary>How the cardholder is asked.</summary>
internal enum ChallengeKind
{
    /// <summary>By a code.</summary>
    Code,

    /// <summary>By the bank's app.</summary>
    App,

    /// <summary>By a code, and no code is right.</summary>
    NeverPassed,

    /// <summary>By a code, and then the issuer cannot say.</summary>
    Unavailable,
}

/// <summary>What goes wrong with the result of a challenge.</summary>
internal enum ResultTrouble
{
    /// <summary>Nothing: it is there before the browser is.</summary>
    None,

    /// <summary>It comes after the browser.</summary>
    Late,

    /// <summary>It never comes.</summary>
    Missing,

    /// <summary>It names another authentication.</summary>
    WrongIdentifiers,
}

/// <summary>What the issuer's page for the 3DS method does.</summary>
internal enum MethodPage
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>It says at once that it is done.</summary>
    Answers,

    /// <summary>It never says that it is done.</summary>
    Silent,
}

/// <summary>How the cards of a range are authenticated.</summary>
internal sealed record EnrolledCard
{
    /// <summary>The acsInfoInd of a range whose issuer authenticates, and stands in, and asks for nothing.</summary>
    public const string Ordinary = "01,02";

    /// <summary>The acsInfoInd of a range whose issuer asks for authentication when the customer pays.</summary>
    public const string Asks = "01,02,80";

    /// <summary>The acsInfoInd of a range whose issuer offers to authenticate where it costs the customer nothing.</summary>
    public const string Offers = "01,02,81";

    /// <summary>The acsInfoInd of a range whose issuer asks also when the merchant pays by the number itself.</summary>
    public const string AsksAlways = "01,02,80,82";

    /// <summary>What the issuer says.</summary>
    public IssuerAnswer Answer { get; init; } = IssuerAnswer.AsAsked;

    /// <summary>What goes wrong with that.</summary>
    public AnswerTrouble Trouble { get; init; }

    /// <summary>How the cardholder is asked, where that is done.</summary>
    public ChallengeKind Challenge { get; init; }

    /// <summary>What goes wrong with the result of it.</summary>
    public ResultTrouble Result { get; init; }

    /// <summary>Its page for the 3DS method.</summary>
    public MethodPage Method { get; init; }

    /// <summary>What the range says of itself (acsInfoInd), with commas.</summary>
    public string Indicators { get; init; } = Asks;

    /// <summary>The latest version that the issuer speaks; the earliest is 2.1.0.</summary>
    public string LatestVersion { get; init; } = "2.2.0";

    /// <summary>What the cardholder must be shown.</summary>
    public string? CardholderInfo { get; init; }
}

/// <summary>A range of card numbers, both ends in it.</summary>
/// <param name="Start">The first number; both ends have the same length.</param>
/// <param name="End">The last number.</param>
/// <param name="Card">How its cards are authenticated.</param>
internal sealed record EnrolledRange(string Start, string End, EnrolledCard Card)
{
    public bool Contains(string number) =>
        number.Length == Start.Length && string.CompareOrdinal(number, Start) >= 0 && string.CompareOrdinal(number, End) <= 0;
}
