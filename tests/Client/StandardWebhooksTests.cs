using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

/// <summary>Signing and verifying agree with the npm package <c>standardwebhooks</c>, which is somebody else's reading of the same specification.</summary>
public sealed class StandardWebhooksTests
{
    private const string Script =
        """
        const { Webhook } = require("standardwebhooks");
        const { verify, sign } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        const verified = verify.map(({ secret, body, headers }) => {
          try { new Webhook(secret).verify(body, headers); return "genuine"; } catch (error) { return error.message; }
        });
        const signatures = sign.map(({ secret, id, timestamp, body }) => new Webhook(secret).sign(id, new Date(timestamp * 1000), body));
        console.log(JSON.stringify({ verified, signatures }));
        """;

    private static readonly SecretText Secret = "whsec_dG9sbGdhdGUtc2FuZGJveC13ZWJob29rLXNlY3JldA==";
    private static readonly SecretText OldSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public async Task The_package_verifies_what_we_sign_and_refuses_what_was_changed()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signature = WebhookSignature.Sign("evt_1", now, Encoding.UTF8.GetBytes(Example.Payment), Secret);
        var both = WebhookSignature.Sign("evt_1", now, Encoding.UTF8.GetBytes(Example.Payment), OldSecret) + " " + signature;

        var answer = await RunAsync(
            [
                Delivery(Example.Payment, now, signature, Secret),
                Delivery(Example.Payment, now, both, Secret),
                Delivery(Example.Payment, now, both, OldSecret),
                Delivery(Example.Payment + " ", now, signature, Secret),
                Delivery(Example.Payment, now + 1, signature, Secret),
                Delivery(Example.Payment, now, signature, OldSecret),
            ],
            []);

        Assert.Equal(
            ["genuine", "genuine", "genuine", "No matching signature found", "No matching signature found", "No matching signature found"],
            answer["verified"].Deserialize<string[]>()!);
    }

    [Fact]
    public async Task We_verify_what_the_package_signs()
    {
        var now = DateTimeOffset.UtcNow;
        string[] names = ["Testing", "Zoë O'Hara", "王小明", "🦘", "\\u0000\\n\\\""];
        var bodies = names.Select(name => Example.PaymentWith("\"name\":\"Testing\"", $"\"name\":\"{name}\"")).ToList();

        var answer = await RunAsync(
            [],
            bodies.Select(body => (JsonNode)new JsonObject
            {
                ["secret"] = Secret.Expose(),
                ["id"] = "msg_1",
                ["timestamp"] = now.ToUnixTimeSeconds(),
                ["body"] = body,
            }));

        var signatures = answer["signatures"].Deserialize<string[]>()!;
        Assert.Equal(bodies.Count, signatures.Length);
        foreach (var (body, signature) in bodies.Zip(signatures))
        {
            var headers = new WebhookHeaders("msg_1", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), signature);
            Assert.Equal("7PPPMXIGH", Webhook.Verify(Encoding.UTF8.GetBytes(body), headers, Secret, now).Uuid);
        }
    }

    private static JsonObject Delivery(string body, long timestamp, string signature, SecretText secret) => new()
    {
        ["secret"] = secret.Expose(),
        ["body"] = body,
        ["headers"] = new JsonObject
        {
            [WebhookSignature.IdHeader] = "evt_1",
            [WebhookSignature.TimestampHeader] = timestamp.ToString(CultureInfo.InvariantCulture),
            [WebhookSignature.SignatureHeader] = signature,
        },
    };

    private static async Task<JsonNode> RunAsync(IEnumerable<JsonNode> verify, IEnumerable<JsonNode> sign)
    {
        var start = new ProcessStartInfo("node", ["-e", Script])
        {
            WorkingDirectory = NpmFolder(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        using var node = Process.Start(start)!;
        var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complaint = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await node.StandardInput.WriteAsync(new JsonObject { ["verify"] = new JsonArray([.. verify]), ["sign"] = new JsonArray([.. sign]) }.ToJsonString());
        node.StandardInput.Close();
        await node.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(node.ExitCode == 0, await complaint);
        return JsonNode.Parse(await output)!;
    }

    private static string NpmFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tollgate.slnx")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        var npm = Path.Combine(folder.FullName, "tests", "npm");
        var installed = Directory.Exists(Path.Combine(npm, "node_modules", "standardwebhooks"));
        Assert.True(installed, $"The package standardwebhooks is missing: run `npm ci` in {npm}.");
        return npm;
    }
}
