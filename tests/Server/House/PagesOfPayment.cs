using System.Net;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>Every document that the 3DS page has, as a request that is answered with it.</summary>
public static class PagesOfPayment
{
    /// <summary>The documents by name, each of a payment of its own.</summary>
    public static async Task<IReadOnlyList<(string Name, HttpMethod Method, string Url, IReadOnlyDictionary<string, string>? Form)>> AllAsync(Gateway gateway)
    {
        using var http = gateway.Raw();
        async Task<PaymentResponse> PendingAsync(string card = "4000000000001091") => await gateway.Client.ChargeAsync(Requests.Charge(card));

        var start = (await PendingAsync("4000010000000001")).PayCode!.ThreeDsUrl!;
        var unasked = (await PendingAsync()).PayCode!.ThreeDsUrl!;
        var challenge = (await PendingAsync()).PayCode!.ThreeDsUrl!;
        await PlainBrowser.WalkAsync(http, challenge);
        var returned = (await PendingAsync()).PayCode!.ThreeDsUrl!;
        var waiting = (await PendingAsync()).PayCode!.ThreeDsUrl!;
        await ReturnAsync(http, waiting);
        await PlainBrowser.WalkAsync(http, returned);
        var done = (await PendingAsync()).PayCode!.ThreeDsUrl!;
        await PlainBrowser.WalkAsync(http, done, "123456");
        var failed = (await PendingAsync("4000000000002040")).PayCode!.ThreeDsUrl!;
        await PlainBrowser.WalkAsync(http, failed);
        var over = await PendingAsync();
        await gateway.Client.SimulateAsync(new() { Uuid = over.Uuid, Event = SimulatedEvent.Expired });
        return
        [
            ("start", HttpMethod.Get, start, null),
            ("challenge", HttpMethod.Get, challenge, null),
            ("waiting", HttpMethod.Get, waiting, null),
            ("done", HttpMethod.Get, done, null),
            ("failed, with the bank's words", HttpMethod.Get, failed, null),
            ("expired", HttpMethod.Get, over.PayCode!.ThreeDsUrl!, null),
            ("unknown", HttpMethod.Get, start + "A", null),
            ("method", HttpMethod.Post, unasked + "/method", new Dictionary<string, string> { ["threeDSMethodData"] = "e30" }),
            ("returned", HttpMethod.Post, returned + "/challenge", new Dictionary<string, string> { ["threeDSSessionData"] = await SessionOfAsync(http, returned) }),
        ];
    }

    /// <summary>Comes back from a challenge without having answered it.</summary>
    private static async Task ReturnAsync(HttpClient http, string page)
    {
        await PlainBrowser.WalkAsync(http, page);
        using var form = new FormUrlEncodedContent([new("cres", "e30"), new("threeDSSessionData", await SessionOfAsync(http, page))]);
        using var answer = await http.PostAsync(page + "/challenge", form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<string> SessionOfAsync(HttpClient http, string page) =>
        (await http.GetStringAsync(page)).Split("name=\"threeDSSessionData\" value=\"")[1].Split('"')[0];
}
