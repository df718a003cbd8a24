using Tollgate.Core.Cards;

namespace Tollgate.Core.Payments;

/// <summary>
/// How long an authorisation can be captured, by scheme and initiator. Sources disagree by days (Visa's rulebook of April 2026 is reported
/// with ten); these are the shorter periods that processors publish, so that no hold is captured after its issuer let go.
/// </summary>
public static class HoldPeriods
{
    /// <summary>The period from the authorisation to the last moment of capture.</summary>
    public static TimeSpan For(Brand brand, PaymentType type) => (brand, type) switch
    {
        (Brand.Visa, PaymentType.Unscheduled) => TimeSpan.FromDays(5),
        _ => TimeSpan.FromDays(7),
    };
}
