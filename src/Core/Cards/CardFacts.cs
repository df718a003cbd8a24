namespace Tollgate.Core.Cards;

/// <summary>What may be known and shown of a card without knowing its number.</summary>
/// <param name="Brand">The scheme.</param>
/// <param name="LastFour">The last four digits.</param>
/// <param name="Country">ISO 3166-1 alpha-2 of the issuer, when the BIN table knows it.</param>
/// <param name="Expiry">Until when the card is valid.</param>
/// <param name="Fingerprint">Keyed digest of the number in hexadecimal: equal for equal numbers, worthless without the key.</param>
public sealed record CardFacts(Brand Brand, string LastFour, string? Country, Expiry Expiry, string Fingerprint);

/// <summary>Who holds a card: what the merchant sent with the raw card, kept for payments by its token.</summary>
/// <param name="FirstName">At most 100 characters.</param>
/// <param name="LastName">At most 100 characters.</param>
/// <param name="Email">An address of at most 254 characters.</param>
/// <param name="CardholderName">As printed on the card, 2 to 100 characters.</param>
/// <param name="Billing">The billing address.</param>
public sealed record Cardholder(string FirstName, string LastName, string Email, string CardholderName, BillingAddress Billing);

/// <summary>A billing address.</summary>
/// <param name="Address">Number and street, at most 255 characters.</param>
/// <param name="City">At most 100 characters.</param>
/// <param name="State">At most 100 characters.</param>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="PostalCode">At most 16 characters.</param>
public sealed record BillingAddress(string Address, string City, string State, string Country, string PostalCode);
