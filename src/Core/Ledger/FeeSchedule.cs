namespace Tollgate.Core.Ledger;

/// <summary>What an app pays for our service, frozen on a payment when it is created. A basis point is a hundredth of a per cent.</summary>
/// <param name="BasisPoints">Of what is captured.</param>
/// <param name="Fixed">For each capture, in the smallest unit.</param>
/// <param name="TaxBasisPoints">Of each fee: 1000 is Australia's GST of ten per cent.</param>
/// <param name="Dispute">For each chargeback, in the smallest unit; it is kept when the dispute is won.</param>
/// <param name="ReserveBasisPoints">Of what is captured, kept back when it settles.</param>
/// <param name="ReserveDays">For so many days.</param>
public sealed record FeeSchedule(int BasisPoints = 0, long Fixed = 0, int TaxBasisPoints = 0, long Dispute = 0, int ReserveBasisPoints = 0, int ReserveDays = 0)
{
    /// <summary>No fees at all.</summary>
    public static FeeSchedule None { get; } = new();

    /// <summary>Our fee on a capture, without tax; half a smallest unit is rounded up.</summary>
    public Money OnCapture(Money captured) => captured.IsPositive ? Share(captured, BasisPoints) + new Money(Fixed, captured.Currency) : captured;

    /// <summary>The tax on a fee; half a smallest unit is rounded up.</summary>
    public Money Tax(Money fee) => Share(fee, TaxBasisPoints);

    /// <summary>What is kept back of a capture when it settles; half a smallest unit is rounded up.</summary>
    public Money Reserve(Money captured) => Share(captured, ReserveBasisPoints);

    // The product of the largest amount and the most basis points is far inside 64 bits; overflow would throw.
    private static Money Share(Money amount, int basisPoints) => new(((amount.Minor * basisPoints) + 5000) / 10_000, amount.Currency);
}
