using System.Buffers;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Tollgate.ThreeDS.Tests;

public class Composing
{
    private static AuthenticationRequest Composed => new()
    {
        MessageVersion = "2.2.0",
        ThreeDSServerTransID = "5201a899-749a-4300-841b-24a870565b51",
        DeviceChannel = "02",
        MessageCategory = "01",
        ThreeDSCompInd = "U",
        ThreeDSRequestorAuthenticationInd = "01",
        ThreeDSRequestorID = "requestor",
        ThreeDSRequestorName = "Shop & Söhne \"1\"",
        ThreeDSRequestorURL = "https://shop.example",
        ThreeDSServerRefNumber = "3DS_LOA_SER_TEST_020200_00000",
        ThreeDSServerURL = "https://gateway.example/3ds/results",
        AcquirerBIN = "400551",
        AcquirerMerchantID = "merchant",
        Mcc = "5999",
        MerchantCountryCode = "036",
        MerchantName = "Shop",
        AcctNumber = "0000000000001006",
        CardholderName = "Zoë Citizen",
        MobilePhone = new() { Cc = "61", Subscriber = "400000000" },
        PurchaseAmount = "1000",
        PurchaseCurrency = "036",
        PurchaseExponent = "2",
        PurchaseDate = "20261123120000",
        NotificationURL = "https://gateway.example/3ds/1/challenge",
        BrowserAcceptHeader = "text/html",
        BrowserUserAgent = "Mozilla/5.0",
        BrowserLanguage = "en-AU",
        BrowserJavascriptEnabled = false,
        MessageExtension = [new() { Name = "a", Id = "b", CriticalityIndicator = false, Data = JsonFragment.Parse(" {\"c\": [1, null]} ") }],
    };

    [Fact]
    public void A_message_that_is_composed_right_has_no_error_and_is_read_as_it_was_composed()
    {
        Assert.Null(MessageValidator.Validate(Composed, Component.Server));
        var read = MessageReader.Read(MessageWriter.Write(Composed), new() { Types = MessageTypes.AReq, Component = Component.DirectoryServer });
        Assert.True(read.Is<AuthenticationRequest>(out var message));
        Assert.Equal(Composed, message);
        Assert.False(read.Is<AuthenticationResponse>(out _));
    }

    [Fact]
    public void What_is_composed_wrong_has_the_error_that_the_receiver_would_answer_with()
    {
        IsWrong(Composed with { PurchaseAmount = null }, ErrorCode.ElementMissing, "purchaseAmount");
        IsWrong(Composed with { BrowserJavascriptEnabled = true }, ErrorCode.ElementMissing,
            "browserJavaEnabled, browserColorDepth, browserScreenHeight, browserScreenWidth, browserTZ");
        IsWrong(Composed with { PurchaseAmount = "10.00" }, ErrorCode.InvalidFormat, "purchaseAmount");
        IsWrong(Composed with { MerchantName = "" }, ErrorCode.InvalidFormat, "merchantName");
        IsWrong(Composed with { MerchantName = "half \ud83d a pair" }, ErrorCode.InvalidFormat, "merchantName");
        IsWrong(Composed with { MerchantName = "\ud83d\ude00 the end \ud83d" }, ErrorCode.InvalidFormat, "merchantName");
        IsWrong(Composed with { MerchantName = "\ude00\ud83d" }, ErrorCode.InvalidFormat, "merchantName");
        Assert.Null(MessageValidator.Validate(Composed with { MerchantName = "\ud83d\ude00\ud83d\ude00 a" }, Component.Server));
        IsWrong(Composed with { MobilePhone = new() { Cc = "+61", Subscriber = "1" } }, ErrorCode.InvalidFormat, "mobilePhone.cc");
        IsWrong(Composed with { MessageExtension = [] }, ErrorCode.InvalidFormat, "messageExtension");
        IsWrong(Composed with { MessageExtension = [null!] }, ErrorCode.InvalidFormat, "messageExtension");
        IsWrong(Composed with { MessageExtension = [Composed.MessageExtension![0] with { Data = JsonFragment.Parse("[]") }] }, ErrorCode.InvalidFormat, "messageExtension.data");
        IsWrong(Composed with { NotificationURL = "https://gateway.example/" + new string('x', 233) }, ErrorCode.InvalidFormat, "notificationURL");
    }

    [Fact]
    public void An_element_that_its_version_does_not_have_is_not_sent() =>
        IsWrong(Composed with { MessageVersion = "2.1.0", BrowserJavaEnabled = false, BrowserColorDepth = "24", BrowserScreenHeight = "1", BrowserScreenWidth = "1", BrowserTZ = "-600" },
            ErrorCode.InvalidFormat, "browserJavascriptEnabled");

