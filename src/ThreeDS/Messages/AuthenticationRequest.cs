using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>AReq. The request to authenticate a cardholder, from the 3DS server through the directory server to the issuer. EMV 3DS 2.2.0 table B.1.</summary>
public sealed record AuthenticationRequest : Message
{
    /// <summary>A message to be filled.</summary>
    public AuthenticationRequest()
        : base(AReqFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal AuthenticationRequest(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction, a UUID.</summary>
    public required string ThreeDSServerTransID { get => Text(AReqFields.ThreeDSServerTransID)!; init => Put(AReqFields.ThreeDSServerTransID, value); }

    /// <summary>01 app, 02 browser, 03 without the cardholder (3RI).</summary>
    public required string DeviceChannel { get => Text(AReqFields.DeviceChannel)!; init => Put(AReqFields.DeviceChannel, value); }

    /// <summary>01 payment, 02 no payment.</summary>
    public required string MessageCategory { get => Text(AReqFields.MessageCategory)!; init => Put(AReqFields.MessageCategory, value); }

    /// <summary>Whether the 3DS method was completed: Y, N, or U for no method.</summary>
    public string? ThreeDSCompInd { get => Text(AReqFields.ThreeDSCompInd); init => Put(AReqFields.ThreeDSCompInd, value); }

    /// <summary>Why it is asked: 01 payment, 02 recurring, 03 instalment, 04 add card, 05 maintain card, 06 verify.</summary>
    public string? ThreeDSRequestorAuthenticationInd
    {
        get => Text(AReqFields.ThreeDSRequestorAuthenticationInd);
        init => Put(AReqFields.ThreeDSRequestorAuthenticationInd, value);
    }

    /// <summary>How the requestor itself authenticated the cardholder.</summary>
    public RequestorAuthentication? ThreeDSRequestorAuthenticationInfo
    {
        get => Value<RequestorAuthentication>(AReqFields.ThreeDSRequestorAuthenticationInfo);
        init => Put(AReqFields.ThreeDSRequestorAuthenticationInfo, value);
    }

    /// <summary>What the directory server thinks of the requestor's own authentication.</summary>
    public string? ThreeDSReqAuthMethodInd { get => Text(AReqFields.ThreeDSReqAuthMethodInd); init => Put(AReqFields.ThreeDSReqAuthMethodInd, value); }

    /// <summary>What the requestor wishes: 01 no preference, 02 no challenge, 03 wanted, 04 mandated, 05 to 09 from 2.2.0.</summary>
    public string? ThreeDSRequestorChallengeInd
    {
        get => Text(AReqFields.ThreeDSRequestorChallengeInd);
        init => Put(AReqFields.ThreeDSRequestorChallengeInd, value);
    }

    /// <summary>The minutes a decoupled authentication may take, 00001 to 10080.</summary>
    public string? ThreeDSRequestorDecMaxTime { get => Text(AReqFields.ThreeDSRequestorDecMaxTime); init => Put(AReqFields.ThreeDSRequestorDecMaxTime, value); }

    /// <summary>Whether decoupled authentication is wanted.</summary>
    public string? ThreeDSRequestorDecReqInd { get => Text(AReqFields.ThreeDSRequestorDecReqInd); init => Put(AReqFields.ThreeDSRequestorDecReqInd, value); }

    /// <summary>The requestor's identifier, in the scheme's form.</summary>
    public required string ThreeDSRequestorID { get => Text(AReqFields.ThreeDSRequestorID)!; init => Put(AReqFields.ThreeDSRequestorID, value); }

    /// <summary>The requestor's name.</summary>
    public required string ThreeDSRequestorName { get => Text(AReqFields.ThreeDSRequestorName)!; init => Put(AReqFields.ThreeDSRequestorName, value); }

    /// <summary>An earlier authentication of the same cardholder.</summary>
    public PriorAuthentication? ThreeDSRequestorPriorAuthenticationInfo
    {
        get => Value<PriorAuthentication>(AReqFields.ThreeDSRequestorPriorAuthenticationInfo);
        init => Put(AReqFields.ThreeDSRequestorPriorAuthenticationInfo, value);
    }

    /// <summary>The requestor's web site.</summary>
    public required string ThreeDSRequestorURL { get => Text(AReqFields.ThreeDSRequestorURL)!; init => Put(AReqFields.ThreeDSRequestorURL, value); }

    /// <summary>The approval number EMVCo gave the 3DS server.</summary>
    public required string ThreeDSServerRefNumber { get => Text(AReqFields.ThreeDSServerRefNumber)!; init => Put(AReqFields.ThreeDSServerRefNumber, value); }

    /// <summary>The identifier the directory server gave the 3DS server.</summary>
    public string? ThreeDSServerOperatorID { get => Text(AReqFields.ThreeDSServerOperatorID); init => Put(AReqFields.ThreeDSServerOperatorID, value); }

    /// <summary>Where the results request goes.</summary>
    public required string ThreeDSServerURL { get => Text(AReqFields.ThreeDSServerURL)!; init => Put(AReqFields.ThreeDSServerURL, value); }

    /// <summary>Why there is no cardholder: 01 recurring, 02 instalment, 03 add card, 04 maintain, 05 verify, 06 split shipment, and more.</summary>
    public string? ThreeRIInd { get => Text(AReqFields.ThreeRIInd); init => Put(AReqFields.ThreeRIInd, value); }

    /// <summary>01 not applicable, 02 credit, 03 debit.</summary>
    public string? AcctType { get => Text(AReqFields.AcctType); init => Put(AReqFields.AcctType, value); }

    /// <summary>The acquirer's number at the scheme.</summary>
    public string? AcquirerBIN { get => Text(AReqFields.AcquirerBIN); init => Put(AReqFields.AcquirerBIN, value); }

    /// <summary>The merchant's number at the acquirer.</summary>
    public string? AcquirerMerchantID { get => Text(AReqFields.AcquirerMerchantID); init => Put(AReqFields.AcquirerMerchantID, value); }

    /// <summary>Whether the shipping address is the billing address.</summary>
    public string? AddrMatch { get => Text(AReqFields.AddrMatch); init => Put(AReqFields.AddrMatch, value); }

    /// <summary>What a component has to tell all others.</summary>
    public JsonFragment? BroadInfo { get => Value<JsonFragment>(AReqFields.BroadInfo); init => Put(AReqFields.BroadInfo, value); }

    /// <summary>The browser's Accept header.</summary>
    public string? BrowserAcceptHeader { get => Text(AReqFields.BrowserAcceptHeader); init => Put(AReqFields.BrowserAcceptHeader, value); }

    /// <summary>The browser's address, IPv4 or IPv6.</summary>
    public string? BrowserIP { get => Text(AReqFields.BrowserIP); init => Put(AReqFields.BrowserIP, value); }

    /// <summary>Whether the browser runs JavaScript.</summary>
    public bool? BrowserJavascriptEnabled { get => Flag(AReqFields.BrowserJavascriptEnabled); init => Put(AReqFields.BrowserJavascriptEnabled, value); }

    /// <summary>Whether the browser runs Java.</summary>
    public bool? BrowserJavaEnabled { get => Flag(AReqFields.BrowserJavaEnabled); init => Put(AReqFields.BrowserJavaEnabled, value); }

    /// <summary>The browser's language, IETF BCP 47.</summary>
    public string? BrowserLanguage { get => Text(AReqFields.BrowserLanguage); init => Put(AReqFields.BrowserLanguage, value); }

    /// <summary>The bits of a pixel: 1, 4, 8, 15, 16, 24, 32 or 48.</summary>
    public string? BrowserColorDepth { get => Text(AReqFields.BrowserColorDepth); init => Put(AReqFields.BrowserColorDepth, value); }

    /// <summary>The screen's height in pixels.</summary>
    public string? BrowserScreenHeight { get => Text(AReqFields.BrowserScreenHeight); init => Put(AReqFields.BrowserScreenHeight, value); }

    /// <summary>The screen's width in pixels.</summary>
    public string? BrowserScreenWidth { get => Text(AReqFields.BrowserScreenWidth); init => Put(AReqFields.BrowserScreenWidth, value); }

    /// <summary>The minutes between UTC and the browser's time; west is positive.</summary>
    public string? BrowserTZ { get => Text(AReqFields.BrowserTZ); init => Put(AReqFields.BrowserTZ, value); }

    /// <summary>The browser's User-Agent header.</summary>
    public string? BrowserUserAgent { get => Text(AReqFields.BrowserUserAgent); init => Put(AReqFields.BrowserUserAgent, value); }

    /// <summary>The card's expiry, YYMM.</summary>
    public string? CardExpiryDate { get => Text(AReqFields.CardExpiryDate); init => Put(AReqFields.CardExpiryDate, value); }

    /// <summary>What the requestor knows of the cardholder's account with it.</summary>
    public AccountHistory? AcctInfo { get => Value<AccountHistory>(AReqFields.AcctInfo); init => Put(AReqFields.AcctInfo, value); }

    /// <summary>The card number. It is never printed.</summary>
    public required string AcctNumber { get => Text(AReqFields.AcctNumber)!; init => Put(AReqFields.AcctNumber, value); }

    /// <summary>The account the cardholder has with the requestor.</summary>
    public string? AcctID { get => Text(AReqFields.AcctID); init => Put(AReqFields.AcctID, value); }

    /// <summary>The billing address's city.</summary>
    public string? BillAddrCity { get => Text(AReqFields.BillAddrCity); init => Put(AReqFields.BillAddrCity, value); }

    /// <summary>The billing address's country, ISO 3166-1 numeric.</summary>
    public string? BillAddrCountry { get => Text(AReqFields.BillAddrCountry); init => Put(AReqFields.BillAddrCountry, value); }

    /// <summary>The billing address's first line.</summary>
    public string? BillAddrLine1 { get => Text(AReqFields.BillAddrLine1); init => Put(AReqFields.BillAddrLine1, value); }

    /// <summary>The billing address's second line.</summary>
    public string? BillAddrLine2 { get => Text(AReqFields.BillAddrLine2); init => Put(AReqFields.BillAddrLine2, value); }

    /// <summary>The billing address's third line.</summary>
    public string? BillAddrLine3 { get => Text(AReqFields.BillAddrLine3); init => Put(AReqFields.BillAddrLine3, value); }

    /// <summary>The billing address's post code.</summary>
    public string? BillAddrPostCode { get => Text(AReqFields.BillAddrPostCode); init => Put(AReqFields.BillAddrPostCode, value); }

    /// <summary>The billing address's state, ISO 3166-2 without the country.</summary>
    public string? BillAddrState { get => Text(AReqFields.BillAddrState); init => Put(AReqFields.BillAddrState, value); }

    /// <summary>The cardholder's address for electronic mail.</summary>
    public string? Email { get => Text(AReqFields.Email); init => Put(AReqFields.Email, value); }

    /// <summary>The cardholder's telephone at home.</summary>
    public Phone? HomePhone { get => Value<Phone>(AReqFields.HomePhone); init => Put(AReqFields.HomePhone, value); }

    /// <summary>The cardholder's mobile telephone.</summary>
    public Phone? MobilePhone { get => Value<Phone>(AReqFields.MobilePhone); init => Put(AReqFields.MobilePhone, value); }

    /// <summary>The cardholder's telephone at work.</summary>
    public Phone? WorkPhone { get => Value<Phone>(AReqFields.WorkPhone); init => Put(AReqFields.WorkPhone, value); }

    /// <summary>The cardholder's name.</summary>
    public string? CardholderName { get => Text(AReqFields.CardholderName); init => Put(AReqFields.CardholderName, value); }

    /// <summary>The shipping address's city.</summary>
    public string? ShipAddrCity { get => Text(AReqFields.ShipAddrCity); init => Put(AReqFields.ShipAddrCity, value); }

    /// <summary>The shipping address's country, ISO 3166-1 numeric.</summary>
    public string? ShipAddrCountry { get => Text(AReqFields.ShipAddrCountry); init => Put(AReqFields.ShipAddrCountry, value); }

    /// <summary>The shipping address's first line.</summary>
    public string? ShipAddrLine1 { get => Text(AReqFields.ShipAddrLine1); init => Put(AReqFields.ShipAddrLine1, value); }

    /// <summary>The shipping address's second line.</summary>
    public string? ShipAddrLine2 { get => Text(AReqFields.ShipAddrLine2); init => Put(AReqFields.ShipAddrLine2, value); }

    /// <summary>The shipping address's third line.</summary>
    public string? ShipAddrLine3 { get => Text(AReqFields.ShipAddrLine3); init => Put(AReqFields.ShipAddrLine3, value); }

    /// <summary>The shipping address's post code.</summary>
    public string? ShipAddrPostCode { get => Text(AReqFields.ShipAddrPostCode); init => Put(AReqFields.ShipAddrPostCode, value); }

    /// <summary>The shipping address's state, ISO 3166-2 without the country.</summary>
    public string? ShipAddrState { get => Text(AReqFields.ShipAddrState); init => Put(AReqFields.ShipAddrState, value); }

    /// <summary>What the SDK knows of the device, encrypted.</summary>
    public string? DeviceInfo { get => Text(AReqFields.DeviceInfo); init => Put(AReqFields.DeviceInfo, value); }

    /// <summary>How the device can show a challenge.</summary>
    public JsonFragment? DeviceRenderOptions { get => Value<JsonFragment>(AReqFields.DeviceRenderOptions); init => Put(AReqFields.DeviceRenderOptions, value); }

    /// <summary>The approval number EMVCo gave the directory server, which puts it in.</summary>
    public string? DsReferenceNumber { get => Text(AReqFields.DsReferenceNumber); init => Put(AReqFields.DsReferenceNumber, value); }

    /// <summary>The identifier the directory server gave the transaction.</summary>
    public string? DsTransID { get => Text(AReqFields.DsTransID); init => Put(AReqFields.DsTransID, value); }

    /// <summary>Where the issuer sends its results request.</summary>
    public string? DsURL { get => Text(AReqFields.DsURL); init => Put(AReqFields.DsURL, value); }

    /// <summary>True when the number is one of a token that stands for the card.</summary>
    public bool? PayTokenInd { get => Flag(AReqFields.PayTokenInd); init => Put(AReqFields.PayTokenInd, value); }

    /// <summary>Who took the token back to the card: 01 the 3DS server, 02 the directory server.</summary>
    public string? PayTokenSource { get => Text(AReqFields.PayTokenSource); init => Put(AReqFields.PayTokenSource, value); }

    /// <summary>The number of instalments, more than one.</summary>
    public string? PurchaseInstalData { get => Text(AReqFields.PurchaseInstalData); init => Put(AReqFields.PurchaseInstalData, value); }

    /// <summary>The merchant's category code.</summary>
    public string? Mcc { get => Text(AReqFields.Mcc); init => Put(AReqFields.Mcc, value); }

    /// <summary>The merchant's country, ISO 3166-1 numeric.</summary>
    public string? MerchantCountryCode { get => Text(AReqFields.MerchantCountryCode); init => Put(AReqFields.MerchantCountryCode, value); }

    /// <summary>The merchant's name.</summary>
    public string? MerchantName { get => Text(AReqFields.MerchantName); init => Put(AReqFields.MerchantName, value); }

    /// <summary>What the merchant thinks of the purchase.</summary>
    public MerchantRiskIndicator? MerchantRiskIndicator
    {
        get => Value<MerchantRiskIndicator>(AReqFields.MerchantRiskIndicator);
        init => Put(AReqFields.MerchantRiskIndicator, value);
    }

    /// <summary>The extensions, at most ten.</summary>
    public IReadOnlyList<MessageExtension>? MessageExtension
    {
        get => Value<IReadOnlyList<MessageExtension>>(AReqFields.MessageExtension);
        init => Put(AReqFields.MessageExtension, value);
    }

    /// <summary>Where the issuer sends the browser after a challenge.</summary>
    public string? NotificationURL { get => Text(AReqFields.NotificationURL); init => Put(AReqFields.NotificationURL, value); }

    /// <summary>The amount in minor units.</summary>
    public string? PurchaseAmount { get => Text(AReqFields.PurchaseAmount); init => Put(AReqFields.PurchaseAmount, value); }

    /// <summary>The currency, ISO 4217 numeric.</summary>
    public string? PurchaseCurrency { get => Text(AReqFields.PurchaseCurrency); init => Put(AReqFields.PurchaseCurrency, value); }

    /// <summary>The currency's decimal places.</summary>
    public string? PurchaseExponent { get => Text(AReqFields.PurchaseExponent); init => Put(AReqFields.PurchaseExponent, value); }

    /// <summary>When it was bought, UTC, YYYYMMDDHHMMSS.</summary>
    public string? PurchaseDate { get => Text(AReqFields.PurchaseDate); init => Put(AReqFields.PurchaseDate, value); }

    /// <summary>After this day there are no more payments, YYYYMMDD.</summary>
    public string? RecurringExpiry { get => Text(AReqFields.RecurringExpiry); init => Put(AReqFields.RecurringExpiry, value); }

    /// <summary>The fewest days between two payments.</summary>
    public string? RecurringFrequency { get => Text(AReqFields.RecurringFrequency); init => Put(AReqFields.RecurringFrequency, value); }

    /// <summary>The application's identifier.</summary>
    public string? SdkAppID { get => Text(AReqFields.SdkAppID); init => Put(AReqFields.SdkAppID, value); }

    /// <summary>What the SDK encrypted.</summary>
    public string? SdkEncData { get => Text(AReqFields.SdkEncData); init => Put(AReqFields.SdkEncData, value); }

    /// <summary>The SDK's ephemeral public key, a JWK.</summary>
    public JsonFragment? SdkEphemPubKey { get => Value<JsonFragment>(AReqFields.SdkEphemPubKey); init => Put(AReqFields.SdkEphemPubKey, value); }

    /// <summary>The minutes a challenge may take.</summary>
    public string? SdkMaxTimeout { get => Text(AReqFields.SdkMaxTimeout); init => Put(AReqFields.SdkMaxTimeout, value); }

    /// <summary>The approval number EMVCo gave the SDK.</summary>
    public string? SdkReferenceNumber { get => Text(AReqFields.SdkReferenceNumber); init => Put(AReqFields.SdkReferenceNumber, value); }

    /// <summary>The identifier the SDK gave the transaction.</summary>
    public string? SdkTransID { get => Text(AReqFields.SdkTransID); init => Put(AReqFields.SdkTransID, value); }

    /// <summary>01 goods, 03 check, 10 account funding, 11 quasi-cash, 28 prepaid.</summary>
    public string? TransType { get => Text(AReqFields.TransType); init => Put(AReqFields.TransType, value); }

    /// <summary>Whether the cardholder trusts the merchant.</summary>
    public string? WhiteListStatus { get => Text(AReqFields.WhiteListStatus); init => Put(AReqFields.WhiteListStatus, value); }

    /// <summary>Who says so: 01 the 3DS server, 02 the directory server, 03 the issuer.</summary>
    public string? WhiteListStatusSource { get => Text(AReqFields.WhiteListStatusSource); init => Put(AReqFields.WhiteListStatusSource, value); }
}
