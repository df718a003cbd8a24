using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Apps;

/// <summary>Every route that the server has, as it has mapped it: who gets in, and who does not.</summary>
public abstract partial class EveryDoor(Gateway gateway)
{
    private const string Unauthorised = """401 {"errors":{"code":"REQUIRE_LOGIN","message":"Not Authorised"}}""";

    // What anybody may call, each with its reason; a new one is added here by whoever means it.
    private static readonly string[] Open =
    [
        "/", "/health", "/openapi/v2.json", "/docs", "/3ds/", "/sandbox/",
    ];

    [Fact]
    public void P20_every_route_has_a_door_and_only_what_is_meant_to_be_is_open()
    {
        var routes = Routes();
        Assert.InRange(routes.Count, 80, 1000);
        Assert.All(routes, route => Assert.True(route.Endpoint.Metadata.GetMetadata<Door>() is not null, $"{route} has no door"));
        foreach (var route in routes.Where(r => r.Door.IsOpen))
        {
            Assert.True(Open.Any(o => o.Length > 1 && o.EndsWith('/') ? route.Pattern.StartsWith(o, StringComparison.Ordinal) : route.Pattern == o || route.Pattern.StartsWith(o + "/{", StringComparison.Ordinal) || (o == "/docs" && route.Pattern.StartsWith("/docs", StringComparison.Ordinal))),
                $"{route} is open to anybody");
            Assert.False(string.IsNullOrEmpty(route.Door.Why), $"{route} does not say why anybody may come");
        }

        Assert.All(routes.Where(r => r.Pattern.StartsWith("/api/", StringComparison.Ordinal) || r.Pattern.StartsWith("/v2/", StringComparison.Ordinal)), r => Assert.False(r.Door.IsOpen));
    }

    [Fact]
    public async Task P20_nobody_gets_in_without_credentials_and_nobody_by_a_secret_for_something_else()
    {
        var desk = gateway.Services.GetRequiredService<AppDesk>();
        var registered = await gateway.Client.RegisterAppAsync();
        var asker = new Asker(AuditActor.System, null);
        var secrets = new Dictionary<Scopes, string>();
        foreach (var scopes in new[] { Scopes.Charge, Scopes.Refund, Scopes.Read, Scopes.All & ~Scopes.Charge, Scopes.All & ~Scopes.Refund, Scopes.All & ~Scopes.Read })
        {
            secrets.Add(scopes, (await desk.AddSecretAsync(asker, new(registered.AppId), scopes, null, null)).Secret.Expose());
        }

        using var wire = RawWire.WithoutCredentials(gateway);
        var sources = 0;
        var shut = Routes().Where(r => !r.Door.IsOpen).ToList();
        foreach (var route in shut)
        {
            (string, string)[][] wrong =
            [
                [],
                [("app-id", registered.AppId)],
                [("app-id", registered.AppId), ("secret-key", "sk-sandbox-tollgate")],
                [("app-id", AppsOfTests.Other.Id), ("secret-key", registered.SecretKey.Expose())],
                [("app-id", "app-nobody"), ("secret-key", registered.SecretKey.Expose())],
            ];
            foreach (var headers in wrong)
            {
                Assert.Equal((route.ToString(), Unauthorised), (route.ToString(), await CallAsync(route, [.. headers, Source()])));
            }

            foreach (var (scopes, secret) in secrets)
            {
                var answer = await CallAsync(route, [("app-id", registered.AppId), ("secret-key", secret), Source()]);
                var isMissing = (scopes & route.Door.Needs) != route.Door.Needs;
                Assert.Equal((route.ToString(), scopes, isMissing), (route.ToString(), scopes, answer.StartsWith("403 {\"errors\":{\"code\":\"SCOPE_MISSING\"", StringComparison.Ordinal)));
            }
        }

        (string, string) Source() => ("X-Forwarded-For", $"10.2.{++sources / 250}.{sources % 250}");

        async Task<string> CallAsync(Route route, (string Name, string Value)[] headers)
        {
            // What cannot be read, so that whoever does get in changes nothing.
            using var content = route.Method is "POST" ? new StringContent("{", Encoding.UTF8, "application/json") : null;
            return (await wire.SendAsync(new(route.Method), route.Path(registered.AppId), content, headers)).ToString();
        }
    }

