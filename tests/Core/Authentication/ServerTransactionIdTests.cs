using CsCheck;
using Tollgate.Core.Authentication;

namespace Tollgate.Core.Tests.Authentication;

public class ServerTransactionIdTests
{
    private static readonly Gen<PaymentId> Payments = Gen.Char["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"].Array[1, 16].Select(letters => new PaymentId(new string(letters)));

    [Fact]
    public void Every_payment_can_be_read_from_its_attempts() => Gen.Select(Payments, Gen.Byte.Array[ServerTransactionId.RandomLength]).Sample((payment, random) =>
    {
        var id = ServerTransactionId.For(payment, random);
        Assert.True(ServerTransactionId.TryReadPayment(id, out var read));
        Assert.Equal(payment, read);
        Assert.True(ServerTransactionId.TryReadPayment(id.ToUpperInvariant(), out read));
        Assert.Equal((4, 36), (Guid.Parse(id).Version, id.Length));
        Assert.Equal(payment.Value.Length < 17, ServerTransactionId.TryReadPayment(id, out _));
    });

    [Fact]
    public void Two_attempts_of_one_payment_differ_by_what_is_drawn()
    {
        var payment = new PaymentId("7PPPMXIGH");
        Assert.NotEqual(ServerTransactionId.For(payment, [0, 0, 0, 0, 0]), ServerTransactionId.For(payment, [0, 0, 0, 0, 1]));
        Assert.NotEqual(ServerTransactionId.For(payment, [0, 0, 0, 0, 0]), ServerTransactionId.For(payment, [32, 0, 0, 0, 0]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("6c57c18f-e55b-4333-a991-460b04ee073")]
    [InlineData("6c57c18f-e55b-1333-a991-460b04ee0730")]
    [InlineData("6c57c18f-e55b-4333-c991-460b04ee0730")]
    [InlineData("00000000-0000-4000-8000-000000000000")]
    [InlineData("ffffffff-ffff-4fff-bfff-ffffffffffff")]
    public void What_is_none_of_ours_carries_no_payment(string? id) => Assert.False(ServerTransactionId.TryReadPayment(id, out _));

    [Fact]
    public void What_only_a_lenient_parser_takes_carries_no_payment()
    {
        var id = ServerTransactionId.For(new("7PPPMXIGH"), [0, 0, 0, 0, 1]);
        Assert.All([id + " ", "\t" + id, "0x" + id[2..], "+" + id[1..]], odd => Assert.False(ServerTransactionId.TryReadPayment(odd, out _)));
    }
}
