using System.Globalization;
using System.Text.Json;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Core.StoredCredentials;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>The operator's verb <c>vault</c>: cards go from one Tollgate to another, encrypted for that one alone.</summary>
internal static class VaultVerbs
{
    private const int Batch = 200;
    private const string Usage = "is vault recipient --to FILE, vault export --for FILE --to FILE, or vault import --from FILE";

    /// <summary>Makes a recipient's key, exports or imports.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting or file is wrong.</exception>
    /// <exception cref="VaultException">The file or the keys do not let it be done.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        Func<Operator, Task<int>> work = own switch
        {
            ["recipient", "--to", var file] => op => MakeRecipientAsync(op, file, output),
            ["export", "--for", var recipient, "--to", var file] => op => ExportAsync(op, recipient, file, output),
            ["import", "--from", var file] => op => ImportAsync(op, file, output),
            _ => throw new SettingException("The verb", Usage),
        };
        try
        {
            await using var op = await Operator.OpenAsync(settings);
            return await work(op);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new VaultException(denied.Message);
        }
    }

    private static async Task<int> MakeRecipientAsync(Operator op, string file, TextWriter output)
    {
        if (File.Exists(file))
        {
            throw new VaultException($"{file} exists already: name another file.");
        }

        using var recipient = ExportRecipient.Create();
        OwnFile.Create(SecretFile(op), Convert.ToBase64String(recipient.Seal(op.Get<CardVault>())) + "\n");
        OwnFile.Create(file, recipient.PublicKey + "\n");
        await op.Get<KeyDesk>().AuditAsync(AuditAct.KeyCreated, "the key of this vault as a recipient");
        await output.WriteLineAsync($"{file} goes to whoever exports; what opens the export is sealed in {SecretFile(op)}.");
        return 0;
    }

    private static async Task<int> ExportAsync(Operator op, string recipient, string file, TextWriter output)
    {
        var (vault, reader, payments) = (op.Get<CardVault>(), op.Get<SealedReader>(), op.Get<PaymentReader>());
        var pem = await File.ReadAllTextAsync(recipient);
        await op.Get<KeyDesk>().ReadAsync();

        // Refused before there is a file, and an entry that says that it was done.
        using (new ExportWriter(Stream.Null, pem))
        {
        }

        var (count, lost) = (0L, 0L);
        await using (var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write))
        {
            // What is written is told before, so that no export is without its entry.
            await op.Get<KeyDesk>().AuditAsync(AuditAct.Exported, "the vault", after: $"to {file}, for the key in {recipient}");
            using var writer = new ExportWriter(stream, pem);
            for (var after = string.Empty; await reader.ListCardsAsync(after, Batch) is { Count: > 0 } cards; after = cards[^1].Token)
            {
                foreach (var (token, app, box, _) in cards)
                {
                    if (vault.IsLost(box))
                    {
                        lost++;
                    }
                    else if (await payments.FindCardAsync(new(token)) is { Deleted: false } card
                        && (card.Brought ?? await AgreementAsync(payments, card)) is { } agreement)
                    {
                        writer.Add(
                            vault.Unseal(box, new(token), new(app)),
                            JsonSerializer.SerializeToUtf8Bytes(new ExportedCard(token, app, card.Facts, agreement), StorageJson.Default.ExportedCard));
                    }
                }
            }

            count = writer.End();
            stream.Flush(flushToDisk: true);
        }

        var rest = lost == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" {lost} are not: the key that their numbers were sealed with is destroyed.");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} cards are in {file}.{rest}"));
        return 0;
    }

    /// <summary>What a card's first payment proved; nothing when that was never approved, so that nobody can pay with it.</summary>
    private static async Task<Agreement?> AgreementAsync(PaymentReader payments, StoredCard card) =>
        await payments.FindAsync(card.FirstPayment) is { WasAuthorised: true } first ? Agreement.Of(first) : null;

    private static async Task<int> ImportAsync(Operator op, string file, TextWriter output)
    {
        if (!File.Exists(SecretFile(op)))
        {
            throw new VaultException("This vault has no key as a recipient: vault recipient makes one, and the export is made for that.");
        }

        var vault = op.Get<CardVault>();
        using var recipient = ExportRecipient.Open(vault, Convert.FromBase64String((await File.ReadAllTextAsync(SecretFile(op))).Trim()));
        await using var stream = File.OpenRead(file);

        // All of it is read before any of it is used.
        var count = 0;
        foreach (var (number, about) in ExportReader.Read(stream, recipient))
        {
            var (card, _) = ToCard(vault, number, about);
            if (op.Get<AppRegistry>().Find(card.App) is null)
            {
                throw new VaultException($"The export has cards of app {card.App}, which is not registered here: none of it is used. Register the app (apps add), and import it then.");
            }

            await RefuseOtherAsync(op, card, number, "none of it is used");
            count++;
        }

        stream.Position = 0;
        await op.Get<KeyDesk>().AuditAsync(AuditAct.KeyImported, "an export of a vault", after: string.Create(CultureInfo.InvariantCulture, $"{count} cards are imported from {file}"));
        var (added, present) = (0, 0);
        foreach (var batch in ExportReader.Read(stream, recipient).Chunk(Batch))
        {
            var cards = batch.Select(c => (ToCard(vault, c.Number, c.About), c.Number)).ToList();
            var there = await op.Get<Journal>().ImportCardsAsync([.. cards.Select(c => c.Item1)]);
            added += batch.Length - there.Count;
            present += there.Count;

            // Whoever added one at the same moment may have added another.
            foreach (var ((card, _), number) in cards.Where(c => there.Contains(c.Item1.Card.Token)))
            {
                await RefuseOtherAsync(op, card, number, string.Create(CultureInfo.InvariantCulture, $"it was left as it is, and {added} cards were imported"));
            }
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{added} cards were imported; {present} were there already."));
        return 0;
    }

    /// <summary>A token is one card's, here and there.</summary>
    private static async Task RefuseOtherAsync(Operator op, NewCard card, CardNumber number, string outcome)
    {
        if (await op.Get<PaymentReader>().FindCardAsync(card.Token) is { } stored
            && (stored.App != card.App || (stored.Sealed is { } box && !op.Get<CardVault>().Unseal(box, card.Token, card.App).Equals(number))))
        {
            throw new VaultException($"The card token {card.Token} is another card's here: {outcome}.");
        }
    }

    private static (NewCard Card, byte[] Agreement) ToCard(CardVault vault, CardNumber number, byte[] about)
    {
        var card = JsonSerializer.Deserialize(about, StorageJson.Default.ExportedCard) ?? throw new VaultException("The export has a card about which nothing is told.");
        var (token, app) = (new CardToken(card.Token), new AppId(card.App));
        var facts = card.Facts with { Card = card.Facts.Card with { Fingerprint = vault.Fingerprint(number) } };
        return (new(token, app, new(string.Empty), vault.Seal(number, token, app), facts, card.Agreement.At), JsonSerializer.SerializeToUtf8Bytes(card.Agreement, StorageJson.Default.Agreement));
    }

    private static string SecretFile(Operator op) => Path.Combine(op.Get<Settings>().DataDirectory, "keys", "recipient.sealed");
}
