namespace Tollgate.Sandbox.ThreeDS;

/// <summary>The far side of cardholder authentication, put together: a directory server, and behind it an issuer.</summary>
public sealed class SimulatedScheme : IDisposable
{
    private readonly ResultsLink results;

    /// <summary>Puts it together.</summary>
    /// <param name="clock">The sandbox's clock.</param>
    /// <param name="address">Where browsers reach whoever mounts it: scheme, host and port, without a slash at the end.</param>
    /// <param name="reach">Where a threeDSServerURL is reached; nothing when it is none of a gateway that is known.</param>
    public SimulatedScheme(TimeProvider clock, Func<string> address, Func<Uri, Uri?> reach)
    {
        results = new(reach);
        Issuer = new(clock, address);
        DirectoryServer = new(Issuer, results, clock);
    }

    /// <summary>The directory server.</summary>
    public SimulatedDirectoryServer DirectoryServer { get; }

    /// <summary>The issuer's server.</summary>
    public SimulatedAccessControlServer Issuer { get; }

    /// <inheritdoc/>
    public void Dispose() => results.Dispose();
}
