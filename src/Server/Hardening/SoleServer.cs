namespace Tollgate.Server.Hardening;

/// <summary>
/// Keeps a second server away from a SQLite file, which has one writer: the lock stands beside the file, under the file's real name, so that two data directories
/// or a link do not lead two servers to it. PostgreSQL has any number of servers.
/// </summary>
internal sealed class SoleServer : IDisposable
{
    private readonly FileStream? held;

    private SoleServer(FileStream? held) => this.held = held;

    /// <summary>Takes it.</summary>
    /// <exception cref="SettingException">Another server has it, or it cannot be written.</exception>
    public static SoleServer Of(Settings settings)
    {
        if (Storage.Database.SqliteFile(settings.Database, settings.DataDirectory) is not { } file || file.StartsWith(':'))
        {
            return new(null);
        }

        try
        {
            var real = (File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(file);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return new(new(real + ".server", options));
        }
        catch (DirectoryNotFoundException)
        {
            // That there is no such folder is the database's to say.
            return new(null);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("Tollgate:DataDirectory", $"({settings.DataDirectory}) or its database is in use by another server, or cannot be written");
        }
    }

    public void Dispose() => held?.Dispose();
}
