using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tollgate.Server.Tests.Leaks;

/// <summary>Goes through every place in which something can be left behind, and keeps what was found where.</summary>
internal sealed class Sweep(LeakScanner scanner)
{
    private readonly List<Leak> leaks = [];

    /// <summary>One sentence for each secret in each place.</summary>
    public IReadOnlyList<string> Findings => [.. leaks.Select(l => $"{l.Secret} stands {l.Form} in {l.Place}").Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The files that were read.</summary>
    public List<string> Files { get; } = [];

    public void Folder(string path)
    {
        var (found, files) = scanner.ScanFolder(path);
        leaks.AddRange(found);
        Files.AddRange(files);
    }

    public void Text(string place, string content) => leaks.AddRange(scanner.Scan(place, content));

    public void Bytes(string place, byte[] content) => leaks.AddRange(scanner.Scan(place, content));

    /// <summary>What the operating system tells of a running process, and every file that it holds open, those that have no name any more too.</summary>
    public void Process(int id)
    {
        var folder = $"/proc/{id.ToString(CultureInfo.InvariantCulture)}/";
        foreach (var name in new[] { "environ", "cmdline", "status" })
        {
            leaks.AddRange(scanner.Scan("/proc/" + name, File.ReadAllBytes(folder + name)));
        }

        foreach (var open in Directory.GetFiles(folder + "fd"))
        {
            // Terminals, sockets and pipes hold nothing; the runtime's own code is in memfd:doublemapper.
            if (new FileInfo(open).LinkTarget is { } target && target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal)
                && !target.StartsWith("/proc/", StringComparison.Ordinal) && !target.StartsWith("/memfd:doublemapper", StringComparison.Ordinal) && !target.EndsWith(".dll", StringComparison.Ordinal))
            {
                Open(target, open);
            }
        }

        if (Directory.Exists("/dev/shm"))
        {
            // Files in memory are what is swapped out first.
            foreach (var file in Directory.GetFiles("/dev/shm"))
            {
                Open("/dev/shm/" + Path.GetFileName(file), file);
            }
        }
    }

    private void Open(string place, string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            leaks.AddRange(scanner.Scan("the open file " + place, stream));
            Files.Add(place);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // It was closed in the meantime, or is nothing that can be read.
        }
    }
}

/// <summary>A merchant's endpoint that keeps the traffic as it came over the wire, before anybody has understood it.</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly MemoryStream traffic = new();
    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> connections = [];
    private readonly Task accepting;
    private int requests;

    public WireTap()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/webhook";

    /// <summary>How many webhooks have come.</summary>
    public int Count => Volatile.Read(ref requests);

    /// <summary>Every byte that came.</summary>
    public byte[] Traffic
    {
        get
        {
            lock (traffic)
            {
                return traffic.ToArray();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        var stream = client.GetStream();
        var pending = new List<byte>();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await stream.ReadAsync(buffer, stop.Token) is > 0 and var length)
            {
                lock (traffic)
                {
                    traffic.Write(buffer, 0, length);
                }

                pending.AddRange(buffer.AsSpan(0, length));
                while (Whole(pending) is > 0 and var whole)
                {
                    pending.RemoveRange(0, whole);
                    Interlocked.Increment(ref requests);
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop.Token);
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The gateway has closed, or the test is over.
        }
    }

    /// <summary>How long the first request is, when all of it is here.</summary>
    private static int Whole(List<byte> bytes)
    {
        var text = Encoding.Latin1.GetString([.. bytes]);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return 0;
        }

        var head = text[..end].Split("\r\n").Select(l => l.Split(':', 2)).FirstOrDefault(l => l[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase));
        var total = end + 4 + (head is null ? 0 : int.Parse(head[1], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture));
        return total <= bytes.Count ? total : 0;
    }
}