    [Fact]
    public async Task P20_what_belongs_to_another_app_looks_as_if_it_did_not_exist()
    {
        // Of its own: the endpoint is told of every payment of its app.
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        var payment = await own.Client.GetPaymentAsync(dispute.PaymentUuid);
        var endpoint = await own.Client.AddWebhookEndpointAsync(new() { EndpointUrl = $"http://127.0.0.1:1/{Guid.NewGuid():N}" });
        var delivery = (await own.Client.ListWebhookDeliveriesAsync(new() { Uuid = payment.Uuid })).Records.Select(d => d.Id).FirstOrDefault() ?? $"evt_{payment.Uuid}_3";
        var payout = "po_00000000000000000001";
        using var other = new RawWireOf(own, AppsOfTests.Other);
        (string Pattern, string Parameter, string Theirs, string Nobodys)[] things =
        [
            ("/cards/payments", "uuid", payment.Uuid, "ZZZZZZZZZZZZZZZZ"), ("/sandbox/books", "uuid", payment.Uuid, "ZZZZZZZZZZZZZZZZ"),
            ("/cards/{token_id}", "token_id", payment.Token!.Id, "tok_00000000000000000000"),
            ("/cards/disputes", "id", dispute.Id, "dp_00000000000000000000"),
            ("/webhooks/endpoints", "id", endpoint.Id, "we_00000000000000000000"),
            ("/webhooks/deliveries", "id", delivery, "evt_ZZZZZZZZZZZZZZZZ_3"),
            ("/payouts", "id", payout, "po_00000000000000000000"),
        ];
        var walked = 0;
        foreach (var route in Routes().Where(r => !r.Door.IsOpen && r.Pattern.Contains('{', StringComparison.Ordinal)))
        {
            var thing = Array.Find(things, t => route.Pattern.Contains(t.Pattern, StringComparison.Ordinal));
            Assert.True(thing.Pattern is not null, $"{route} has an identifier that this test does not know");
            var (theirs, nobodys) = (await AnswerAsync(thing.Theirs), await AnswerAsync(thing.Nobodys));
            Assert.Equal((route.ToString(), nobodys), (route.ToString(), theirs));
            Assert.StartsWith("404 ", theirs, StringComparison.Ordinal);
            walked++;

            async Task<string> AnswerAsync(string id) => await other.SendAsync(route.Method, route.Pattern.Replace($"{{{thing.Parameter}}}", id, StringComparison.Ordinal), "{}");
        }

        Assert.InRange(walked, 18, 1000);

        // And by the body.
        foreach (var (call, more) in new[] { ("capture_payment", ""), ("void_payment", ""), ("refund_payment", ",\"reason\":\"Wrong size\""), ("simulate", ",\"event\":\"settled\"") })
        {
            Assert.Equal(
                (call, await other.SendAsync("POST", "/api/v2/cards/" + call, $$"""{"uuid":"ZZZZZZZZZZZZZZZZ"{{more}}}""")),
                (call, await other.SendAsync("POST", "/api/v2/cards/" + call, $$"""{"uuid":"{{payment.Uuid}}"{{more}}}""")));
        }

        foreach (var query in new[] { "/api/v2/cards/disputes?payment_uuid=", "/api/v2/webhooks/deliveries?uuid=", "/api/v2/cards/payments?external_id=" })
        {
            Assert.Equal(
                (query, await other.SendAsync("GET", query + "ZZZZZZZZZZZZZZZZ", null)),
                (query, await other.SendAsync("GET", query + (query.EndsWith("external_id=", StringComparison.Ordinal) ? payment.ExternalId : payment.Uuid), null)));
        }

        Assert.Equal(PaymentStatus.InDispute, (await own.Client.GetPaymentAsync(payment.Uuid)).Status);
        Assert.Equal(DisputeStatus.ChargebackOpen, (await own.Client.GetDisputeAsync(dispute.Id)).Status);
    }

    [Fact]
    public async Task A_route_without_a_door_is_shut()
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        context.SetEndpoint(new RouteEndpoint(_ => throw new InvalidOperationException("It was let in."), Microsoft.AspNetCore.Routing.Patterns.RoutePatternFactory.Parse("/new"), 0, null, "new"));
        await Doors.KeepShutAsync(context, c => c.GetEndpoint()!.RequestDelegate!(c));
        Assert.Equal(404, context.Response.StatusCode);
    }

    private List<Route> Routes() =>
    [
        .. from endpoint in gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
           select new Route(method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), endpoint),
    ];

    private sealed partial record Route(string Method, string Pattern, RouteEndpoint Endpoint)
    {
        public Door Door => Endpoint.Metadata.GetMetadata<Door>()!;

        public string Path(string id) => Parameter().Replace(Pattern, id);

        public override string ToString() => $"{Method} {Pattern}";

        [GeneratedRegex(@"\{[^}]+\}")]
        private static partial Regex Parameter();
    }

    /// <summary>Calls as one app, and shows all of an answer but for what differs from one moment to the next.</summary>
    private sealed class RawWireOf(Gateway gateway, (string Id, string Key) app) : IDisposable
    {
        private readonly RawWire wire = RawWire.WithoutCredentials(gateway);

        public async Task<string> SendAsync(string method, string path, string? json)
        {
            using var content = method == "POST" && json is not null ? new StringContent(json, Encoding.UTF8, "application/json") : null;
            var answer = await wire.SendAsync(new(method), path, content, ("app-id", app.Id), ("secret-key", app.Key));
            return $"{answer} {string.Join("; ", answer.Headers.Where(h => h.Key != "Date").OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}"))}";
        }

        public void Dispose() => wire.Dispose();
    }
}

public sealed class EveryDoorOnSqlite(SqliteGateway gateway) : EveryDoor(gateway);

public sealed class EveryDoorOnPostgres(PostgresGateway gateway) : EveryDoor(gateway);
