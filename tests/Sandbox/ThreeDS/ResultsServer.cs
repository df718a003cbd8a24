using System.Collections.Concurrent;
using System.Net;
using Tollgate.ThreeDS;

namespace Tollgate.Sandbox.Tests.ThreeDS;

/// <summary>The end of the wire at which results arrive: a 3DS server that answers every RReq, or is scripted to do something else first.</summary>
internal sealed class ResultsServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<int> failures = new();

    public ResultsServer()
    {
        // Another process may take the port between the look and the listening.
        for (var tries = 0; ; tries++)
        {
            using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/results");
            probe.Stop();
            try
            {
                listener.Prefixes.Clear();
                listener.Prefixes.Add(Url.GetLeftPart(UriPartial.Authority) + "/");
                listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 10)
            {
                listener.Prefixes.Clear();
            }
        }

        _ = ServeAsync();
    }

    public Uri Url { get; }

    public BlockingCollection<ResultsRequest> Heard { get; } = [];

    /// <summary>Every result that came, also those that were answered with a failure.</summary>
    public int Came { get; private set; }

    public void FailNext(int status) => failures.Enqueue(status);

    public ResultsRequest Take()
    {
        Assert.True(Heard.TryTake(out var result, TimeSpan.FromSeconds(20)), "No result came.");
        return result;
    }

    public void Dispose()
    {
        listener.Close();
        Heard.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Came++;
                if (failures.TryDequeue(out var status))
                {
                    context.Response.StatusCode = status;
                    context.Response.Close();
                    continue;
                }

                var reading = MessageReader.Read(body.ToArray(), new() { Types = MessageTypes.RReq, Component = Component.Server });
                Assert.True(reading.Is<ResultsRequest>(out var result), reading.Error?.ErrorDetail);
                var answer = MessageWriter.Write(new ResultsResponse
                {
                    MessageVersion = result.MessageVersion,
                    ThreeDSServerTransID = result.ThreeDSServerTransID,
                    DsTransID = result.DsTransID,
                    AcsTransID = result.AcsTransID,
                    ResultsStatus = "01",
                });
                Heard.Add(result);
                context.Response.ContentType = "application/json; charset=utf-8";
                context.Response.Close(answer, willBlock: false);
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
