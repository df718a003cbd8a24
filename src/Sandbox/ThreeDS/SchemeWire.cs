namespace Tollgate.Sandbox.ThreeDS;

/// <summary>Where the pretend scheme's directory server and the pretend issuer's server (ACS) are, below the address of whoever mounts them.</summary>
public static class SchemeWire
{
    /// <summary>The directory server: messages in JSON, by POST.</summary>
    public const string DirectoryServer = "/sandbox/ds";

    /// <summary>The issuer's challenge (acsURL): <c>creq</c> and <c>threeDSSessionData</c>, by POST of a form. Below it, each challenge has an address of its own.</summary>
    public const string Challenge = "/sandbox/acs/challenge";

    /// <summary>The issuer's 3DS method (threeDSMethodURL): <c>threeDSMethodData</c>, by POST of a form.</summary>
    public const string Method = "/sandbox/acs/method";

    /// <summary>A 3DS method that never says that it is done.</summary>
    public const string SilentMethod = "/sandbox/acs/method/silent";

    /// <summary>The one script of the issuer's pages.</summary>
    public const string Script = "/sandbox/acs/continue.js";
}
