using Tollgate.Core.Cards;

namespace Tollgate.Sandbox.Tests;

/// <summary>A pretend world of the test's own: real time stands still, and the books are a file that can be closed and opened again.</summary>
internal sealed class World : IDisposable
{
    public const string Visa = "4242424242424242";
    public const string Pay = "payment-1";

    private readonly StoppedClock real = new();

    public World(string? booksPath = null)
    {
        BooksPath = booksPath ?? Path.Combine(Path.GetTempPath(), "tollgate-books-" + Guid.NewGuid().ToString("N") + ".jsonl");
        Acquirer = Open();
    }

    public static SandboxBehaviour Behaviour { get; } = new(
        SettlesAt: captured => captured + TimeSpan.FromMinutes(1), RefundDelay: TimeSpan.FromSeconds(30), ReplyDelay: TimeSpan.Zero, LateReplyDelay: TimeSpan.FromMilliseconds(50));

    public static DateTimeOffset Start { get; } = new(2026, 1, 15, 3, 0, 0, TimeSpan.Zero);

    public string BooksPath { get; }

    public SimulatedAcquirer Acquirer { get; private set; }

    public BookedPayment Books => BooksOf(Pay);

    /// <summary>Ends the process and starts it anew; what happens to the file in between is the test's to say.</summary>
    public void Restart(Action? meanwhile = null)
    {
        Acquirer.Dispose();
        meanwhile?.Invoke();
        Acquirer = Open();
    }

    public void Advance(TimeSpan by) => Acquirer.MoveClock(Acquirer.Clock.GetUtcNow() + by);

    public BookedPayment BooksOf(string payment) => Acquirer.Read(payment, booked => booked) ?? new();

    public Task<SimulatedReply> SendAsync(MessageKind kind, string operation, long amount = 1000, string payment = Pay) =>
        Acquirer.ExchangeAsync(new() { Kind = kind, Operation = operation, Payment = payment, Amount = amount });

    public async Task<string> AskAsync(MessageKind kind, string operation, long amount = 1000, string payment = Pay) =>
        (await SendAsync(kind, operation, amount, payment)).ResponseCode;

    public Task<SimulatedReply> AuthoriseAsync(string card = Visa, string operation = "auth", bool capture = false, bool byToken = false, string payment = Pay) =>
        Acquirer.ExchangeAsync(new()
        {
            Kind = MessageKind.Authorisation,
            Operation = operation,
            Payment = payment,
            Amount = 1000,
            Card = Parse(card),
            Capture = capture,
            StoredCredential = byToken,
        });

    public static CardNumber Parse(string digits) => CardNumber.TryParse(digits, out var number) ? number : throw new ArgumentException("It is no card number.");

    public void Dispose()
    {
        Acquirer.Dispose();
        File.Delete(BooksPath);
        File.Delete(BooksPath + ".lock");
    }

    private SimulatedAcquirer Open() => new(BooksPath, Behaviour, real);

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Start;
    }
}
