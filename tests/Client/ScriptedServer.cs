using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tollgate.Client.Tests;

/// <summary>What a client sent, as it was on the wire.</summary>
internal sealed record SentRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>The far end on a real socket: it keeps what it is sent and answers with the bytes that it was given, one answer for each connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>An answer that never comes: the connection stays open.</summary>
    public const string Silence = "silence";

    /// <summary>No answer: the connection is closed.</summary>
    public const string HangUp = "";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<SentRequest> requests = new();
    private readonly SemaphoreSlim received = new(0);
    private readonly ConcurrentQueue<string> answers;
    private readonly Task serving;

    public ScriptedServer(params IEnumerable<string> answers)
    {
        this.answers = new(answers);
        listener.Start();
        serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public SentRequest Request => Assert.Single(requests);

    public IReadOnlyCollection<SentRequest> Requests => requests;

    /// <summary>Waits for one more request.</summary>
    public Task ReceivedAsync(CancellationToken cancel) => received.WaitAsync(cancel);

    public TollgateClient Client() => new(Address, "app-test", "sk-test-of-nobody");

    public static string Answer(int status, string body, params IEnumerable<string> headers)
    {
        var length = Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture);
        string[] head = [$"HTTP/1.1 {status} Scripted", "Content-Type: application/json", $"Content-Length: {length}", "Connection: close", .. headers];
        return string.Join("\r\n", head) + "\r\n\r\n" + body;
    }

    public static ScriptedServer Answering(int status, string body, params IEnumerable<string> headers) => new(Answer(status, body, headers));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        try
        {
            await serving;
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or IOException)
        {
        }

        stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (answers.TryDequeue(out var answer))
        {
            using var connection = await listener.AcceptTcpClientAsync(stop.Token);
            var stream = connection.GetStream();
            requests.Enqueue(await ReadAsync(stream));
            received.Release();
            if (answer == Silence)
            {
                await new TaskCompletionSource().Task.WaitAsync(stop.Token);
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer), stop.Token);
        }
    }

    private async Task<SentRequest> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[4096];
        while (true)
        {
            var text = Encoding.UTF8.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var lines = text[..end].Split("\r\n");
                var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
                    .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
                var length = headers.TryGetValue("Content-Length", out var digits) ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;
                var body = bytes.Skip(Encoding.UTF8.GetByteCount(text[..(end + 4)])).ToArray();
                if (body.Length >= length)
                {
                    var first = lines[0].Split(' ');
                    return new(first[0], first[1], headers, Encoding.UTF8.GetString(body));
                }
            }

            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0)
            {
                throw new IOException("The client hung up in the middle of a request.");
            }

            bytes.AddRange(buffer.AsSpan(0, count));
        }
    }
}
