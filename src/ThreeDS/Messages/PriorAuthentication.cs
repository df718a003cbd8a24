using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>An earlier authentication of the same cardholder: threeDSRequestorPriorAuthenticationInfo, EMV 3DS 2.2.0 table A.11.</summary>
public sealed record PriorAuthentication : Elements
{
    /// <summary>An object to be filled.</summary>
    public PriorAuthentication()
        : base(PriorAuthenticationFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal PriorAuthentication(Table table)
        : base(table)
    {
    }

    /// <summary>The acsTransID of that authentication.</summary>
    public string? ThreeDSReqPriorRef
    {
        get => Text(PriorAuthenticationFields.ThreeDSReqPriorRef);
        init => Put(PriorAuthenticationFields.ThreeDSReqPriorRef, value);
    }

    /// <summary>01 frictionless, 02 challenge, 03 address check, 04 other.</summary>
    public string? ThreeDSReqPriorAuthMethod
    {
        get => Text(PriorAuthenticationFields.ThreeDSReqPriorAuthMethod);
        init => Put(PriorAuthenticationFields.ThreeDSReqPriorAuthMethod, value);
    }

    /// <summary>When, UTC, YYYYMMDDHHMM.</summary>
    public string? ThreeDSReqPriorAuthTimestamp
    {
        get => Text(PriorAuthenticationFields.ThreeDSReqPriorAuthTimestamp);
        init => Put(PriorAuthenticationFields.ThreeDSReqPriorAuthTimestamp, value);
    }

    /// <summary>Evidence.</summary>
    public string? ThreeDSReqPriorAuthData
    {
        get => Text(PriorAuthenticationFields.ThreeDSReqPriorAuthData);
        init => Put(PriorAuthenticationFields.ThreeDSReqPriorAuthData, value);
    }
}
