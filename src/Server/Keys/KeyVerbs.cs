using System.Globalization;
using Tollgate.Server.Audit;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Server.Storage.Migrations;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>The operator's verb <c>keys</c>.</summary>
internal static class KeyVerbs
{
    private const string Usage =
        "is keys list, keys verify, keys ceremony --shares N --threshold K [--files FILE,FILE,…], keys unlock [--share FILE], keys rotate data|fingerprint, "
        + "keys rotate wrapping [as for ceremony], keys move --to file|environment|pkcs11|shares [as for ceremony], keys progress [--watch yes], keys destroy ID [--shred yes], keys shred --app ID, or keys retention";

    /// <summary>Lists, makes, opens, rotates, moves or destroys keys. 1 when it could not be done.</summary>
    /// <exception cref="SettingException">That is not how the verb goes, or a setting is wrong.</exception>
    /// <exception cref="VaultException">The keys do not let it be done.</exception>
    public static async Task<int> RunAsync(string[] arguments, TextReader input, TextWriter output)
    {
        var (own, settings) = Operator.Split(arguments);
        var (words, options) = Read(own);
        return (words, string.Join(' ', options.Keys.Order(StringComparer.Ordinal))) switch
        {
            (["list"], "") => await ListAsync(settings, output),
            (["verify"], "") => await WithAsync(settings, op => VerifyAsync(op, output)),
            (["ceremony"], "shares threshold" or "files shares threshold") => await BeginAsync(settings, options, new(input, output), output),
            (["unlock"], "" or "share") => await UnlockAsync(settings, options.GetValueOrDefault("share"), input, output),
            (["rotate", "data"], "") => await WithAsync(settings, op => RotateAsync(op, KeyPurpose.Data, output)),
            (["rotate", "fingerprint"], "") => await WithAsync(settings, op => RotateAsync(op, KeyPurpose.Fingerprint, output)),
            (["rotate", "wrapping"], _) => await WithAsync(settings, op => MoveAsync(op, settings, op.Get<KeySettings>().Provider, options, new(input, output), output)),
            (["move"], _) when options.TryGetValue("to", out var to) => await WithAsync(settings, op => MoveAsync(op, settings, ProviderOf(to), options, new(input, output), output)),
            (["progress"], "" or "watch") => await WithAsync(settings, op => ProgressAsync(op, options.ContainsKey("watch"), output)),
            (["shred"], "app") => await WithAsync(settings, op => ShredAsync(op, options["app"], output)),
            (["retention"], "") => await WithAsync(settings, op => ReportRetentionAsync(op, output)),
            (["destroy", var id], "" or "shred") when int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) =>
                await WithAsync(settings, op => DestroyAsync(op, number, options.GetValueOrDefault("shred") == "yes", output)),
            _ => throw new SettingException("The verb", Usage),
        };
    }

    private static (string[] Words, Dictionary<string, string> Options) Read(string[] own)
    {
        var words = own.TakeWhile(w => !w.StartsWith("--", StringComparison.Ordinal)).ToArray();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in own.Skip(words.Length).Chunk(2))
        {
            if (pair is not [['-', '-', .. var name], var value] || !options.TryAdd(name, value))
            {
                throw new SettingException("The verb", Usage);
            }
        }

        return (words, options);
    }

    private static async Task<int> WithAsync(string[] settings, Func<Operator, Task<int>> work)
    {
        await using var op = await Operator.OpenAsync(settings);
        return await work(op);
    }

    /// <summary>The inventory of keys (PCI DSS 4.2.1.1, 3.6.1.1), for which none of them is opened.</summary>
    private static async Task<int> ListAsync(string[] settingArguments, TextWriter output)
    {
        var settings = Settings.Read(TollgateServer.CreateBuilder(settingArguments).Configuration);
        await using var database = Database.Create(settings.Database, settings.DataDirectory);
        await Migrator.RequireAsync(database);
        if (await KeyReader.ReadAsync(database) is not { } register)
        {
            return await SayAsync(output, 1, "This database has no keys yet.");
        }

        foreach (var key in register.Wrapping)
        {
            var custody = key.Custody.Length > 0 ? $", shares {key.Custody}" : string.Empty;
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"wrapping {key.Number} AES-256 {(key.RetiredAt is null ? "active" : "retired")}: {KeyRegister.Name(key.Provider)}{custody}, check value {key.CheckValue}, activated {key.ActivatedAt:u}, ends {key.EndsAt:u}{Then("retired", key.RetiredAt)}"));
        }

        foreach (var key in register.Keys)
        {
            var algorithm = key.Purpose == KeyPurpose.Data ? "AES-256-GCM" : "HMAC-SHA-256";
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{Word(key.Purpose)} {key.Id} {algorithm} {Word(key.State)}: created {key.CreatedAt:u}{Then("activated", key.ActivatedAt)}{Then("ends", key.EndsAt)}{Then("retired", key.RetiredAt)}{Then("destroyed", key.DestroyedAt)}"));
        }

        return await SayAsync(output, 0, string.Create(CultureInfo.InvariantCulture, $"The register has changed {register.Serial} times."));
    }

    private static async Task<int> VerifyAsync(Operator op, TextWriter output)
    {
        var keys = await op.Get<KeyDesk>().ReadAsync();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"The seal of the register fits, change {keys.Register.Serial}, and every key opens by {KeyDesk.NameOf(keys.Register.Current)}."));
        var ending = KeyWatch.EndingKeys(keys.Register, TimeProvider.System.GetUtcNow(), op.Get<KeySettings>().WarnBefore).ToList();
        foreach (var (key, endsAt, over) in ending)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{key} {(over ? "came" : "comes")} to the end of its cryptoperiod at {endsAt:u}."));
        }

        return ending.Exists(e => e.Over) ? 1 : 0;
    }

    /// <summary>The first ceremony: of a database that has no keys.</summary>
    private static async Task<int> BeginAsync(string[] settingArguments, Dictionary<string, string> options, Ceremony ceremony, TextWriter output)
    {
        var settings = Settings.Read(TollgateServer.CreateBuilder(settingArguments).Configuration);
        if (settings.Keys.Provider != KeyProvider.Shares)
        {
            throw new SettingException("Tollgate:Keys:Provider", "must be shares for a ceremony");
        }

        TollgateServer.CreateDataDirectory(settings.DataDirectory);
        await using var database = Database.Create(settings.Database, settings.DataDirectory);
        if (!await Migrator.IsPresentAsync(database))
        {
            await Migrator.MigrateAsync(database);
        }

        if (await KeyReader.ReadAsync(database) is not null)
        {
            throw new VaultException("This database has keys already: new shares come of keys rotate wrapping, or of keys move --to shares.");
        }

        var (key, custody) = await ceremony.HoldAsync(Number(options, "shares"), Number(options, "threshold"), FilesOf(options));
        using var held = key;
        var register = await Migrator.OpenRegisterAsync(
            database, isNew => isNew ? key : throw new VaultException("Another process gave this database keys meanwhile; these shares are worthless."), settings.Keys.Periods, custody);
        using var ring = new KeyRing(register.Open(key));
        await using var journal = new Journal(database.OpenWriter(new AuditChain(new CardVault(ring))));
        await ((IJournal)journal).AuditAsync(new(TimeProvider.System.GetUtcNow(), AuditAct.KeyCeremony, AuditActor.Operator, null, KeyDesk.NameOf(register.Current), After: $"shares {custody}"));
        return await SayAsync(output, 0, $"The vault has its keys; the check value of the key encryption key is {key.CheckValue}. Start the server, and let the custodians open it: keys unlock");
    }

    private static async Task<int> UnlockAsync(string[] settingArguments, string? file, TextReader input, TextWriter output)
    {
        var settings = Settings.Read(TollgateServer.CreateBuilder(settingArguments).Configuration);
        var doors = UnlockDoor.FindAll(settings.DataDirectory);
        if (doors.Count == 0)
        {
            return await SayAsync(output, 1, $"No server that waits for shares works in {settings.DataDirectory}.");
        }

        var share = KeyShare.Parse(file is null ? await AskAsync(input, output) : await ReadAsync(file));
        var (taken, reached) = (true, 0);
        foreach (var door in doors)
        {
            if (await UnlockDoor.BringAsync(door, share) is { } answer)
            {
                reached++;
                taken &= answer.Taken;
                await output.WriteLineAsync(answer.Sentence);
            }
        }

        return reached > 0 ? taken ? 0 : 1 : await SayAsync(output, 1, $"No server that waits for shares works in {settings.DataDirectory}.");
    }

    private static async Task<int> RotateAsync(Operator op, KeyPurpose purpose, TextWriter output)
    {
        var (now, before) = await op.Get<KeyDesk>().RotateAsync(purpose);
        return await SayAsync(output, 0, $"{Capital(KeyDesk.NameOf(now))} is active since {now.ActivatedAt:u}, until {now.EndsAt:u}; {KeyDesk.NameOf(before)} is retired.");
    }

    private static async Task<int> MoveAsync(
        Operator op, string[] settingArguments, KeyProvider to, Dictionary<string, string> options, Ceremony ceremony, TextWriter output)
    {
        var (desk, settings) = (op.Get<KeyDesk>(), op.Get<KeySettings>());
        await desk.ReadAsync();
        if (to == KeyProvider.Shares)
        {
            var (key, custody) = await ceremony.HoldAsync(Number(options, "shares"), Number(options, "threshold"), FilesOf(options));
            using var held = key;
            return await ToldAsync(await desk.RewrapAsync(key, custody));
        }

        if (to == KeyProvider.File && settings.Provider == KeyProvider.File)
        {
            using var file = NextKeyFile.Take(settings.File);
            var wrapped = await desk.RewrapAsync(file.Key);
            NextKeyFile.Promote(settings.File, wrapped.CheckValue)?.Dispose();
            return await ToldAsync(wrapped);
        }

        // What the settings will be: those of the other provider, under Tollgate:Keys:Next.
        var configuration = TollgateServer.CreateBuilder(settingArguments).Configuration;
        configuration["Tollgate:Keys:Next:Provider"] = KeyRegister.Name(to);
        using var other = KeyCustody.TakeNew(KeySettings.Read(configuration.GetSection("Tollgate:Keys:Next"), op.Get<Settings>().DataDirectory));
        return await ToldAsync(await desk.RewrapAsync(other));

        Task<int> ToldAsync(WrappingKey wrapped) => SayAsync(
            output, 0, $"Everything is wrapped by {KeyDesk.NameOf(wrapped)}. Servers that run go on; the next start needs it{(to == settings.Provider ? string.Empty : $", with Tollgate:Keys:Provider={KeyRegister.Name(to)}")}.");
    }

    private static async Task<int> DestroyAsync(Operator op, int id, bool shred, TextWriter output)
    {
        var (key, lost) = await op.Get<KeyDesk>().DestroyAsync(id, shred);
        return await SayAsync(output, 0, $"{Capital(KeyDesk.NameOf(key))} is destroyed: {lost}.");
    }

    /// <summary>How much is left to be sealed anew: 0 when nothing is.</summary>
    private static async Task<int> ProgressAsync(Operator op, bool watch, TextWriter output)
    {
        const int Width = 40;
        long? first = null;
        while (true)
        {
            var left = await op.Get<KeyDesk>().CountLeftAsync();
            var sum = left.Sum(l => l.Count);
            first ??= sum;
            if (sum == 0)
            {
                return await SayAsync(output, 0, "Everything is sealed with the active key, and has its fingerprint.");
            }

            if (!watch)
            {
                foreach (var (where, key, count) in left)
                {
                    await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{where}: {count} under key {key}"));
                }

                return 1;
            }

            var done = (int)(Width * Math.Max(0, first.Value - sum) / first.Value);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"[{new string('#', done)}{new string('.', Width - done)}] {sum} left"));
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<int> ShredAsync(Operator op, string app, TextWriter output)
    {
        var (destroyed, left) = await op.Get<KeyDesk>().ShredAsync(new(app));
        var rest = left == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" {left} are left, with which payments are pending: do it again when they are not.");
        return await SayAsync(output, left == 0 ? 0 : 1, string.Create(CultureInfo.InvariantCulture, $"{destroyed} card numbers of {app} are destroyed.{rest}"));
    }

    /// <summary>The proof of retention (PCI DSS 3.2.1): what was destroyed in the last quarter, and that nothing is overdue.</summary>
    private static async Task<int> ReportRetentionAsync(Operator op, TextWriter output)
    {
        if (op.Get<KeySettings>().UnusedCards is not { } days)
        {
            return await SayAsync(output, 1, "Tollgate:Keys:UnusedCards is not set: numbers of cards are kept until somebody deletes them.");
        }

        var quarter = TimeProvider.System.GetUtcNow().AddDays(-92);
        await foreach (var entry in op.Get<AuditReader>().ListAsync(new(From: quarter, Act: "cards_destroyed")))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(entry.At):u} {entry.Object}: {entry.After}"));
        }

        var overdue = await op.Get<CardRetention>().CountOverdueAsync(days);
        return await SayAsync(
            output, overdue == 0 ? 0 : 1,
            overdue == 0
                ? string.Create(CultureInfo.InvariantCulture, $"No card that has been unused for {days} days has its number yet.")
                : string.Create(CultureInfo.InvariantCulture, $"{overdue} cards that have been unused for {days} days still have their numbers: does a server run?"));
    }

    private static async Task<string> AskAsync(TextReader input, TextWriter output)
    {
        if (Console.IsInputRedirected)
        {
            return await input.ReadLineAsync() ?? string.Empty;
        }

        // What a custodian types is seen by nobody.
        await output.WriteAsync("Your share: ");
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            _ = key.Key == ConsoleKey.Backspace ? typed.Remove(Math.Max(0, typed.Length - 1), Math.Min(1, typed.Length)) : typed.Append(key.KeyChar);
        }

        await output.WriteLineAsync();
        return typed.ToString();
    }

    private static async Task<string> ReadAsync(string file)
    {
        try
        {
            return await File.ReadAllTextAsync(file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("--share", $"names {file}, which cannot be read");
        }
    }

    private static KeyProvider ProviderOf(string to) => to switch
    {
        "file" => KeyProvider.File,
        "environment" => KeyProvider.Environment,
        "pkcs11" => KeyProvider.Pkcs11,
        "shares" => KeyProvider.Shares,
        _ => throw new SettingException("--to", "is file, environment, pkcs11 or shares"),
    };

    private static int Number(Dictionary<string, string> options, string name) =>
        options.TryGetValue(name, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SettingException("--" + name, "must be a whole number");

    private static string[] FilesOf(Dictionary<string, string> options) =>
        options.TryGetValue("files", out var files) ? files.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];

    private static string Then(string word, DateTimeOffset? at) => at is { } instant ? string.Create(CultureInfo.InvariantCulture, $", {word} {instant:u}") : string.Empty;

    private static string Word<T>(T value)
        where T : struct, Enum => Enum.GetName(value)!.ToLowerInvariant();

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static async Task<int> SayAsync(TextWriter output, int code, string text)
    {
        await output.WriteLineAsync(text);
        return code;
    }
}
