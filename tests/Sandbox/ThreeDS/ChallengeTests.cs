using System.Text;
using Tollgate.Sandbox.ThreeDS;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.Tests.ThreeDS;

/// <summary>The challenge at the pretend issuer: what the browser sees, and what the directory server tells the 3DS server.</summary>
public sealed class ChallengeTests : IDisposable
{
    private readonly SchemeWorld world = new();

    public void Dispose() => world.Dispose();

    [Theory]
    [InlineData("4000000000001091", "05")]
    [InlineData("5200000000002151", "02")]
    public async Task The_right_code_passes_and_the_result_is_there_before_the_browser(string card, string eci)
    {
        var challenge = await world.OpenAsync(card);
        Assert.Contains("AUD 10.50", challenge.Page.Html, StringComparison.Ordinal);
        Assert.Contains("The Corner Shop &amp; Sons", challenge.Page.Html, StringComparison.Ordinal);
        Assert.Contains($"ending in <strong>{card[^4..]}</strong>", challenge.Page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(card, challenge.Page.Html, StringComparison.Ordinal);

        var page = await challenge.DoAsync("confirm", " 123456 ");

        var result = Assert.Single(world.Results.Heard);
        Assert.Equal("Y", challenge.Back(page));
        Assert.Equal(("Y", eci, "01"), (result.TransStatus, result.Eci, result.InteractionCounter));
        Assert.Equal(28, result.AuthenticationValue!.Length);
        Assert.Equal(
            (challenge.Answer.ThreeDSServerTransID, challenge.Answer.AcsTransID, challenge.Answer.DsTransID),
            (result.ThreeDSServerTransID, result.AcsTransID, result.DsTransID));
    }

    [Fact]
    public async Task Three_wrong_codes_end_it_and_the_right_one_comes_too_late()
    {
        var challenge = await world.OpenAsync("4111111111111111");
        Assert.DoesNotContain("not right", challenge.Page.Html, StringComparison.Ordinal);
        Assert.Contains("not right", (await challenge.DoAsync("confirm", "000000")).Html, StringComparison.Ordinal);
        Assert.Contains("not right", (await challenge.DoAsync("confirm")).Html, StringComparison.Ordinal);
        Assert.Empty(world.Results.Heard);

        Assert.Equal("N", challenge.Back(await challenge.DoAsync("confirm", "1234567")));
        Assert.Equal("N", challenge.Back(await challenge.DoAsync("confirm", "123456")));
        Assert.Equal("N 19 - 03", Told(Assert.Single(world.Results.Heard)));
    }

    [Fact]
    public async Task Coming_again_shows_the_same_challenge_and_costs_no_try()
    {
        var challenge = await world.OpenAsync("4111111111111111");
        await challenge.DoAsync("confirm", "000000");
        for (var i = 0; i < 5; i++)
        {
            Assert.Contains("Confirm your payment", (await challenge.AgainAsync()).Html, StringComparison.Ordinal);
        }

        await challenge.DoAsync("confirm", "000000");
        Assert.Equal("Y", challenge.Back(await challenge.DoAsync("confirm", "123456")));
        Assert.Equal("Y", challenge.Back(await challenge.AgainAsync()));
        Assert.Equal("Y", challenge.Back(await world.Scheme.Issuer.ShowAsync(challenge.Answer.AcsTransID)));
        Assert.Equal("Y - - 03", Told(Assert.Single(world.Results.Heard)));
    }

    [Theory]
    [InlineData(0, "N 01 01 00")]
    [InlineData(2, "N 01 01 02")]
    public async Task The_cardholder_may_cancel(int wrongCodes, string told)
    {
        var challenge = await world.OpenAsync("4111111111111111");
        for (var i = 0; i < wrongCodes; i++)
        {
            await challenge.DoAsync("confirm", "0");
        }

        Assert.Equal("N", challenge.Back(await challenge.DoAsync("cancel")));
        Assert.Equal(told, Told(world.Results.Take()));
    }

    [Theory]
    [InlineData("approve", "Y", "Y - - 01")]
    [InlineData("decline", "N", "N 01 - 01")]
    [InlineData("cancel", "N", "N 01 01 00")]
    public async Task The_app_approves_or_declines(string action, string back, string told)
    {
        var challenge = await world.OpenAsync("4100000000005000");
        Assert.Equal("03", challenge.Answer.AuthenticationType);
        Assert.Contains("banking app", challenge.Page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Code</label>", challenge.Page.Html, StringComparison.Ordinal);
        Assert.Equal(back, challenge.Back(await challenge.DoAsync(action)));
        Assert.Equal(told, Told(world.Results.Take()));
    }

    [Fact]
    public async Task One_card_takes_no_code_and_another_cannot_say_after_the_right_one()
    {
        var never = await world.OpenAsync("4000000000001109");
        await never.DoAsync("confirm", "123456");
        await never.DoAsync("confirm", "123456");
        Assert.Equal("N", never.Back(await never.DoAsync("confirm", "123456")));
        Assert.Equal("N 19 - 03", Told(world.Results.Take()));

        var unavailable = await world.OpenAsync("4000000000001117");
        Assert.Equal("N", unavailable.Back(await unavailable.DoAsync("confirm", "123456")));
        Assert.Equal("U 22 - 01", Told(world.Results.Take()));
    }

    [Fact]
    public async Task A_late_result_comes_after_the_browser()
    {
        var challenge = await world.OpenAsync("4000000000001133");
        Assert.Equal("Y", challenge.Back(await challenge.DoAsync("confirm", "123456")));
        Assert.Equal(0, world.Results.Came);
        Assert.Equal("Y - - 01", Told(world.Results.Take()));
    }

    [Fact]
    public async Task A_missing_result_never_comes_and_a_wrong_one_is_about_something_else()
    {
        var missing = await world.OpenAsync("4000000000001125");
        Assert.Equal("Y", missing.Back(await missing.DoAsync("confirm", "123456")));
        var wrong = await world.OpenAsync("4000000000002644");
        Assert.Equal("Y", wrong.Back(await wrong.DoAsync("confirm", "123456")));
        var result = Assert.Single(world.Results.Heard);
        Assert.Equal(wrong.Answer.ThreeDSServerTransID, result.ThreeDSServerTransID);
        Assert.NotEqual(wrong.Answer.AcsTransID, result.AcsTransID);
        Assert.Equal(1, world.Results.Came);
    }

    [Fact]
    public async Task A_result_that_is_not_taken_is_sent_again()
    {
        world.Results.FailNext(503);
        world.Results.FailNext(500);
        var challenge = await world.OpenAsync("4111111111111111");
        Assert.Equal("Y", challenge.Back(await challenge.DoAsync("confirm", "123456")));
        Assert.Single(world.Results.Heard);
        Assert.Equal(3, world.Results.Came);
    }

    [Fact]
    public async Task A_challenge_that_is_left_is_given_up_ten_minutes_after_it_was_seen()
    {
        var challenge = await world.OpenAsync("4111111111111111");
        Assert.Equal(SchemeWorld.Start + TimeSpan.FromMinutes(10), world.Scheme.Issuer.NextDue);
        world.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await world.Scheme.Issuer.RunDueAsync();
        Assert.Empty(world.Results.Heard);

        world.Clock.Advance(TimeSpan.FromTicks(1));
        await world.Scheme.Issuer.RunDueAsync();
        await world.Scheme.Issuer.RunDueAsync();

        Assert.Null(world.Scheme.Issuer.NextDue);
        Assert.Equal("N 14 04 00", Told(Assert.Single(world.Results.Heard)));
        Assert.Equal("N", challenge.Back(await challenge.DoAsync("confirm", "123456")));
    }

    [Fact]
    public async Task A_code_that_comes_too_late_does_not_pass()
    {
        var challenge = await world.OpenAsync("4111111111111111");
        world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("N", challenge.Back(await challenge.DoAsync("confirm", "123456")));
        Assert.Equal("N 14 04 00", Told(world.Results.Take()));
    }

    [Fact]
    public async Task A_challenge_that_nobody_came_to_is_given_up_a_little_later()
    {
        await world.AskAsync("4111111111111111");
        Assert.Equal(SchemeWorld.Start + TimeSpan.FromSeconds(630), world.Scheme.Issuer.NextDue);
        world.Clock.Advance(TimeSpan.FromSeconds(630));
        await world.Scheme.Issuer.RunDueAsync();
        Assert.Equal("N 14 05 00", Told(world.Results.Take()));
    }

    [Fact]
    public async Task What_is_not_known_or_not_right_is_a_plain_sentence()
    {
        var issuer = world.Scheme.Issuer;
        var answer = await world.AskAsync("4111111111111111");
        var creq = SchemeWorld.Creq(answer);
        Assert.Equal(404, (await issuer.OpenAsync(SchemeWorld.Creq(answer with { AcsTransID = Guid.NewGuid().ToString("D") }), null)).Status);
        Assert.Equal(404, (await issuer.OpenAsync(SchemeWorld.Creq(answer with { ThreeDSServerTransID = Guid.NewGuid().ToString("D") }), null)).Status);
        Assert.Equal(404, (await issuer.ShowAsync("nothing")).Status);
        Assert.Equal(404, (await issuer.AnswerAsync("nothing", "confirm", "123456")).Status);
        Assert.Equal(400, (await issuer.OpenAsync(null, null)).Status);
        Assert.Equal(400, (await issuer.OpenAsync("e30=", null)).Status);
        Assert.Equal(400, (await issuer.OpenAsync("e30", null)).Status);
        Assert.Equal(400, (await issuer.OpenAsync(creq, new string('a', 1025))).Status);
        Assert.Equal(400, (await issuer.OpenAsync(creq, "a+b")).Status);
        Assert.Equal(200, (await issuer.OpenAsync(creq, null)).Status);
    }

    [Fact]
    public void The_method_answers_with_the_identifier_and_nothing_else()
    {
        var id = Guid.NewGuid();
        var data = Encode($$"""{"threeDSServerTransID":"{{id}}","threeDSMethodNotificationURL":"https://gateway.example/method"}""");
        var (action, fields) = SchemeWorld.Form(world.Scheme.Issuer.RunMethod(data, isSilent: false));
        Assert.Equal("https://gateway.example/method", action);
        Assert.True(Base64Url.TryDecode(Assert.Single(fields).Value, 1024, out var json));
        Assert.Equal($$"""{"threeDSServerTransID":"{{id}}"}""", Encoding.UTF8.GetString(json));

        Assert.DoesNotContain("<form", world.Scheme.Issuer.RunMethod(data, isSilent: true).Html, StringComparison.Ordinal);
        Assert.Equal(400, world.Scheme.Issuer.RunMethod(null, isSilent: false).Status);
        Assert.Equal(400, world.Scheme.Issuer.RunMethod(data + "=", isSilent: false).Status);
        Assert.Equal(400, world.Scheme.Issuer.RunMethod(Encode($$"""{"threeDSServerTransID":"{{id}}","threeDSMethodNotificationURL":"javascript:alert(1)"}"""), isSilent: false).Status);
    }

    private static string Encode(string json) => Base64Url.Encode(Encoding.UTF8.GetBytes(json));

    private static string Told(ResultsRequest result) => $"{result.TransStatus} {result.TransStatusReason ?? "-"} {result.ChallengeCancel ?? "-"} {result.InteractionCounter}";
}
