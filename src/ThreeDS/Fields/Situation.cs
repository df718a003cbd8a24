namespace Tollgate.ThreeDS;

/// <summary>What a message says of its circumstances, and what the request it answers said.</summary>
internal sealed class Situation
{
    private readonly Message message;

    public Situation(Message message, AuthenticationRequest? request)
    {
        this.message = message;
        Request = request;
        Version = ProtocolVersion.TryParse(message.MessageVersion, out var version) ? version : default;
        var asked = message as AuthenticationRequest ?? request;
        Channel = asked is null ? "02" : asked.DeviceChannel;
        IsPayment = (message is ResultsRequest result ? result.MessageCategory : asked is null ? "01" : asked.MessageCategory) == "01";
        AuthenticationInd = asked?.ThreeDSRequestorAuthenticationInd;
        ThreeRIInd = asked?.ThreeRIInd;
        Status = Text("transStatus");
        StatusReason = Text("transStatusReason");
    }

    public AuthenticationRequest? Request { get; }

    public ProtocolVersion Version { get; }

    /// <summary>True for a version of which only the essentials are checked.</summary>
    public bool IsLenient => Version > ProtocolVersion.V220;

    public string? Channel { get; }

    public bool IsApp => Channel == "01";

    public bool IsBrowser => Channel == "02";

    public bool IsPayment { get; }

    public bool RunsJavaScript => Flag("browserJavascriptEnabled") is true;

    public string? AuthenticationInd { get; }

    public string? ThreeRIInd { get; }

    /// <summary>True when more payments follow by agreement.</summary>
    public bool IsRecurring => AuthenticationInd is "02" or "03" || (Version >= ProtocolVersion.V220 && ThreeRIInd is "01" or "02");

    public string? Status { get; }

    public string? StatusReason { get; }

    public string? Text(string name) => message.Table.Find(name) is { } field ? message[field] as string : null;

    public bool? Flag(string name) => message.Table.Find(name) is { } field ? message[field] as bool? : null;
}
