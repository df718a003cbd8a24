using System.Buffers;

namespace Tollgate.ThreeDS;

/// <summary>The cryptogram that proves an authentication to the scheme (CAVV, AAV): base64 of 28 characters. EMV 3DS 2.2.0 table A.1, authenticationValue.</summary>
public static class AuthenticationValue
{
    private static readonly SearchValues<char> Characters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>Whether a text may be one. What it decodes to is not asked: Visa's are 20 bytes, and Mastercard's are sometimes 21.</summary>
    /// <param name="text">The text.</param>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        var data = text.TrimEnd('=');
        return text.Length == 28 && data.Length >= 26 && !data.ContainsAnyExcept(Characters);
    }
}
