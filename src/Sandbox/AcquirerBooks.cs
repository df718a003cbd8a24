using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tollgate.Sandbox;

/// <summary>One line of the acquirer's books: a message and its answer, or something that it did on its own account.</summary>
public sealed record BookLine
{
    /// <summary>When, by the sandbox's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>A <see cref="MessageKind"/> or <see cref="NoticeKind"/>, or <c>WrongCode</c>, <c>RefundDecided</c>, <c>ClearingMade</c>, <c>ClockMoved</c>, or one of <see cref="DisputeBooks"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The payment.</summary>
    public string Payment { get; init; } = string.Empty;

    /// <summary>The operation that it is about.</summary>
    public string Operation { get; init; } = string.Empty;

    /// <summary>How much.</summary>
    public long Amount { get; init; }

    /// <summary>Whether the authorisation captured at once.</summary>
    public bool Capture { get; init; }

    /// <summary>Whether the answer never goes out.</summary>
    public bool Silent { get; init; }

    /// <summary>The answer.</summary>
    public SimulatedReply? Reply { get; init; }

    /// <summary>For a refund whose end is settled, that end.</summary>
    public string? RefundEnd { get; init; }

    /// <summary>For a clearing file, what it has.</summary>
    public IReadOnlyList<ClearedCapture>? Cleared { get; init; }

    /// <summary>For an authorisation, whether the cardholder disputes it when it settles.</summary>
    public bool OpensDispute { get; init; }

    /// <summary>For an authorisation, what it said of the kept card.</summary>
    public SimulatedCredential? Credential { get; init; }

    /// <summary>For an authorisation, whether the security code came with it. The code itself is in no books.</summary>
    public bool WithCode { get; init; }

    /// <summary>For an authorisation, whether an authentication came with it. Its value is in no books.</summary>
    public bool WithAuthentication { get; init; }

    /// <summary>For a dispute, the scheme's reason code; for an authorisation, the one of a dispute that may come of it, where it is not Visa's.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The case of a dispute.</summary>
    public string? Case { get; init; }

    /// <summary>The stage of a dispute.</summary>
    public string? Stage { get; init; }

    /// <summary>Until when the merchant may answer in it.</summary>
    public DateTimeOffset RespondBy { get; init; }

    /// <summary>Whether it goes the merchant's way.</summary>
    public bool Wins { get; init; }

    /// <summary>For a clock that was moved, how far it is ahead now.</summary>
    public TimeSpan Offset { get; init; }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(BookLine))]
internal sealed partial class BookJson : JsonSerializerContext;

/// <summary>
/// The acquirer's own books, kept apart from the gateway's so that the two can be compared. They are an append-only file of JSON lines, which a
/// killed process leaves whole up to its last line; no line holds a card number. Not thread-safe: <see cref="SimulatedAcquirer"/> locks.
/// </summary>
internal sealed class AcquirerBooks : IDisposable
{
    public const string RefundDecided = nameof(RefundDecided);
    public const string ClearingMade = nameof(ClearingMade);

    private readonly Dictionary<string, BookedOperation> operations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BookedPayment> payments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NoticeKind> refundEnds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BookedFile> files = new(StringComparer.Ordinal);
    private readonly FileStream? keeper;
    private readonly FileStream? file;

    public AcquirerBooks(string? path)
    {
        if (path is null)
        {
            return;
        }

        // Books have one keeper, and anybody may look into them. Only a file that is shared with nobody is locked on every system, so the lock is another file.
        keeper = new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            ReadAll(file);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void ReadAll(FileStream file)
    {
        var content = new byte[file.Length];
        file.ReadExactly(content);
        var whole = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        var number = 1;
        for (var start = 0; start < whole; number++)
        {
            var end = content.AsSpan(start).IndexOf((byte)'\n');
            ReadLine(content.AsSpan(start, end), number, Path.GetFileName(file.Name));
            start += end + 1;
        }

        // The end of a line that a killed process could not finish is dropped: nobody was told of it.
        file.SetLength(whole);
        file.Seek(0, SeekOrigin.End);
    }

    /// <summary>Takes a line of a file in.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public void ReadLine(ReadOnlySpan<byte> line, int number, string fileName)
    {
        try
        {
            Apply(JsonSerializer.Deserialize(line, BookJson.Default.BookLine)!);
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException or NullReferenceException)
        {
            throw new InvalidDataException($"Line {number} of {fileName} is damaged.", wrong);
        }
    }

    /// <summary>Whether each payment keeps its lines, and not only what they amount to.</summary>
    public bool KeepsLines { get; init; } = true;

    public TimeSpan ClockOffset { get; private set; }

    public IEnumerable<KeyValuePair<string, BookedPayment>> Payments => payments;

    public BookedOperation? FindOperation(string operation) => operations.GetValueOrDefault(operation);

    public BookedPayment? FindPayment(string payment) => payments.GetValueOrDefault(payment);

    /// <summary>How a refund will end, once that is settled.</summary>
    public NoticeKind? FindRefundEnd(string operation) => refundEnds.TryGetValue(operation, out var end) ? end : null;

    /// <summary>The clearing files, by name.</summary>
    public IReadOnlyDictionary<string, BookedFile> Files => files;

    /// <summary>What a payment's lines amount to.</summary>
    public static BookedPayment Replay(IEnumerable<BookLine> lines)
    {
        using var books = new AcquirerBooks(null);
        foreach (var line in lines)
        {
            books.Apply(line);
        }

        return books.payments.Values.Single();
    }

    public void Write(BookLine line)
    {
        if (file is not null)
        {
            byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, BookJson.Default.BookLine), (byte)'\n'];
            var whole = file.Length;
            try
            {
                file.Write(bytes);
            }
            catch
            {
                // A disk that fills up takes a part of the line. It must not stay before the lines that come when there is room again.
                file.SetLength(whole);
                file.Seek(0, SeekOrigin.End);
                throw;
            }
        }

