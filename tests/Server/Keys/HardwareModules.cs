using System.Security.Cryptography;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;
using Tollgate.Vault.Tests;

namespace Tollgate.Server.Tests.Keys;

/// <summary>A vault whose key encryption key is in a hardware security module, or comes from the environment. There is one module for a process.</summary>
public abstract class HardwareModules(Gateway shared)
{
    [Fact]
    public async Task P11_a_vault_moves_into_a_module_and_out_of_it_while_its_cards_stay()
    {
        using var token = new HardwareToken();
        var place = new[] { "Module=" + HardwareToken.Place.Module, "Token=" + HardwareToken.Place.Token, "Pin=" + HardwareToken.Pin };
        string[] module = ["--Tollgate:Keys:Provider=pkcs11", .. place.Select(p => "--Tollgate:Keys:" + p)];
        await using var gateway = shared.Another();
        await gateway.InitializeAsync();
        var paid = await Walks.ToAsync(PaymentStatus.Authorised, gateway.Client);
        await gateway.StopAsync();
        Assert.Contains(
            "Everything is wrapped by key encryption key 2 (pkcs11, check value ",
            (await gateway.KeysAsync("move --to pkcs11", [.. place.Select(p => "--Tollgate:Keys:Next:" + p)])).Said,
            StringComparison.Ordinal);

        // The file that was is worth nothing: without the module there is no vault.
        Assert.Contains("(PKCS #11 module)", (await Assert.ThrowsAsync<VaultException>(gateway.StartAsync)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(gateway.DataDirectory, "keys", "key-encryption.key"));
        await using (var server = await ServerProcess.StartAsync(gateway, module))
        {
            using var wire = new Wire(server.Address);
            var again = await wire.CreatePaymentAsync(Requests.Token(paid.Token!.Id) with { PaymentType = PaymentType.Unscheduled, PreviousPaymentUuid = paid.Uuid });
            Assert.Equal(PaymentStatus.Authorised, again.Payment.Status);
        }

        // From there into the environment, of which a secret is mounted or set.
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        Assert.Contains("(environment, ", (await gateway.KeysAsync("move --to environment", [.. module, "--Tollgate:Keys:Next:Key=" + key])).Said, StringComparison.Ordinal);
        var mounted = Path.Combine(gateway.DataDirectory, "mounted");
        OwnFile.Create(mounted, key);
        await using (var server = await ServerProcess.StartAsync(gateway, "--Tollgate:Keys:Provider=environment", "--Tollgate:Keys:KeyFile=" + mounted))
        {
            Assert.Equal(PaymentStatus.Authorised, (await server.Client.ChargeAsync(Requests.Charge())).Status);
        }

        await gateway.KeysAsync("move --to file", "--Tollgate:Keys:Provider=environment", "--Tollgate:Keys:Key=" + key);
        await gateway.StartAsync();
        Assert.Equal(PaymentStatus.Authorised, (await gateway.Client.GetPaymentAsync(paid.Uuid)).Status);
    }
}

[Collection(nameof(HardwareModules))]
public sealed class HardwareModulesOnSqlite(SqliteGateway gateway) : HardwareModules(gateway);

[Collection(nameof(HardwareModules))]
public sealed class HardwareModulesOnPostgres(PostgresGateway gateway) : HardwareModules(gateway);
