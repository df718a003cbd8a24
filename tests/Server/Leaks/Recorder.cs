using System.Collections.Concurrent;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>Keeps every answer as it came, with its headers.</summary>
internal sealed class Recorder() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    private readonly ConcurrentQueue<(string Place, byte[] Content)> answers = new();

    public IReadOnlyCollection<(string Place, byte[] Content)> Answers => answers;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var head = System.Text.Encoding.UTF8.GetBytes($"{response.StatusCode}\n{response.Headers}{response.Content.Headers}\n");
        answers.Enqueue(($"the answer to {request.Method} {request.RequestUri!.AbsolutePath}", [.. head, .. body]));
        return response;
    }
}