        Apply(line);
    }

    public void Dispose()
    {
        file?.Dispose();
        keeper?.Dispose();
    }

    private void Apply(BookLine line)
    {
        if (line.Kind == "ClockMoved")
        {
            ClockOffset = line.Offset;
            return;
        }

        if (line.Kind == "WrongCode")
        {
            // Books of earlier versions counted the codes of challenges as well.
            return;
        }

        if (line.Kind == RefundDecided)
        {
            refundEnds[line.Operation] = Enum.Parse<NoticeKind>(line.RefundEnd!);
            return;
        }

        if (line.Kind is ClearingMade or nameof(NoticeKind.ClearingFile))
        {
            ApplyClearing(line);
            return;
        }

        if (!payments.TryGetValue(line.Payment, out var payment))
        {
            payments.Add(line.Payment, payment = new());
        }

        if (KeepsLines)
        {
            payment.Add(line);
        }

        if (DisputeBooks.Apply(payment, line))
        {
            return;
        }

        if (Enum.TryParse<NoticeKind>(line.Kind, out var notice))
        {
            ApplyNotice(payment, notice);
        }
        else if (Enum.Parse<MessageKind>(line.Kind) is var kind && kind == MessageKind.Reversal)
        {
            ApplyReversal(payment, line);
        }
        else
        {
            var operation = new BookedOperation
            {
                Kind = kind,
                Payment = line.Payment,
                Amount = line.Amount,
                Reply = line.Reply!,
                Capture = line.Capture,
                Silent = line.Silent,
            };
            operations[line.Operation] = operation;
            if (operation.Approved)
            {
                ApplyMessage(payment, operation, line);
            }
        }
    }

    private void ApplyClearing(BookLine line)
    {
        if (line.Kind == ClearingMade)
        {
            files.Add(line.Operation, new(line.At, line.Cleared!));
            foreach (var cleared in line.Cleared!)
            {
                payments[cleared.Payment].ClearedIn = line.Operation;
            }

            return;
        }

        // The gateway has it: each of its payments has settled.
        files[line.Operation].Delivered = true;
        foreach (var cleared in files[line.Operation].Captures)
        {
            Apply(new() { At = line.At, Kind = nameof(NoticeKind.Settled), Payment = cleared.Payment, Operation = cleared.Operation });
        }
    }

    private static void ApplyNotice(BookedPayment payment, NoticeKind notice)
    {
        if (notice == NoticeKind.Settled)
        {
            payment.Settled = true;
            return;
        }

        payment.Refunded += notice == NoticeKind.RefundCompleted ? payment.PendingRefund?.Amount ?? 0 : 0;
        payment.PendingRefund = null;
    }

    private static void ApplyMessage(BookedPayment payment, BookedOperation operation, BookLine line)
    {
        switch (operation.Kind)
        {
            case MessageKind.Authorisation:
                payment.Authorisations++;
                payment.Authorised += operation.Amount;
                payment.Captured += operation.Capture ? operation.Amount : 0;
                payment.CapturedBy = operation.Capture ? line.Operation : null;
                (payment.OpensDispute, payment.ReasonCode) = (line.OpensDispute, line.ReasonCode);
                break;
            case MessageKind.Capture:
                payment.Captured += operation.Amount;
                payment.CapturedBy = line.Operation;
                payment.Released += payment.Authorised - operation.Amount;
                break;
            case MessageKind.Void:
                payment.Released += payment.Authorised;
                break;
            case MessageKind.Refund:
                payment.PendingRefund = (line.Operation, operation.Amount);
                break;
            case MessageKind.DisputeAcceptance or MessageKind.DisputeEvidence:
                DisputeBooks.Answer(payment.Dispute!, operation.Kind, line);
                break;
            default:
                throw new InvalidOperationException("Only messages that do something are booked.");
        }
    }

    private void ApplyReversal(BookedPayment payment, BookLine line)
    {
        if (line.Reply?.ResponseCode is not ("00" or "25"))
        {
            return;
        }

        if (FindOperation(line.Operation) is not { } operation)
        {
            // The message may still be on its way: when it comes it must find that it was undone.
            operations[line.Operation] = new()
            {
                Kind = MessageKind.Reversal,
                Payment = line.Payment,
                Amount = line.Amount,
                Reply = new("25", line.Reply.Reference, null, null),
                Reversed = true,
            };
            return;
        }

        if (operation.Reversed)
        {
            return;
        }

        operation.Reversed = true;
        if (!operation.Approved)
        {
            return;
        }

        switch (operation.Kind)
        {
            case MessageKind.Authorisation:
                payment.Authorisations--;
                payment.Released += operation.Amount;
                payment.Captured -= operation.Capture ? operation.Amount : 0;
                break;
            case MessageKind.Capture:
                payment.Captured -= operation.Amount;
                payment.Released -= payment.Authorised - operation.Amount;
                break;
            case MessageKind.Refund:
                payment.PendingRefund = null;
                break;
            default:
                break;
        }
    }
}
