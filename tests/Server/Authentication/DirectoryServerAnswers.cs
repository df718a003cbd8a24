using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tollgate.Core.Authentication;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>What an issuer's answer, or the want of one, becomes. Every directory server here is a real one on a socket.</summary>
public sealed class DirectoryServerAnswers
{
    private const string Proof = "AAABBZEEBgAAAAAAAAQGAAAAAAA=";

    [Fact]
    public async Task A_cardholder_is_authenticated_without_a_challenge()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, "Y", $",\"eci\":\"05\",\"authenticationValue\":\"{Proof}\""));
        await using var us = new OurSide(scheme.Address);
        var answer = await us.Authentication.AskAsync(OurSide.Order());
        Assert.Null(answer.Fault);
        Assert.Equal(
            new IssuerVerdict
            {
                Status = TransactionStatus.Authenticated,
                Eci = "05",
                AuthenticationValue = Proof,
                AcsTransactionId = "b91b3717-9fab-456c-9379-a0986c9cd4de",
                DirectoryServerTransactionId = "d3e8aae9-b188-4305-9f4b-4db0baae1a00",
                Version = "2.2.0",
            },
            answer.Verdict);
        Assert.Equal(("AReq", "Authenticated", "d3e8aae9-b188-4305-9f4b-4db0baae1a00"), (answer.Seen.Message, answer.Seen.Result, answer.Seen.Reference));
        var request = Assert.Single(scheme.Received);
        Assert.Equal(OurSide.Visa, request.GetProperty("acctNumber").GetString());
        Assert.Equal("application/json; charset=utf-8", Assert.Single(scheme.ContentTypes));
    }

    [Fact]
    public async Task An_issuer_may_want_to_see_the_cardholder()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(
            request, "C", ",\"acsURL\":\"https://acs.example.com/challenge\",\"acsChallengeMandated\":\"Y\",\"authenticationType\":\"02\",\"cardholderInfo\":\"Have your phone at hand.\""));
        await using var us = new OurSide(scheme.Address);
        var verdict = (await us.Authentication.AskAsync(OurSide.Order())).Verdict;
        Assert.Equal(
            (TransactionStatus.Challenge, "https://acs.example.com/challenge", "Have your phone at hand."), (verdict?.Status, verdict?.ChallengeUrl, verdict?.CardholderInfo));
    }

    [Theory]
    [InlineData("A", TransactionStatus.Attempted)]
    [InlineData("N", TransactionStatus.NotAuthenticated)]
    [InlineData("U", TransactionStatus.Unavailable)]
    [InlineData("R", TransactionStatus.Rejected)]
    public async Task Every_word_of_an_issuer_is_understood(string written, TransactionStatus status)
    {
        var further = written == "A" ? $",\"authenticationValue\":\"{Proof}\",\"eci\":\"06\"" : ",\"transStatusReason\":\"11\"";
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, written, further));
        await using var us = new OurSide(scheme.Address);
        var answer = await us.Authentication.AskAsync(OurSide.Order());
        Assert.Equal((status, written == "A" ? null : "11"), (answer.Verdict?.Status, answer.Verdict?.StatusReason));
        Assert.Equal(answer.Verdict!.StatusReason, answer.Seen.Code);
    }

    [Theory]
    [InlineData("", "101")]
    [InlineData("nonsense", "101")]
    [InlineData("<html>Busy</html>", "101")]
    [InlineData("[]", "101")]
    [InlineData("{\"messageType\":\"PRes\",\"messageVersion\":\"2.2.0\"}", "101")]
    [InlineData("{\"messageVersion\":\"2.2.0\"}", "201")]
    public async Task What_is_no_answer_is_told_back(string text, string code)
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(_ => text);
        await using var us = new OurSide(scheme.Address);
        var answer = await us.Authentication.AskAsync(OurSide.Order());
        Assert.Equal((AuthenticationFault.InvalidMessage, code), (answer.Fault, answer.Seen.Code));
        var told = await scheme.ErrorAsync();
        Assert.Equal((code, "S"), (Text(told, "errorCode"), Text(told, "errorComponent")));
    }

    // A line is: the status | what else the answer has | the fault | the code told | the element that is wrong.
    [Theory]
    [InlineData("Y", ",\"eci\":\"05\"", AuthenticationFault.InvalidMessage, "201", "authenticationValue")]
    [InlineData("Y", ",\"authenticationValue\":\"AAAB\"", AuthenticationFault.InvalidMessage, "203", "authenticationValue")]
    [InlineData("Y", ",\"eci\":\"5\",\"authenticationValue\":\"AAABBZEEBgAAAAAAAAQGAAAAAAA=\"", AuthenticationFault.InvalidMessage, "203", "eci")]
    [InlineData("N", "", AuthenticationFault.InvalidMessage, "201", "transStatusReason")]
    [InlineData("C", ",\"acsChallengeMandated\":\"Y\",\"authenticationType\":\"02\"", AuthenticationFault.InvalidMessage, "201", "acsURL")]
    [InlineData("Z", "", AuthenticationFault.InvalidMessage, "203", "transStatus")]
    [InlineData("U", ",\"transStatusReason\":\"11\",\"transStatusReason\":\"12\"", AuthenticationFault.InvalidMessage, "204", "transStatusReason")]
    [InlineData("U", ",\"transStatusReason\":\"11\",\"messageExtension\":[{\"name\":\"n\",\"id\":\"x-1\",\"criticalityIndicator\":true,\"data\":{}}]", AuthenticationFault.InvalidMessage, "202", "x-1")]
    public async Task What_is_wrong_with_an_answer_is_told_back(string status, string further, AuthenticationFault fault, string code, string detail)
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, status, further));
        await using var us = new OurSide(scheme.Address);
        var order = OurSide.Order();
        var answer = await us.Authentication.AskAsync(order);
        Assert.Equal((null, fault, code), (answer.Verdict, answer.Fault, answer.Seen.Code));
        var told = await scheme.ErrorAsync();
        Assert.Equal((code, detail), (Text(told, "errorCode"), Text(told, "errorDetail")));
        Assert.Equal(order.Payment.Attempt!.Id, Text(told, "threeDSServerTransID"));
    }

    [Theory]
    [InlineData("I", ",\"eci\":\"07\"")]
    [InlineData("D", ",\"acsDecConInd\":\"Y\",\"authenticationType\":\"04\",\"acsChallengeMandated\":\"Y\"")]
    public async Task What_was_not_asked_for_is_no_answer(string status, string further)
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, status, further));
        await using var us = new OurSide(scheme.Address);
        var answer = await us.Authentication.AskAsync(OurSide.Order());
        Assert.Equal(AuthenticationFault.InvalidMessage, answer.Fault);
        await scheme.ErrorAsync();
    }

    [Fact]
    public async Task An_answer_about_another_authentication_is_none()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, "Y", $",\"eci\":\"05\",\"authenticationValue\":\"{Proof}\"", "6c57c18f-e55b-4333-a991-460b04ee0730"));
        await using var us = new OurSide(scheme.Address);
        Assert.Equal(AuthenticationFault.WrongIdentifiers, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
        var told = await scheme.ErrorAsync();
        Assert.Equal(("301", "threeDSServerTransID", "ARes"), (Text(told, "errorCode"), Text(told, "errorDetail"), Text(told, "errorMessageType")));
    }

    [Fact]
    public async Task An_answer_in_another_version_is_none()
    {
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(request => Answer(request, "Y", $",\"eci\":\"05\",\"authenticationValue\":\"{Proof}\"", version: "2.1.0"));
        await using var us = new OurSide(scheme.Address);
        Assert.Equal(AuthenticationFault.InvalidMessage, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
        Assert.Equal("messageVersion", Text(await scheme.ErrorAsync(), "errorDetail"));
    }

    [Fact]
    public async Task An_error_message_is_never_answered_with_another()
    {
        const string Error =
            """{"messageType":"Erro","messageVersion":"2.2.0","errorCode":"405","errorComponent":"D","errorDescription":"No way to the ACS","errorDetail":"","errorMessageType":"AReq"}""";
        await using var scheme = await ScriptedDirectoryServer.SayingAsync(_ => Error.Replace("\"errorDetail\":\"\"", "\"errorDetail\":\"none\"", StringComparison.Ordinal));
        await using var us = new OurSide(scheme.Address);
        var answer = await us.Authentication.AskAsync(OurSide.Order());
        Assert.Equal((AuthenticationFault.ErrorMessage, "405"), (answer.Fault, answer.Seen.Code));

        // The second question is only answered after whatever was told of the first answer.
        await us.Authentication.AskAsync(OurSide.Order());
        Assert.All(scheme.Received, message => Assert.Equal("AReq", Text(message, "messageType")));
    }

    [Fact]
    public async Task A_silent_directory_server_is_given_up_after_ten_seconds()
    {
        await using var scheme = await ScriptedDirectoryServer.StartAsync((_, context) => UntilGoneAsync(context));
        await using var us = new OurSide(scheme.Address);
        var asking = us.Authentication.AskAsync(OurSide.Order());
        await us.Clock.ArmedAsync(TimeSpan.FromSeconds(10));
        us.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(asking.IsCompleted);
        us.Clock.Advance(TimeSpan.FromSeconds(1));
        var answer = await asking;
        Assert.Equal(AuthenticationFault.TimedOut, answer.Fault);
        Assert.Equal(TimeSpan.FromSeconds(10), answer.Seen.EndedAt - answer.Seen.SentAt);
    }

    [Fact]
    public async Task An_answer_that_stops_in_the_middle_is_given_up_as_well()
    {
        await using var scheme = await ScriptedDirectoryServer.StartAsync(async (_, context) =>
        {
            await context.Response.WriteAsync("{\"messageType\":");
            await context.Response.Body.FlushAsync();
            await UntilGoneAsync(context);
        });
        await using var us = new OurSide(scheme.Address);
        var asking = us.Authentication.AskAsync(OurSide.Order());
        await us.Clock.ArmedAsync(TimeSpan.FromSeconds(10));
        us.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AuthenticationFault.TimedOut, (await asking).Fault);
    }

    [Fact]
    public async Task A_slow_directory_server_is_waited_for()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var scheme = await ScriptedDirectoryServer.StartAsync(async (request, context) =>
        {
            await go.Task;
            await context.Response.WriteAsync(Answer(request, "U", ",\"transStatusReason\":\"22\""));
        });
        await using var us = new OurSide(scheme.Address);
        var asking = us.Authentication.AskAsync(OurSide.Order());
        await us.Clock.ArmedAsync(TimeSpan.FromSeconds(10));
        us.Clock.Advance(TimeSpan.FromSeconds(9));
        go.SetResult();
        var answer = await asking;
        Assert.Equal(TransactionStatus.Unavailable, answer.Verdict?.Status);
        Assert.Equal(TimeSpan.FromSeconds(9), answer.Seen.EndedAt - answer.Seen.SentAt);
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_a_server_that_cannot_be_reached()
    {
        await using var scheme = await ScriptedDirectoryServer.StartAsync(async (_, context) =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        await using var us = new OurSide(scheme.Address);
        Assert.Equal(AuthenticationFault.Unreachable, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
    }

    [Fact]
    public async Task Where_nobody_listens_nobody_is_reached()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var us = new OurSide(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/ds")));
        Assert.Equal(AuthenticationFault.Unreachable, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task A_status_that_is_no_success_is_no_answer(int status)
    {
        var elsewhere = 0;
        await using var other = await ScriptedDirectoryServer.StartAsync((_, _) =>
        {
            Interlocked.Increment(ref elsewhere);
            return Task.CompletedTask;
        });
        await using var scheme = await ScriptedDirectoryServer.StartAsync((_, context) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = other.Address.AbsoluteUri;
            return Task.CompletedTask;
        });
        await using var us = new OurSide(scheme.Address);
        Assert.Equal(AuthenticationFault.Unreachable, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
        Assert.Equal(0, elsewhere);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_endless_answer_is_not_read_to_its_end(bool announced)
    {
        await using var scheme = await ScriptedDirectoryServer.StartAsync(async (_, context) =>
        {
            context.Response.ContentLength = announced ? 1L << 30 : null;
            var block = new byte[64 * 1024];
            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                // It was hung up on, as it should be.
            }
        });
        await using var us = new OurSide(scheme.Address);
        Assert.Equal(AuthenticationFault.InvalidMessage, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
    }

    [Fact]
    public async Task A_scheme_without_a_directory_server_knows_no_card()
    {
        await using var us = new OurSide(null, "--Tollgate:Mode=production", "--Tollgate:PublicUrl=https://pay.example.com");
        Assert.Equal(AuthenticationFault.NotEnrolled, (await us.Authentication.AskAsync(OurSide.Order())).Fault);
    }

    private static string? Text(JsonElement message, string name) => message.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static async Task UntilGoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private static string Answer(JsonElement request, string status, string further, string? id = null, string version = "2.2.0") =>
        $$"""
        {"messageType":"ARes","messageVersion":"{{version}}","threeDSServerTransID":"{{id ?? request.GetProperty("threeDSServerTransID").GetString()}}",
        "acsTransID":"b91b3717-9fab-456c-9379-a0986c9cd4de","dsTransID":"d3e8aae9-b188-4305-9f4b-4db0baae1a00","acsReferenceNumber":"ACSRefNum1234",
        "dsReferenceNumber":"DSServerRef123456","acsOperatorID":"00000014","transStatus":"{{status}}"{{further}}}
        """;
}
