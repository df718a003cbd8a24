using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

/// <summary>The guide's own examples, with a real address where its copy has none.</summary>
internal static class Example
{
    /// <summary>The response example of the guide, without its line breaks.</summary>
    public static string Payment { get; } = OneLine(
        """
        {"uuid":"7PPPMXIGH","name":"Testing","email":"john+shop@example.com","external_id":"wc_order_6C1hcvg4T7Pom","status":"pending",
        "pay_code":{"3ds_url":"https://3ds-auth.example.com/verify"},"currency":"AUD","amount":100,"total":100,"paid_amount":0,"is_refundable":true,
        "payment_method":"card","expired_at":"","webhook_notification":{"endpoint_url":"https://webhook.site/456adb8f-4407-4bce-90fe-2c431db19696",
        "authorization_header":"****"},"refund_information":null,"sender_details":{"card":{"card_type":"card","card_brand":"visa","card_last_4":"1111",
        "card_country":"US"}},"capture":false,"payment_type":"regular","token":{"id":"tok_dfe1988a1ffc0d6562d3","type":"card"},
        "created_at":"2025-05-28T04:22:21.567+0000"}
        """);

    /// <summary>The request example of the guide with every field, without its line breaks.</summary>
    public static string ChargeBody { get; } = OneLine(
        """
        {"amount":1000,"currency":"AUD","email":"john@example.com","first_name":"John","last_name":"Doe","billing_address":{"address":"123 Main Street",
        "city":"Sydney","state":"NSW","country":"AU","postal_code":"2000"},"card_info":{"card_number":"4111111111111111","card_expiry_month":12,
        "card_expiry_year":2028,"card_cvv_number":"123","card_holder_name":"John Doe"},"payment_type":"regular","charge_reason":"resubmission",
        "previous_payment_uuid":"1GKPTU7E","browser_details":{"user_agent":"Mozilla/5.0","language":"en-US","color_depth":24,"screen_height":1080,
        "screen_width":1920,"java_enabled":true,"time_zone":-600,"accept_header":"*/*","javascript_enabled":true},"ip_address":"192.168.1.1",
        "capture":false,"external_id":"order_test_xxx","return_url":"https://example.com","description":"Payment for invoice #1234",
        "webhook_notification":{"endpoint_url":"https://merchant.com/webhook","authorization_header":"Bearer xxxxxx"}}
        """);

    public static ChargeRequest Charge { get; } = new()
    {
        Amount = 1000,
        Currency = "AUD",
        Email = "john@example.com",
        FirstName = "John",
        LastName = "Doe",
        BillingAddress = new() { Address = "123 Main Street", City = "Sydney", State = "NSW", Country = "AU", PostalCode = "2000" },
        CardInfo = new()
        {
            CardNumber = "4111111111111111",
            CardExpiryMonth = 12,
            CardExpiryYear = 2028,
            CardCvvNumber = "123",
            CardHolderName = "John Doe",
        },
        PaymentType = PaymentType.Regular,
        ChargeReason = ChargeReason.Resubmission,
        PreviousPaymentUuid = "1GKPTU7E",
        BrowserDetails = new()
        {
            UserAgent = "Mozilla/5.0",
            Language = "en-US",
            ColorDepth = 24,
            ScreenHeight = 1080,
            ScreenWidth = 1920,
            JavaEnabled = true,
            TimeZone = -600,
            AcceptHeader = "*/*",
            JavascriptEnabled = true,
        },
        IpAddress = "192.168.1.1",
        Capture = false,
        ExternalId = "order_test_xxx",
        ReturnUrl = "https://example.com",
        Description = "Payment for invoice #1234",
        WebhookNotification = new() { EndpointUrl = "https://merchant.com/webhook", AuthorizationHeader = "Bearer xxxxxx" },
    };

    /// <summary>The example with something else in it.</summary>
    public static string PaymentWith(string old, string other)
    {
        Assert.Contains(old, Payment, StringComparison.Ordinal);
        return Payment.Replace(old, other, StringComparison.Ordinal);
    }

    private static string OneLine(string text) => text.Replace("\n", string.Empty, StringComparison.Ordinal);
}
