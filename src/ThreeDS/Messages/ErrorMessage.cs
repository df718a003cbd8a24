using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>Erro. What is wrong with a message. EMV 3DS 2.2.0 table B.10 and table A.4.</summary>
public sealed record ErrorMessage : Message
{
    /// <summary>A message to be filled.</summary>
    public ErrorMessage()
        : base(ErroFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal ErrorMessage(Table table)
        : base(table)
    {
    }

    /// <summary>The identifier the 3DS server gave the transaction, when it could be read.</summary>
    public string? ThreeDSServerTransID { get => Text(ErroFields.ThreeDSServerTransID); init => Put(ErroFields.ThreeDSServerTransID, value); }

    /// <summary>The identifier the issuer gave the transaction, when it could be read.</summary>
    public string? AcsTransID { get => Text(ErroFields.AcsTransID); init => Put(ErroFields.AcsTransID, value); }

    /// <summary>The identifier the directory server gave the transaction, when it could be read.</summary>
    public string? DsTransID { get => Text(ErroFields.DsTransID); init => Put(ErroFields.DsTransID, value); }

    /// <summary>The identifier the SDK gave the transaction, when it could be read.</summary>
    public string? SdkTransID { get => Text(ErroFields.SdkTransID); init => Put(ErroFields.SdkTransID, value); }

    /// <summary>What is wrong: see <see cref="Tollgate.ThreeDS.ErrorCode"/>.</summary>
    public required string ErrorCode { get => Text(ErroFields.ErrorCode)!; init => Put(ErroFields.ErrorCode, value); }

    /// <summary>Who found it: see <see cref="Tollgate.ThreeDS.Component"/>.</summary>
    public required string ErrorComponent { get => Text(ErroFields.ErrorComponent)!; init => Put(ErroFields.ErrorComponent, value); }

    /// <summary>What is wrong, in words.</summary>
    public required string ErrorDescription { get => Text(ErroFields.ErrorDescription)!; init => Put(ErroFields.ErrorDescription, value); }

    /// <summary>The names of the elements that are wrong, never their values.</summary>
    public required string ErrorDetail { get => Text(ErroFields.ErrorDetail)!; init => Put(ErroFields.ErrorDetail, value); }

    /// <summary>The type of the message that is wrong.</summary>
    public string? ErrorMessageType { get => Text(ErroFields.ErrorMessageType); init => Put(ErroFields.ErrorMessageType, value); }

    /// <summary>The error that answers a message which could be read, with the message's version, type and identifiers.</summary>
    /// <param name="message">The message that is wrong.</param>
    /// <param name="code">What is wrong: see <see cref="Tollgate.ThreeDS.ErrorCode"/>.</param>
    /// <param name="component">Who found it: see <see cref="Component"/>.</param>
    /// <param name="detail">The names of the elements that are wrong, never their values.</param>
    public static ErrorMessage About(Message message, string code, string component, string detail)
    {
        ArgumentNullException.ThrowIfNull(message);
        string? Find(string name) => message.Table.Find(name) is { } field ? message[field] as string : null;
        return new()
        {
            MessageVersion = message.MessageVersion,
            ThreeDSServerTransID = Find("threeDSServerTransID"),
            AcsTransID = Find("acsTransID"),
            DsTransID = Find("dsTransID"),
            SdkTransID = Find("sdkTransID"),
            ErrorCode = code,
            ErrorComponent = component,
            ErrorDescription = Tollgate.ThreeDS.ErrorCode.Describe(code),
            ErrorDetail = detail,
            ErrorMessageType = message.Type.ToString(),
        };
    }
}
