using System.Net.Http.Headers;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>
/// The directory server's way to the 3DS servers that wait for results. The address comes in a message, so it is followed only where <paramref name="reach"/>
/// says that a gateway of ours is.
/// </summary>
/// <param name="reach">Where a threeDSServerURL is reached; nothing when it is none of a gateway that is known.</param>
public sealed class ResultsLink(Func<Uri, Uri?> reach) : IDisposable
{
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)];

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = TimeSpan.FromSeconds(10),
        MaxResponseContentBufferSize = 256 * 1024,
    };

    /// <summary>Whether results can be told there.</summary>
    public bool CanReach(Uri resultsUrl) => reach(resultsUrl) is not null;

    /// <summary>Sends a message, several times when nobody takes it; the answer, or nothing when there was none.</summary>
    public async Task<byte[]?> SendAsync(Uri resultsUrl, byte[] message)
    {
        if (reach(resultsUrl) is not { } address)
        {
            return null;
        }

        for (var pause = 0; ; pause++)
        {
            try
            {
                using var content = new ByteArrayContent(message);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
                using var response = await http.PostAsync(address, content);
                if ((int)response.StatusCode < 500)
                {
                    return await response.Content.ReadAsByteArrayAsync();
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException)
            {
                // Nobody is there, or nobody answered: it is sent again. Who has heard it twice says that it has heard it.
            }

            if (pause == Pauses.Length)
            {
                return null;
            }

            await Task.Delay(Pauses[pause]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
