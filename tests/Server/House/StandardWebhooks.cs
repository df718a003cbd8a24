using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Tollgate.Client;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests.House;

/// <summary>Judges deliveries as a merchant would: with the npm package <c>standardwebhooks</c>, and with our own client.</summary>
public static class StandardWebhooks
{
    private const string Script =
        """
        const { Webhook } = require("standardwebhooks");
        const { secret, deliveries, now } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        if (now) Date.now = () => now;
        const verdicts = deliveries.map(({ body, headers }) => {
          try { new Webhook(secret).verify(body, headers); return "genuine"; } catch (error) { return error.message; }
        });
        console.log(JSON.stringify(verdicts));
        """;

    /// <summary>Fails unless every delivery is genuine in everybody's eyes.</summary>
    public static async Task AssertGenuineAsync(SecretText secret, IReadOnlyList<ReceivedWebhook> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            var payment = Webhook.Verify(delivery.Body, WebhookHeaders.From(name => delivery.Headers.GetValueOrDefault(name)), secret, DateTimeOffset.UtcNow);
            Assert.Equal(payment, Webhook.VerifyReference(delivery.Body, delivery.Headers["http-webhook-signature"], secret));
        }

        Assert.Equal(Enumerable.Repeat("genuine", deliveries.Count), await JudgeAsync(secret, deliveries));
    }

    /// <summary>Fails unless every delivery has a Standard Webhooks signature by this secret, among others or alone.</summary>
    public static async Task AssertSignedAsync(SecretText secret, IReadOnlyList<ReceivedWebhook> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            Webhook.Verify(delivery.Body, WebhookHeaders.From(name => delivery.Headers.GetValueOrDefault(name)), secret, DateTimeOffset.UtcNow);
        }

        Assert.Equal(Enumerable.Repeat("genuine", deliveries.Count), await JudgeAsync(secret, deliveries));
    }

    /// <summary>What the npm package says of each, at an instant when one is given.</summary>
    internal static async Task<string[]> JudgeAsync(SecretText secret, IReadOnlyList<ReceivedWebhook> deliveries, DateTimeOffset? now = null)
    {
        var folder = Repository.PathOf("tests", "npm");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules", "standardwebhooks")), $"The package standardwebhooks is missing: run `npm ci` in {folder}.");
        var input = new JsonObject
        {
            ["secret"] = secret.Expose(),
            ["now"] = now?.ToUnixTimeMilliseconds(),
            ["deliveries"] = new JsonArray([.. deliveries.Select(d => (JsonNode)new JsonObject
            {
                ["body"] = Encoding.UTF8.GetString(d.Body),
                ["headers"] = new JsonObject([.. d.Headers
                    .Where(h => h.Key.StartsWith("webhook-", StringComparison.Ordinal))
                    .Select(h => KeyValuePair.Create(h.Key, (JsonNode?)h.Value))]),
            })]),
        };
        var start = new ProcessStartInfo("node", ["-e", Script])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync();
        var complaint = node.StandardError.ReadToEndAsync();
        await node.StandardInput.WriteAsync(input.ToJsonString());
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, await complaint);
        return [.. JsonNode.Parse(await output)!.AsArray().Select(v => (string)v!)];
    }
}
