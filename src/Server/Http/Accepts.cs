using Microsoft.Net.Http.Headers;

namespace Tollgate.Server.Http;

/// <summary>In which form a caller wants the answer (RFC 9110, 12.5.1).</summary>
internal static class Accepts
{
    /// <summary>Whether the caller names a media type and would rather have it than JSON.</summary>
    public static bool Prefers(HttpRequest request, string mediaType)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
        {
            return false;
        }

        return Quality(mediaType) > Quality("application/json");

        double Quality(string type) => accepted.Where(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase)).Select(a => a.Quality ?? 1).DefaultIfEmpty(0).Max();
    }
}
