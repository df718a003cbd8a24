using System.Net.Sockets;
using System.Text;

namespace Tollgate.Server.Tests.House;

/// <summary>A connection whose every byte is the test's: for what no HTTP client would send.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient socket = new() { NoDelay = true };

    private RawSocket()
    {
    }

    public static async Task<RawSocket> OpenAsync(Gateway gateway)
    {
        var raw = new RawSocket();
        await raw.socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, TestContext.Current.CancellationToken);
        return raw;
    }

    /// <summary>One request on a connection of its own; everything that comes until the other side closes.</summary>
    public static async Task<string> AskAsync(Gateway gateway, string request)
    {
        using var raw = await OpenAsync(gateway);
        await raw.SendAsync(request);
        return await raw.ReadToEndAsync();
    }

    public Task SendAsync(string text) => socket.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    /// <summary>Everything that comes until the other side closes, however it does.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        var buffer = new byte[8192];
        try
        {
            while (await socket.GetStream().ReadAsync(buffer, patience.Token) is > 0 and var length)
            {
                text.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }

        return text.ToString();
    }

    public void Dispose() => socket.Dispose();
}
