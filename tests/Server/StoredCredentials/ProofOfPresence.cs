using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Payments;

namespace Tollgate.Server.Tests.StoredCredentials;

/// <summary>Whatever is known of a payment, what proves that the cardholder is there goes only with the cardholder's own.</summary>
public class ProofOfPresence
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly AuthenticationResult Proved = new("05", "AAABBZEEBgAAAAAAAAQGAAAAAAA=", "f25084f0-5b16-4c0a-ae5d-b24808a95e4b", "2.2.0");
    private static readonly Agreement Agreed = new(new("2PW24DD33TSAPQ4K"), At.AddDays(-40), new(250, Currency.Aud), "100000000000001", "05", "2.2.0", Proved.DirectoryServerTransactionId);

    [Fact]
    public void No_payment_of_the_merchants_has_a_security_code_or_an_authentication_value()
    {
        Assert.True(CardNumber.TryParse("4242424242424242", out var card));
        Assert.True(CardVerificationCode.TryParse("123", Brand.Visa, out var code));
        var (merchants, cardholders) = (0, 0);
        foreach (var payment in Payments())
        {
            var order = AcquirerOrders.Authorise(payment, card, code);
            if (order.Credential.Initiator == Initiator.Merchant)
            {
                merchants++;
                Assert.Equal((null, null), (order.Code, order.Authentication));
                Assert.Equal(CredentialUse.Subsequent, order.Credential.Use);
                Assert.DoesNotContain(Proved.AuthenticationValue!, order.ToString(), StringComparison.Ordinal);
            }
            else
            {
                cardholders++;
                Assert.Equal((code, payment.Authentication), (order.Code, order.Authentication));
                Assert.Null(order.Credential.SchemeTransactionId);
                Assert.Null(order.Credential.Agreement);
            }

            // By token, nobody was asked: whatever authentication says, it was not of this payment.
            var byToken = payment.Facts is { Type: PaymentType.Unscheduled, BroughtCard: false };
            Assert.True(!byToken || order.Credential.Initiator == Initiator.Merchant);
        }

        Assert.Equal((Enum.GetValues<Brand>().Length * 5 * 2 * 5, Enum.GetValues<Brand>().Length * 5 * 2 * 7), (merchants, cardholders));
    }

    /// <summary>Every scheme and reason, with and without an agreement; by raw card and by token, with every kind of proof.</summary>
    private static IEnumerable<Payment> Payments() =>
        from brand in Enum.GetValues<Brand>()
        from reason in Enum.GetValues<ChargeReason>().Select(r => (ChargeReason?)r).Append(null)
        from agreement in (Agreement?[])[null, Agreed]
        from type in Enum.GetValues<PaymentType>()
        from broughtCard in (bool[])[true, false]
        from proof in (AuthenticationResult?[])[null, Proved, Proved with { AuthenticationValue = null }]
        select Payment.Evolve(null, new PaymentEvent.Created(At, new()
        {
            Id = new("2PW24DDRY9ZUBB2V"),
            App = new("app-sandbox"),
            ExternalId = "order-1",
            Amount = new(1000, Currency.Aud),
            CaptureAtOnce = false,
            Type = type,
            Reason = type == PaymentType.Unscheduled ? reason : null,
            PreviousSchemeTransactionId = agreement?.SchemeTransactionId,
            Agreement = agreement,
            Token = new("tok_038fbe644e57bc264020"),
            BroughtCard = broughtCard,
            Card = new(brand, "4242", null, new(2028, 12), "b1946ac9"),
            Cardholder = new("John", "Doe", "john@example.com", "JOHN DOE", new("1 High Street", "Sydney", "NSW", "AU", "2000")),
            ReturnUrl = "https://merchant.example",
            CreatedAt = At,
            SessionEndsAt = At.AddMinutes(15),
        })) with
        {
            InFlight = new(new("6SXGYFEBPMFKS5KGSJNY"), OperationKind.Authorisation, new(1000, Currency.Aud), OperationStage.Sent, At.AddSeconds(7)),
            Authentication = proof,
        };
}
