using System.Text;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests;

/// <summary>An answer as it came.</summary>
internal sealed record RawAnswer(int Status, string Body, string? ContentType, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The answer that names these fields and no others, in this order.</summary>
    public static string Invalid(params (string Path, string Message)[] fields) =>
        "422 {\"errors\":{" + string.Join(',', fields.Select(f => $"\"{f.Path}\":\"{f.Message}\"")) + "}}";

    /// <summary>The answer of a refusal that is about no field.</summary>
    public static string Error(int status, string code, string message) => $$$"""{{{status}}} {"errors":{"code":"{{{code}}}","message":"{{{message}}}"}}""";

    /// <summary>The answer to a request that cannot be read at all.</summary>
    public static string Unreadable(int status, string message) => $$$"""{{{status}}} {"errors":{"message":"{{{message}}}"}}""";

    /// <summary>Status and body, in one text that a test can compare.</summary>
    public override string ToString() => $"{Status} {Body}";
}

/// <summary>Bare HTTP, over connections that stay open: for requests that the SDK would never send.</summary>
internal sealed class RawWire(Gateway gateway) : IDisposable
{
    private readonly HttpClient http = gateway.Raw();

    /// <summary>The same without credentials.</summary>
    public static RawWire WithoutCredentials(Gateway gateway)
    {
        var wire = new RawWire(gateway);
        wire.http.DefaultRequestHeaders.Clear();
        return wire;
    }

    public void Dispose() => http.Dispose();

    public Task<RawAnswer> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<RawAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<RawAnswer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.Remove(name);
            Assert.True(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }
}
