using System.Diagnostics.CodeAnalysis;

namespace Tollgate.Core;

/// <summary>Invariants that stay on in release builds: money that is wrong is worse than a request that fails.</summary>
public static class Check
{
    /// <summary>Throws <see cref="InvariantViolationException"/> when the rule does not hold.</summary>
    /// <param name="holds">Whether the rule holds.</param>
    /// <param name="rule">The rule in words, as it should be.</param>
    public static void That([DoesNotReturnIf(false)] bool holds, string rule)
    {
        if (!holds)
        {
            throw new InvariantViolationException(rule);
        }
    }
}

/// <summary>A rule that must always hold did not: a bug, never a user's mistake.</summary>
public sealed class InvariantViolationException : Exception
{
    /// <summary>An invariant without words.</summary>
    public InvariantViolationException()
    {
    }

    /// <summary>Names the rule that was broken.</summary>
    public InvariantViolationException(string rule)
        : base("An invariant does not hold: " + rule)
    {
    }

    /// <summary>Names the rule that was broken, and what broke it.</summary>
    public InvariantViolationException(string rule, Exception innerException)
        : base("An invariant does not hold: " + rule, innerException)
    {
    }
}
