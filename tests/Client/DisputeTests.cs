using System.Text.Json;
using Tollgate.Client.Contract;

namespace Tollgate.Client.Tests;

public sealed class DisputeTests
{
    private static readonly string Dispute =
        """
        {"id":"dp_0c8f1a2b3c4d5e6f7081","payment_uuid":"7PPPMXIGH","external_id":"order_1","amount":100,"currency":"AUD","reason_code":"10.4","reason":null,
        "status":"chargeback_open","respond_by":"2025-06-05T04:22:21.567+0000","opened_at":"2025-05-29T04:22:21.567+0000","ended_at":null,"fee":0,
        "evidence":[{"category":"prior_payments","file_name":"one.pdf","content_type":"application/pdf","size":9,"submitted":false}]}
        """.Replace("\n", string.Empty, StringComparison.Ordinal);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_dispute_is_read_and_written_again_byte_for_byte()
    {
        var dispute = JsonSerializer.Deserialize(Dispute, ResponseJson.Numbers.DisputeResponse)!;

        Assert.Equal(Dispute, JsonSerializer.Serialize(dispute, ResponseJson.Numbers.DisputeResponse));
        Assert.Equal(new DateTimeOffset(2025, 6, 5, 4, 22, 21, 567, TimeSpan.Zero), dispute.RespondBy);
        Assert.Equal((null, EvidenceCategory.PriorPayments), (dispute.EndedAt, dispute.Evidence[0].Category));
    }

    [Fact]
    public async Task A_dispute_is_got_and_accepted_by_its_id()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Answer(200, Dispute), ScriptedServer.Answer(200, Dispute.Replace("chargeback_open", "accepted", StringComparison.Ordinal), "Idempotent-Replayed: true"));
        using var client = server.Client();

        await client.GetDisputeAsync("dp_0c8f1a2b3c4d5e6f7081", Stop);
        var accepted = await client.AcceptDisputeAsync("dp_0c8f1a2b3c4d5e6f7081", "key-1", Stop);

        Assert.Equal((DisputeStatus.Accepted, true), (accepted.Status, accepted.Replayed));
        Assert.Equal(
            ["GET /api/v2/cards/disputes/dp_0c8f1a2b3c4d5e6f7081 ", "POST /api/v2/cards/disputes/dp_0c8f1a2b3c4d5e6f7081/accept key-1"],
            server.Requests.Select(r => $"{r.Method} {r.Target} {r.Headers.GetValueOrDefault("Idempotency-Key")}"));
    }

    [Fact]
    public async Task A_list_sends_its_filter()
    {
        await using var server = ScriptedServer.Answering(200, """{"total":0,"total_page":0,"page":2,"per_page":5,"records":[]}""");
        using var client = server.Client();

        await client.ListDisputesAsync(new() { Status = DisputeStatus.PreArbitration, PaymentUuid = "7PPPMXIGH", Page = 2, PerPage = 5 }, Stop);

        Assert.Equal("/api/v2/cards/disputes?status=pre_arbitration&payment_uuid=7PPPMXIGH&page=2&per_page=5", server.Request.Target);
    }

    [Fact]
    public async Task Texts_alone_go_as_JSON()
    {
        await using var server = ScriptedServer.Answering(200, Dispute);
        using var client = server.Client();

        await client.SubmitEvidenceAsync("dp_1", new() { Delivery = "Signed for.", Submit = false }, "key-1", Stop);

        Assert.Equal(("/api/v2/cards/disputes/dp_1/evidence", "application/json"), (server.Request.Target, server.Request.Headers["Content-Type"]));
        Assert.Equal("""{"delivery":"Signed for.","submit":false}""", server.Request.Body);
    }

    [Fact]
    public async Task Files_go_as_a_form_with_the_texts()
    {
        await using var server = ScriptedServer.Answering(200, Dispute);
        using var client = server.Client();

        await client.SubmitEvidenceAsync(
            "dp_1", new() { Other = "Grüße", Submit = true, Files = [new() { Category = EvidenceCategory.ActivityLog, FileName = "log.pdf", Content = "%PDF-"u8.ToArray() }] }, null, Stop);

        Assert.StartsWith("multipart/form-data; boundary=", server.Request.Headers["Content-Type"], StringComparison.Ordinal);
        foreach (var part in (string[])["name=other\r\n\r\nGrüße\r\n", "name=submit\r\n\r\ntrue\r\n", "name=activity_log; filename=log.pdf; filename*=utf-8''log.pdf\r\n\r\n%PDF-\r\n"])
        {
            Assert.Contains(part, server.Request.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_id_that_would_name_another_path_is_refused_before_anything_is_sent()
    {
        using var client = new TollgateClient(new("http://127.0.0.1:9"), "app-test", "sk-test");

        await Assert.ThrowsAsync<ArgumentException>(() => client.GetDisputeAsync("..", Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.AcceptDisputeAsync("", null, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SubmitEvidenceAsync(".", new(), null, Stop));
    }
}
