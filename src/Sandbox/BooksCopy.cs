using System.Text.Json;

namespace Tollgate.Sandbox;

/// <summary>The acquirer's books as they are at one moment, read beside the acquirer that keeps them. It holds sums, and not the lines.</summary>
public sealed class BooksCopy
{
    private readonly AcquirerBooks books;

    private BooksCopy(AcquirerBooks books, DateTimeOffset realNow)
    {
        this.books = books;
        Now = realNow + books.ClockOffset;
    }

    /// <summary>What time it was by the sandbox's clock.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>Every payment that the acquirer knows.</summary>
    public IEnumerable<string> Payments => books.Payments.Select(payment => payment.Key);

    /// <summary>Reads a file of books up to its last whole line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="real">Real time.</param>
    /// <exception cref="InvalidDataException">A line cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BooksCopy Read(string path, TimeProvider real)
    {
        ArgumentNullException.ThrowIfNull(real);
        var books = new AcquirerBooks(null) { KeepsLines = false };
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[64 * 1024];
        var (kept, number) = (0, 0);
        while (file.Read(buffer, kept, buffer.Length - kept) is var read && read > 0)
        {
            var (start, end) = (0, kept + read);
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length && length >= 0)
            {
                number++;
                books.ReadLine(buffer.AsSpan(start, length), number, Path.GetFileName(path));
                start += length + 1;
            }

            kept = end - start;
            buffer.AsSpan(start, kept).CopyTo(buffer);
            if (kept == buffer.Length)
            {
                throw new InvalidDataException($"Line {number + 1} of {Path.GetFileName(path)} is damaged.");
            }
        }

        return new(books, real.GetUtcNow());
    }

    /// <summary>What the books say of a payment.</summary>
    public BookedPayment? Find(string payment) => books.FindPayment(payment);
}
