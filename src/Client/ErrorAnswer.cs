using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tollgate.Client;

/// <summary>Turns answers that are not a success into exceptions that say what to do.</summary>
internal static class ErrorAnswer
{
    // A second refund in part is a new refund, which is why a request without a key is not safe to repeat in general.
    private const string SendAgain =
        "A charge can be sent again with the same external_id, and any request with the same idempotency key: it is not done twice. "
        + "Otherwise get the payment first, to see where it stands.";

    /// <summary>An answer with a status other than 2xx. The body may be anything: a proxy may have written it.</summary>
    public static TollgateException Read(HttpStatusCode status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter)
    {
        var fields = Errors(body);
        string? code = null;
        string? message = null;
        if (fields is not null)
        {
            fields.Remove("code", out code);
            fields.Remove("message", out message);
        }

        // What is not our own error body is not repeated: a proxy's page may hold the request, and with it the secret key.
        var said = fields switch
        {
            null => "with a body that is not an error of Tollgate",
            { Count: > 0 } => string.Join("; ", fields.Select(field => $"{field.Key} {field.Value}")),
            _ => message ?? "without a message",
        };
        var number = ((int)status).ToString(CultureInfo.InvariantCulture);
        var text = $"Tollgate answered {number}{(code is null ? string.Empty : $" {code}")}: {said.TrimEnd('.')}. {Advice(status, fields, retryAfter)}";
        return new TollgateException(text)
        {
            StatusCode = status,
            Code = code,
            FieldErrors = fields ?? [],
            RetryAfter = retryAfter,
        };
    }

    /// <summary>No answer at all: the connection failed, or the time was up.</summary>
    public static TollgateException Missing(Exception cause) => new(
        $"Tollgate did not answer, so nobody knows whether the request was done. Check the base address and the network. {SendAgain}", cause);

    /// <summary>A success whose body is not what the contract says.</summary>
    public static TollgateException Unreadable(HttpStatusCode status, JsonException cause) => new(
        $"Tollgate answered {((int)status).ToString(CultureInfo.InvariantCulture)}, but not with the body that this client expects; "
        + "the request may have been done. Check that the base address is a Tollgate gateway, and that the client is not older than it.",
        cause)
    {
        StatusCode = status,
    };

    /// <summary>The header <c>Retry-After</c>, whether it counts seconds or names an instant.</summary>
    public static TimeSpan? RetryAfter(HttpResponseHeaders headers)
    {
        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - (headers.Date ?? DateTimeOffset.UtcNow),
            _ => (TimeSpan?)null,
        };
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string Advice(HttpStatusCode status, Dictionary<string, string>? fields, TimeSpan? retryAfter)
    {
        if (fields is { Count: > 0 })
        {
            return "Correct these fields and send it again.";
        }

        var wait = retryAfter is { } time ? $"after {Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture)} seconds" : "after a moment";
        return (int)status switch
        {
            >= 300 and < 400 => "This is a redirect, which is not followed because it would take the secret key elsewhere: correct the base address.",
            400 or 413 or 415 => "The request could not be read: check that nothing between this client and the gateway changes it.",
            401 => "Check the app id and the secret key, and that they are of this gateway: the sandbox and production have different ones.",
            404 => "Check the id, that it belongs to this app, and the base address; the sandbox's own calls exist only in a sandbox.",
            409 => $"Another operation is still running: send the same request again {wait}.",
            422 => "Get the payment to see where it stands; the same request will be refused again.",
            429 => $"Slow down, and send the same request again {wait}.",
            503 when fields is not null => $"Nothing happened: send the same request again {wait}.",
            >= 500 => $"Nobody knows whether the request was done. {SendAgain}",
            _ => "Check the base address, and what stands between this client and the gateway.",
        };
    }

    /// <summary>The texts below <c>errors</c>, or <see langword="null"/> when the body is not of that shape.</summary>
    private static Dictionary<string, string>? Errors(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("errors", out var errors)
                || errors.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var texts = new Dictionary<string, string>();
            foreach (var error in errors.EnumerateObject())
            {
                texts[error.Name] = error.Value.ValueKind == JsonValueKind.String ? error.Value.GetString()! : error.Value.GetRawText();
            }

            return texts;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
