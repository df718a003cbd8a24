using CsCheck;
using Tollgate.Core.Ledger;
using Tollgate.Core.Payments;
using Tollgate.Core.Tests.Payments;

namespace Tollgate.Core.Tests.Ledger;

/// <summary>Whatever happens to a payment in whatever order, the ledger says the same as the payment.</summary>
public class LedgerHistories
{
    private const int Number = 10_000;

    [Fact]
    public void After_every_event_of_every_history_the_accounts_say_what_the_payment_says() => Histories.Asked.Sample(
        asked =>
        {
            var accounts = new Accounts();
            var (arrived, cost, disputeFees) = (0L, 0L, 0L);
            var chargebacks = 0;
            foreach (var step in Histories.Live(asked))
            {
                var payment = step.Payment;
                accounts.Post(Postings.Of(step.Before, payment, step.Happened));
                if (step.Happened is PaymentEvent.Settled settled)
                {
                    arrived = (settled.Cleared ?? payment.Captured).Minor - (settled.Cost?.Minor ?? 0);
                    cost = payment.Captured.Minor - arrived;
                }

                if (payment.Dispute is { MoneyTaken: true } && (step.Before!.Dispute is not { MoneyTaken: true } earlier || earlier.Id != payment.Dispute.Id))
                {
                    chargebacks++;
                    disputeFees = chargebacks * payment.Fees.Dispute;
                }

                var settledYet = payment.SettledAt is not null;
                var (net, captured) = (payment.Net.Minor, payment.Captured.Minor);
                var held = payment.Authorised.IsPositive && captured == 0 && payment.End is null ? payment.Authorised.Minor : 0;
                var taken = payment.Dispute is { MoneyTaken: true } ? payment.Disputed.Minor : 0;
                var open = payment.Dispute is { IsOpen: true } ? taken : 0;
                Assert.Equal(0, accounts.Sum);
                Assert.Equal(settledYet ? 0 : captured, accounts.Debit(Account.SchemeReceivable));
                Assert.Equal(arrived - payment.Refunded.Minor - taken, accounts.Debit(Account.BankCash));
                Assert.Equal(cost, accounts.Debit(Account.SchemeCost));
                Assert.Equal(payment.Fee.Minor + disputeFees, accounts.Credit(Account.FeeRevenue));
                Assert.Equal(
                    payment.Fees.Tax(payment.Fee).Minor + (chargebacks * payment.Fees.Tax(Story.Aud(payment.Fees.Dispute)).Minor), accounts.Credit(Account.GstPayable));
                Assert.Equal(settledYet ? 0 : net, accounts.Credit(Account.MerchantPending));
                Assert.Equal(settledYet ? net - payment.Reserved.Minor : 0, accounts.Credit(Account.MerchantPayable));
                Assert.Equal(payment.Reserved.Minor, accounts.Credit(Account.MerchantReserve));
                Assert.Equal(0, accounts.Debit(Account.MerchantNegative));
                Assert.Equal(payment.Refund?.Amount.Minor ?? 0, accounts.Credit(Account.RefundClearing));
                Assert.Equal(open, accounts.Debit(Account.DisputeHold));
                Assert.Equal(open, accounts.Credit(Account.MerchantDisputeProvision));
                Assert.Equal(held, accounts.Debit(Account.AuthMemoDebit));
                Assert.Equal(held, accounts.Credit(Account.AuthMemoCredit));
            }
        },
        iter: Number);

    [Fact]
    public void A_payout_brings_what_is_available_to_nothing_and_never_pays_more_than_there_is() => Gen.Select(Gen.Long[-100_000, 100_000], Gen.Long[0, 100_000]).Sample(
        (payable, owed) =>
        {
            var accounts = new Accounts();
            accounts.Post(PayoutRule.Of(Story.Aud(payable), Story.Aud(owed)));
            Assert.Equal(0, accounts.Sum);
            Assert.Equal(payable, accounts.Debit(Account.MerchantPayable));
            Assert.Equal(Math.Max(0, payable - owed), accounts.Credit(Account.BankCash));
            Assert.InRange(owed + accounts.Debit(Account.MerchantNegative), 0, long.MaxValue);
        });

    /// <summary>Each account's two sides.</summary>
    private sealed class Accounts
    {
        private readonly Dictionary<Account, (long Debits, long Credits)> sides = [];

        /// <summary>All debits less all credits.</summary>
        public long Sum => sides.Values.Sum(side => side.Debits - side.Credits);

        public void Post(IReadOnlyList<Transfer> transfers)
        {
            foreach (var transfer in transfers)
            {
                Assert.True(transfer.Amount.IsPositive, "a transfer moves something");
                Assert.NotEqual(transfer.Debit, transfer.Credit);
                var (debit, credit) = (sides.GetValueOrDefault(transfer.Debit), sides.GetValueOrDefault(transfer.Credit));
                sides[transfer.Debit] = debit with { Debits = debit.Debits + transfer.Amount.Minor };
                sides[transfer.Credit] = credit with { Credits = credit.Credits + transfer.Amount.Minor };
            }
        }

        public long Debit(Account account) => sides.TryGetValue(account, out var side) ? side.Debits - side.Credits : 0;

        public long Credit(Account account) => -Debit(account);
    }
}
