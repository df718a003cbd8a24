using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Tollgate.Client.Contract;
using Tollgate.Server.Apps;
using Tollgate.Server.Audit;
using Tollgate.Server.Tests.House;

namespace Tollgate.Server.Tests.Apps;

/// <summary>A secret that is revoked lets nobody in, by whichever of two servers on one database.</summary>
public sealed class RevocationsOnTwoServers(PostgresGateway gateway)
{
    private static readonly Asker Us = new(AuditActor.Operator, null);

    [Fact]
    public async Task P18_a_secret_that_an_operator_revokes_is_refused_by_both_and_the_other_one_goes_on()
    {
        await using var two = await TwoServers.StartWithAsync(gateway);
        var app = await two.First.Client.RegisterAppAsync();
        using var added = JsonDocument.Parse(await Verbs.AppsAsync(two.First, 0, "add-secret", "--app", app.AppId, "--json"));
        SecretText other = added.RootElement.GetProperty("secret_key").GetString()!;
        await BecomesAsync(two, app.AppId, app.SecretKey, true);
        await BecomesAsync(two, app.AppId, other, true);

        await Verbs.AppsAsync(two.First, 0, "revoke", "--app", app.AppId, "--secret", app.SecretId);

        await BecomesAsync(two, app.AppId, app.SecretKey, false);
        Assert.Equal((true, true), (await IsRightAsync(two.First.Address, app.AppId, other), await IsRightAsync(two.Second.Address, app.AppId, other)));
        await Verbs.AppsAsync(two.First, 0, "remove", "--app", app.AppId);
        await BecomesAsync(two, app.AppId, other, false);
    }

    [Fact]
    public async Task P18_a_secret_that_one_server_revokes_ends_there_at_once_and_soon_at_the_other_while_it_is_used()
    {
        await using var two = await TwoServers.StartWithAsync(gateway);
        var app = await two.First.Client.RegisterAppAsync();
        await BecomesAsync(two, app.AppId, app.SecretKey, true);
        using var ended = new CancellationTokenSource();
        var calls = 0;
        var use = Task.Run(
            async () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    await IsRightAsync(two.Second.Address, app.AppId, app.SecretKey);
                    Interlocked.Increment(ref calls);
                }
            },
            TestContext.Current.CancellationToken);
        await Eventually.GetAsync(() => Task.FromResult(Volatile.Read(ref calls)), seen => seen > 20, "calls with the secret");

        await two.First.Services.GetRequiredService<AppDesk>().RevokeAsync(Us, new(app.AppId), app.SecretId);

        Assert.False(await IsRightAsync(two.First.Address, app.AppId, app.SecretKey));
        await BecomesAsync(two, app.AppId, app.SecretKey, false);
        var then = Volatile.Read(ref calls);
        await Eventually.GetAsync(() => Task.FromResult(Volatile.Read(ref calls)), seen => seen > then + 20, "calls after the end");
        Assert.Equal((false, false), (await IsRightAsync(two.First.Address, app.AppId, app.SecretKey), await IsRightAsync(two.Second.Address, app.AppId, app.SecretKey)));
        await ended.CancelAsync();
        await use;
    }

    [Fact]
    public async Task P18_an_app_whose_row_was_changed_by_somebody_keeps_no_other_ones_revocation_from_being_heard()
    {
        await using var two = await TwoServers.StartWithAsync(gateway);
        var app = await two.First.Client.RegisterAppAsync();
        var broken = await two.First.Client.RegisterAppAsync();
        await BecomesAsync(two, app.AppId, app.SecretKey, true);
        await BecomesAsync(two, broken.AppId, broken.SecretKey, true);
        await using (var connection = await Proof.OpenAsync(two.First))
        {
            await connection.ExecuteAsync("UPDATE apps SET sealed = (SELECT sealed FROM apps WHERE id = @other) WHERE id = @id", new { id = broken.AppId, other = app.AppId });
        }

        await Verbs.AppsAsync(two.First, 0, "revoke", "--app", app.AppId, "--secret", app.SecretId);

        await BecomesAsync(two, app.AppId, app.SecretKey, false);

        // What cannot be opened lets nobody in, and the operator is told.
        await BecomesAsync(two, broken.AppId, broken.SecretKey, false);
        Assert.Contains($"The settings of app {broken.AppId} in the database cannot be read", two.First.Log, StringComparison.Ordinal);
    }

    private static async Task BecomesAsync(TwoServers two, string app, SecretText secret, bool right)
    {
        foreach (var server in new[] { two.First.Address, two.Second.Address })
        {
            await Eventually.GetAsync(() => IsRightAsync(server, app, secret), is_ => is_ == right, $"{(right ? "the secret" : "the end of the secret")} at {server}");
        }
    }

    /// <summary>From an address that nobody else has, so that nothing is locked out.</summary>
    private static async Task<bool> IsRightAsync(Uri server, string app, SecretText secret)
    {
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Add("app-id", app);
        http.DefaultRequestHeaders.Add("secret-key", secret.Expose());
        http.DefaultRequestHeaders.Add("X-Forwarded-For", $"2001:db8:{Random.Shared.Next(0xffff):x}:{Random.Shared.Next(0xffff):x}::1");
        using var answer = await http.GetAsync(new Uri("/api/v2/cards/payments", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True((int)answer.StatusCode is 200 or 401, $"{answer.StatusCode}");
        return (int)answer.StatusCode == 200;
    }
}
