namespace Tollgate.Client;

/// <summary>A webhook is not genuine, or cannot be told to be. The message says what to check, and never holds the secret or a signature.</summary>
public sealed class WebhookVerificationException : Exception
{
    /// <summary>An exception without a message of its own.</summary>
    public WebhookVerificationException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public WebhookVerificationException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and its cause.</summary>
    public WebhookVerificationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
