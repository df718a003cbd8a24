using System.Buffers;
using Tollgate.Core.Authentication;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>A directory server's answer to a message, or why there is no usable one.</summary>
/// <param name="Message">The answer.</param>
/// <param name="Fault">Why there is none.</param>
/// <param name="ErrorCode">The code of the error message (Erro) that came, or that the answer was worth.</param>
/// <param name="Problem">The fault in words that hold nothing secret.</param>
internal sealed record DirectoryServerAnswer<T>(T? Message, AuthenticationFault? Fault = null, string? ErrorCode = null, string? Problem = null)
    where T : Message;

/// <summary>Speaks to directory servers: writes a message, reads the answer, and tells them what is wrong with it.</summary>
internal sealed class DirectoryServerClient(IDirectoryServer wire)
{
    private const int LongestErrorAnswer = 64 * 1024;
    private const int UsualLength = 16 * 1024;

    private static readonly TimeSpan ErrorTime = TimeSpan.FromSeconds(10);

    /// <summary>Sends a message and waits for the answer to it.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="server">Whose.</param>
    /// <param name="message">The message, which is valid.</param>
    /// <param name="expected">What may come, an error message apart.</param>
    /// <param name="longest">How many bytes of an answer are read at most.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="stopping">Ends it at once.</param>
    public async Task<DirectoryServerAnswer<T>> AskAsync<T>(
        DirectoryServer server, Message message, MessageExpectation expected, int longest, TimeSpan time, CancellationToken stopping)
        where T : Message
    {
        // It may hold a card number. It is cleared once it is sent; a room that it does not outgrow leaves no copy behind.
        var buffer = new ArrayBufferWriter<byte>(UsualLength);
        DirectoryServerReply reply;
        try
        {
            MessageWriter.Write(message, buffer);
            reply = await wire.PostAsync(server, buffer.WrittenMemory, longest, time, stopping);
        }
        finally
        {
            buffer.Clear();
        }

        if (reply.Body is not { } body)
        {
            return new(null, reply.Fault, Problem: reply.Problem);
        }

        var reading = MessageReader.Read(body, expected with { Types = expected.Types | MessageTypes.Erro });
        if (reading.Is<T>(out var answer))
        {
            return new(answer);
        }

        if (reading.Is<ErrorMessage>(out var error))
        {
            return new(null, IsTheirTrouble(error.ErrorCode) ? AuthenticationFault.ErrorMessage : AuthenticationFault.RequestRefused, error.ErrorCode, $"answered with error {error.ErrorCode}");
        }

        return Refuse<T>(server, AuthenticationFault.InvalidMessage, reading.Error!);
    }

    /// <summary>Whether an error is not about what was asked: too much was asked, a key was wrong, or something is out of order there. EMV 3DS 2.2, table A.4.</summary>
    private static bool IsTheirTrouble(string code) => code is "103" or "302" or "402" or "403" or "404" or "405";

    /// <summary>Refuses an answer, and tells the directory server why.</summary>
    public DirectoryServerAnswer<T> Refuse<T>(DirectoryServer server, AuthenticationFault fault, ErrorMessage error)
        where T : Message
    {
        if (error.ErrorMessageType != nameof(MessageTypes.Erro) && ErrorCode.IsToldToTheDirectoryServer(error.ErrorCode))
        {
            // Nobody waits for it: the payment goes on as it must, whether or not it is heard.
            _ = wire.PostAsync(server, MessageWriter.Write(error), LongestErrorAnswer, ErrorTime, CancellationToken.None);
        }

        return new(null, fault, error.ErrorCode, $"answered what is worth error {error.ErrorCode}");
    }

    /// <summary>An error of ours about an answer that is a valid message, and not the right one.</summary>
    public static ErrorMessage ErrorAbout(Message answer, string code, string detail, string? serverTransactionId, string? acsTransactionId, string? dsTransactionId) => new()
    {
        MessageVersion = answer.MessageVersion,
        ErrorCode = code,
        ErrorComponent = Component.Server,
        ErrorDescription = ErrorCode.Describe(code),
        ErrorDetail = detail,
        ErrorMessageType = answer.Type.ToString(),
        ThreeDSServerTransID = serverTransactionId,
        AcsTransID = acsTransactionId,
        DsTransID = dsTransactionId,
    };
}
