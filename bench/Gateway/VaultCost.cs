using System.Diagnostics;
using System.Security.Cryptography;
using Tollgate.Core;
using Tollgate.Core.Cards;
using Tollgate.Vault;

namespace Tollgate.Bench;

/// <summary>What the vault's work costs, in nanoseconds, beside the cipher alone on the same bytes.</summary>
internal static class VaultCost
{
    private const int Rounds = 9;
    private const int Calls = 20_000;

    /// <summary>
    /// The vault's work in one charge of a card that is brought: its fingerprint for the card's facts and for the shield against doubles, the digests of the request and of
    /// the order, the sealing of the card.
    /// </summary>
    public static double OfCharge(IReadOnlyDictionary<string, double> costs) =>
        costs["seal a card, ns"] + (2 * costs["fingerprint a card, ns"]) + (2 * costs["digest of a request, ns"]);

    public static IReadOnlyDictionary<string, double> Measure()
    {
        var folder = Directory.CreateTempSubdirectory("tollgate-bench-");
        using var wrapping = KeyEncryptionKey.Create(Path.Combine(folder.FullName, "kek"));
        folder.Delete(recursive: true);
        using var ring = new KeyRing(KeyRegister.Create(wrapping, new Cryptoperiods(TimeSpan.FromDays(365), TimeSpan.FromDays(365)), DateTimeOffset.UtcNow).Open(wrapping));
        var vault = new CardVault(ring);
        if (!CardNumber.TryParse("4242424242424242", out var number))
        {
            throw new InvalidOperationException("The test card is none.");
        }

        var (token, app) = (new CardToken("tok_0000000012345678abcd"), new AppId("app-sandbox"));
        var box = vault.Seal(number, token, app);
        var request = RandomNumberGenerator.GetBytes(120);

        using var cipher = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        byte[] plain = "4242424242424242"u8.ToArray(), closed = new byte[16], nonce = new byte[12], tag = new byte[16];
        (string Name, Action Act)[] works =
        [
            ("seal a card, ns", () => vault.Seal(number, token, app)),
            ("unseal a card, ns", () => vault.Unseal(box, token, app)),
            ("fingerprint a card, ns", () => vault.Fingerprint(number)),
            ("digest of a request, ns", () => vault.Digest(request)),
            ("AES-256-GCM alone with its key ready and a nonce drawn, ns", () =>
            {
                RandomNumberGenerator.Fill(nonce);
                cipher.Encrypt(nonce, plain, closed, tag, box.AsSpan(0, 32));
            }),
        ];

        // In turns, so that what the machine does meanwhile is done to all.
        var samples = works.ToDictionary(w => w.Name, _ => new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var (name, act) in works)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < Calls; i++)
                {
                    act();
                }

                if (round > 0)
                {
                    samples[name].Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
                }
            }
        }

        return samples.ToDictionary(s => s.Key, s => s.Value.Order().ElementAt(Rounds / 2));
    }
}
