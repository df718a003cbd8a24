using System.Security.Cryptography;
using Tollgate.Core.Cards;

namespace Tollgate.Sandbox.ThreeDS;

/// <summary>What an issuer gives as proof: the schemes' indicators, and values of the right form that prove nothing.</summary>
internal static class Proof
{
    /// <summary>The electronic commerce indicator of a transStatus; none where the schemes have none.</summary>
    public static string? Indicator(Brand brand, string status) => (status, brand is Brand.Mastercard or Brand.Maestro) switch
    {
        ("Y", true) => "02",
        ("Y", false) => "05",
        ("A", true) => "01",
        ("A", false) => "06",
        ("N" or "U", true) => "00",
        ("N" or "U", false) => "07",
        _ => null,
    };

    /// <summary>A CAVV (20 bytes) or, for Mastercard, an AAV (21 bytes, of which the first makes the text begin with <c>k</c>): 28 characters of base64.</summary>
    public static string Value(Brand brand)
    {
        if (brand is not (Brand.Mastercard or Brand.Maestro))
        {
            return Convert.ToBase64String(RandomNumberGenerator.GetBytes(20));
        }

        var value = RandomNumberGenerator.GetBytes(21);
        value[0] = 0x90;
        return Convert.ToBase64String(value);
    }
}
