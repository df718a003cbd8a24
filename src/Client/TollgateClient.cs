using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Xml;
using Tollgate.Client.Contract;

namespace Tollgate.Client;

/// <summary>
/// Charges cards through a Tollgate gateway: one method for each call of the API. One instance serves any number of threads.
/// </summary>
/// <remarks>
/// Every call throws <see cref="TollgateException"/> when the gateway says no or does not answer, and <see cref="OperationCanceledException"/>
/// when its token is cancelled. A decline is not an exception: it is a payment whose status is <see cref="PaymentStatus.Failed"/>.
/// </remarks>
public sealed partial class TollgateClient : IDisposable
{
    private const string Root = "/api/v2";
    private const string Cards = Root + "/cards";
    private const string Sandbox = Root + "/sandbox";
    private const int LongestIdempotencyKey = 255;

    private static readonly ProductInfoHeaderValue Product = new("Tollgate.Client", typeof(TollgateClient).Assembly.GetName().Version?.ToString(3));

    private readonly string root;
    private readonly string appId;
    private readonly SecretText secretKey;
    private readonly HttpClient http;
    private readonly bool ownsHttp;

    /// <summary>A client for one app.</summary>
    /// <param name="baseAddress">Where the gateway is, such as <c>http://127.0.0.1:8080</c>; a path before <c>/api</c> is kept.</param>
    /// <param name="appId">The app's identifier, sent as the header <c>app-id</c>.</param>
    /// <param name="secretKey">The app's secret key, sent as the header <c>secret-key</c> and never printed.</param>
    /// <param name="httpClient">What to send with; it is neither changed nor disposed. When left out, the client makes its own and disposes it.</param>
    /// <exception cref="ArgumentException">The address is not absolute http(s), or a credential cannot be a header.</exception>
    public TollgateClient(Uri baseAddress, string appId, SecretText secretKey, HttpClient? httpClient = null)
        : this(baseAddress, appId, secretKey, httpClient ?? NewHttpClient(), ownsHttp: httpClient is null)
    {
    }

    /// <summary>A client for one app, on a handler such as a test server's. The handler is not disposed.</summary>
    /// <param name="baseAddress">Where the gateway is; a path before <c>/api</c> is kept.</param>
    /// <param name="appId">The app's identifier.</param>
    /// <param name="secretKey">The app's secret key.</param>
    /// <param name="handler">What carries the requests.</param>
    /// <exception cref="ArgumentException">The address is not absolute http(s), or a credential cannot be a header.</exception>
    public TollgateClient(Uri baseAddress, string appId, SecretText secretKey, HttpMessageHandler handler)
        : this(baseAddress, appId, secretKey, new HttpClient(handler, disposeHandler: false), ownsHttp: true)
    {
    }

