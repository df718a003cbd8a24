using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tollgate.Core;

namespace Tollgate.Simulation;

/// <summary>A capture as a clearing file has it: amounts in the smallest unit.</summary>
internal sealed record ClearedLine(string Payment, string Operation, long Amount, string Currency, long Cost)
{
    /// <summary>What was really taken: the acquirer errs now and then.</summary>
    public required long Taken { get; init; }
}

/// <summary>A clearing file as the acquirer keeps it.</summary>
internal sealed record ClearedFile(string Name, IReadOnlyList<ClearedLine> Lines, byte[] Content)
{
    /// <summary>Whether a process has said that all of it was dealt with.</summary>
    public bool IsTaken { get; set; }
}

/// <summary>
/// Where the acquirer says what has settled: it collects captures into files, and brings each until it was taken. Some come at once, before the gateway knows
/// of the capture, some days late; some come again, or twice at the same time; now and then one is wrong about an amount, or has a capture that was in one before.
/// </summary>
internal sealed class ClearingOffice(World world, Place place)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<ClearedLine> waiting = [];

    /// <summary>Who can import a file.</summary>
    public Func<ServerProcess?>? Importer { get; set; }

    public List<ClearedFile> Files { get; } = [];

    /// <summary>A capture has settled. What is cleared at once is often known here before it is known there, and more of it is wrong.</summary>
    public void Clear(PaymentId payment, OperationId operation, Money taken, bool atOnce)
    {
        var (errs, repeats) = atOnce ? (700, 1500) : (150, 300);
        var amount = Happens(errs, "the acquirer errs in an amount") ? Math.Max(1, world.Chance.Below(2) == 0 ? taken.Minor / 2 : taken.Minor + 7) : taken.Minor;
        var cost = world.Chance.Below(3) == 0 ? 0 : Math.Min(amount, world.Chance.Below(40));
        var line = new ClearedLine(payment.Value, operation.Value, amount, taken.Currency.Code, cost) { Taken = taken.Minor };
        Put(line, atOnce);
        if (Happens(repeats, "a capture is cleared twice"))
        {
            world.After(atOnce ? TimeSpan.Zero : Upto(TimeSpan.FromDays(3)), place, () => Put(line, atOnce));
        }
    }

    /// <summary>Clears once more, with the right amount, what the operator did not accept.</summary>
    public void Correct(string file, int number)
    {
        // The header is the first line of a file.
        var line = Files.Find(f => f.Name == file)!.Lines[number - 2];
        Put(line with { Amount = line.Taken, Cost = Math.Min(line.Cost, line.Taken) }, atOnce: false);
    }

    private void Put(ClearedLine line, bool atOnce)
    {
        waiting.Add(line);
        if (waiting.Count == 1 || atOnce)
        {
            world.After(atOnce ? TimeSpan.Zero : Upto(world.Chance.Below(3) == 0 ? TimeSpan.FromSeconds(3) : TimeSpan.FromHours(10)), place, Make);
        }
    }

    private void Make()
    {
        if (waiting.Count == 0)
        {
            return;
        }

        var file = Write(string.Create(CultureInfo.InvariantCulture, $"CLR-{world.Now:yyyyMMdd}-{Files.Count + 1}"), [.. waiting]);
        waiting.Clear();
        Files.Add(file);
        world.Tell("acquirer writes a clearing file", file.Name, file.Lines.Count);
        var late = Happens(500, "a clearing file comes late") ? world.Chance.Between(TimeSpan.FromDays(1), TimeSpan.FromDays(6)) : TimeSpan.Zero;
        world.After(late, place, () => Bring(file, 0));
    }

    /// <summary>Has a process import a file, until one has.</summary>
    private void Bring(ClearedFile file, int tries)
    {
        var importer = Import(file);
        if (importer is not null && Happens(700, "a clearing file comes twice at the same time"))
        {
            Import(file);
        }

        world.After(Patience, place, () =>
        {
            if (file.IsTaken)
            {
                ComeAgain(file);
                return;
            }

            if (importer is { Place.IsDead: true })
            {
                world.Counts.Add("fault: a process dies over an import");
            }

            world.After(TimeSpan.FromSeconds(Math.Pow(2, Math.Min(tries, 12))), place, () => Bring(file, tries + 1));
        });
    }

    private ServerProcess? Import(ClearedFile file)
    {
        if (Importer!() is not { } process)
        {
            return null;
        }

        world.Soon(process.Place, async void () =>
        {
            try
            {
                var report = await process.Import.ImportAsync(file.Content);
                if (report.OtherContent)
                {
                    world.Violation ??= new("a clearing file is dealt with", $"{file.Name} was refused");
                }

                file.IsTaken = true;
                world.Tell("has imported", file.Name, report.Settled);
            }
            catch (Exception unavailable) when (Server.Storage.Database.IsUnavailable(unavailable))
            {
                world.Counts.Add("fault: an import breaks off");
            }
        });
        return process;
    }

    private void ComeAgain(ClearedFile file)
    {
        if (Happens(500, "a clearing file comes again"))
        {
            world.After(Upto(TimeSpan.FromDays(2)), place, () => Import(file));
        }

        if (Happens(200, "another file comes under the same name"))
        {
            world.After(Upto(TimeSpan.FromDays(2)), place, () => BringOther(file));
        }
    }

    private void BringOther(ClearedFile file)
    {
        if (Importer!() is not { } process)
        {
            return;
        }

        var other = Write(file.Name, [.. file.Lines, file.Lines[0]]);
        world.Soon(process.Place, async void () =>
        {
            try
            {
                if (!(await process.Import.ImportAsync(other.Content)).OtherContent)
                {
                    world.Violation ??= new("a name is one clearing file", $"another file was taken for {file.Name}");
                }
            }
            catch (Exception unavailable) when (Server.Storage.Database.IsUnavailable(unavailable))
            {
                world.Counts.Add("fault: an import breaks off");
            }
        });
    }

    /// <summary>The format is that of docs/operate/settlement.md.</summary>
    private ClearedFile Write(string name, IReadOnlyList<ClearedLine> lines)
    {
        var sums = string.Create(CultureInfo.InvariantCulture, $"{lines.Count}|{lines.Sum(l => l.Amount)}");
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"H|1|{name}|{world.Now:yyyy-MM-dd}|{sums}\n");
        foreach (var line in lines)
        {
            text.Append(CultureInfo.InvariantCulture, $"C|{line.Payment}|{line.Operation}|{line.Amount}|{line.Currency}|{line.Cost}\n");
        }

        var digest = SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString()));
        text.Append(CultureInfo.InvariantCulture, $"T|{sums}|{Convert.ToHexStringLower(digest)}\n");
        return new(name, lines, Encoding.ASCII.GetBytes(text.ToString()));
    }

    private TimeSpan Upto(TimeSpan most) => world.Chance.Between(TimeSpan.Zero, most);

    private bool Happens(int inTenThousand, string what)
    {
        if (!world.Chance.Happens(inTenThousand))
        {
            return false;
        }

        world.Counts.Add("fault: " + what);
        return true;
    }
}
