using Tollgate.Server.Http;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>What a server does for whom while its vault is sealed: nothing that needs a key.</summary>
internal static class SealedDoor
{
    /// <summary>What the health check says.</summary>
    public const string Health = "{\"status\":\"sealed\"}";

    private static readonly PathString[] Open = ["/health", "/docs", "/openapi"];

    /// <summary>What every call is answered.</summary>
    public static Answer Answer { get; } = Http.Answer.Error(
        StatusCodes.Status503ServiceUnavailable, "SEALED", "The vault is sealed: its custodians have to open it. Send the request again after the time in Retry-After.");

    /// <summary>Whether a request may go on.</summary>
    public static bool LetsIn(KeyRing keys, HttpContext context) =>
        keys.IsOpen || context.Request.Path == "/" || Open.Any(path => context.Request.Path.StartsWithSegments(path));
}
