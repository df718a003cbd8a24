using Tollgate.Core;
using Tollgate.Core.Disputes;
using Tollgate.Core.Payments;
using Tollgate.Server.Acquirers;

namespace Tollgate.Simulation;

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
    private readonly HashSet<string> forgotten = new(StringComparer.Ordinal);
    private int references;

    public Dictionary<string, Book> Books { get; } = new(StringComparer.Ordinal);

    /// <summary>What the acquirer was asked and could not do, as the payment stood in its books.</summary>
    public List<string> Impossible { get; } = [];

    /// <summary>Who can be told of what the acquirer does by itself.</summary>
    public Func<ServerProcess?>? Listener { get; set; }

    /// <summary>Where it says what has settled.</summary>
    public ClearingOffice Clearing { get; } = new(world, place);

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

    /// <summary>Whether it has approved an operation that nobody has undone.</summary>
    public bool Approved(OperationId operation) => operations.GetValueOrDefault(operation.Value) is { Reversed: false, Reply.Approved: true };

    private static string Judge(Book book, AcquirerOrder order) => order switch
    {
        AcquirerOrder.Authorise authorise => authorise.Card.Reveal() switch
        {
            "4000000000000002" => "05",
            "4000000000009995" => "51",
            "4000002500003155" when authorise.Authentication is null => "1A",
            "4000000000000341" when authorise.Credential.ByToken => "05",
            _ => "00",
        },
        AcquirerOrder.AnswerDispute answer => book.Case is { IsOpen: true, AwaitsMerchant: true } open && open.Id == answer.Case ? "00" : "30",
        AcquirerOrder.Capture => book is { Authorised: > 0, Captured: 0, Released: 0 } && order.Amount.Minor <= book.Authorised ? "00" : "12",
        AcquirerOrder.Void => book is { Authorised: > 0, Captured: 0, Released: 0 } ? "00" : "12",
        AcquirerOrder.Refund when book.Case is { IsOpen: true } => "57",
        AcquirerOrder.Refund => book is { PendingRefund: null } && order.Amount.Minor <= book.Left ? "00" : "12",
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
                AcquirerOrder.Refund => OperationKind.Refund,
                AcquirerOrder.AnswerDispute { Accepts: true } => OperationKind.DisputeAcceptance,
                _ => OperationKind.DisputeEvidence,
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

        if (forgotten.Contains(order.Operation.Value))
        {
            Notify("late approval", order, async listener =>
            {
                await listener.ReceiveLateAsync(order, new Outcome.Approved(booked.Reply.Reference, "123456", "0123456789"));
                return true;
            }, 0);
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
            case OperationKind.DisputeAcceptance:
                End(order.Payment, book, won: false, tells: false);
                break;
            case OperationKind.DisputeEvidence:
                book.Case!.AwaitsMerchant = false;
                book.Case.Turn++;
                world.After(world.Chance.Between(TimeSpan.FromHours(1), TimeSpan.FromDays(3)), place, () => Consider(order, book, book.Case, book.Case.Turn));
                break;
            default:
                book.PendingRefund = (order.Operation.Value, booked.Amount);
                world.After(world.Chance.Between(TimeSpan.FromSeconds(1), world.Chance.Happens(2500) ? TimeSpan.FromDays(14) : TimeSpan.FromHours(8)), place, () => EndRefund(order, book));
                break;
        }

        if (booked is { Kind: OperationKind.Capture } or { Capture: true })
        {
            // What the gateway does not know of yet can still be undone when it hears of it.
            var soonest = forgotten.Contains(order.Operation.Value) ? TimeSpan.FromDays(2) : TimeSpan.FromMilliseconds(1);
            var atOnce = world.Chance.Happens(1500);
            var latest = atOnce ? TimeSpan.FromMilliseconds(500) : world.Chance.Happens(3000) ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(2);
            world.After(soonest + world.Chance.Between(TimeSpan.Zero, latest), place, () => Settle(order, book, atOnce));
            if (world.Chance.Happens(1500))
            {
                var disputed = world.Chance.Below(3) switch { 0 => TimeSpan.FromSeconds(8), 1 => TimeSpan.FromMinutes(2), _ => TimeSpan.FromDays(5) };
                world.After(soonest + world.Chance.Between(TimeSpan.FromSeconds(1), disputed), place, () => Dispute(order, book));
            }
        }

        return booked.Reply;
    }

    private Reply Reverse(Book book, AcquirerOrder.Reverse order, Booked? known)
    {
        if (known is null)
        {
            // The message may still be on its way: when it comes it must find that it was undone.
            if (order.Kind == OperationKind.Authorisation && world.GoesWrong(2500))
            {
                // Some acknowledge and forget: what comes later is booked, and the approval of it is told until it is heard.
                world.Counts.Add("fault: a reversal is acknowledged and forgotten");
                forgotten.Add(order.Operation.Value);
                return new("25", string.Empty);
            }

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
            _ => book.Settled || book.Refunded > 0 || book.PendingRefund is not null || book.Case is not null,
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

    private void Settle(AcquirerOrder order, Book book, bool atOnce)
    {
        if (book is { Captured: > 0, Settled: false } && Approved(order.Operation))
        {
            book.Settled = true;
            world.Tell("acquirer settles", order.Payment.Value, book.Captured);
            Clearing.Clear(order.Payment, order.Operation, new(book.Captured, order.Amount.Currency), atOnce);
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

    private void Dispute(AcquirerOrder order, Book book)
    {
        if (book is { Case: not null } or { PendingRefund: not null } || book.Left <= 0)
        {
            return;
        }

        var inquiry = world.Chance.Below(3) == 0;
        var amount = world.Chance.Below(3) == 0 ? Math.Max(1, book.Left / 2) : book.Left;
        var dispute = book.Case = new() { Id = "case-" + order.Payment, Amount = amount, MoneyTaken = !inquiry, Stage = inquiry ? DisputeStage.Inquiry : DisputeStage.ChargebackOpen };
        var respondBy = Await(order, book, dispute);
        world.Tell("acquirer opens a dispute", order.Payment.Value, amount);
        var notice = new DisputeNotice(order.Payment, dispute.Id, new(amount, order.Amount.Currency), "10.4", dispute.Stage, respondBy);
        Tell(dispute, "dispute opened", order, listener => listener.DisputeOpenedAsync(notice));
    }

    /// <summary>Gives the merchant a time to answer. Nobody has answered when it is over, and somewhat more: then the dispute is lost.</summary>
    private DateTimeOffset Await(AcquirerOrder order, Book book, Case dispute)
    {
        var turn = ++dispute.Turn;
        dispute.AwaitsMerchant = true;
        var respondBy = world.Now + world.Chance.Between(TimeSpan.FromHours(1), TimeSpan.FromDays(8));
        world.After(respondBy + TimeSpan.FromDays(4) - world.Now, place, () =>
        {
            if (dispute.IsOpen && dispute.Turn == turn)
            {
                End(order.Payment, book, won: false, tells: false);
            }
        });
        return respondBy;
    }

    /// <summary>The issuer has seen the evidence: it decides, or asks again.</summary>
    private void Consider(AcquirerOrder order, Book book, Case dispute, int turn)
    {
        if (!dispute.IsOpen || dispute.Turn != turn)
        {
            return;
        }

        var choice = world.Chance.Below(10);
        if (choice < 4 && dispute.Stage < DisputeStage.PreArbitration)
        {
            dispute.Stage = dispute.MoneyTaken ? DisputeStage.PreArbitration : DisputeStage.ChargebackOpen;
            dispute.MoneyTaken = true;
            var (stage, respondBy) = (dispute.Stage, Await(order, book, dispute));
            world.Tell("acquirer moves the dispute", order.Payment.Value, (long)stage);
            Tell(dispute, "dispute moved", order, listener => listener.DisputeMovedAsync(order.Payment, dispute.Id, stage, respondBy));
        }
        else if (choice < 6 && dispute is { MoneyTaken: true, Stage: not DisputeStage.Arbitration })
        {
            dispute.Stage = DisputeStage.Arbitration;
            Tell(dispute, "dispute moved", order, listener => listener.DisputeMovedAsync(order.Payment, dispute.Id, DisputeStage.Arbitration, null));
            world.After(TimeSpan.FromDays(2), place, () => Consider(order, book, dispute, turn));
        }
        else
        {
            End(order.Payment, book, won: choice >= 8, tells: true);
        }
    }

    private void End(PaymentId payment, Book book, bool won, bool tells)
    {
        var dispute = book.Case!;
        dispute.IsOpen = false;
        dispute.AwaitsMerchant = false;
        book.Lost += won ? 0 : dispute.Amount;
        world.Tell(won ? "acquirer finds for the merchant" : "acquirer finds for the cardholder", payment.Value, dispute.Amount);
        if (tells)
        {
            var order = new AcquirerOrder.Inquire(default, payment, default, default);
            Tell(dispute, "dispute resolved", order, listener => listener.DisputeResolvedAsync(payment, dispute.Id, won));
        }
    }

    /// <summary>What is said of one dispute is said in order: the next when the one before was heard.</summary>
    private void Tell(Case dispute, string what, AcquirerOrder order, Func<IAcquirerListener, Task<bool>> tell)
    {
        dispute.ToTell.Enqueue((what, tell));
        if (dispute.ToTell.Count == 1)
        {
            TellNext();
        }

        void TellNext()
        {
            if (dispute.ToTell.TryPeek(out var next))
            {
                Notify(next.What, order, next.Tell, 0, () =>
                {
                    dispute.ToTell.Dequeue();
                    TellNext();
                });
            }
        }
    }

    /// <summary>Tells until it is heard, less and less often; now and then twice, or late.</summary>
    private void Notify(string what, AcquirerOrder order, Func<IAcquirerListener, Task<bool>> tell, int tries, Action? then = null)
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

            Say(what, order, tell, () => Notify(what, order, tell, tries + 1, then), tries, then);
        });
    }

    private void Say(string what, AcquirerOrder order, Func<IAcquirerListener, Task<bool>> tell, Action? again, int tries, Action? then = null)
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
                heard = await tell(process.News);
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
                else
                {
                    then?.Invoke();
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
