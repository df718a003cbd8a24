using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Authentication;

/// <summary>A line is an issuer's word on a card of a scheme, and what it means for the payment.</summary>
public class AuthenticationDeciderTests
{
    private const string Words = """
        # word  reason cancel | scheme     | eci | value | means
        Authenticated         | Visa       | 05  | yes   | proceed 05 Shifted
        Authenticated         | Mastercard | 02  | yes   | proceed 02 Shifted
        Authenticated         | Mastercard | 07  | yes   | proceed 07 Shifted
        Authenticated         | Amex       | 05  | yes   | proceed 05 Shifted
        # Without an indicator the scheme's own is sent.
        Authenticated         | Jcb        |     | yes   | proceed 05 Shifted
        Authenticated         | Mastercard |     | yes   | proceed 02 Shifted
        Attempted             | Visa       |     | yes   | proceed 06 Shifted
        Attempted             | Mastercard |     | yes   | proceed 01 Shifted
        # A proof without a value proves nothing, nor does an indicator that says so.
        Authenticated         | Visa       | 05  | no    | proceed 05 NotShifted
        Authenticated         | Visa       | 07  | yes   | proceed 07 NotShifted
        Attempted             | Mastercard | 00  | yes   | proceed 00 NotShifted
        Informational         | Visa       | 07  | yes   | proceed 07 NotShifted
        Informational         | Mastercard |     | no    | proceed 06 NotShifted
        # The issuer says no, or the cardholder would not.
        NotAuthenticated      | Visa       |     | no    | refuse AuthenticationDeclined
        NotAuthenticated 01   | Visa       | 07  | no    | refuse AuthenticationDeclined
        NotAuthenticated 19   | Visa       |     | no    | refuse AuthenticationDeclined
        NotAuthenticated 01 01 | Visa      |     | no    | refuse AuthenticationDeclined
        Rejected 11           | Visa       |     | no    | refuse AuthenticationDeclined
        # The time was over before the cardholder had answered.
        NotAuthenticated 14   | Visa       |     | no    | refuse AuthenticationExpired
        NotAuthenticated 14 04 | Visa      |     | no    | refuse AuthenticationExpired
        NotAuthenticated 01 05 | Visa      |     | no    | refuse AuthenticationExpired
        # It could not be done: the app's policy says what then.
        Unavailable 22        | Visa       | 07  | no    | unauthenticated NotPerformed
        """;

    private static readonly AuthenticationRules Lenient = new(AuthenticationPolicy.WhenRequired, WhenUnavailable.Proceed);

    private static readonly AuthenticationRules Strict = new(AuthenticationPolicy.Always, WhenUnavailable.Refuse);

    public static TheoryData<string> Lines => [.. Words.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith('#'))];

    [Theory]
    [MemberData(nameof(Lines))]
    public void Every_word_has_its_meaning(string line)
    {
        var columns = line.Split('|', StringSplitOptions.TrimEntries);
        var word = columns[0].Split(' ');
        var verdict = Verdict(Enum.Parse<TransactionStatus>(word[0])) with
        {
            StatusReason = word.ElementAtOrDefault(1),
            ChallengeCancel = word.ElementAtOrDefault(2),
            Eci = columns[2].Length > 0 ? columns[2] : null,
            AuthenticationValue = columns[3] == "yes" ? "AAABBZEEBgAAAAAAAAQGAAAAAAA=" : null,
        };
        var brand = Enum.Parse<Brand>(columns[1]);
        Assert.Equal(columns[4], Means(AuthenticationDecider.OnAnswer(verdict, brand, Lenient, demanded: false)));
        Assert.Equal(columns[4], Means(AuthenticationDecider.OnResult(verdict, brand, Lenient, demanded: false)));
    }

    [Fact]
    public void A_challenge_comes_of_an_answer_and_never_of_a_result()
    {
        var verdict = Verdict(TransactionStatus.Challenge);
        Assert.IsType<AuthenticationDecision.Challenge>(AuthenticationDecider.OnAnswer(verdict, Brand.Visa, Lenient, demanded: false));
        Assert.Equal("unauthenticated InvalidMessage", Means(AuthenticationDecider.OnResult(verdict, Brand.Visa, Lenient, demanded: false)));
        Assert.Equal("refuse AuthenticationUnavailable", Means(AuthenticationDecider.OnResult(verdict, Brand.Visa, Strict, demanded: false)));
    }

    [Fact]
    public void Without_an_answer_the_policy_decides_unless_the_issuer_demands_one()
    {
        foreach (var fault in Enum.GetValues<AuthenticationFault>().Except([AuthenticationFault.RequestRefused]))
        {
            Assert.Equal($"unauthenticated {fault}", Means(AuthenticationDecider.OnFault(fault, Lenient, demanded: false)));
            Assert.Equal("refuse AuthenticationUnavailable", Means(AuthenticationDecider.OnFault(fault, Lenient, demanded: true)));
            Assert.Equal("refuse AuthenticationUnavailable", Means(AuthenticationDecider.OnFault(fault, Strict, demanded: false)));
        }
    }

    [Fact]
    public void A_request_that_is_wrong_is_no_way_around_authentication() =>
        Assert.Equal("refuse AuthenticationUnavailable", Means(AuthenticationDecider.OnFault(AuthenticationFault.RequestRefused, Lenient, demanded: false)));

    [Fact]
    public void What_was_proved_names_the_authentication()
    {
        var decision = AuthenticationDecider.OnAnswer(Verdict(TransactionStatus.Authenticated), Brand.Visa, Lenient, demanded: false);
        var proof = Assert.IsType<AuthenticationDecision.Proceed>(decision).Result;
        Assert.Equal(("ds-1", "acs-1", "2.2.0", TransactionStatus.Authenticated), (proof.DirectoryServerTransactionId, proof.AcsTransactionId, proof.Version, proof.Status));
    }

    private static IssuerVerdict Verdict(TransactionStatus status) => new()
    {
        Status = status,
        AcsTransactionId = "acs-1",
        DirectoryServerTransactionId = "ds-1",
        Version = "2.2.0",
    };

    private static string Means(AuthenticationDecision decision) => decision switch
    {
        AuthenticationDecision.Proceed { Result: var proof } => $"proceed {proof.Eci} {proof.Liability}",
        AuthenticationDecision.Refuse { Reason: var reason } => $"refuse {reason}",
        AuthenticationDecision.ProceedUnauthenticated { Fault: var fault } => $"unauthenticated {fault}",
        _ => "challenge",
    };
}
