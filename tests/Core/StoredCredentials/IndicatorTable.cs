using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;

namespace Tollgate.Core.Tests.StoredCredentials;

/// <summary>What an authorisation says of a kept card, scheme by scheme and reason by reason.</summary>
public class IndicatorTable
{
    // scheme | who, and how | entry mode, F126.13, F63.3, DE48.22.5
    private const string Table = """
        # The cardholder gives the card, which is kept; and pays with it again.
        Visa       | cardholder, first             | 01 C - -
        Visa       | cardholder, subsequent        | 10 - - -
        # Visa's reasons are those of the trade. Without one the environment says that it is unscheduled.
        Visa       | merchant                      | 10 C - -
        Visa       | merchant, resubmission        | 10 - 3901 -
        Visa       | merchant, delayed_charge      | 10 - 3902 -
        Visa       | merchant, reauthorisation     | 10 - 3903 -
        Visa       | merchant, no_show             | 10 - 3904 -
        # Mastercard names everything in one category: C for the cardholder, M1 for what was agreed, M2 for the trade.
        Mastercard | cardholder, first             | 81 - - C101
        Mastercard | cardholder, subsequent        | 10 - - C101
        Mastercard | merchant                      | 10 - - M101
        Mastercard | merchant, resubmission        | 10 - - M208
        Mastercard | merchant, delayed_charge      | 10 - - M206
        Mastercard | merchant, reauthorisation     | 10 - - M205
        Mastercard | merchant, no_show             | 10 - - M207
        Maestro    | merchant, no_show             | 10 - - M207
        # The others have no field for the reason: the entry mode and the identifier of the earlier payment say it.
        Amex       | cardholder, first             | 01 - - -
        Amex       | cardholder, subsequent        | 10 - - -
        Amex       | merchant                      | 10 - - -
        Amex       | merchant, resubmission        | 10 - - -
        Amex       | merchant, delayed_charge      | 10 - - -
        Amex       | merchant, reauthorisation     | 10 - - -
        Amex       | merchant, no_show             | 10 - - -
        Discover   | merchant, delayed_charge      | 10 - - -
        Diners     | merchant                      | 10 - - -
        Jcb        | merchant, resubmission        | 10 - - -
        UnionPay   | cardholder, first             | 01 - - -
        """;

    public static TheoryData<string, string, string> Lines
    {
        get
        {
            var lines = new TheoryData<string, string, string>();
            foreach (var columns in Table.Split('\n').Where(line => line[0] != '#').Select(line => line.Split('|', StringSplitOptions.TrimEntries)))
            {
                lines.Add(columns[0], columns[1], columns[2]);
            }

            return lines;
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Says_what_the_scheme_wants_to_read(string scheme, string who, string expected)
    {
        var words = who.Split(", ");
        var initiator = Enum.Parse<Initiator>(words[0], ignoreCase: true);
        var use = words[^1] == "first" ? CredentialUse.First : CredentialUse.Subsequent;
        ChargeReason? reason = initiator == Initiator.Merchant && words.Length > 1 ? Enum.Parse<ChargeReason>(words[1].Replace("_", string.Empty, StringComparison.Ordinal), ignoreCase: true) : null;

        var said = SchemeIndicators.For(Enum.Parse<Brand>(scheme), initiator, use, reason);

        Assert.Equal(expected, $"{said.EntryMode} {said.PosEnvironment ?? "-"} {said.MessageReason ?? "-"} {said.Category ?? "-"}");
    }

    [Fact]
    public void Every_scheme_has_an_answer_for_every_reason()
    {
        foreach (var brand in Enum.GetValues<Brand>())
        {
            foreach (var reason in Enum.GetValues<ChargeReason>().Select(r => (ChargeReason?)r).Append(null))
            {
                Assert.Equal("10", SchemeIndicators.For(brand, Initiator.Merchant, CredentialUse.Subsequent, reason).EntryMode);
            }
        }
    }
}
