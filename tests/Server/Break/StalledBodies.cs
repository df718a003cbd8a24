using System.Net.Sockets;
using System.Text;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Break;

public abstract class StalledBodies(Gateway gateway)
{
    [Fact]
    public async Task A_body_that_stopped_half_way_is_answered_when_the_server_shuts_down()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        using var caller = new TcpClient();
        await caller.ConnectAsync(own.Address.Host, own.Address.Port);
        var stream = caller.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v2/cards/charges HTTP/1.1\r\nHost: {own.Address.Authority}\r\napp-id: app-sandbox\r\nsecret-key: sk-sandbox-tollgate\r\n"
            + "Content-Type: application/json\r\nContent-Length: 6000\r\nExpect: 100-continue\r\n\r\n"));

        // The server says "continue" when it waits for the body.
        var buffer = new byte[4096];
        var heard = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        Assert.StartsWith("HTTP/1.1 100", heard, StringComparison.Ordinal);
        await stream.WriteAsync("{"u8.ToArray());
        await own.Client.ListPaymentsAsync();

        await own.StopAsync();
        heard = Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
        Assert.StartsWith("HTTP/1.1 503", heard, StringComparison.Ordinal);
        await own.StartAsync();
    }
}

public sealed class StalledBodiesOnSqlite(SqliteGateway gateway) : StalledBodies(gateway);

public sealed class StalledBodiesOnPostgres(PostgresGateway gateway) : StalledBodies(gateway);
