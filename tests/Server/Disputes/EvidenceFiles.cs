using System.Net.Http.Headers;
using System.Text;
using Dapper;
using Tollgate.Client.Contract;
using Tollgate.Server.Tests.House;
using Tollgate.Vault;

namespace Tollgate.Server.Tests.Disputes;

/// <summary>Files as evidence: what is taken, what is not, and what comes of it.</summary>
public abstract class EvidenceFiles(Gateway gateway)
{
    private static readonly byte[] Pdf = "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"u8.ToArray();

    private static readonly byte[] Png =
    [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55,
        0, 0, 0, 10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0x60, 0, 0, 0, 2, 0, 1, 0x48, 0xAF, 0xA4, 0x71, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ];

    private static readonly byte[] Jpeg =
    [
        0xFF, 0xD8, 0xFF, 0xE0, 0, 16, 0x4A, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0,
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0, 0x37, 0xFF, 0xD9,
    ];

    [Fact]
    public async Task Files_and_texts_are_told_by_their_content_listed_and_sent()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        var sent = await gateway.Client.SubmitEvidenceAsync(dispute.Id, new()
        {
            CustomerCommunication = "Thank you, it arrived.\nJohn",
            Files =
            [
                new() { Category = EvidenceCategory.Receipt, FileName = "invoice.pdf", Content = Pdf },
                new() { Category = EvidenceCategory.Delivery, FileName = "C:\\photos\\door.gif", Content = Png },
                new() { Category = EvidenceCategory.Delivery, FileName = "../../etc/porch", Content = Jpeg },
            ],
        });