    private TollgateClient(Uri baseAddress, string appId, SecretText secretKey, HttpClient http, bool ownsHttp)
    {
        ArgumentNullException.ThrowIfNull(baseAddress);
        ArgumentNullException.ThrowIfNull(secretKey);
        if (!baseAddress.IsAbsoluteUri || (baseAddress.Scheme != Uri.UriSchemeHttp && baseAddress.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("The base address must be absolute, such as http://127.0.0.1:8080.", nameof(baseAddress));
        }

        if (!IsHeaderValue(appId))
        {
            throw new ArgumentException("The app id must be visible ASCII characters: copy it again, without a line break.", nameof(appId));
        }

        // The framework's own check would repeat the value in its message.
        if (!IsHeaderValue(secretKey.Expose()))
        {
            throw new ArgumentException("The secret key must be visible ASCII characters: copy it again, without a line break.", nameof(secretKey));
        }

        root = baseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');
        this.appId = appId;
        this.secretKey = secretKey;
        this.http = http;
        this.ownsHttp = ownsHttp;
    }

    /// <summary>Charges a raw card: <c>POST /api/v2/cards/charges</c>.</summary>
    /// <param name="request">The charge.</param>
    /// <param name="idempotencyKey">
    /// The same key and request give the first answer again, marked <see cref="PaymentResponse.Replayed"/>; at most 255 characters.
    /// </param>
    /// <param name="cancellationToken">Stops waiting. Whether the payment was made is then unknown: send the same request again.</param>
    /// <returns>
    /// The payment. Send the customer to <see cref="PayCode.ThreeDsUrl"/> when it has one; <see cref="PaymentStatus.Failed"/> is a decline.
    /// </returns>
    public Task<PaymentResponse> ChargeAsync(ChargeRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostPaymentAsync($"{Cards}/charges", request, RequestJson.Default.ChargeRequest, idempotencyKey, cancellationToken);

    /// <summary>Charges a saved card: <c>POST /api/v2/cards/create_payment</c>.</summary>
    /// <inheritdoc cref="ChargeAsync"/>
    public Task<PaymentResponse> CreatePaymentAsync(
        CreatePaymentRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostPaymentAsync($"{Cards}/create_payment", request, RequestJson.Default.CreatePaymentRequest, idempotencyKey, cancellationToken);

    /// <summary>Takes what is held, all or in part, once: <c>POST /api/v2/cards/capture_payment</c>.</summary>
    /// <param name="request">Which payment, and how much.</param>
    /// <param name="idempotencyKey">The same key and request give the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the operation.</param>
    /// <returns>The payment, <see cref="PaymentStatus.Waiting"/>.</returns>
    public Task<PaymentResponse> CapturePaymentAsync(
        CapturePaymentRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostPaymentAsync($"{Cards}/capture_payment", request, RequestJson.Default.CapturePaymentRequest, idempotencyKey, cancellationToken);

    /// <summary>Releases what is held, before a capture: <c>POST /api/v2/cards/void_payment</c>.</summary>
    /// <param name="request">Which payment.</param>
    /// <param name="idempotencyKey">The same key and request give the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the operation.</param>
    /// <returns>The payment, <see cref="PaymentStatus.Failed"/> with the code <c>voided</c>.</returns>
    public Task<PaymentResponse> VoidPaymentAsync(VoidPaymentRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostPaymentAsync($"{Cards}/void_payment", request, RequestJson.Default.VoidPaymentRequest, idempotencyKey, cancellationToken);

    /// <summary>Gives back what was taken, all or in part: <c>POST /api/v2/cards/refund_payment</c>. The money arrives later.</summary>
    /// <param name="request">Which payment, how much and why.</param>
    /// <param name="idempotencyKey">The same key and request give the first answer again; at most 255 characters.</param>
    /// <param name="cancellationToken">Stops waiting, not the operation.</param>
    /// <returns>This refund, and the payment, <see cref="PaymentStatus.ReturnPending"/>.</returns>
    public async Task<RefundResponse> RefundPaymentAsync(
        RefundPaymentRequest request, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        var content = Json(request, RequestJson.Default.RefundPaymentRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Cards}/refund_payment", content, ResponseJson.Numbers.RefundResponse, idempotencyKey, cancellationToken).ConfigureAwait(false);
        return answer.Body with { Replayed = answer.Replayed };
    }

    /// <summary>The payment as it is now: <c>GET /api/v2/cards/payments/{uuid}</c>.</summary>
    public Task<PaymentResponse> GetPaymentAsync(string uuid, CancellationToken cancellationToken = default) =>
        GetAsync($"{Cards}/payments/{Segment(uuid)}", ResponseJson.Numbers.PaymentResponse, cancellationToken);

    /// <summary>A page of the app's payments, newest first: <c>GET /api/v2/cards/payments</c>.</summary>
    /// <param name="filter">Which of them; all when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<PaymentList> ListPaymentsAsync(PaymentFilter? filter = null, CancellationToken cancellationToken = default)
    {
        filter ??= new PaymentFilter();
        var query = Query(
            ("start_date", filter.StartDate is { } start ? WireInstant.Write(start) : null),
            ("end_date", filter.EndDate is { } end ? WireInstant.Write(end) : null),
            ("status", filter.Status is { } status ? JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()) : null),
            ("external_id", filter.ExternalId),
            ("email", filter.Email),
            ("page", Digits(filter.Page)),
            ("per_page", Digits(filter.PerPage)));
        return GetAsync($"{Cards}/payments{query}", ResponseJson.Numbers.PaymentList, cancellationToken);
    }

    /// <summary>Forgets a saved card for new payments: <c>DELETE /api/v2/cards/{token_id}</c>.</summary>
    /// <param name="tokenId"><see cref="TokenReference.Id"/> of the card.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<DeleteTokenResponse> DeleteTokenAsync(string tokenId, CancellationToken cancellationToken = default)
    {
        var answer = await SendAsync(
            HttpMethod.Delete, $"{Cards}/{Segment(tokenId)}", null, ResponseJson.Numbers.DeleteTokenResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Makes something happen to a payment; sandbox only: <c>POST /api/v2/cards/simulate</c>.</summary>
    /// <param name="request">What, and to which payment.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The payment afterwards.</returns>
    public Task<PaymentResponse> SimulateAsync(SimulateRequest request, CancellationToken cancellationToken = default) =>
        PostPaymentAsync($"{Cards}/simulate", request, RequestJson.Default.SimulateRequest, null, cancellationToken);

    /// <summary>What time it is in the sandbox: <c>GET /api/v2/sandbox/clock</c>.</summary>
    public Task<ClockResponse> GetSandboxClockAsync(CancellationToken cancellationToken = default) =>
        GetAsync($"{Sandbox}/clock", ResponseJson.Numbers.ClockResponse, cancellationToken);

    /// <summary>Moves the sandbox's clock forward: <c>POST /api/v2/sandbox/clock</c>.</summary>
    /// <param name="by">How far; not negative.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What time it is there now.</returns>
    public async Task<ClockResponse> AdvanceSandboxClockAsync(TimeSpan by, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var content = Json(new ClockRequest { Advance = XmlConvert.ToString(by) }, RequestJson.Default.ClockRequest);
        var answer = await SendAsync(
            HttpMethod.Post, $"{Sandbox}/clock", content, ResponseJson.Numbers.ClockResponse, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Has something go wrong between the gateway and the sandbox's acquirer: <c>POST /api/v2/sandbox/faults</c>.</summary>
    /// <param name="request">What, on which messages and how often.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task InjectFaultAsync(FaultRequest request, CancellationToken cancellationToken = default)
    {
        var content = Json(request, RequestJson.Default.FaultRequest);
        using var response = await ExchangeAsync(HttpMethod.Post, $"{Sandbox}/faults", content, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the sandbox's acquirer has in its own books about a payment: <c>GET /api/v2/sandbox/books/{uuid}</c>.</summary>
    public Task<BooksResponse> GetBooksAsync(string uuid, CancellationToken cancellationToken = default) =>
        GetAsync($"{Sandbox}/books/{Segment(uuid)}", ResponseJson.Numbers.BooksResponse, cancellationToken);

    /// <summary>Registers an app of one's own, whose secrets are shown this once; sandbox only: <c>POST /api/v2/sandbox/apps</c>.</summary>
    /// <param name="request">How it is to be; made up when left out.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<RegisteredApp> RegisterAppAsync(RegisterAppRequest? request = null, CancellationToken cancellationToken = default)
    {
        var content = Json(request ?? new(), RequestJson.Default.RegisterAppRequest);
        var answer = await SendAsync(HttpMethod.Post, $"{Sandbox}/apps", content, ResponseJson.Numbers.RegisteredApp, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    /// <summary>Disposes the HTTP client when it is this client's own; one that was passed in is left alone.</summary>
    public void Dispose()
    {
        if (ownsHttp)
        {
            http.Dispose();
        }
    }

    private async Task<PaymentResponse> PostPaymentAsync<T>(
        string path, T request, JsonTypeInfo<T> shape, string? idempotencyKey, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(
            HttpMethod.Post, path, Json(request, shape), ResponseJson.Numbers.PaymentResponse, idempotencyKey, cancellationToken).ConfigureAwait(false);
        return answer.Body with { Replayed = answer.Replayed };
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(HttpMethod.Get, path, null, shape, null, cancellationToken).ConfigureAwait(false);
        return answer.Body;
    }

    private async Task<(T Body, bool Replayed)> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> shape, string? idempotencyKey, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await ExchangeAsync(method, path, content, idempotencyKey, cancellationToken).ConfigureAwait(false);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = JsonSerializer.Deserialize(body, shape) ?? throw new JsonException("The body is null.");
            var replayed = response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Contains("true", StringComparer.OrdinalIgnoreCase);
            return (answer, replayed);
        }
        catch (JsonException unreadable)
        {
            throw ErrorAnswer.Unreadable(response.StatusCode, unreadable);
        }
    }

    /// <summary>Sends, waits for the answer, all of it unless told otherwise, and throws unless it is a success.</summary>
    private async Task<HttpResponseMessage> ExchangeAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        string? idempotencyKey,
        CancellationToken cancellationToken,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(method, new Uri(root + path)) { Content = content };

        // The headers belong to the request, because the HTTP client may be shared with others.
        request.Headers.TryAddWithoutValidation("app-id", appId);
        request.Headers.TryAddWithoutValidation("secret-key", secretKey.Expose());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.UserAgent.Add(Product);
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", CheckedIdempotencyKey(idempotencyKey));
        }

        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, completion, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException noAnswer)
        {
            throw ErrorAnswer.Missing(noAnswer);
        }
        catch (OperationCanceledException timedOut) when (!cancellationToken.IsCancellationRequested)
        {
            throw ErrorAnswer.Missing(timedOut);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            throw ErrorAnswer.Read(response.StatusCode, body, ErrorAnswer.RetryAfter(response.Headers));
        }
    }

    private static ByteArrayContent Json<T>(T request, JsonTypeInfo<T> shape)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(request);
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(request, shape));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string Query(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var query = new List<string>(parts.Length);
        foreach (var (name, value) in parts)
        {
            if (value is not null)
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        return query.Count == 0 ? string.Empty : "?" + string.Join('&', query);
    }

    private static string Segment(string id)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);

        // Dots are not escaped and would climb to another path.
        return id is "." or ".." ? throw new ArgumentException("An id is not a row of dots.", nameof(id)) : Uri.EscapeDataString(id);
    }

    private static string CheckedIdempotencyKey(string key) =>
        IsHeaderValue(key) && key.Length <= LongestIdempotencyKey && !key.Contains('"', StringComparison.Ordinal)
            ? key
            : throw new ArgumentException("An idempotency key is 1 to 255 visible ASCII characters without quotation marks.", nameof(key));

    private static bool IsHeaderValue(string? text) => !string.IsNullOrEmpty(text) && text.All(character => character is > ' ' and <= '~');

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static HttpClient NewHttpClient() => new(new SocketsHttpHandler
    {
        // A redirect would carry the secret key to wherever it points.
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });
}
