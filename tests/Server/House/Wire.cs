using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>An answer as it came, byte for byte.</summary>
public sealed record WireAnswer(int Status, string Body, bool Replayed, Uri? Location)
{
    public PaymentResponse Payment => JsonSerializer.Deserialize(Body, ResponseJson.Numbers.PaymentResponse)!;

    public RefundResponse Refund => JsonSerializer.Deserialize(Body, ResponseJson.Numbers.RefundResponse)!;

    public override string ToString() => $"{Status}{(Replayed ? " replayed" : string.Empty)} {Body}";

    /// <summary>Status and code, such as <c>422 PAYMENT_NOT_CAPTURABLE</c>.</summary>
    public string Verdict
    {
        get
        {
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.TryGetProperty("errors", out var errors)
                ? $"{Status} {(errors.TryGetProperty("code", out var code) ? code.GetString() : errors.GetRawText())}"
                : $"{Status}";
        }
    }
}

/// <summary>Calls below the SDK: for headers that it does not send, and for the bytes of an answer.</summary>
public sealed class Wire(Uri address, (string Id, string Key)? app = null) : IDisposable
{
    public const string Cards = "/api/v2/cards";

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
    private readonly (string Id, string Key) credentials = app ?? ("app-sandbox", "sk-sandbox-tollgate");

    public Wire(Gateway gateway, (string Id, string Key)? app = null)
        : this(gateway.Address, app)
    {
    }

    public Task<WireAnswer> ChargeAsync(ChargeRequest request, string? key = null, string root = Cards) =>
        PostAsync(root + "/charges", Json(request, RequestJson.Default.ChargeRequest), key);

    public Task<WireAnswer> CreatePaymentAsync(CreatePaymentRequest request, string? key = null, string root = Cards) =>
        PostAsync(root + "/create_payment", Json(request, RequestJson.Default.CreatePaymentRequest), key);

    public Task<WireAnswer> CaptureAsync(string uuid, long? amount = null, string? key = null, string root = Cards) =>
        PostAsync(root + "/capture_payment", Json(new() { Uuid = uuid, Amount = amount }, RequestJson.Default.CapturePaymentRequest), key);

    public Task<WireAnswer> VoidAsync(string uuid, string? key = null, string root = Cards) =>
        PostAsync(root + "/void_payment", Json(new() { Uuid = uuid }, RequestJson.Default.VoidPaymentRequest), key);

    public Task<WireAnswer> RefundAsync(string uuid, long? amount = null, string? key = null, string root = Cards) =>
        PostAsync(root + "/refund_payment", Json(new() { Uuid = uuid, RefundAmount = amount, Reason = "Wrong size" }, RequestJson.Default.RefundPaymentRequest), key);

    public Task<WireAnswer> SimulateAsync(string uuid, SimulatedEvent wished) =>
        PostAsync(Cards + "/simulate", Json(new() { Uuid = uuid, Event = wished }, RequestJson.Default.SimulateRequest));

    public Task<WireAnswer> GetAsync(string path) => SendAsync(new(HttpMethod.Get, path));

    public Task<WireAnswer> DeleteAsync(string path) => SendAsync(new(HttpMethod.Delete, path));

    public Task<WireAnswer> PostAsync(string path, string json, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return SendAsync(request);
    }

    /// <summary>Answers the challenge of a payment as a browser without scripts does: by way of its page and the bank's.</summary>
    public Task<WireAnswer> AnswerChallengeAsync(PaymentResponse payment, params string[] codes) =>
        PlainBrowser.WalkAsync(http, payment.PayCode!.ThreeDsUrl!, codes.Length > 0 ? codes : ["123456"]);

    public void Dispose() => http.Dispose();

    public static string Json<T>(T request, JsonTypeInfo<T> shape) => JsonSerializer.Serialize(request, shape);

    private async Task<WireAnswer> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            request.Headers.TryAddWithoutValidation("app-id", credentials.Id);
            request.Headers.TryAddWithoutValidation("secret-key", credentials.Key);
            using var response = await http.SendAsync(request);
            var replayed = response.Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true";
            return new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), replayed, response.Headers.Location);
        }
    }
}

/// <summary>Many calls that arrive as nearly at once as two processors let them.</summary>
public static class AtOnce
{
    public static async Task<T[]> DoAsync<T>(int times, Func<int, Task<T>> call)
    {
        var gun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, times).Select(async i =>
        {
            await gun.Task;
            return await call(i);
        }).ToList();
        gun.SetResult();
        return await Task.WhenAll(calls);
    }
}
