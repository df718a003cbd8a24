namespace Tollgate.Core.Authentication;

/// <summary>What cardholder authentication (EMV 3-D Secure) proved; it travels with the authorisation.</summary>
/// <param name="Eci">Electronic commerce indicator, two digits: <c>05</c> or <c>02</c> when authenticated.</param>
/// <param name="AuthenticationValue">CAVV or AAV, 28 characters of base64, when there is one.</param>
/// <param name="DirectoryServerTransactionId">The directory server's identifier of the authentication (dsTransID), a UUID.</param>
/// <param name="Version">The protocol version, such as <c>2.2.0</c>.</param>
public sealed record AuthenticationResult(string Eci, string? AuthenticationValue, string? DirectoryServerTransactionId, string Version);
