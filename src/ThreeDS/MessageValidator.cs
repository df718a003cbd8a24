namespace Tollgate.ThreeDS;

/// <summary>Checks a message that was composed here, by the same table by which messages are read.</summary>
public static class MessageValidator
{
    /// <summary>The error that whoever receives the message would answer with; null when the message is right.</summary>
    /// <param name="message">The message.</param>
    /// <param name="component">Who composed it: a letter of <see cref="Component"/>.</param>
    /// <param name="request">The request that an ARes or an RReq answers; without it a payment in a browser is taken for granted.</param>
    public static ErrorMessage? Validate(Message message, string component, AuthenticationRequest? request = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var findings = new Findings();
        MessageRules.Check(message, new(message, request), findings);
        if (findings.IsEmpty)
        {
            return null;
        }

        var (code, detail) = findings.Worst();
        return ErrorMessage.About(message, code, component, detail);
    }
}
