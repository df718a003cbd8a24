using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>What the requestor knows of the cardholder's account with it: acctInfo, EMV 3DS 2.2.0 table A.8.</summary>
internal static class AccountHistoryFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        ChAccAgeInd           = Row("chAccAgeInd",           Codes("01-05"), Optional),
        ChAccDate             = Row("chAccDate",             Date,           Optional),
        ChAccChangeInd        = Row("chAccChangeInd",        Codes("01-04"), Optional),
        ChAccChange           = Row("chAccChange",           Date,           Optional),
        ChAccPwChangeInd      = Row("chAccPwChangeInd",      Codes("01-05"), Optional),
        ChAccPwChange         = Row("chAccPwChange",         Date,           Optional),
        NbPurchaseAccount     = Row("nbPurchaseAccount",     Digits(1, 4),   Optional),
        ProvisionAttemptsDay  = Row("provisionAttemptsDay",  Digits(1, 3),   Optional),
        TxnActivityDay        = Row("txnActivityDay",        Digits(1, 3),   Optional),
        TxnActivityYear       = Row("txnActivityYear",       Digits(1, 3),   Optional),
        PaymentAccInd         = Row("paymentAccInd",         Codes("01-05"), Optional),
        PaymentAccAge         = Row("paymentAccAge",         Date,           Optional),
        ShipAddressUsageInd   = Row("shipAddressUsageInd",   Codes("01-04"), Optional),
        ShipAddressUsage      = Row("shipAddressUsage",      Date,           Optional),
        ShipNameIndicator     = Row("shipNameIndicator",     Codes("01-02"), Optional),
        SuspiciousAccActivity = Row("suspiciousAccActivity", Codes("01-02"), Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(AccountHistory), table => new AccountHistory(table));
}
