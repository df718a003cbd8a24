namespace Tollgate.Core.Cards;

/// <summary>The card scheme whose rules a number follows.</summary>
public enum Brand
{
    /// <summary>Visa.</summary>
    Visa,

    /// <summary>Mastercard.</summary>
    Mastercard,

    /// <summary>American Express.</summary>
    Amex,

    /// <summary>Diners Club.</summary>
    Diners,

    /// <summary>Discover.</summary>
    Discover,

    /// <summary>Troy, Türkiye.</summary>
    Troy,

    /// <summary>JCB, Japan.</summary>
    Jcb,

    /// <summary>UnionPay, China.</summary>
    UnionPay,

    /// <summary>Naranja, Argentina.</summary>
    Naranja,

    /// <summary>Verve, Nigeria.</summary>
    Verve,

    /// <summary>Maestro.</summary>
    Maestro,

    /// <summary>Elo, Brazil.</summary>
    Elo,

    /// <summary>Mir.</summary>
    Mir,

    /// <summary>Hiper, Brazil.</summary>
    Hiper,

    /// <summary>Hipercard, Brazil.</summary>
    Hipercard,
}

/// <summary>The names of brands on the wire, and the length of their security codes.</summary>
public static class BrandRules
{
    /// <summary>The value of <c>card_brand</c> on the wire: lower-case, such as <c>visa</c>.</summary>
    public static string WireName(this Brand brand) => brand switch
    {
        Brand.Visa => "visa",
        Brand.Mastercard => "mastercard",
        Brand.Amex => "amex",
        Brand.Diners => "diners",
        Brand.Discover => "discover",
        Brand.Troy => "troy",
        Brand.Jcb => "jcb",
        Brand.UnionPay => "unionpay",
        Brand.Naranja => "naranja",
        Brand.Verve => "verve",
        Brand.Maestro => "maestro",
        Brand.Elo => "elo",
        Brand.Mir => "mir",
        Brand.Hiper => "hiper",
        Brand.Hipercard => "hipercard",
        _ => throw new ArgumentOutOfRangeException(nameof(brand)),
    };

    /// <summary>How many digits the security code printed on the card has: 4 for American Express, otherwise 3.</summary>
    public static int SecurityCodeLength(this Brand brand) => brand == Brand.Amex ? 4 : 3;
}
