using System.Net;

namespace Tollgate.Client;

/// <summary>The gateway said no, or could not be understood, or did not answer. Its message says what to do, and never holds a secret.</summary>
/// <remarks>A decline by the card's issuer is not an exception: it is a payment with the status <c>failed</c>.</remarks>
public sealed class TollgateException : Exception
{
    /// <summary>An exception without a message of its own.</summary>
    public TollgateException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public TollgateException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and its cause.</summary>
    public TollgateException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The HTTP status; <see langword="null"/> when there was no answer, so that nobody knows whether the request was done.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The code of a refusal, such as <c>REQUIRE_LOGIN</c> or <c>NOT_FOUND</c>; <see langword="null"/> when the answer has none.</summary>
    public string? Code { get; init; }

    /// <summary>What is wrong with which field, by dotted path: <c>card_info.card_number</c> → <c>is invalid</c>. Empty when no field is at fault.</summary>
    public IReadOnlyDictionary<string, string> FieldErrors { get; init; } = new Dictionary<string, string>();

    /// <summary>How long to wait before trying again, when the gateway says so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
