using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Tollgate.Client.Contract;
using Tollgate.Core.Disputes;
using Tollgate.Server.Http;

namespace Tollgate.Server.Disputes;

/// <summary>A piece of evidence as it was brought.</summary>
internal sealed record BroughtPiece(string Category, string? FileName, string? ContentType, byte[] Content);

/// <summary>Evidence as a request brings it.</summary>
/// <param name="Pieces">Texts and files.</param>
/// <param name="Submit">Whether it is to be sent at once.</param>
/// <param name="Digest">The same for two requests that bring the same, whatever separates the parts of their forms.</param>
internal sealed record BroughtEvidence(IReadOnlyList<BroughtPiece> Pieces, bool Submit, byte[] Digest);

/// <summary>
/// Reads evidence: texts as a JSON object, or texts and files as a form. The body of a form is read as it comes, and no more of it is kept than a piece may
/// have; how many forms are read at once, and how long one may take, is limited, as each may fill 20 MB of memory.
/// </summary>
internal sealed class EvidenceForms(IHostApplicationLifetime lifetime) : IDisposable
{
    private const int LargestFile = 5_000_000;
    private const int LongestText = 10_000;
    private const int AtOnce = 8;

    /// <summary>What all of it may have, and a form around it.</summary>
    private const long LargestForm = Dispute.LargestEvidence + 500_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly SemaphoreSlim room = new(AtOnce, AtOnce);

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="BadRequestException">It is neither JSON nor a form, or too long.</exception>
    public async Task<BroughtEvidence> ReadAsync(HttpContext context, FieldErrors errors)
    {
        var request = context.Request;
        var named = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        if (!named || !type!.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            if (request.ContentType is not null && !(named && type!.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)))
            {
                throw new BadRequestException(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json or multipart/form-data.");
            }

            using var body = await JsonBody.ReadOptionalAsync(request, context.RequestAborted);
            return Read(body.Root, [], errors, SHA256.HashData(body.Bytes));
        }

        if (HeaderUtilities.RemoveQuotes(type!.Boundary) is not { Length: > 0 and <= 70 } boundary)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form names no boundary.");
        }

        if (request.ContentLength > LargestForm)
        {
            throw TooLong();
        }

        if (!await room.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            throw new BadRequestException(
                StatusCodes.Status429TooManyRequests, "Too many files come in at this moment. Send it again after the time in Retry-After.", "RATE_LIMITED");
        }

        using var late = new CancellationTokenSource(Patience);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, late.Token);
        try
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            {
                limit.MaxRequestBodySize = LargestForm;
            }

            return await ReadFormAsync(new(boundary.Value!, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8192 }, errors, waiting.Token);
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw TooLong();
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form broke off, or is malformed.");
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new BadRequestException(StatusCodes.Status400BadRequest, "The form did not arrive within two minutes.");
        }
        finally
        {
            room.Release();
        }
    }

    public void Dispose() => room.Dispose();

    private static async Task<BroughtEvidence> ReadFormAsync(MultipartReader form, FieldErrors errors, CancellationToken cancel)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var texts = new JsonObject();
        var files = new List<BroughtPiece>();
        for (var parts = 0; await form.ReadNextSectionAsync(cancel) is { } section; parts++)
        {
            if (parts == Dispute.MostEvidence + 1)
            {
                throw new BadRequestException(StatusCodes.Status400BadRequest, "The form has too many parts.");
            }

            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                || HeaderUtilities.RemoveQuotes(disposition.Name) is not { Length: > 0 } name)
            {
                throw new BadRequestException(StatusCodes.Status400BadRequest, "A part of the form has no name.");
            }

            var field = QueryFields.Cleaned(name.Length > 64 ? name.Value![..64] : name.Value);
            var fileName = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
            var content = await ReadPartAsync(section.Body, fileName is null ? 4 * LongestText : LargestFile, cancel);
            digest.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{field}\n{fileName}\n{content?.Length}\n")));
            digest.AppendData(content ?? []);
            if (fileName is null)
            {
                AddText(texts, field, content, errors);
            }
            else if (ReadFile(field, fileName, content, errors) is { } file)
            {
                files.Add(file);
            }
        }

        return Read(JsonSerializer.SerializeToElement(texts), files, errors, digest.GetHashAndReset());
    }

    private static void AddText(JsonObject texts, string field, byte[]? content, FieldErrors errors)
    {
        if (texts.ContainsKey(field))
        {
            errors.Add(field, "can be given only once");
        }
        else if (content is null)
        {
            errors.Add(field, TooLongText);
        }
        else
        {
            try
            {
                var text = StrictUtf8.GetString(content);
                texts[field] = field == "submit" && bool.TryParse(text, out var submit) ? submit : text;
            }
            catch (DecoderFallbackException)
            {
                errors.Add(field, "is invalid");
            }
        }
    }

    private static BroughtPiece? ReadFile(string field, string name, byte[]? content, FieldErrors errors)
    {
        var problem = !WireNames.TryParse<EvidenceCategory>(field, out _) ? "is not included in the list"
            : content is null ? "is too large (maximum is 5 MB)"
            : content.Length == 0 ? "can't be blank"
            : null;
        if (problem is null && EvidenceFileType.Of(content) is { } type)
        {
            return new(field, type.Clean(name), type.ContentType, content!);
        }

        errors.Add(field, problem ?? "must be a whole PDF, PNG or JPEG file");
        return null;
    }

    /// <summary>The content of a part; nothing when it is larger than it may be, and then it is read to its end and let go.</summary>
    private static async Task<byte[]?> ReadPartAsync(Stream part, int largest, CancellationToken cancel)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[32 * 1024];
        var tooLarge = false;
        while (await part.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            tooLarge |= kept.Length + read > largest;
            if (!tooLarge)
            {
                kept.Write(buffer, 0, read);
            }
            else if (kept.Capacity > 0)
            {
                kept.SetLength(0);
                kept.Capacity = 0;
            }
        }

        return tooLarge ? null : kept.ToArray();
    }

    private static BroughtEvidence Read(JsonElement texts, List<BroughtPiece> files, FieldErrors errors, byte[] digest)
    {
        var fields = new JsonFields(texts, string.Empty, errors);
        var pieces = new List<BroughtPiece>();
        foreach (var category in Enum.GetValues<EvidenceCategory>().Select(WireNames.Of))
        {
            if (fields.Text(category, LongestText, lines: true) is { } text)
            {
                pieces.Add(new(category, null, null, Encoding.UTF8.GetBytes(text)));
            }
        }

        return new([.. pieces, .. files], fields.Boolean("submit") ?? true, digest);
    }

    private static string TooLongText { get; } = string.Create(CultureInfo.InvariantCulture, $"is too long (maximum is {LongestText} characters)");

    private static BadRequestException TooLong() => new(StatusCodes.Status413PayloadTooLarge, "The evidence must not be longer than 20 MB together.");
}
