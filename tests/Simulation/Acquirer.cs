using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;

namespace Tollgate.Simulation;

/// <summary>What the acquirer knows of one payment: amounts in the smallest unit.</summary>
internal sealed class Book
{
    public int Authorisations { get; set; }

    public long Authorised { get; set; }

    public long Captured { get; set; }

    public long Released { get; set; }

    public long Refunded { get; set; }

    public bool Settled { get; set; }

    public (string Operation, long Amount)? PendingRefund { get; set; }

    /// <summary>The most approved authorisations that there were at once.</summary>
    public int MostAuthorisations { get; set; }
}

/// <summary>
/// The acquirer's own account of things, by which the gateway's is judged: written apart from it and from the sandbox, and with the same rules. A repeat
/// under a reference is one message; what is reversed before it arrives is declined when it does.
/// </summary>
internal sealed class Acquirer(World world, Place place)
{
    private sealed class Booked
    {
        public required OperationKind Kind { get; init; }

        public required long Amount { get; init; }

        public required Reply Reply { get; init; }

        public bool Capture { get; init; }

        public bool Reversed { get; set; }

        /// <summary>Until when inquiries about it are of no use.</summary>
        public DateTimeOffset SilentUntil { get; init; }
    }

    /// <summary>A response code (ISO 8583, DE39), and the reference under which it was booked.</summary>
    internal readonly record struct Reply(string Code, string Reference)
    {
        public bool Approved => Code == "00";
    }

    /// <summary>When an issuer lets a hold go by itself: long after the last moment at which the gateway captures.</summary>
    private static readonly TimeSpan HoldLapsesAfter = TimeSpan.FromDays(30);

    private readonly Dictionary<string, Booked> operations = new(StringComparer.Ordinal);
    private int references;

    public Dictionary<string, Book> Books { get; } = new(StringComparer.Ordinal);

    /// <summary>What the acquirer was asked and could not do, as the payment stood in its books.</summary>
    public List<string> Impossible { get; } = [];

    /// <summary>Who can be told of what the acquirer does by itself.</summary>
    public Func<ServerProcess?>? Listener { get; set; }

    /// <summary>Takes a message.</summary>
    public Reply Take(AcquirerOrder order, bool declines, bool keepsSilent)
    {
        var book = Books.TryGetValue(order.Payment.Value, out var found) ? found : Books[order.Payment.Value] = new();
        var known = operations.GetValueOrDefault(order.Operation.Value);
        switch (order)
        {
            case AcquirerOrder.Inquire:
                return known switch
                {
                    null or { Reversed: true } => new("25", string.Empty),
                    { SilentUntil: var until } when world.Now < until => new("96", string.Empty),
                    _ => known.Reply,
                };
            case AcquirerOrder.Reverse reverse:
                return Reverse(book, reverse, known);
            default:
                return known?.Reply ?? Book(book, order, declines ? "05" : Judge(book, order), keepsSilent);
        }
    }

    private static string Judge(Book book, AcquirerOrder order) => order switch
    {
        AcquirerOrder.Authorise authorise => authorise.Card.Reveal() switch
        {
            "4000000000000002" => "05",
            "4000000000009995" => "51",
            "4000000000000341" when authorise.StoredCredential => "05",
            _ => "00",
        },
        AcquirerOrder.Capture => book is { Authorised: > 0, Captured: 0, Released: 0 } && order.Amount.Minor <= book.Authorised ? "00" : "12",
        AcquirerOrder.Void => book is { Authorised: > 0, Captured: 0, Released: 0 } ? "00" : "12",
        AcquirerOrder.Refund => book is { PendingRefund: null } && order.Amount.Minor <= book.Captured - book.Refunded ? "00" : "12",
        _ => throw new ArgumentOutOfRangeException(nameof(order)),
    };

    private Reply Book(Book book, AcquirerOrder order, string code, bool keepsSilent)
    {
        var booked = new Booked
        {
            Kind = order switch
            {
                AcquirerOrder.Authorise => OperationKind.Authorisation,
                AcquirerOrder.Capture => OperationKind.Capture,
                AcquirerOrder.Void => OperationKind.Void,
                _ => OperationKind.Refund,
            },
            Amount = order.Amount.Minor,
            Capture = order is AcquirerOrder.Authorise { CaptureAtOnce: true },
            Reply = new(code, $"rrn{++references}"),
            SilentUntil = keepsSilent ? world.Now + world.Chance.Between(TimeSpan.FromMinutes(1), TimeSpan.FromHours(3)) : default,
        };
        operations.Add(order.Operation.Value, booked);
        if (code == "12")
        {
            Impossible.Add($"{booked.Kind} of {booked.Amount} for {order.Payment}");
        }

        world.Tell($"acquirer books {booked.Kind} {code}", order.Payment.Value, booked.Amount);
        if (!booked.Reply.Approved)
        {
            return booked.Reply;
        }

        switch (booked.Kind)
        {
            case OperationKind.Authorisation:
                book.Authorisations++;
                book.MostAuthorisations = Math.Max(book.MostAuthorisations, book.Authorisations);
                book.Authorised += booked.Amount;
                book.Captured += booked.Capture ? booked.Amount : 0;
                world.After(HoldLapsesAfter, place, () => Lapse(book));
                break;
            case OperationKind.Capture:
                book.Captured += booked.Amount;
                book.Released += book.Authorised - booked.Amount;
                break;
            case OperationKind.Void:
                book.Released += book.Authorised;
                break;
            default:
                book.PendingRefund = (order.Operation.Value, booked.Amount);
                world.After(world.Chance.Between(TimeSpan.FromSeconds(1), world.Chance.Happens(2500) ? TimeSpan.FromDays(14) : TimeSpan.FromHours(8)), place, () => EndRefund(order, book));
                break;
        }

        if (booked is { Kind: OperationKind.Capture } or { Capture: true })
        {
            world.After(world.Chance.Between(TimeSpan.FromMilliseconds(1), world.Chance.Happens(3000) ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(2)), place, () => Settle(order, book));
        }

        return booked.Reply;
    }

