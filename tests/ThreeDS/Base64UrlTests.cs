using System.Text;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

public class Base64UrlTests
{
    [Fact]
    public void What_was_encoded_is_decoded_whichever_of_the_two_alphabets_and_paddings_it_has() => Gen.Byte.Array[0, 100].Sample(bytes =>
    {
        var strict = Base64Url.Encode(bytes);
        Assert.DoesNotContain(strict, c => c is '+' or '/' or '=');
        var padded = Convert.ToBase64String(bytes);
        string[] forms = [strict, padded, padded.TrimEnd('='), padded.Replace('+', '-').Replace('/', '_')];
        foreach (var form in forms)
        {
            Assert.True(Base64Url.TryDecode(form, 100, out var decoded), form);
            Assert.Equal(bytes, decoded);
        }
    });

    [Fact]
    public void The_sample_of_the_3DS_method_is_read()
    {
        Assert.True(Base64Url.TryDecode("eyJ0aHJlZURTTWV0aG9kRGF0YSI6ICJkNDYxZjEwNS0xNzkyLTQwN2YtOTVmZi05YTQ5NmZkOTE4YTkifQ", 100, out var bytes));
        Assert.Equal("{\"threeDSMethodData\": \"d461f105-1792-407f-95ff-9a496fd918a9\"}", Encoding.UTF8.GetString(bytes));
        Assert.Equal("eyJ0aHJlZURTTWV0aG9kRGF0YSI6ICJkNDYxZjEwNS0xNzkyLTQwN2YtOTVmZi05YTQ5NmZkOTE4YTkifQ", Base64Url.Encode(bytes));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AA=")]
    [InlineData("AA===")]
    [InlineData("AAA==")]
    [InlineData("AAAA=")]
    [InlineData("AAAA====")]
    [InlineData("=")]
    [InlineData("A=AA")]
    [InlineData("AA AA")]
    [InlineData("AAAA\n")]
    [InlineData(" AAAA")]
    [InlineData("AA%3D%3D")]
    [InlineData("AÄAA")]
    [InlineData("AA\0A")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(Base64Url.TryDecode(text, 100, out var bytes));
        Assert.Null(bytes);
    }

    [Fact]
    public void No_text_at_all_is_no_bytes()
    {
        Assert.True(Base64Url.TryDecode("", 0, out var bytes));
        Assert.Empty(bytes);
    }

    [Theory]
    [InlineData(3, 3, true)]
    [InlineData(4, 3, false)]
    [InlineData(2, 2, true)]
    [InlineData(2, 1, false)]
    [InlineData(0, 0, true)]
    [InlineData(100_000, 99_999, false)]
    public void More_than_was_allowed_is_refused(int length, int most, bool right) =>
        Assert.Equal(right, Base64Url.TryDecode(Base64Url.Encode(new byte[length]), most, out _));

    [Theory]
    [InlineData("AAABBZEEBgAAAAAAAAQGAAAAAAA=", true)]
    [InlineData("kJMZRiDunhPsBwAU0hu9rrp0eWN6", true)]
    [InlineData("AAABBZEEBgAAAAAAAAQGAAAAAA", false)]
    [InlineData("AAABBZEEBgAAAAAAAAQGAAAAAA-=", false)]
    [InlineData("AAABB=EEBgAAAAAAAAQGAAAAAAAA", false)]
    [InlineData("", false)]
    public void An_authentication_value_is_28_characters_of_base64(string text, bool right) => Assert.Equal(right, AuthenticationValue.IsValid(text));
}