        Assert.Equal(
            [
                "customer_communication   27 True", $"receipt invoice.pdf application/pdf {Pdf.Length} True",
                $"delivery door.png image/png {Png.Length} True", $"delivery porch.jpg image/jpeg {Jpeg.Length} True",
            ],
            sent.Evidence.Select(e => $"{Name(e.Category)} {e.FileName} {e.ContentType} {e.Size} {e.Submitted}"));
        Assert.Equal(DisputeStatus.EvidenceSubmitted, sent.Status);
        await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
    }

    [Fact]
    public async Task Evidence_can_be_brought_in_several_calls_and_sent_once()
    {
        using var wire = new Wire(gateway);
        var dispute = await gateway.Client.OpenDisputeAsync();
        Assert.Equal("422 NO_EVIDENCE", (await wire.EvidenceAsync(dispute.Id, "{}")).Verdict);
        Assert.Equal("422 NO_EVIDENCE", (await wire.EvidenceAsync(dispute.Id, """{"submit":false}""")).Verdict);
        var first = await gateway.Client.SubmitEvidenceAsync(dispute.Id, new() { Receipt = "One.", Submit = false });
        Assert.Equal((DisputeStatus.ChargebackOpen, 1, false), (first.Status, first.Evidence.Count, first.Evidence[0].Submitted));
        var second = await gateway.Client.SubmitEvidenceAsync(
            dispute.Id, new() { Submit = false, Files = [new() { Category = EvidenceCategory.Other, FileName = "two.pdf", Content = Pdf }] });
        Assert.Equal((DisputeStatus.ChargebackOpen, 2), (second.Status, second.Evidence.Count));

        var sent = await gateway.Client.SubmitEvidenceAsync(dispute.Id, new());

        Assert.Equal((DisputeStatus.EvidenceSubmitted, 2), (sent.Status, sent.Evidence.Count(e => e.Submitted)));
        Assert.Equal("422 DISPUTE_NOT_ANSWERABLE", (await wire.EvidenceAsync(dispute.Id, """{"receipt":"Three."}""")).Verdict);
        await Proof.HoldsAsync(gateway, dispute.PaymentUuid);
    }

    [Fact]
    public async Task What_evidence_says_stands_sealed_in_the_store_and_comes_back_nowhere()
    {
        const string Secret = "The customer lives in the blue house.";
        var dispute = await gateway.Client.OpenDisputeAsync();
        await gateway.Client.SubmitEvidenceAsync(dispute.Id, new() { Other = Secret, Files = [new() { Category = EvidenceCategory.Other, FileName = "a.pdf", Content = Pdf }] });

        await using var connection = await Proof.OpenAsync(gateway);
        var boxes = (await connection.QueryAsync<byte[]>("SELECT sealed FROM evidence WHERE dispute_id = @id ORDER BY number", new { id = dispute.Id })).AsList();
        Assert.Equal(2, boxes.Count);
        Assert.All(boxes, box => Assert.Equal(-1, box.AsSpan().IndexOf("blue house"u8)));
        var vault = (CardVault)gateway.Services.GetService(typeof(CardVault))!;
        Assert.Equal(Secret, vault.UnsealText(boxes[0], $"evidence|{dispute.Id}|1|app-sandbox"));
        Assert.Equal(Pdf, vault.UnsealBytes(boxes[1], $"evidence|{dispute.Id}|2|app-sandbox"));
        Assert.Throws<VaultException>(() => vault.UnsealBytes(boxes[1], $"evidence|{dispute.Id}|1|app-sandbox"));

        using var wire = new Wire(gateway);
        Assert.DoesNotContain("blue house", (await wire.GetAsync($"{Wire.Cards}/disputes/{dispute.Id}")).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("blue house", gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("blue house", await BooksFileAsync(), StringComparison.Ordinal);

        async Task<string> BooksFileAsync() => System.Text.Json.JsonSerializer.Serialize(
            (await ((Sandbox.IAcquirerHost)gateway.Services.GetService(typeof(Sandbox.IAcquirerHost))!).ReadAsync(dispute.PaymentUuid))!.Lines);
    }

    public static TheoryData<string> Hostile => [.. HostileFiles().Select(f => f.What)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task A_file_that_is_not_what_it_says_is_refused(string what)
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        var file = HostileFiles().Single(f => f.What == what).Content;
        using var form = new MultipartFormDataContent { { FileOf(file, "application/pdf"), "receipt", "invoice.pdf" } };

        Assert.Equal("""422 {"receipt":"must be a whole PDF, PNG or JPEG file"}""", await PostAsync(dispute.Id, form));
        Assert.Empty((await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence);
    }

    [Fact]
    public async Task Every_mistake_of_a_form_is_named_in_one_answer()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("One."), "receipt" },
            { new StringContent("Two."), "receipt" },
            { new StringContent("A \u0007 bell."), "policy" },
            { new ByteArrayContent([0xC3, 0x28]), "delivery" },
            { new StringContent(new string('a', 10_001)), "other" },
            { new StringContent("perhaps"), "submit" },
            { FileOf([], "image/png"), "refund", "empty.png" },
            { FileOf(new byte[5_000_001], "image/png"), "activity_log", "large.png" },
            { FileOf(Pdf, "application/pdf"), "invoice", "invoice.pdf" },
        };

        Assert.Equal(
            """
            422 {"receipt":"can be given only once","delivery":"is invalid","refund":"can\u0027t be blank","activity_log":"is too large (maximum is 5 MB)","invoice":"is not included in the list","policy":"is invalid","other":"is too long (maximum is 10000 characters)","submit":"must be true or false"}
            """.Trim().Replace("\\u0027", "'", StringComparison.Ordinal),
            await PostAsync(dispute.Id, form));
        using var wire = new Wire(gateway);
        Assert.Equal("""422 {"receipt":"is invalid","submit":"must be true or false"}""", (await wire.EvidenceAsync(dispute.Id, """{"receipt":7,"submit":"yes","unheard":1}""")).Verdict);
        Assert.Empty((await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence);
    }

    [Theory]
    [InlineData("invoice.pdf", "invoice.pdf")]
    [InlineData("/etc/passwd", "passwd.pdf")]
    [InlineData("..\\..\\boot.ini", "boot.pdf")]
    [InlineData("..", "evidence.pdf")]
    [InlineData(".pdf", "evidence.pdf")]
    [InlineData("evil.exe", "evil.pdf")]
    [InlineData("a<b>|c?.pdf", "a_b__c_.pdf")]
    [InlineData("invoice\u202Efdp.exe", "invoicefdp.pdf")]
    [InlineData("Rechnung Müller 東京.pdf", "Rechnung Müller 東京.pdf")]
    [InlineData("receipt 4111 1111 1111 1111.pdf", "evidence.pdf")]
    public void A_file_name_is_cleaned(string sent, string shown) => Assert.Equal(shown, Server.Disputes.EvidenceFileType.Of(Pdf)!.Clean(sent));

    [Fact]
    public void A_file_name_is_cut()
    {
        var shown = Server.Disputes.EvidenceFileType.Of(Png)!.Clean(new string('x', 300) + ".png");
        Assert.Equal(100, shown.Length);
        Assert.EndsWith("x.png", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evidence_of_one_dispute_has_20_MB_and_no_more()
    {
        await using var own = gateway.Another();
        await own.InitializeAsync();
        var dispute = await own.Client.OpenDisputeAsync();
        var large = LargePdf(5_000_000);
        var request = new EvidenceRequest { Submit = false, Files = [.. Enumerable.Range(1, 3).Select(i => new EvidenceFile { Category = EvidenceCategory.Other, FileName = $"{i}.pdf", Content = large })] };
        Assert.Equal(3, (await own.Client.SubmitEvidenceAsync(dispute.Id, request)).Evidence.Count);
        Assert.Equal(4, (await own.Client.SubmitEvidenceAsync(dispute.Id, request with { Files = [request.Files[0]] })).Evidence.Count);
        using var wire = new Wire(own);
        Assert.Equal("422 EVIDENCE_TOO_LARGE", (await wire.EvidenceAsync(dispute.Id, """{"other":"A byte more."}""")).Verdict);

        Assert.Equal(DisputeStatus.EvidenceSubmitted, (await own.Client.SubmitEvidenceAsync(dispute.Id, new())).Status);
        await Proof.HoldsToTheEndAsync(own);
    }

    [Fact]
    public async Task A_form_beyond_all_limits_is_refused_before_it_is_read()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var http = gateway.Raw();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Wire.Cards}/disputes/{dispute.Id}/evidence") { Content = new ByteArrayContent(new byte[21_000_000]) };
        request.Headers.ExpectContinue = true;
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var answer = await http.SendAsync(request);
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Equal("""{"errors":{"message":"The evidence must not be longer than 20 MB together."}}""", await answer.Content.ReadAsStringAsync());

        // One that does not say how long it is, is read as far as the limit.
        using var endless = new MultipartFormDataContent { { new StreamContent(new Endless(21_000_000)), "other", "endless.pdf" } };
        endless.Headers.ContentLength = null;
        using var chunked = new HttpRequestMessage(HttpMethod.Post, $"{Wire.Cards}/disputes/{dispute.Id}/evidence") { Content = endless };
        chunked.Headers.TransferEncodingChunked = true;
        Assert.Equal(413, await StatusOfAsync(http, chunked));
    }

    [Theory]
    [InlineData("multipart/form-data", "", 400)]
    [InlineData("multipart/form-data; boundary=x", "", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"receipt\"\r\n\r\nHalf of it", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\nA\r\n--x--\r\n", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n\r\nA\r\n--x--\r\n", 400)]
    [InlineData("multipart/form-data; boundary=x", "--x--\r\n", 422)]
    [InlineData("application/pdf", "%PDF-1.7", 415)]
    [InlineData("text/plain", "receipt", 415)]
    [InlineData("application/json", "[]", 400)]
    public async Task A_body_that_cannot_be_read_is_answered_as_such(string type, string body, int status)
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var http = gateway.Raw();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await http.PostAsync(new Uri($"{Wire.Cards}/disputes/{dispute.Id}/evidence", UriKind.Relative), content);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith("""{"errors":{""", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_has_a_hundred_parts_at_most()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < 200; i++)
        {
            form.Add(FileOf(Pdf, "application/pdf"), "other", $"{i}.pdf");
        }

        Assert.StartsWith("400 ", await PostAsync(dispute.Id, form), StringComparison.Ordinal);
        Assert.Empty((await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence);
    }

    [Fact]
    public async Task A_form_that_is_sent_again_under_its_key_with_another_boundary_is_the_same_form()
    {
        var dispute = await gateway.Client.OpenDisputeAsync();
        var request = new EvidenceRequest { Submit = false, Receipt = "One.", Files = [new() { Category = EvidenceCategory.Other, FileName = "two.pdf", Content = Pdf }] };
        var key = Requests.NewOrder();

        var first = await gateway.Client.SubmitEvidenceAsync(dispute.Id, request, key);
        var second = await gateway.Client.SubmitEvidenceAsync(dispute.Id, request, key);

        Assert.Equal((false, true), (first.Replayed, second.Replayed));
        Assert.Equal(2, second.Evidence.Count);
        Assert.Equal(2, (await gateway.Client.GetDisputeAsync(dispute.Id)).Evidence.Count);
    }

    private static IEnumerable<(string What, byte[] Content)> HostileFiles() =>
    [
        ("a script", "<script>alert(1)</script>"u8.ToArray()),
        ("a program", [0x4D, 0x5A, 0x90, 0, .. new byte[100]]),
        ("an archive behind a PDF's name", [0x50, 0x4B, 3, 4, .. Pdf]),
        ("a PDF that begins later", [(byte)' ', .. Pdf]),
        ("a PDF cut off", Pdf[..^10]),
        ("a PDF with an archive behind it", [.. Pdf, 0x50, 0x4B, 5, 6, .. new byte[18]]),
        ("only the first bytes of a PDF", "%PDF-1.7"u8.ToArray()),
        ("a PDF without cross-references", "%PDF-1.7\n%%EOF"u8.ToArray()),
        ("only the signature of a PNG", Png[..8]),
        ("a PNG cut off", Png[..^4]),
        ("a PNG with something behind it", [.. Png, 1]),
        ("a PNG whose chunk is longer than the file", [.. Png[..33], 0x7F, 0xFF, 0xFF, 0xFF, .. Png[37..]]),
        ("a PNG without a picture", [.. Png[..33], .. Png[^12..]]),
        ("only the first bytes of a JPEG", Jpeg[..3]),
        ("a JPEG cut off", Jpeg[..^1]),
        ("a JPEG with a script behind it", [.. Jpeg, .. "<?php ?>"u8]),
        ("a JPEG without a frame", [.. Jpeg[..20], .. Jpeg[33..]]),
        ("a JPEG whose segment is longer than the file", [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 0xFF, 0xD9]),
        ("a GIF", "GIF89a"u8.ToArray()),
    ];

    private static byte[] LargePdf(int length)
    {
        var file = new byte[length];
        file.AsSpan().Fill((byte)'%');
        Pdf.AsSpan(0, 9).CopyTo(file);
        Pdf.AsSpan(9).CopyTo(file.AsSpan(length - Pdf.Length + 9));
        return file;
    }

    private static ByteArrayContent FileOf(byte[] content, string declared) =>
        new(content) { Headers = { ContentType = new MediaTypeHeaderValue(declared) } };

    private static async Task<int> StatusOfAsync(HttpClient http, HttpRequestMessage request)
    {
        try
        {
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The server answered, and closed while the rest was still coming.
            return 413;
        }
    }

    private async Task<string> PostAsync(string dispute, HttpContent form)
    {
        using var http = gateway.Raw();
        using var answer = await http.PostAsync(new Uri($"{Wire.Cards}/disputes/{dispute}/evidence", UriKind.Relative), form);
        return new WireAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), false, null).Verdict;
    }

    private static string Name(EvidenceCategory category) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(category.ToString());

    private sealed class Endless(long length) : Stream
    {
        private long left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, left);
            left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

public sealed class EvidenceFilesOnSqlite(SqliteGateway gateway) : EvidenceFiles(gateway);

public sealed class EvidenceFilesOnPostgres(PostgresGateway gateway) : EvidenceFiles(gateway);
