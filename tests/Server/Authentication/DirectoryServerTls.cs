using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Tollgate.Core.Authentication;
using Tollgate.Server.Authentication;

namespace Tollgate.Server.Tests.Authentication;

/// <summary>Both sides of the way to a directory server show who they are.</summary>
public sealed class DirectoryServerTls : IDisposable
{
    private readonly TestAuthority authority = new();
    private readonly TestAuthority stranger = new("Somebody else");

    public void Dispose()
    {
        authority.Dispose();
        stranger.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Our_certificate_is_shown(bool pkcs12)
    {
        string? shown = null;
        using var mine = authority.ForClient("Our gateway");
        await using var scheme = await StartAsync(authority, certificate => shown = certificate.Subject);
        string[] certificate = pkcs12
            ? ["--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePfx(mine, "geheim"), "--Tollgate:ThreeDS:ClientCertificatePassword=geheim"]
            : ["--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePem(mine)];
        await using var us = new OurSide(scheme.Address, ["--Tollgate:ThreeDS:TrustedCertificates=" + authority.RootFile, .. certificate]);
        var reply = await PostAsync(us);
        Assert.Equal((null, "CN=Our gateway"), (reply.Problem, shown));
        Assert.NotNull(reply.Body);
    }

    [Fact]
    public async Task Without_our_certificate_nobody_answers()
    {
        await using var scheme = await StartAsync(authority, _ => { });
        await using var us = new OurSide(scheme.Address, "--Tollgate:ThreeDS:TrustedCertificates=" + authority.RootFile);
        Assert.Equal(AuthenticationFault.Unreachable, (await PostAsync(us)).Fault);
        Assert.Empty(scheme.Received);
    }

    [Fact]
    public async Task A_directory_server_that_another_authority_vouches_for_is_told_nothing()
    {
        using var mine = authority.ForClient();
        await using var scheme = await StartAsync(authority, _ => { });
        await using var us = new OurSide(
            scheme.Address, "--Tollgate:ThreeDS:TrustedCertificates=" + stranger.RootFile, "--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePem(mine));
        Assert.Equal(AuthenticationFault.Unreachable, (await PostAsync(us)).Fault);
        Assert.Empty(scheme.Received);
    }

    [Fact]
    public async Task A_directory_server_that_nobody_vouches_for_is_told_nothing()
    {
        using var mine = authority.ForClient();
        await using var scheme = await StartAsync(authority, _ => { });
        await using var us = new OurSide(scheme.Address, "--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePem(mine));
        Assert.Equal(AuthenticationFault.Unreachable, (await PostAsync(us)).Fault);
        Assert.Empty(scheme.Received);
    }

    [Fact]
    public async Task A_directory_server_of_another_name_is_told_nothing()
    {
        using var mine = authority.ForClient();
        await using var scheme = await StartAsync(authority, _ => { }, authority.ForServer("ds.example.com"));
        await using var us = new OurSide(
            scheme.Address, "--Tollgate:ThreeDS:TrustedCertificates=" + authority.RootFile, "--Tollgate:ThreeDS:ClientCertificate=" + authority.WritePem(mine));
        Assert.Equal(AuthenticationFault.Unreachable, (await PostAsync(us)).Fault);
        Assert.Empty(scheme.Received);
    }

    [Fact]
    public void Results_are_taken_from_those_whom_the_authority_vouches_for()
    {
        var admitted = Read(authority.RootFile);
        using var right = authority.ForClient();
        using var foreign = stranger.ForClient();
        using var server = authority.ForServer();
        Assert.True(admitted.Admits(right));
        Assert.False(admitted.Admits(foreign));
        Assert.False(admitted.Admits(server));
        Assert.False(admitted.Admits(null));
    }

    [Fact]
    public void Results_are_taken_from_whom_the_thumbprint_names()
    {
        using var right = authority.ForClient();
        using var other = authority.ForClient();
        var admitted = Read(right.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));
        Assert.True(admitted.Admits(right));
        Assert.False(admitted.Admits(other));
        Assert.False(admitted.Admits(null));
    }

    private static ResultsCertificate Read(string setting) => OurSide.Read("--Tollgate:ThreeDS:ResultsCertificate=" + setting).ThreeDS.ResultsCertificate!;

    private static Task<DirectoryServerReply> PostAsync(OurSide us) =>
        us.Wire.PostAsync(us.Server, """{"messageType":"PReq"}"""u8.ToArray(), 1024, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    private static Task<ScriptedDirectoryServer> StartAsync(TestAuthority authority, Action<X509Certificate2> seen, X509Certificate2? own = null) => ScriptedDirectoryServer.StartAsync(
        (_, context) =>
        {
            seen(context.Connection.ClientCertificate!);
            return context.Response.WriteAsync("{}");
        },
        tls =>
        {
            tls.ServerCertificate = own ?? authority.ForServer();
            tls.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            tls.ClientCertificateValidation = (_, _, _) => true;
        });
}
