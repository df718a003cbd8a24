using Tollgate.Core.Payments;

namespace Tollgate.Server.Payments;

/// <summary>What became of a step: the payment as it is, or why nothing was done.</summary>
/// <param name="Payment">The payment as the step left it.</param>
/// <param name="Refusal">Why nothing was done.</param>
/// <param name="KeyTaken">The request's idempotency key was taken by another in the meantime.</param>
internal readonly record struct StepResult(Payment? Payment, Refusal? Refusal = null, bool KeyTaken = false);
