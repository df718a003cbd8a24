using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Tollgate.Server.Http;

/// <summary>A request's body: a JSON object of at most 64 KiB, and its bytes.</summary>
internal sealed class JsonBody : IDisposable
{
    private const int MaximumLength = 64 * 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private readonly JsonDocument document;

    private JsonBody(JsonDocument document, byte[] bytes)
    {
        this.document = document;
        Bytes = bytes;
    }

    public JsonElement Root => document.RootElement;

    /// <summary>The body as it came. It may hold a card number: it is compared by keyed digest, and never kept.</summary>
    public byte[] Bytes { get; }

    /// <summary>Reads it where it has nothing to say: a request without a body is as good as an empty object.</summary>
    /// <exception cref="BadRequestException">It is not what it should be.</exception>
    public static Task<JsonBody> ReadOptionalAsync(HttpRequest request, CancellationToken cancel) =>
        request.ContentType is null && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            ? Task.FromResult(Parse("{}"u8.ToArray()))
            : ReadAsync(request, cancel);

    /// <summary>Reads it.</summary>
    /// <exception cref="BadRequestException">It is not what it should be.</exception>
    public static async Task<JsonBody> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(type, "application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json.");
        }

        if (request.ContentLength > MaximumLength)
        {
            throw TooLong();
        }

        CancellationTokenSource? waiting = null;
        try
        {
            while (true)
            {
                var read = await ReadAsync(request.BodyReader, waiting?.Token ?? cancel);
                if (read.Buffer.Length > MaximumLength)
                {
                    // What was read is given back, or the connection breaks before the answer is out.
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    throw TooLong();
                }

                if (read.IsCompleted)
                {
                    var bytes = read.Buffer.ToArray();
                    request.BodyReader.AdvanceTo(read.Buffer.End);
                    return Parse(bytes);
                }

                request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);

                // A body that comes in pieces may stop half way: a server that shuts down does not wait for the rest.
                waiting ??= CancellationTokenSource.CreateLinkedTokenSource(
                    cancel, request.HttpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            }
        }
        finally
        {
            waiting?.Dispose();
        }
    }

    public void Dispose() => document.Dispose();

    private static async ValueTask<ReadResult> ReadAsync(PipeReader body, CancellationToken cancel)
    {
        try
        {
            return await body.ReadAsync(cancel);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // Chunks that are none, or a caller who left in the middle: what else Kestrel has to say of a body comes wrapped in this.
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The body broke off, or its transfer coding is malformed.");
        }
    }

    private static JsonBody Parse(byte[] bytes)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes, Options);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The second is what the parser says of a key whose escapes do not make Unicode: half a surrogate pair.
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The body is not valid JSON, repeats a key, or is nested too deeply.");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
        {
            return new(document, bytes);
        }

        document.Dispose();
        throw new BadRequestException(StatusCodes.Status400BadRequest, "The body must be a JSON object.");
    }

    private static BadRequestException TooLong() => new(StatusCodes.Status413PayloadTooLarge, "The body must not be longer than 64 KiB.");
}

/// <summary>A request that cannot be read at all.</summary>
internal sealed class BadRequestException(int statusCode, string message, string? code = null) : Exception(message)
{
    public int StatusCode => statusCode;

    public string? Code => code;
}
