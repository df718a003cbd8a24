using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Payments;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>How the card ranges are had, kept and renewed, and what is planned by them.</summary>
public sealed class CardRangeRefreshes
{
    private static readonly Core.Money Amount = new(1000, Currency.Aud);

    private static readonly AppId App = new("app-sandbox");

    [Fact]
    public async Task Ranges_are_asked_for_whole_and_then_by_serial_number()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Serial(request) switch
        {
            null => Telling(request, "10", "A 41 2.1.0-2.2.0 01"),
            "10" => Telling(request, "11", "A 42 2.1.0-2.1.0 01", "D 41 2.1.0-2.2.0 01"),
            _ => Telling(request, "11"),
        });
        await using var us = new OurSide(scheme.Address);
        await RefreshAsync(us);
        Assert.Equal("2.2.0", (await us.Authentication.FindRouteAsync(OurSide.Card()))?.Version);

        // Nothing is due before a day has passed.
        us.Clock.Advance(TimeSpan.FromHours(23));
        await RefreshAsync(us);
        us.Clock.Advance(TimeSpan.FromHours(1));
        await RefreshAsync(us);
        Assert.Null(await us.Authentication.FindRouteAsync(OurSide.Card()));
        Assert.Equal("2.1.0", (await us.Authentication.FindRouteAsync(OurSide.Card("4242424242424242")))?.Version);

        us.Clock.Advance(TimeSpan.FromDays(1));
        await RefreshAsync(us);
        Assert.Equal("2.1.0", (await us.Authentication.FindRouteAsync(OurSide.Card("4242424242424242")))?.Version);
        Assert.Equal([null, "10", "11"], scheme.Received.Select(Serial));
        Assert.Equal(3, scheme.Received.Select(r => r.GetProperty("threeDSServerTransID").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task A_serial_number_that_is_forgotten_has_everything_asked_for_again()
    {
        var asked = 0;
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => (++asked, Serial(request)) switch
        {
            (1, null) => Telling(request, "10", "A 41 2.1.0-2.2.0 01"),
            (_, "10") => Error(request, "307"),
            _ => Telling(request, "500", "A 42 2.1.0-2.2.0 01"),
        });
        await using var us = new OurSide(scheme.Address);
        await RefreshAsync(us);
        us.Clock.Advance(TimeSpan.FromDays(1));
        await RefreshAsync(us);
        Assert.Equal([null, "10", null], scheme.Received.Select(Serial));
        Assert.Null(await us.Authentication.FindRouteAsync(OurSide.Card()));
        Assert.NotNull(await us.Authentication.FindRouteAsync(OurSide.Card("4242424242424242")));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("wrong version")]
    [InlineData("wrong order")]
    [InlineData("another's")]
    [InlineData("error")]
    public async Task What_is_known_is_kept_when_something_wrong_comes(string trouble)
    {
        var asked = 0;
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => (++asked, trouble) switch
        {
            (1, _) => Telling(request, "10", "A 41 2.1.0-2.2.0 01"),
            (2, "nonsense") => "nonsense",
            (2, "wrong version") => Telling(request, "11", "D 41 2.1.0-2.2.0 01", "A 42 two-three 01"),
            (2, "wrong order") => Telling(request, "11", "D 41 2.1.0-2.2.0 01", "A 43-42 2.1.0-2.2.0 01"),
            (2, "another's") => Telling(request, "11", "D 41 2.1.0-2.2.0 01").Replace(Id(request), "fe115f4d-d010-4d09-8c7c-032545dc381c", StringComparison.Ordinal),
            (2, "error") => Error(request, "103"),
            _ => Telling(request, "11", "D 41 2.1.0-2.2.0 01"),
        });
        await using var us = new OurSide(scheme.Address);
        await RefreshAsync(us);
        us.Clock.Advance(TimeSpan.FromDays(1));
        await RefreshAsync(us);
        Assert.NotNull(await us.Authentication.FindRouteAsync(OurSide.Card()));
        if (trouble != "error")
        {
            await scheme.ErrorAsync();
        }

        // A minute later it is asked again, from where it was.
        us.Clock.Advance(TimeSpan.FromSeconds(59));
        await RefreshAsync(us);
        Assert.NotNull(await us.Authentication.FindRouteAsync(OurSide.Card()));
        us.Clock.Advance(TimeSpan.FromSeconds(1));
        await RefreshAsync(us);
        Assert.Null(await us.Authentication.FindRouteAsync(OurSide.Card()));
        Assert.Equal([null, "10", "10"], scheme.Received.Where(r => r.GetProperty("messageType").GetString() == "PReq").Select(Serial));
    }

    [Fact]
    public async Task The_pauses_after_failures_grow()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Error(request, "404"));
        await using var us = new OurSide(scheme.Address);
        var asked = new List<int>();
        for (var minute = 0; minute < 16; minute++)
        {
            await RefreshAsync(us);
            if (scheme.Received.Count > asked.Count)
            {
                asked.Add(minute);
            }

            us.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([0, 1, 3, 7, 15], asked);
    }

    [Fact]
    public async Task The_first_payment_waits_for_the_first_ranges()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scheme = await ScriptedDirectoryServer.StartAsync(async (request, context) =>
        {
            await go.Task;
            await context.Response.WriteAsync(Telling(request, "10", "A 41 2.1.0-2.2.0 01"));
        });
        await using var us = new OurSide(scheme.Address);
        var route = us.Authentication.FindRouteAsync(OurSide.Card()).AsTask();
        var refreshing = RefreshAsync(us);
        Assert.False(route.IsCompleted);
        go.SetResult();
        await refreshing;
        Assert.NotNull(await route);
    }

    [Fact]
    public async Task It_does_not_wait_for_ever()
    {
        await using var us = new OurSide(new("http://127.0.0.1:9/ds"));
        var plan = us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Regular, false, OurSide.Browser).AsTask();
        await us.Clock.ArmedAsync(CardRanges.FirstWait);
        us.Clock.Advance(CardRanges.FirstWait);
        Assert.Equal(new AuthenticationPlan.Unavailable(AuthenticationFault.Unreachable), await plan);
    }

    [Fact]
    public async Task A_directory_server_that_cannot_be_reached_leaves_no_payment_waiting()
    {
        await using var us = new OurSide(new("http://127.0.0.1:9/ds"));
        await RefreshAsync(us);
        Assert.Equal(
            new AuthenticationPlan.Unavailable(AuthenticationFault.Unreachable),
            await us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Regular, false, OurSide.Browser));
        Assert.Equal(
            new AuthenticationPlan.Unavailable(AuthenticationFault.Unreachable),
            await us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Unscheduled, false, null));
        Assert.Null(await us.Authentication.FindRouteAsync(OurSide.Card()));
    }

    // A line is: the policy | what the range says | who pays, and with what | whether the browser is known | the plan.
    [Theory]
    [InlineData("never", "80", "customer", true, "not needed")]
    [InlineData("when_required", "01", "customer", true, "not needed")]
    [InlineData("when_required", "80", "customer", true, "page")]
    [InlineData("when_required", "82", "customer", true, "page")]
    [InlineData("when_required", "81", "customer", true, "silent")]
    [InlineData("when_required", "81", "customer", false, "not needed")]
    [InlineData("when_required", "80,81", "customer", true, "page")]
    [InlineData("when_required", "80", "customer by token", true, "page")]
    [InlineData("when_required", "80", "merchant", true, "not needed")]
    [InlineData("when_required", "81", "merchant", true, "not needed")]
    [InlineData("when_required", "82", "merchant", false, "page")]
    [InlineData("when_required", "82", "merchant by token", false, "not needed")]
    [InlineData("when_required from 1000", "01", "customer", false, "page because of the amount")]
    [InlineData("when_required from 1000", "01", "customer by token", false, "page because of the amount")]
    [InlineData("when_required from 1001", "01", "customer", false, "not needed")]
    [InlineData("when_required from 1000", "80", "customer", false, "page")]
    [InlineData("when_required from 1000", "01", "merchant", false, "not needed")]
    [InlineData("never from 1", "01", "customer", false, "not needed")]
    [InlineData("always", "01", "customer", true, "page because of the policy")]
    [InlineData("always", "81", "customer", true, "page because of the policy")]
    [InlineData("always", "01", "merchant", true, "not needed")]
    [InlineData("always", "82", "merchant by token", true, "not needed")]
    public async Task What_is_planned_is_by_policy_and_range(string policy, string indicators, string payer, bool known, string plan)
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Telling(request, "10", $"A 41 2.1.0-2.2.0 {indicators}"));
        await using var us = Ruled(scheme.Address, policy);
        await RefreshAsync(us);
        var planned = await PlanAsync(us, payer, known ? OurSide.Browser : null);
        Assert.Equal(
            plan switch
            {
                "page" => new AuthenticationPlan.Page(AuthenticationCause.RangeAsks),
                "page because of the policy" => new AuthenticationPlan.Page(AuthenticationCause.PolicyAlways),
                "page because of the amount" => new AuthenticationPlan.Page(AuthenticationCause.Amount),
                "silent" => new AuthenticationPlan.Silent(new("2.2.0", null)),
                _ => (AuthenticationPlan)new AuthenticationPlan.NotNeeded(),
            },
            planned);
    }

    [Fact]
    public async Task An_issuer_with_a_method_is_not_asked_silently()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Telling(request, "10", "A 41 2.1.0-2.2.0 81 https://acs.example.com/method"));
        await using var us = new OurSide(scheme.Address);
        await RefreshAsync(us);
        Assert.Equal(new AuthenticationPlan.NotNeeded(), await us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Regular, false, OurSide.Browser));
        Assert.Equal(new AuthenticationRoute("2.2.0", "https://acs.example.com/method"), await us.Authentication.FindRouteAsync(OurSide.Card()));
    }

    [Theory]
    [InlineData("always", "A 42 2.1.0-2.2.0 01", AuthenticationFault.NotEnrolled)]
    [InlineData("always", "A 41 2.3.1-2.3.1 01", AuthenticationFault.UnsupportedVersion)]
    [InlineData("when_required", "A 41 2.3.1-2.3.1 80", AuthenticationFault.UnsupportedVersion)]
    public async Task What_is_wanted_and_cannot_be_had_is_unavailable(string policy, string range, AuthenticationFault fault)
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Telling(request, "10", range));
        await using var us = Ruled(scheme.Address, policy);
        await RefreshAsync(us);
        Assert.Equal(new AuthenticationPlan.Unavailable(fault), await PlanAsync(us, "customer", OurSide.Browser));
    }

    [Fact]
    public async Task A_card_in_no_range_is_authorised_without()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Telling(request, "10", "A 42 2.1.0-2.2.0 80"));
        await using var us = new OurSide(scheme.Address);
        await RefreshAsync(us);
        Assert.Equal(new AuthenticationPlan.NotNeeded(), await us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Regular, false, OurSide.Browser));
    }

    [Fact]
    public async Task What_an_indicator_means_is_the_schemes_own_business()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Telling(request, "10", "A 41 2.1.0-2.2.0 80", "A 42 2.1.0-2.2.0 91"));
        await using var us = new OurSide(scheme.Address, "--Tollgate:ThreeDS:DirectoryServers:visa:AskedIndicator=91");
        await RefreshAsync(us);
        Assert.Equal(new AuthenticationPlan.NotNeeded(), await us.Authentication.PlanAsync(App, Amount, OurSide.Card(), PaymentType.Regular, false, OurSide.Browser));
        Assert.Equal(
            new AuthenticationPlan.Page(AuthenticationCause.RangeAsks), await us.Authentication.PlanAsync(App, Amount, OurSide.Card("4242424242424242"), PaymentType.Regular, false, OurSide.Browser));
    }

    private static OurSide Ruled(Uri scheme, string policy) => new(
        scheme,
        "--Tollgate:Apps:0:Id=app-ruled",
        "--Tollgate:Apps:0:SecretKey=sk-ruled",
        "--Tollgate:Apps:0:WebhookSecret=" + House.AppsOfTests.WebhookSecret,
        "--Tollgate:Apps:0:Authentication=" + policy.Split(' ')[0],
        "--Tollgate:Apps:0:AuthenticateFrom=" + (policy.Split(' ') is [_, _, var from] ? from : string.Empty));

    private static ValueTask<AuthenticationPlan> PlanAsync(OurSide us, string payer, BrowserDetails? browser) => us.Authentication.PlanAsync(
        new("app-ruled"),
        Amount,
        OurSide.Card(),
        payer.StartsWith("merchant", StringComparison.Ordinal) ? PaymentType.Unscheduled : PaymentType.Regular,
        payer.EndsWith("token", StringComparison.Ordinal),
        browser);

    private static Task RefreshAsync(OurSide us) => us.Ranges.RefreshAsync(TestContext.Current.CancellationToken);

    private static string Telling(JsonElement request, string serial, params string[] ranges) => OurSide.Telling(request, serial, [.. ranges.Select(OurSide.Range)]);

    private static string? Serial(JsonElement request) => request.TryGetProperty("serialNum", out var serial) ? serial.GetString() : null;

    private static string Id(JsonElement request) => request.GetProperty("threeDSServerTransID").GetString()!;

    private static string Error(JsonElement request, string code) =>
        $$"""
        {"messageType":"Erro","messageVersion":"2.2.0","threeDSServerTransID":"{{Id(request)}}","errorCode":"{{code}}","errorComponent":"D",
        "errorDescription":"An error","errorDetail":"none","errorMessageType":"PReq"}
        """;
}
