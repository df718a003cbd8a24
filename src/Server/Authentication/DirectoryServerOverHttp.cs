using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Tollgate.Core.Authentication;

namespace Tollgate.Server.Authentication;

/// <summary>Posts to directory servers over HTTPS, and shows them our certificate.</summary>
internal sealed class DirectoryServerOverHttp(Settings settings, DirectoryServers servers, TimeProvider clock) : IDirectoryServer, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker http = new(HandlerFor(settings.ThreeDS));

    // The sandbox's own directory server is this very process, or its acquirer's: whatever certificate it has for itself, it is not a stranger.
    private readonly HttpMessageInvoker own = new(HandlerFor(settings.ThreeDS, isOwn: true));

    /// <inheritdoc/>
    public async Task<DirectoryServerReply> PostAsync(
        DirectoryServer server, ReadOnlyMemory<byte> message, int longestAnswer, TimeSpan time, CancellationToken stopping)
    {
        if (servers.AddressOf(server) is not { } address)
        {
            return new(null, AuthenticationFault.Unreachable, "has no address yet");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ReadOnlyMemoryContent(message) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        using var timer = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            using var response = await (server.Url is null ? own : http).SendAsync(request, either.Token);
            return response.IsSuccessStatusCode
                ? await ReadAsync(response.Content, longestAnswer, either.Token)
                : new(null, AuthenticationFault.Unreachable, string.Create(CultureInfo.InvariantCulture, $"answered {(int)response.StatusCode}"));
        }
        catch (HttpRequestException broken)
        {
            return new(
                null,
                AuthenticationFault.Unreachable,
                broken.HttpRequestError == HttpRequestError.Unknown ? "could not be reached" : $"could not be reached: {broken.HttpRequestError}");
        }
        catch (IOException)
        {
            return new(null, AuthenticationFault.Unreachable, "broke off in the middle of its answer");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return timer.IsCancellationRequested
                ? new(null, AuthenticationFault.TimedOut, "gave no answer in time")
                : new(null, AuthenticationFault.Unreachable, "could not be reached in time");
        }
    }

    public void Dispose()
    {
        http.Dispose();
        own.Dispose();
    }

    private static async Task<DirectoryServerReply> ReadAsync(HttpContent content, int longest, CancellationToken time)
    {
        var announced = content.Headers.ContentLength;
        if (announced > longest)
        {
            return TooLong;
        }

        await using var stream = await content.ReadAsStreamAsync(time);

        // One more than what is announced, or what is usual: so that the end is seen without another buffer.
        var buffer = new byte[(int)(announced ?? 16 * 1024) + 1];
        for (var length = 0; ;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), time);
            if (count == 0)
            {
                Array.Resize(ref buffer, length);
                return new(buffer);
            }

            length += count;
            if (length > longest)
            {
                return TooLong;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(2L * length, longest + 1L));
            }
        }
    }

    private static DirectoryServerReply TooLong => new(null, AuthenticationFault.InvalidMessage, "answered with more than there is room for");

    private static SocketsHttpHandler HandlerFor(ThreeDSSettings settings, bool isOwn = false) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseDrainSize = 0,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ActivityHeadersPropagator = null,
        SslOptions = new()
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateContext = settings.ClientCertificate?.Context,
            CertificateChainPolicy = TrustIn(settings.TrustedCertificates),
            RemoteCertificateValidationCallback = isOwn ? (_, shown, _, _) => shown is not null : null,
        },
    };

    private static X509ChainPolicy? TrustIn(X509Certificate2Collection? roots)
    {
        if (roots is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        policy.ExtraStore.AddRange(roots);

        // RFC 5280, 4.2.1.12: whoever is a server is nothing else.
        policy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        return policy;
    }
}
