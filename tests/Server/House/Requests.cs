using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>Requests that work as they stand; a test changes what it is about.</summary>
public static class Requests
{
    private static int orders;

    /// <summary>An order that no other test has.</summary>
    public static string NewOrder() => $"order-{Interlocked.Increment(ref orders)}-{Guid.NewGuid():N}";

    public static CardInfo Card(string number = "4242424242424242") => new()
    {
        CardNumber = number,
        CardExpiryMonth = 12,
        CardExpiryYear = DateTimeOffset.UtcNow.Year + 2,
        CardCvvNumber = number.StartsWith("37", StringComparison.Ordinal) ? "1234" : "123",
        CardHolderName = "John Doe",
    };

    public static ChargeRequest Charge(string number = "4242424242424242", long amount = 1000) => new()
    {
        Amount = amount,
        Currency = "AUD",
        Email = "john.doe@example.com",
        FirstName = "John",
        LastName = "Doe",
        BillingAddress = new() { Address = "123 Main Street", City = "Sydney", State = "NSW", Country = "AU", PostalCode = "2000" },
        CardInfo = Card(number),
        ExternalId = NewOrder(),
        ReturnUrl = "https://example.com",
    };

    public static CreatePaymentRequest Token(string token, long amount = 1000) => new()
    {
        Amount = amount,
        Currency = "AUD",
        Token = new() { Id = token },
        ExternalId = NewOrder(),
        ReturnUrl = "https://example.com",
    };
}
