using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>What is known of a card: whether there is anybody to ask, and the range that it is in.</summary>
/// <param name="IsKnown">Whether the directory server has told its ranges.</param>
/// <param name="Range">The range that the card is in, if it is in one.</param>
internal readonly record struct RangeLookup(bool IsKnown, EnrolledRange? Range);

/// <summary>
/// The card ranges of the directory servers, kept in memory: asked for at the start, then daily, and after a failure with growing pauses. What is known is kept
/// until something newer has come whole.
/// </summary>
internal sealed class CardRanges(
    DirectoryServers servers, DirectoryServerClient client, Settings settings, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<CardRanges> logger) : BackgroundService
{
    /// <summary>How long a payment waits for the first ranges after a start.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5);

    private const int LongestAnswer = 64 * 1024 * 1024;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Dictionary<DirectoryServer, Shelf> shelves = servers.All.ToDictionary(s => s, _ => new Shelf());

    /// <summary>The range of a card. Right after a start it waits until the ranges have been asked for, though not for long.</summary>
    public ValueTask<RangeLookup> FindAsync(CardNumber card)
    {
        if (servers.For(card.Brand) is not { } server)
        {
            return new(new RangeLookup(true, null));
        }

        var shelf = shelves[server];
        return shelf.Tried.Task.IsCompleted ? new(Find(shelf, card)) : new(WaitAndFindAsync(shelf, card));
    }

    /// <summary>Asks for the ranges that are due; a directory server that is silent does not hold up the others.</summary>
    public Task RefreshAsync(CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        return Task.WhenAll(shelves.Where(s => s.Value.DueAt <= now).Select(s => RefreshAsync(s.Key, s.Value, stopping)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The sandbox's own directory server is asked over the wire as well, once this server listens.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        using var timer = new PeriodicTimer(Rest);
        try
        {
            await started.Task.WaitAsync(stoppingToken);
            do
            {
                try
                {
                    await RefreshAsync(stoppingToken);
                }
                catch (Exception bug) when (!stoppingToken.IsCancellationRequested)
                {
                    Log.BackgroundBroke(logger, nameof(CardRanges), bug);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server is shutting down.
        }
    }

    private async Task<RangeLookup> WaitAndFindAsync(Shelf shelf, CardNumber card)
    {
        try
        {
            await shelf.Tried.Task.WaitAsync(FirstWait, clock);
        }
        catch (TimeoutException)
        {
            // What is there by now must do.
        }

        return Find(shelf, card);
    }

    private static RangeLookup Find(Shelf shelf, CardNumber card) =>
        shelf.Table is { } table ? new(true, table.Find(CardRangeTable.FirstOf(card.Reveal()))) : new(false, null);

    private async Task RefreshAsync(DirectoryServer server, Shelf shelf, CancellationToken stopping)
    {
        var known = shelf.Table;
        var (answer, changes) = await AskAsync(server, known?.SerialNumber, stopping);
        if (answer is { Message: null, ErrorCode: ErrorCode.InvalidSerialNumber } && known?.SerialNumber is not null)
        {
            // It does not know any more what has changed since then, so that everything is asked for.
            known = null;
            (answer, changes) = await AskAsync(server, null, stopping);
        }

        var now = clock.GetUtcNow();
        if (changes is not null)
        {
            // Without a number to begin at, what came is everything.
            shelf.Table = (known?.SerialNumber is null ? CardRangeTable.Empty : known).Apply(changes, answer.Message!.SerialNum);
            (shelf.DueAt, shelf.Pause) = (now + Every, FirstPause);
        }
        else
        {
            Log.CardRangesMissing(logger, server.Name, answer.Problem ?? "gave none");
            shelf.DueAt = now + shelf.Pause;
            shelf.Pause = shelf.Pause * 2 < LongestPause ? shelf.Pause * 2 : LongestPause;
        }

        shelf.Tried.TrySetResult();
    }

    private async Task<(DirectoryServerAnswer<PreparationResponse> Answer, IReadOnlyList<RangeChange>? Changes)> AskAsync(
        DirectoryServer server, string? serialNumber, CancellationToken stopping)
    {
        var request = new PreparationRequest
        {
            MessageVersion = ProtocolVersion.V220.ToString(),
            ThreeDSServerRefNumber = settings.ThreeDS.ServerReferenceNumber,
            ThreeDSServerOperatorID = server.ServerOperatorId,
            ThreeDSServerTransID = Guid.NewGuid().ToString("D"),
            ThreeDSRequestorURL = settings.ThreeDS.RequestorUrl,
            SerialNum = serialNumber,
        };
        var answer = await client.AskAsync<PreparationResponse>(
            server, request, new() { Types = MessageTypes.PRes, Component = Component.Server }, LongestAnswer, AnswerTime, stopping);
        if (answer.Message is not { } ranges)
        {
            return (answer, null);
        }

        if (!ranges.ThreeDSServerTransID.Equals(request.ThreeDSServerTransID, StringComparison.OrdinalIgnoreCase))
        {
            return (Refuse(AuthenticationFault.WrongIdentifiers, ErrorCode.TransactionNotRecognised, "threeDSServerTransID"), null);
        }

        return CardRangeTable.ReadChanges(ranges) is { } changes
            ? (answer, changes)
            : (Refuse(AuthenticationFault.InvalidMessage, ErrorCode.InvalidFormat, "cardRangeData"), null);

        DirectoryServerAnswer<PreparationResponse> Refuse(AuthenticationFault fault, string code, string detail) => client.Refuse<PreparationResponse>(
            server, fault, DirectoryServerClient.ErrorAbout(ranges, code, detail, request.ThreeDSServerTransID, null, ranges.DsTransID));
    }

    /// <summary>What is known of one directory server's ranges.</summary>
    private sealed class Shelf
    {
        private volatile CardRangeTable? table;

        public CardRangeTable? Table
        {
            get => table;
            set => table = value;
        }

        public TaskCompletionSource Tried { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public DateTimeOffset DueAt { get; set; } = DateTimeOffset.MinValue;

        public TimeSpan Pause { get; set; } = FirstPause;
    }
}
