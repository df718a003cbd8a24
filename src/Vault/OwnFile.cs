using System.Text;

namespace Tollgate.Vault;

/// <summary>Files that their owner alone can read.</summary>
public static class OwnFile
{
    /// <summary>
    /// Creates one, and the folder if there is none. It is written aside, flushed and moved into place, so that a crash leaves either no file or a whole one.
    /// </summary>
    /// <exception cref="IOException">There is a file already.</exception>
    public static void Create(string path, string content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.ASCII.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException)
        {
            // There is one already, and a second one beside it would only make somebody ask which is right.
            File.Delete(draft);
            throw;
        }
    }
}
