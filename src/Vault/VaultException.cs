namespace Tollgate.Vault;

/// <summary>The vault cannot be opened, or something sealed does not belong where it was found. The message names no secret.</summary>
public class VaultException : Exception
{
    /// <summary>Without words.</summary>
    public VaultException()
    {
    }

    /// <summary>With words for the operator.</summary>
    public VaultException(string message)
        : base(message)
    {
    }

    /// <summary>With words for the operator, and the cause.</summary>
    public VaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
