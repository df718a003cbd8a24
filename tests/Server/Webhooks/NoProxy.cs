using Tollgate.Server.Tests.House;
using Tollgate.Server.Tests.Start;

namespace Tollgate.Server.Tests.Webhooks;

/// <summary>A server process in whose environment a proxy stands: what is checked is the endpoint's address, so webhooks go there and nowhere else.</summary>
public sealed class NoProxy
{
    [Fact]
    public async Task A_proxy_of_the_environment_is_not_used()
    {
        await using var proxy = new ScriptedEndpoint(_ => Task.CompletedTask);
        await proxy.ListenAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var place = new Workplace();
        var (_, client, _) = await place.StartListeningAsync(
            [], ("HTTP_PROXY", proxy.Address), ("http_proxy", proxy.Address), ("ALL_PROXY", proxy.Address), ("NO_PROXY", string.Empty), ("no_proxy", string.Empty));
        using var owned = client;

        var payment = await client.ChargeAsync(Requests.Charge() with { WebhookNotification = new() { EndpointUrl = receiver.Url } });

        Assert.Equal(payment.Uuid, (await receiver.NextAsync()).Payment.Uuid);
        Assert.Empty(proxy.Asked);
    }
}
