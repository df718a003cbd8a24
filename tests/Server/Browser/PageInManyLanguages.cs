using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;
using Tollgate.Server.Authentication;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Browser;

/// <summary>The 3DS page speaks the customer's language, where it has been taught to.</summary>
public sealed partial class PageInManyLanguages(SqliteGateway gateway, Chromium chromium)
{
    public static TheoryData<string> Tags => [.. PageLanguage.All.Select(language => language.Tag)];

    [Theory]
    [MemberData(nameof(Tags))]
    public void A_language_has_every_sentence_with_its_places_and_no_more(string tag)
    {
        var language = PageLanguage.All.Single(l => l.Tag == tag);
        Assert.Equal(PageLanguage.English.Names.Order(StringComparer.Ordinal), language.Names.Order(StringComparer.Ordinal));
        Assert.All(language.Names, name =>
        {
            Assert.False(string.IsNullOrWhiteSpace(language[name]), name);
            Assert.Equal(PlacesOf(PageLanguage.English[name]), PlacesOf(language[name]));
        });
    }

    [Fact]
    public void Every_sentence_is_shown_somewhere()
    {
        var source = File.ReadAllText(Repository.PathOf("src", "Server", "Authentication", "PageContent.cs"));
        Assert.All(PageLanguage.English.Names, name => Assert.Contains($"\"{name}\"", source, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("de-CH, de;q=0.9, en;q=0.8", "de")]
    [InlineData("pt, fr;q=0.5, en;q=0.1", "fr")]
    [InlineData("en;q=0.3, it;q=0.7", "it")]
    [InlineData("EN-au", "en")]
    [InlineData("zh-Hans-CN", "zh")]
    [InlineData("de;q=0, es", "es")]
    [InlineData("den", "en")]
    [InlineData("*", "en")]
    [InlineData("", "en")]
    [InlineData(";;;=", "en")]
    public void The_browsers_first_choice_of_those_that_there_are_is_taken(string header, string tag)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.AcceptLanguage = header;
        Assert.Equal(tag, PageLanguage.For(context.Request).Tag);
    }

    [Fact]
    public async Task A_customer_reads_the_page_in_their_language_and_a_screen_reader_is_told_which()
    {
        var payment = await gateway.Client.ChargeAsync(Requests.Charge("4111111111111111") with { ReturnUrl = chromium.Shop.ReturnUrl });
        var page = await chromium.NewPageAsync(new() { Locale = "de-AT" });
        await page.OpenChallengeAsync(payment);
        await page.GetByRole(AriaRole.Heading, new() { Name = "Bestätigen Sie Ihre Zahlung" }).WaitForAsync();
        Assert.Equal("de", await page.Locator("html").GetAttributeAsync("lang"));
        await page.GetByText("endet auf 1111").WaitForAsync();
        await page.BankButton("Cancel").ClickAsync();
        await page.ComeBackAsync();
        await page.OpenChallengeAsync(payment);
        await page.GetByText("Diese Zahlung ist nicht zustande gekommen.").WaitForAsync();
    }

    private static IEnumerable<string> PlacesOf(string sentence) => Places().Matches(sentence).Select(place => place.Value).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Places();
}
