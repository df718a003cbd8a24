using System.Globalization;
using Tollgate.Vault;

namespace Tollgate.Server.Keys;

/// <summary>
/// Hands the shares of a new key encryption key to their custodians: each to a file of its own, or on the screen to one custodian after another, who shows by
/// its check value that he has written it down rightly. Nothing is wrapped by the key before every share is in hands.
/// </summary>
internal sealed class Ceremony(TextReader input, TextWriter output)
{
    private const int Tries = 3;

    // Clears the screen, and what can be scrolled back to.
    private const string Clear = "\e[2J\e[3J\e[H";

    /// <summary>Makes the key and hands out its shares.</summary>
    /// <param name="count">How many custodians there are.</param>
    /// <param name="threshold">How many of them open the vault.</param>
    /// <param name="files">A file for each share; none for the screen.</param>
    /// <returns>The key, and what the register remembers of its shares.</returns>
    /// <exception cref="SettingException">A file cannot be written.</exception>
    /// <exception cref="VaultException">A custodian did not write his share down rightly.</exception>
    public async Task<(KeyEncryptionKey Key, string Custody)> HoldAsync(int count, int threshold, IReadOnlyList<string> files)
    {
        if (files.Count > 0 && files.Count != count)
        {
            throw new SettingException("--files", string.Create(CultureInfo.InvariantCulture, $"names {files.Count} files for {count} shares: each share has a file of its own"));
        }

        var (key, shares) = KeyShares.Generate(count, threshold);
        try
        {
            foreach (var share in shares)
            {
                if (files.Count > 0)
                {
                    await WriteAsync(share, files[share.Number - 1]);
                }
                else
                {
                    await ShowAsync(share);
                }
            }

            return (key, KeyCustody.CustodyOf(shares[0]));
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private async Task WriteAsync(KeyShare share, string path)
    {
        try
        {
            OwnFile.Create(path, share.Expose() + "\n");
            await output.WriteLineAsync($"{share} is in {path}.");
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("--files", $"names {path}, which cannot be written, or is there already; the ceremony has come to nothing, and the shares before it are worthless");
        }
    }

    private async Task ShowAsync(KeyShare share)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Custodian {share.Number} of {share.Count}: be alone at the screen, and press Enter."));
        _ = await AskAsync();
        await output.WriteLineAsync(share.Expose());
        for (var tries = 0; tries < Tries; tries++)
        {
            await output.WriteLineAsync("Write it down, all of it. Then type its last eight characters from what you have written:");
            if (string.Equals((await AskAsync()).Trim(), share.CheckValue, StringComparison.OrdinalIgnoreCase))
            {
                await output.WriteLineAsync($"{Clear}{share} is with its custodian.");
                return;
            }
        }

        await output.WriteLineAsync(Clear);
        throw new VaultException(string.Create(CultureInfo.InvariantCulture, $"Share {share.Number} was not written down; the ceremony has come to nothing, and the shares before it are worthless."));
    }

    private async Task<string> AskAsync() =>
        await input.ReadLineAsync() ?? throw new VaultException("The input ended; the ceremony has come to nothing, and the shares before it are worthless.");
}
