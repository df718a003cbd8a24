namespace Tollgate.Vault;

/// <summary>The vault seals or opens nothing at the moment: it waits for its custodians, or the period of its data key is over.</summary>
public sealed class VaultClosedException : VaultException
{
    /// <summary>Without words.</summary>
    public VaultClosedException()
    {
    }

    /// <summary>With words for the operator.</summary>
    public VaultClosedException(string message)
        : base(message)
    {
    }

    /// <summary>With words for the operator, and the cause.</summary>
    public VaultClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
