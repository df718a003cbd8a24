using System.Security.Cryptography;

namespace Tollgate.Server.Tests.Guide;

public sealed class GuideCopyTests
{
    private const string Digest = "ec880c60b27912a5e1b07c6540634b0551ecb208ff593f72811b984e7fc62def";

    [Fact]
    public void The_copy_has_every_request_of_the_guide_unchanged()
    {
        Assert.Equal(Digest, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(GuideRequests.CopyPath))));

        // Where the guide is at hand, what was read came out of the guide, and has to be what the copy has.
        Assert.Equal(GuideRequests.All, GuideRequests.Read(GuideRequests.CopyPath));
        Assert.Equal(
            ["charges", "create_payment", "charges", "create_payment", "charges", "create_payment", "charges"],
            GuideRequests.All.Select(r => r.Path.Split('/')[^1]));
    }
}
