using Tollgate.Core.Authentication;

namespace Tollgate.Server.Authentication;

/// <summary>What came back from a directory server: an answer's bytes, or why there is none.</summary>
/// <param name="Body">The bytes.</param>
/// <param name="Fault">Why there are none.</param>
/// <param name="Problem">The fault in words that hold nothing secret.</param>
internal readonly record struct DirectoryServerReply(byte[]? Body, AuthenticationFault? Fault = null, string? Problem = null);

/// <summary>The wire to the schemes' directory servers.</summary>
internal interface IDirectoryServer
{
    /// <summary>Posts a message and reads what is answered; it never throws for the network.</summary>
    /// <param name="server">Whose.</param>
    /// <param name="message">JSON in UTF-8. It may hold a card number, and is neither kept nor logged.</param>
    /// <param name="longestAnswer">How many bytes of an answer are read at most.</param>
    /// <param name="time">How long it may take, by the clock of the server.</param>
    /// <param name="stopping">Ends it at once.</param>
    /// <exception cref="OperationCanceledException">The server is shutting down.</exception>
    Task<DirectoryServerReply> PostAsync(DirectoryServer server, ReadOnlyMemory<byte> message, int longestAnswer, TimeSpan time, CancellationToken stopping);
}
