using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>How the requestor authenticated the cardholder: threeDSRequestorAuthenticationInfo. EMV 3DS 2.2.0 table A.10.</summary>
public sealed record RequestorAuthentication : Elements
{
    /// <summary>An object to be filled.</summary>
    public RequestorAuthentication()
        : base(RequestorAuthenticationFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal RequestorAuthentication(Table table)
        : base(table)
    {
    }

    /// <summary>The method: 01 none, 02 own credentials, 03 federated, 04 the issuer's, 05 third party, 06 FIDO, 07 and 08 FIDO signed.</summary>
    public string? ThreeDSReqAuthMethod
    {
        get => Text(RequestorAuthenticationFields.ThreeDSReqAuthMethod);
        init => Put(RequestorAuthenticationFields.ThreeDSReqAuthMethod, value);
    }

    /// <summary>When, UTC, YYYYMMDDHHMM.</summary>
    public string? ThreeDSReqAuthTimestamp
    {
        get => Text(RequestorAuthenticationFields.ThreeDSReqAuthTimestamp);
        init => Put(RequestorAuthenticationFields.ThreeDSReqAuthTimestamp, value);
    }

    /// <summary>Evidence.</summary>
    public string? ThreeDSReqAuthData
    {
        get => Text(RequestorAuthenticationFields.ThreeDSReqAuthData);
        init => Put(RequestorAuthenticationFields.ThreeDSReqAuthData, value);
    }
}