    private Reply Reverse(Book book, AcquirerOrder.Reverse order, Booked? known)
    {
        if (known is null)
        {
            // The message may still be on its way: when it comes it must find that it was undone.
            world.Tell("acquirer reverses what it does not know", order.Payment.Value);
            operations.Add(order.Operation.Value, new() { Kind = order.Kind, Amount = 0, Reply = new("25", string.Empty), Reversed = true });
            return new("25", string.Empty);
        }

        if (known is { Reversed: true } or { Reply.Approved: false })
        {
            known.Reversed = true;
            return new("00", string.Empty);
        }

        var isThrough = known.Kind switch
        {
            OperationKind.Void => true,
            OperationKind.Authorisation when !known.Capture => book.Captured > 0 || book.Released > 0,
            OperationKind.Refund => book.PendingRefund?.Operation != order.Operation.Value,
            _ => book.Settled || book.Refunded > 0 || book.PendingRefund is not null,
        };
        world.Tell(isThrough ? "acquirer cannot reverse" : "acquirer reverses", order.Payment.Value, known.Amount);
        if (isThrough)
        {
            return new("12", string.Empty);
        }

        known.Reversed = true;
        switch (known.Kind)
        {
            case OperationKind.Authorisation:
                book.Authorisations--;
                book.Authorised -= known.Amount;
                book.Captured -= known.Capture ? known.Amount : 0;
                break;
            case OperationKind.Capture:
                book.Captured -= known.Amount;
                book.Released -= book.Authorised - known.Amount;
                break;
            default:
                book.PendingRefund = null;
                break;
        }

        return new("00", string.Empty);
    }

    private static void Lapse(Book book)
    {
        if (book is { Authorisations: > 0, Captured: 0, Released: 0 })
        {
            book.Released = book.Authorised;
        }
    }

    private void Settle(AcquirerOrder order, Book book)
    {
        if (book is { Captured: > 0, Settled: false })
        {
            book.Settled = true;
            world.Tell("acquirer settles", order.Payment.Value, book.Captured);
            Notify("settled", order, runner => runner.SettledAsync(order.Payment), 0);
        }
    }

    private void EndRefund(AcquirerOrder order, Book book)
    {
        if (book.PendingRefund is not { } refund || refund.Operation != order.Operation.Value)
        {
            return;
        }

        book.PendingRefund = null;
        var rejected = world.Chance.Happens(2500);
        book.Refunded += rejected ? 0 : refund.Amount;
        world.Tell(rejected ? "acquirer rejects the refund" : "acquirer pays the refund out", order.Payment.Value, refund.Amount);
        Notify(
            rejected ? "refund rejected" : "refund completed",
            order,
            listener => rejected ? listener.RefundRejectedAsync(order.Payment, order.Operation) : listener.RefundCompletedAsync(order.Payment, order.Operation),
            0);
    }

    /// <summary>Tells until it is heard, less and less often; now and then twice, or late.</summary>
    private void Notify(string what, AcquirerOrder order, Func<IAcquirerListener, Task<bool>> tell, int tries)
    {
        var late = world.GoesWrong(500);
        if (late)
        {
            world.Counts.Add("fault: a notice comes late");
        }

        world.After(late ? world.Chance.Between(TimeSpan.FromSeconds(1), TimeSpan.FromHours(30)) : TimeSpan.Zero, place, () =>
        {
            if (world.GoesWrong(500))
            {
                world.Counts.Add("fault: a notice is told twice");
                Say(what, order, tell, null, tries);
            }

            Say(what, order, tell, () => Notify(what, order, tell, tries + 1), tries);
        });
    }

    private void Say(string what, AcquirerOrder order, Func<IAcquirerListener, Task<bool>> tell, Action? again, int tries)
    {
        world.Counts.Add($"notice: {what}");
        var lost = world.GoesWrong(300);
        if (lost)
        {
            world.Counts.Add("fault: a notice is lost");
        }

        if (lost || Listener!() is not { } process)
        {
            TryAgain();
            return;
        }

        // Whoever dies while he listens has not heard.
        var heard = false;
        world.Soon(process.Place, async void () =>
        {
            try
            {
                heard = await tell(process.Runner);
                world.Tell(heard ? "notice heard" : "notice not heard yet", order.Payment.Value);
            }
            catch (Exception unavailable) when (Server.Storage.Database.IsUnavailable(unavailable))
            {
                heard = false;
            }
        });
        if (again is not null)
        {
            world.After(TimeSpan.FromSeconds(30), place, () =>
            {
                if (!heard)
                {
                    TryAgain();
                }
            });
        }

        void TryAgain()
        {
            if (again is not null)
            {
                world.After(TimeSpan.FromSeconds(Math.Pow(2, Math.Min(tries, 12))), place, again);
            }
        }
    }
}
