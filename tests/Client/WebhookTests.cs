using System.Text;
using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class WebhookTests
{
    private const string Id = "evt_1";
    private const long SentAt = 1_748_406_141;

    private static readonly SecretText Secret = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";
    private static readonly SecretText OldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(SentAt + 2);
    private static readonly byte[] Body = JsonSerializer.SerializeToUtf8Bytes(
        JsonSerializer.Deserialize(Example.Payment, ResponseJson.Numbers.PaymentResponse)!, ResponseJson.Text.PaymentResponse);

    private static WebhookHeaders Headers => new(Id, "1748406141", WebhookSignature.Sign(Id, SentAt, Body, Secret));

    [Fact]
    public void The_vector_of_Standard_Webhooks_is_signed_alike() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8, OldSecret));

    // The expected value was computed with OpenSSL: openssl dgst -sha256 -hmac.
    [Fact]
    public void The_original_APIs_signature_is_keyed_with_the_whole_text_of_the_secret() => Assert.Equal(
        "sha256=80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c", WebhookSignature.SignReference("""{"test": 2432232314}"""u8, OldSecret));

    [Fact]
    public void A_genuine_delivery_is_the_payment_with_its_money_read_from_text()
    {
        Assert.Contains("\"amount\":\"100.0\",\"total\":\"100.0\",\"paid_amount\":\"0.0\"", Encoding.UTF8.GetString(Body), StringComparison.Ordinal);

        var payment = Webhook.Verify(Body, Headers, Secret, Now);

        Assert.Equal(("7PPPMXIGH", PaymentStatus.Pending, 100L), (payment.Uuid, payment.Status, payment.Amount));
    }

    [Fact]
    public void A_delivery_with_money_as_numbers_is_read_too()
    {
        var body = Encoding.UTF8.GetBytes(Example.Payment);

        var payment = Webhook.Verify(body, Headers with { Signature = WebhookSignature.Sign(Id, SentAt, body, Secret) }, Secret, Now);

        Assert.Equal(100, payment.Amount);
    }

    [Fact]
    public void One_changed_byte_anywhere_in_the_body_is_noticed()
    {
        for (var place = 0; place < Body.Length; place++)
        {
            var tampered = (byte[])Body.Clone();
            tampered[place] ^= 1;

            Assert.Contains("No signature matches", Refusal(tampered, Headers, Secret, Now), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_body_that_was_parsed_and_written_again_is_refused_with_a_hint()
    {
        var indented = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Body).Replace(":", ": ", StringComparison.Ordinal));

        Assert.Contains("raw bytes that arrived", Refusal(indented, Headers, Secret, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_id_or_timestamp_than_was_signed_is_noticed()
    {
        Assert.Contains("No signature matches", Refusal(Body, Headers with { Id = "evt_2" }, Secret, Now), StringComparison.Ordinal);
        Assert.Contains("No signature matches", Refusal(Body, Headers with { Timestamp = "1748406142" }, Secret, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void The_wrong_secret_is_refused_with_a_hint() =>
        Assert.Contains("Check that the secret is this app's", Refusal(Body, Headers, OldSecret, Now), StringComparison.Ordinal);

    [Theory]
    [InlineData(301, "more than five minutes old")]
    [InlineData(-301, "more than five minutes in the future")]
    public void A_timestamp_too_far_from_now_is_refused(int secondsLater, string message)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(SentAt + secondsLater);

        Assert.Contains(message, Refusal(Body, Headers, Secret, now), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(-300)]
    public void A_timestamp_five_minutes_from_now_is_still_good(int secondsLater) =>
        Assert.Equal("7PPPMXIGH", Webhook.Verify(Body, Headers, Secret, DateTimeOffset.FromUnixTimeSeconds(SentAt + secondsLater)).Uuid);

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData(" 1748406141")]
    [InlineData("1748406141.0")]
    [InlineData("99999999999999999999")]
    public void A_timestamp_that_is_not_a_number_of_seconds_is_refused(string timestamp) =>
        Assert.Contains("not a number of seconds", Refusal(Body, Headers with { Timestamp = timestamp }, Secret, Now), StringComparison.Ordinal);

    [Fact]
    public void The_largest_timestamp_is_refused_and_does_not_overflow() => Assert.Contains(
        "in the future",
        Refusal(Body, Headers with { Timestamp = "9223372036854775807" }, Secret, DateTimeOffset.MinValue),
        StringComparison.Ordinal);

    [Fact]
    public void A_missing_header_is_named()
    {
        Assert.Contains("webhook-id is missing", Refusal(Body, Headers with { Id = null }, Secret, Now), StringComparison.Ordinal);
        Assert.Contains("webhook-timestamp is missing", Refusal(Body, Headers with { Timestamp = "" }, Secret, Now), StringComparison.Ordinal);
        Assert.Contains("webhook-signature is missing", Refusal(Body, Headers with { Signature = " " }, Secret, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void During_a_rotation_the_old_and_the_new_secret_both_verify()
    {
        var both = Headers with { Signature = $"{WebhookSignature.Sign(Id, SentAt, Body, OldSecret)} {WebhookSignature.Sign(Id, SentAt, Body, Secret)}" };

        Assert.Equal("7PPPMXIGH", Webhook.Verify(Body, both, Secret, Now).Uuid);
        Assert.Equal("7PPPMXIGH", Webhook.Verify(Body, both, OldSecret, Now).Uuid);
        Assert.Contains("No signature matches", Refusal(Body, both, "whsec_dGhpcmQ=", Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_of_another_scheme_stands_beside_ours_and_does_not_count()
    {
        var ours = Headers.Signature!;

        Assert.Equal("7PPPMXIGH", Webhook.Verify(Body, Headers with { Signature = $"v1a,AAAA {ours}" }, Secret, Now).Uuid);
        Assert.Contains(
            "no signature that starts with v1", Refusal(Body, Headers with { Signature = "v1a" + ours[2..] }, Secret, Now), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1,")]
    [InlineData("v1,AAAA")]
    [InlineData("v1,äöü")]
    public void A_forged_signature_of_any_length_is_refused(string signature) =>
        Assert.Contains("No signature matches", Refusal(Body, Headers with { Signature = signature }, Secret, Now), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("dG9sbGdhdGU=")]
    [InlineData("whsec_")]
    [InlineData("whsec_not base64!")]
    public void A_secret_that_cannot_be_one_is_told_without_being_repeated(string secret)
    {
        var message = Refusal(Body, Headers, secret, Now);

        Assert.Contains("must be whsec_ followed by base64", message, StringComparison.Ordinal);
        Assert.DoesNotContain("dG9sbGdhdGU", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => WebhookSignature.Sign(Id, SentAt, Body, secret));
    }

    [Fact]
    public void An_id_with_a_dot_is_not_signed() =>
        Assert.Throws<ArgumentException>(() => WebhookSignature.Sign("evt.1", SentAt, Body, Secret));

    [Theory]
    [InlineData("{\"hello\":1}")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("")]
    public void A_signed_body_that_is_no_payment_is_refused(string text)
    {
        var body = Encoding.UTF8.GetBytes(text);
        var headers = Headers with { Signature = WebhookSignature.Sign(Id, SentAt, body, Secret) };

        Assert.Contains("the body is not a payment", Refusal(body, headers, Secret, Now), StringComparison.Ordinal);
    }

    [Fact]
    public void The_original_APIs_signature_is_verified()
    {
        var signature = WebhookSignature.SignReference(Body, Secret);

        Assert.Equal("7PPPMXIGH", Webhook.VerifyReference(Body, signature, Secret).Uuid);
        Assert.Throws<WebhookVerificationException>(() => Webhook.VerifyReference([.. Body, (byte)' '], signature, Secret));
        Assert.Throws<WebhookVerificationException>(() => Webhook.VerifyReference(Body, signature, OldSecret));
        Assert.Throws<WebhookVerificationException>(() => Webhook.VerifyReference(Body, signature[7..], Secret));
        var missing = Assert.Throws<WebhookVerificationException>(() => Webhook.VerifyReference(Body, null, Secret));
        Assert.Contains("HTTP-WEBHOOK-SIGNATURE is missing", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_headers_are_taken_by_their_names()
    {
        var given = new Dictionary<string, string?> { ["webhook-id"] = "1", ["webhook-timestamp"] = "2" };

        Assert.Equal(new WebhookHeaders("1", "2", null), WebhookHeaders.From(name => given.GetValueOrDefault(name)));
    }

    private static string Refusal(byte[] body, WebhookHeaders headers, SecretText secret, DateTimeOffset now) =>
        Assert.Throws<WebhookVerificationException>(() => Webhook.Verify(body, headers, secret, now)).Message;
}
