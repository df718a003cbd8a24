namespace Tollgate.Core;

/// <summary>The identifier of a payment on the wire (<c>uuid</c>): upper-case letters and digits.</summary>
/// <param name="Value">The text as it stands on the wire.</param>
public readonly record struct PaymentId(string Value)
{
    /// <summary>The text as it stands on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>A merchant's app: who calls.</summary>
/// <param name="Value">The text of the header <c>app-id</c>.</param>
public readonly record struct AppId(string Value)
{
    /// <summary>The text of the header.</summary>
    public override string ToString() => Value;
}

/// <summary>One exchange with an acquirer; the acquirer knows it by this reference, and repeats under it are one exchange.</summary>
/// <param name="Value">The reference.</param>
public readonly record struct OperationId(string Value)
{
    /// <summary>The reference.</summary>
    public override string ToString() => Value;
}

/// <summary>A saved card on the wire (<c>token.id</c>): <c>tok_</c> and 20 lower-case hexadecimal digits.</summary>
/// <param name="Value">The text as it stands on the wire.</param>
public readonly record struct CardToken(string Value)
{
    /// <summary>The text as it stands on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>A dispute on the wire: <c>dp_</c> and 20 lower-case hexadecimal digits.</summary>
/// <param name="Value">The text as it stands on the wire.</param>
public readonly record struct DisputeId(string Value)
{
    /// <summary>The text as it stands on the wire.</summary>
    public override string ToString() => Value;
}

/// <summary>A payout of what an app has available: <c>po_</c> and 20 lower-case hexadecimal digits.</summary>
/// <param name="Value">The text as it stands on the wire.</param>
public readonly record struct PayoutId(string Value)
{
    /// <summary>The text as it stands on the wire.</summary>
    public override string ToString() => Value;
}
