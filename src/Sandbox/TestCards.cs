using System.Collections.Frozen;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox;

/// <summary>What a test card does.</summary>
/// <param name="ResponseCode">The issuer's answer to an authorisation, ISO 8583 DE39.</param>
/// <param name="StoredCredentialCode">The answer to later authorisations by token, when it differs.</param>
/// <param name="Delay">How long the answer takes.</param>
/// <param name="Silent">Whether the answer to an authorisation never comes, and an inquiry cannot say.</param>
/// <param name="OpensDispute">Whether the cardholder disputes the payment when it settles.</param>
/// <param name="UnauthenticatedCode">The answer as long as the cardholder is not authenticated, when it is another one.</param>
/// <param name="AsksMerchant">Whether that is also the answer to what the merchant initiates.</param>
/// <param name="AdviceCode">What goes with the answer of trying again (Mastercard's merchant advice code).</param>
internal sealed record TestCard(
    string ResponseCode = "00",
    string? StoredCredentialCode = null,
    TimeSpan Delay = default,
    bool Silent = false,
    bool OpensDispute = false,
    string? UnauthenticatedCode = null,
    bool AsksMerchant = false,
    string? AdviceCode = null);

/// <summary>The published test numbers and what each does; any other number is approved. What their issuers want before is in <see cref="ThreeDS.EnrolledCards"/>.</summary>
internal static class TestCards
{
    private static readonly TestCard Ordinary = new();

    private static readonly FrozenDictionary<string, TestCard> Rows = new Dictionary<string, TestCard>(StringComparer.Ordinal)
    {
        ["4000008400001629"] = new("05"),
        ["4000008260003178"] = new("51"),
        ["4000002500003155"] = new(UnauthenticatedCode: "1A"),
        ["4000002760003184"] = new(UnauthenticatedCode: "1A", AsksMerchant: true),
        ["5200000000002235"] = new(UnauthenticatedCode: "65"),
        ["4000000000000002"] = new("05"),
        ["4000000000009995"] = new("51"),
        ["4000000000000069"] = new("54"),
        ["4000000000000127"] = new("N7"),
        ["4000000000000119"] = new("96"),
        ["5105105105105100"] = new("05", AdviceCode: "03"),
        ["5200828282828210"] = new("51", AdviceCode: "24"),
        ["4000000000009987"] = new("41"),
        ["4000000000009979"] = new("43"),
        ["4000000000000259"] = new(OpensDispute: true),
        ["4000000000000341"] = new(StoredCredentialCode: "05"),
        ["4000000000000101"] = new(Silent: true),
        ["4000000000000044"] = new(Delay: TimeSpan.FromSeconds(3)),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static TestCard Find(CardNumber number) => Rows.GetValueOrDefault(number.Reveal(), Ordinary);
}
