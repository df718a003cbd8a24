using System.Globalization;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>Which card numbers take part in cardholder authentication, and how. The ranges do not overlap: a test number is cut out of its scheme's.</summary>
internal static class EnrolledCards
{
    /// <summary>American Express with no authentication at all: in no range.</summary>
    private const string NotEnrolled = "378282246310005";

    private static readonly Dictionary<string, EnrolledCard> Numbers = new(StringComparer.Ordinal)
    {
        ["4111111111111111"] = new() { Answer = IssuerAnswer.Challenges },
        ["4000000000003220"] = new() { Answer = IssuerAnswer.Challenges, Indicators = EnrolledCard.AsksAlways },
        ["4000008400001629"] = new() { Answer = IssuerAnswer.Challenges },
        ["4000008260003178"] = new() { Answer = IssuerAnswer.Challenges },
        ["4000000000003055"] = new() { Answer = IssuerAnswer.Authenticates, Indicators = EnrolledCard.Offers },
        ["4000000000003089"] = new() { Answer = IssuerAnswer.Challenges, Indicators = EnrolledCard.Offers },
        ["4000000000003097"] = new() { Answer = IssuerAnswer.Authenticates, Indicators = EnrolledCard.Offers, Trouble = AnswerTrouble.Erroneous },

        // These are authenticated only when the merchant wants it, or the issuer has declined an authorisation without.
        ["4000002500003155"] = new() { Answer = IssuerAnswer.Challenges, Indicators = EnrolledCard.Ordinary },
        ["4000002760003184"] = new() { Answer = IssuerAnswer.Challenges, Indicators = EnrolledCard.Ordinary },
        ["5200000000002235"] = new() { Answer = IssuerAnswer.Challenges, Indicators = EnrolledCard.Ordinary },

        ["4000000000001000"] = new() { Answer = IssuerAnswer.Authenticates },
        ["5200000000001005"] = new() { Answer = IssuerAnswer.Authenticates },
        ["4000010000000001"] = new() { Answer = IssuerAnswer.Authenticates, Method = MethodPage.Answers },
        ["5200010000000006"] = new() { Answer = IssuerAnswer.Authenticates, Method = MethodPage.Silent },
        ["4000000000003006"] = new() { Answer = IssuerAnswer.Authenticates, LatestVersion = "2.1.0" },
        ["4000000000002701"] = new() { Answer = IssuerAnswer.Authenticates, CardholderInfo = "The sandbox's bank thanks you for your purchase." },
        ["4000000000001018"] = new() { Answer = IssuerAnswer.Denies },
        ["4000000000002040"] = new() { Answer = IssuerAnswer.Denies, CardholderInfo = "The sandbox's bank could not confirm that it is you. Please call the number on the back of your card." },
        ["4000000000001026"] = new() { Answer = IssuerAnswer.Attempts },
        ["4000000000001034"] = new() { Answer = IssuerAnswer.CannotSay },
        ["4000000000001042"] = new() { Answer = IssuerAnswer.Rejects },

        ["4000000000002354"] = new() { Answer = IssuerAnswer.Authenticates, Trouble = AnswerTrouble.Slow },
        ["4000000000001075"] = new() { Trouble = AnswerTrouble.Silent },
        ["4000000000001059"] = new() { Trouble = AnswerTrouble.Malformed },
        ["4000000000002990"] = new() { Answer = IssuerAnswer.Authenticates, Trouble = AnswerTrouble.WrongIdentifiers },
        ["4000000000001067"] = new() { Trouble = AnswerTrouble.Erroneous },

        ["4000000000001091"] = new() { Answer = IssuerAnswer.Challenges },
        ["5200000000002151"] = new() { Answer = IssuerAnswer.Challenges },
        ["4000000000002503"] = new() { Answer = IssuerAnswer.Challenges, Method = MethodPage.Answers },
        ["4100000000005000"] = new() { Answer = IssuerAnswer.Challenges, Challenge = ChallengeKind.App },
        ["4000000000001109"] = new() { Answer = IssuerAnswer.Challenges, Challenge = ChallengeKind.NeverPassed },
        ["4000000000001117"] = new() { Answer = IssuerAnswer.Challenges, Challenge = ChallengeKind.Unavailable },
        ["4000000000001133"] = new() { Answer = IssuerAnswer.Challenges, Result = ResultTrouble.Late },
        ["4000000000001125"] = new() { Answer = IssuerAnswer.Challenges, Result = ResultTrouble.Missing },
        ["4000000000002644"] = new() { Answer = IssuerAnswer.Challenges, Result = ResultTrouble.WrongIdentifiers },
    };

    /// <summary>The schemes' ranges: first digits, last digits, length of a number.</summary>
    private static readonly (string From, string To, int Length)[] Schemes =
    [
        ("30", "30", 14), ("36", "36", 14), ("38", "39", 14),
        ("34", "34", 15), ("37", "37", 15),
        ("2221", "2720", 16), ("3528", "3589", 16), ("4", "4", 16), ("51", "55", 16), ("6011", "6011", 16), ("62", "62", 16), ("644", "659", 16),
    ];

    /// <summary>All ranges, in the order of their numbers.</summary>
    public static IReadOnlyList<EnrolledRange> Ranges { get; } = [.. Cut()];

    private static IEnumerable<EnrolledRange> Cut()
    {
        var ordinary = new EnrolledCard { Indicators = EnrolledCard.Ordinary };
        foreach (var (from, to, length) in Schemes)
        {
            var next = long.Parse(from.PadRight(length, '0'), CultureInfo.InvariantCulture);
            var last = long.Parse(to.PadRight(length, '9'), CultureInfo.InvariantCulture);
            foreach (var (number, card) in Own(length).Where(own => own.Number >= next && own.Number <= last).OrderBy(own => own.Number))
            {
                if (number > next)
                {
                    yield return new(Digits(next), Digits(number - 1), ordinary);
                }

                if (card is not null)
                {
                    yield return new(Digits(number), Digits(number), card);
                }

                next = number + 1;
            }

            if (next <= last)
            {
                yield return new(Digits(next), Digits(last), ordinary);
            }
        }
    }

    private static IEnumerable<(long Number, EnrolledCard? Card)> Own(int length) =>
        from own in Numbers.Select(own => (Digits: own.Key, Card: (EnrolledCard?)own.Value)).Append((NotEnrolled, null))
        where own.Digits.Length == length
        select (long.Parse(own.Digits, CultureInfo.InvariantCulture), own.Card);

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);
}
