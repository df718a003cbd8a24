using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tollgate.Sandbox;

/// <summary>The simulated acquirer in a process of its own, which other gateways may use too. The gateway asks for what is due and confirms what it heard.</summary>
public sealed class AcquirerOverHttp : IAcquirerHost, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The far end closes a silent link after a minute; this ends one whose far end is gone without a word.</summary>
    private static readonly TimeSpan LinkTimeout = TimeSpan.FromSeconds(90);

    private readonly HttpClient http;
    private readonly SemaphoreSlim telling = new(1, 1);

    private AcquirerOverHttp(Uri address, TimeProvider real)
    {
        Clock = new(real);
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = ConnectTimeout })
        {
            BaseAddress = address,
            Timeout = LinkTimeout,
        };
    }

    /// <inheritdoc/>
    public SandboxClock Clock { get; }

    /// <inheritdoc/>
    public Func<AcquirerNotice, Task<bool>>? Listener { get; set; }

    /// <summary>Where this gateway is, once it listens: the address that its customers know, and the one at which this machine reaches it.</summary>
    public Func<(string Known, string Local)>? Gateway { get; set; }

    /// <summary>Reaches the acquirer's process and takes its clock over.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="real">Real time.</param>
    /// <exception cref="IOException">It cannot be reached.</exception>
    public static async Task<AcquirerOverHttp> ConnectAsync(Uri address, TimeProvider real)
    {
        var host = new AcquirerOverHttp(address, real);
        try
        {
            await host.FindNextDueAsync();
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<SimulatedReply> ExchangeAsync(SimulatedMessage message) =>
        PostAsync(HostWire.Exchange, message, HostJson.Default.SimulatedMessage, HostJson.Default.SimulatedReply);

    /// <inheritdoc/>
    public Task ArmAsync(LinkFault fault, MessageKind? kind, string? payment, int times) =>
        PostAsync(HostWire.Faults, new(fault, kind, payment, times), HostJson.Default.ArmOrder, HostJson.Default.Done);

    /// <inheritdoc/>
    public async Task<BookedPayment?> ReadAsync(string payment)
    {
        var lines = await GetAsync(HostWire.Books + Uri.EscapeDataString(payment), HostJson.Default.IReadOnlyListBookLine);
        return lines.Count == 0 ? null : AcquirerBooks.Replay(lines);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> ReadClearingFileAsync(string name) =>
        (await GetAsync(HostWire.ClearingFiles + Uri.EscapeDataString(name), HostJson.Default.WireFile)).Content;

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> FindNextDueAsync() => (await GetAsync(HostWire.Clock, HostJson.Default.WireTime)).At;

    /// <inheritdoc/>
    public async Task RunDueAsync()
    {
        while (await GetAsync(HostWire.Due, HostJson.Default.IReadOnlyListDueNotice) is { Count: > 0 } due)
        {
            foreach (var next in due)
            {
                await TellAsync(next, putOff: true);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DoNowAsync(NoticeKind kind, string payment) =>
        (await PostAsync(HostWire.Now, new(kind, payment), HostJson.Default.NowOrder, HostJson.Default.Chosen)).Next is { } next && await TellAsync(next, putOff: false);

    /// <inheritdoc/>
    public Task MoveClockAsync(DateTimeOffset instant) =>
        PostAsync(HostWire.Clock, new(instant), HostJson.Default.WireTime, HostJson.Default.Done);

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        telling.Dispose();
    }

    private async Task<bool> TellAsync(DueNotice next, bool putOff)
    {
        await telling.WaitAsync();
        try
        {
            var heard = false;
            try
            {
                heard = Listener is not { } listener || await listener(next.Notice);
            }
            finally
            {
                if (!heard && putOff)
                {
                    await ConfirmAsync(next, false);
                }
            }

            return heard && await ConfirmAsync(next, true);
        }
        finally
        {
            telling.Release();
        }
    }

    private async Task<bool> ConfirmAsync(DueNotice told, bool heard) =>
        (await PostAsync(HostWire.Heard, new(told, heard), HostJson.Default.Hearing, HostJson.Default.Done)).Yes;

    private Task<TAnswer> GetAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answer) => SendAsync(new(HttpMethod.Get, path), answer);

    private Task<TAnswer> PostAsync<TOrder, TAnswer>(string path, TOrder order, JsonTypeInfo<TOrder> shape, JsonTypeInfo<TAnswer> answer)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(order, shape));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new(HttpMethod.Post, path) { Content = content }, answer);
    }

    private async Task<TAnswer> SendAsync<TAnswer>(HttpRequestMessage request, JsonTypeInfo<TAnswer> shape)
    {
        using (request)
        {
            if (Gateway?.Invoke() is var (known, local) && Ascii.IsValid(known))
            {
                request.Headers.Add(HostWire.GatewayHeader, $"{known} {local}");
            }

            try
            {
                using var response = await http.SendAsync(request);
                if (!response.IsSuccessStatusCode)
                {
                    throw new IOException($"The sandbox's acquirer answered {(int)response.StatusCode}.");
                }

                if (response.Headers.TryGetValues(HostWire.OffsetHeader, out var offsets))
                {
                    Clock.Follow(TimeSpan.FromTicks(long.Parse(offsets.Single(), NumberStyles.None, CultureInfo.InvariantCulture)));
                }

                return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), shape) ?? throw new JsonException("The answer is empty.");
            }
            catch (HttpRequestException down) when (down.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
            {
                // These are of the connecting: no byte of the request has left.
                throw new LinkDownException("The sandbox's acquirer cannot be reached.", down);
            }
            catch (Exception broken) when (broken is HttpRequestException or JsonException or FormatException)
            {
                throw new IOException("The link to the sandbox's acquirer broke.", broken);
            }
            catch (TaskCanceledException late) when (late.InnerException is TimeoutException)
            {
                throw new TimeoutException("The link gave no answer.", late);
            }
        }
    }
}
