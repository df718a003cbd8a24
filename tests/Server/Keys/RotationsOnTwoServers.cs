using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client;
using Tollgate.Client.Contract;
using Tollgate.Server.Storage;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Keys;

/// <summary>The data key is rotated and destroyed while two servers on one database are paid through.</summary>
public sealed class RotationsOnTwoServers(PostgresGateway gateway)
{
    [Fact]
    public async Task P13_cards_are_charged_and_reused_through_both_while_the_key_is_rotated_and_after_the_old_one_is_destroyed()
    {
        await using var two = await TwoServers.StartWithAsync(gateway, "--Tollgate:Keys:ResealPerSecond=100");
        TollgateClient[] clients = [two.First.Client, two.Second.Client];
        var saved = await AtOnce.DoAsync(300, i => clients[i % 2].ChargeAsync(Requests.Charge()));
        Assert.All(saved, p => Assert.Equal(PaymentStatus.Authorised, p.Status));
        Assert.All(await CardsAsync(two), c => Assert.Equal(1, c.Key));

        await using (var traffic = new Traffic(clients, saved))
        {
            await traffic.GoesOnAsync();
            Assert.Contains("Key 7 (Data) is active since", (await two.First.KeysAsync("rotate data", two.Acquirer.Setting)).Said, StringComparison.Ordinal);
            foreach (var client in clients)
            {
                await Eventually.GetAsync(() => SealsWithAsync(two, client), key => key == 7, "a server's sealing with the new key");
            }

            await traffic.GoesOnAsync();
            await Eventually.GetAsync(() => CardsAsync(two), cards => cards.All(c => c.Key == 7), "all cards under the new key");
            Assert.Contains(
                "is destroyed: nothing needed it any more", (await two.First.KeysAsync("destroy 1", "--Tollgate:Keys:Quarantine=00:00:00", two.Acquirer.Setting)).Said, StringComparison.Ordinal);
            await Eventually.GetAsync(
                () => Task.FromResult(two.First.Services.GetRequiredService<KeyRing>().Held!.Register), r => r.Keys.Single(k => k.Id == 1).State == KeyState.Destroyed, "the first one's hearing of it");
            await traffic.GoesOnAsync();
        }

        // Every card from before is good yet through both, and through one that has never had the old key.
        await using var third = await ServerProcess.StartAsync(two.First, two.Acquirer.Setting);
        foreach (var client in clients.Append(third.Client))
        {
            Assert.All(await AtOnce.DoAsync(saved.Length, i => ReuseAsync(client, saved[i])), p => Assert.Equal(PaymentStatus.Authorised, p.Status));
            Assert.Equal(7, await SealsWithAsync(two, client));
        }

        Assert.All(await CardsAsync(two), c => Assert.Equal(7, c.Key));
        await Proof.HoldsAsync(two.First);
    }

    private static Task<PaymentResponse> ReuseAsync(TollgateClient client, PaymentResponse paid) => client.CreatePaymentAsync(
        Requests.Token(paid.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid });

    /// <summary>The key with which a server seals a card just now.</summary>
    private static async Task<int> SealsWithAsync(TwoServers two, TollgateClient client)
    {
        var paid = await client.ChargeAsync(Requests.Charge());
        return CardVault.KeyOf((await two.First.Reader.FindCardAsync(new(paid.Token!.Id)))!.Sealed);
    }

    /// <summary>Each card that is stored, and the key that it is sealed with.</summary>
    private static async Task<IReadOnlyList<(string Token, int Key)>> CardsAsync(TwoServers two)
    {
        await using var connection = await Proof.OpenAsync(two.First);
        return [.. (await connection.QueryAsync<(string Token, byte[] Sealed)>("SELECT token_id, sealed FROM cards")).Select(c => (c.Token, CardVault.KeyOf(c.Sealed)))];
    }

    /// <summary>New cards and saved ones through every server, until it is disposed of; each payment must be authorised.</summary>
    private sealed class Traffic : IAsyncDisposable
    {
        private readonly CancellationTokenSource ended = new();
        private readonly ConcurrentQueue<string> wrong = new();
        private readonly int[] rounds;
        private readonly Task[] payers;

        public Traffic(IReadOnlyList<TollgateClient> clients, IReadOnlyList<PaymentResponse> saved)
        {
            rounds = new int[clients.Count];
            payers = [.. clients.Select((client, server) => PayAsync(client, server, saved))];
        }

        /// <summary>Waits until each server has been paid through several times more, and nothing was wrong.</summary>
        public async Task GoesOnAsync()
        {
            var before = rounds.ToArray();
            await Eventually.GetAsync(
                () => Task.FromResult(Enumerable.Range(0, rounds.Length).Min(i => Volatile.Read(ref rounds[i]) - before[i])), more => more >= 20 || !wrong.IsEmpty, "further payments");
            Assert.Empty(wrong);
        }

        public async ValueTask DisposeAsync()
        {
            await ended.CancelAsync();
            await Task.WhenAll(payers);
            ended.Dispose();
            Assert.Empty(wrong);
        }

        private async Task PayAsync(TollgateClient client, int server, IReadOnlyList<PaymentResponse> saved)
        {
            for (var i = server; !ended.IsCancellationRequested; i++)
            {
                try
                {
                    var (charged, reused) = (await client.ChargeAsync(Requests.Charge()), await ReuseAsync(client, saved[i % saved.Count]));
                    if ((charged.Status, reused.Status) != (PaymentStatus.Authorised, PaymentStatus.Authorised))
                    {
                        wrong.Enqueue($"server {server}: {charged.Status}, {reused.Status}");
                    }
                }
                catch (TollgateException refused)
                {
                    wrong.Enqueue($"server {server}: {refused.Message}");
                }

                Interlocked.Increment(ref rounds[server]);
            }
        }
    }
}
