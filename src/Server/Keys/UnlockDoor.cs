using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Tollgate.Server.Audit;
using Tollgate.Server.Payments;
using Tollgate.Server.Storage;
using Tollgate.Server.Storage.Journal;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// Where custodians bring their shares: a socket in the data directory, which only the server's own account can open, and nobody over a network. A line with
/// a share goes in, a line that says what became of it comes out.
/// </summary>
internal sealed class UnlockDoor(Settings settings, KeyCustody custody, IServiceProvider services, RealTime real, ILogger<UnlockDoor> logger) : BackgroundService
{
    private const int LongestLine = 512;
    private const int LongestPath = 107;

    /// <summary>How long a visitor may take for his line.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly List<AuditEntry> unwritten = [];
    private Socket? listener;

    /// <summary>The sockets of the servers that work in a data directory.</summary>
    public static IReadOnlyList<string> FindAll(string dataDirectory) => Directory.Exists(dataDirectory) ? Directory.GetFiles(dataDirectory, "unlock-*.sock") : [];

    /// <summary>Brings a share to a server; what it said, and whether the share was taken. <see langword="null"/> when nobody is there.</summary>
    public static async Task<(bool Taken, string Sentence)?> BringAsync(string path, KeyShare share)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException busy) when (busy.SocketErrorCode is SocketError.WouldBlock or SocketError.TryAgain)
        {
            throw new VaultException($"The door {path} is busy: too many wait before it. Try again.", busy);
        }
        catch (SocketException)
        {
            // What a server that was killed has left behind.
            File.Delete(path);
            return null;
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes(share.Expose() + "\n"));
        using var patience = new CancellationTokenSource(Patience);
        var line = await ReadLineAsync(socket, patience.Token);
        return (line.StartsWith("yes ", StringComparison.Ordinal), line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.Keys.Provider == KeyProvider.Shares)
        {
            if (settings.Keys.ShareFiles.Count > 0)
            {
                throw new SettingException("Tollgate:Keys:ShareFiles", "is for verbs, which end with the shares: a server has them brought by its custodians (keys unlock)");
            }

            Listen();
        }

        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        if (listener is { LocalEndPoint: UnixDomainSocketEndPoint here })
        {
            listener.Dispose();
            File.Delete(here.ToString());
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (listener is not null && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var visitor = await listener.AcceptAsync(stoppingToken);
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                patience.CancelAfter(Patience);
                var (taken, sentence) = await HearAsync(await ReadLineAsync(visitor, patience.Token));
                await visitor.SendAsync(Encoding.UTF8.GetBytes($"{(taken ? "yes" : "no")} {sentence}\n"), patience.Token);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // The server is shutting down.
            }
            catch (Exception gone) when (gone is OperationCanceledException or SocketException)
            {
                // A visitor who says nothing, or does not wait for the answer, has brought nothing.
            }
            catch (Exception bug)
            {
                Log.BackgroundBroke(logger, nameof(UnlockDoor), bug);
            }
        }
    }

    private static async Task<string> ReadLineAsync(Socket socket, CancellationToken cancel)
    {
        var line = new byte[LongestLine];
        var length = 0;
        while (length < line.Length && await socket.ReceiveAsync(line.AsMemory(length), cancel) is > 0 and var read)
        {
            length += read;
            if (line.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end)
            {
                return Encoding.UTF8.GetString(line, 0, end);
            }
        }

        return Encoding.UTF8.GetString(line, 0, length);
    }

    private void Listen()
    {
        var path = Path.Combine(settings.DataDirectory, string.Create(CultureInfo.InvariantCulture, $"unlock-{Environment.ProcessId}.sock"));
        if (Encoding.UTF8.GetByteCount(path) > LongestPath)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) is too long a path for the socket to which custodians bring their shares: an operating system takes {LongestPath} bytes");
        }

        File.Delete(path);
        listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        listener.Listen(8);
    }

    private async Task<(bool Taken, string Sentence)> HearAsync(string line)
    {
        var what = "a share";
        try
        {
            var share = KeyShare.Parse(line);
            what = share.ToString();
            var (needed, sentence) = await custody.TakeAsync(share, real.Clock.GetUtcNow());
            await RememberAsync(what, true, sentence);
            if (needed == 0)
            {
                Log.VaultOpened(logger);
            }

            return (true, sentence);
        }
        catch (VaultException refused)
        {
            Log.ShareRefused(logger, refused.Message);
            await RememberAsync(what, false, refused.Message);
            return (false, refused.Message);
        }
        catch (Exception broken) when (Database.IsUnavailable(broken))
        {
            Log.StoreUnavailable(logger, broken);
            return (false, "The store cannot be reached; the share was not kept.");
        }
    }

    /// <summary>The audit log is chained by a key: what happens before there are keys is written as soon as there are.</summary>
    private async Task RememberAsync(string what, bool taken, string sentence)
    {
        unwritten.Add(new(real.Clock.GetUtcNow(), AuditAct.KeyUnlocked, AuditActor.System, null, what, taken, After: sentence));
        if (custody.Ring.IsOpen)
        {
            IJournal journal = services.GetRequiredService<Journal>();
            foreach (var entry in unwritten)
            {
                await journal.AuditAsync(entry);
            }

            unwritten.Clear();
        }
    }
}