    [Fact]
    public void A_message_is_written_to_whatever_takes_bytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        MessageWriter.Write(Composed, buffer);
        Assert.Equal(MessageWriter.Write(Composed), buffer.WrittenSpan.ToArray());
        Assert.StartsWith("{\"messageType\":\"AReq\",\"messageVersion\":\"2.2.0\",", Encoding.UTF8.GetString(buffer.WrittenSpan), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_version_does_not_know_is_kept_and_written_again()
    {
        // Unread, the element may even have a form that its own version forbids.
        const string Text = "{\"messageType\":\"CRes\",\"messageVersion\":\"2.1.0\",\"threeDSServerTransID\":\"5201a899-749a-4300-841b-24a870565b51\","
            + "\"acsTransID\":\"5201a899-749a-4300-841b-24a870565b51\",\"transStatus\":\"Y\",\"x\\u0079\":[1.50, {\"a\":null}],\"\":\"\\ud800\",\"acsUiType\":\"01\"}";
        var (message, error) = MessageReader.Read(Encoding.UTF8.GetBytes(Text), new() { Types = MessageTypes.CRes, Component = Component.Server });
        Assert.Null(error?.ErrorDetail);
        Assert.Equal(Text.Replace("\\u0079", "y", StringComparison.Ordinal), Encoding.UTF8.GetString(MessageWriter.Write(message!)));
        Assert.EndsWith(" 3 more }", message!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData(" [1, 2] ", true)]
    [InlineData("", false)]
    [InlineData("1 2", false)]
    [InlineData("{\"a\":}", false)]
    [InlineData("// a\n1", false)]
    public void A_fragment_is_one_JSON_value(string text, bool right)
    {
        Assert.Equal(right, JsonFragment.TryParse(Encoding.UTF8.GetBytes(text), out var fragment));
        Assert.Equal(right ? text.Trim() : null, fragment is null ? null : Encoding.UTF8.GetString(fragment.Utf8.Span));
        if (!right)
        {
            Assert.Throws<FormatException>(() => JsonFragment.Parse(text));
        }
    }

    [Fact]
    public void Every_row_of_the_table_has_its_property_and_every_property_its_row()
    {
        var types = typeof(Elements).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Elements)) && !t.IsAbstract).ToList();
        Assert.Equal(16, types.Count);
        foreach (var type in types)
        {
            var elements = (Elements)Activator.CreateInstance(type)!;
            var properties = type.GetProperties().Where(p => p.CanWrite && p.GetIndexParameters().Length == 0).ToList();
            var rows = elements.Table.Fields.Where(f => f.Name != "messageType").ToList();
            Assert.Equal(rows.Select(f => char.ToUpperInvariant(f.Name[0]) + f.Name[1..]).Order(StringComparer.Ordinal), properties.Select(p => p.Name).Order(StringComparer.Ordinal));
            foreach (var row in rows)
            {
                var property = properties.Single(p => p.Name == char.ToUpperInvariant(row.Name[0]) + row.Name[1..]);
                var value = Sample(property.PropertyType);
                property.SetValue(elements, value);
                Assert.Equal(value, elements[row]);
                Assert.Equal(value, property.GetValue(elements));
            }

            Assert.Equal(rows.Count, elements.Table.Fields.Count(f => elements[f] is not null) - (elements is Message ? 1 : 0));
        }
    }

    private static object Sample(Type type) => type switch
    {
        _ when type == typeof(string) => "text",
        _ when (Nullable.GetUnderlyingType(type) ?? type) == typeof(bool) => true,
        _ when type == typeof(JsonFragment) => JsonFragment.Parse("{}"),
        _ when type == typeof(IReadOnlyList<string>) => new[] { "01" },
        _ when type.IsSubclassOf(typeof(Elements)) => Activator.CreateInstance(type)!,
        _ => Array.CreateInstance(type.GetGenericArguments().Single(), 0),
    };

    private static void IsWrong(Message message, string code, string detail)
    {
        var error = MessageValidator.Validate(message, Component.Server);
        Assert.Equal((code, detail), (error?.ErrorCode, error?.ErrorDetail));
        using var written = JsonDocument.Parse(MessageWriter.Write(message with { MessageVersion = "2.2.0" } is AuthenticationRequest { MessageExtension: [null] } ? Composed : message));
        Assert.Equal(JsonValueKind.Object, written.RootElement.ValueKind);
    }
}
