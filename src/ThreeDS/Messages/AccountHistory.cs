using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>What the requestor knows of the cardholder's account with it: acctInfo, EMV 3DS 2.2.0 table A.8.</summary>
public sealed record AccountHistory : Elements
{
    /// <summary>An object to be filled.</summary>
    public AccountHistory()
        : base(AccountHistoryFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal AccountHistory(Table table)
        : base(table)
    {
    }

    /// <summary>How old the account is: 01 guest, 02 made now, 03 under 30 days, 04 30 to 60, 05 over.</summary>
    public string? ChAccAgeInd { get => Text(AccountHistoryFields.ChAccAgeInd); init => Put(AccountHistoryFields.ChAccAgeInd, value); }

    /// <summary>When it was opened, YYYYMMDD.</summary>
    public string? ChAccDate { get => Text(AccountHistoryFields.ChAccDate); init => Put(AccountHistoryFields.ChAccDate, value); }

    /// <summary>How long ago it was changed.</summary>
    public string? ChAccChangeInd { get => Text(AccountHistoryFields.ChAccChangeInd); init => Put(AccountHistoryFields.ChAccChangeInd, value); }

    /// <summary>When it was changed.</summary>
    public string? ChAccChange { get => Text(AccountHistoryFields.ChAccChange); init => Put(AccountHistoryFields.ChAccChange, value); }

    /// <summary>How long ago the password was changed.</summary>
    public string? ChAccPwChangeInd { get => Text(AccountHistoryFields.ChAccPwChangeInd); init => Put(AccountHistoryFields.ChAccPwChangeInd, value); }

    /// <summary>When the password was changed.</summary>
    public string? ChAccPwChange { get => Text(AccountHistoryFields.ChAccPwChange); init => Put(AccountHistoryFields.ChAccPwChange, value); }

    /// <summary>Purchases in six months.</summary>
    public string? NbPurchaseAccount { get => Text(AccountHistoryFields.NbPurchaseAccount); init => Put(AccountHistoryFields.NbPurchaseAccount, value); }

    /// <summary>Attempts to add a card in 24 hours.</summary>
    public string? ProvisionAttemptsDay
    {
        get => Text(AccountHistoryFields.ProvisionAttemptsDay);
        init => Put(AccountHistoryFields.ProvisionAttemptsDay, value);
    }

    /// <summary>Transactions in 24 hours.</summary>
    public string? TxnActivityDay { get => Text(AccountHistoryFields.TxnActivityDay); init => Put(AccountHistoryFields.TxnActivityDay, value); }

    /// <summary>Transactions in a year.</summary>
    public string? TxnActivityYear { get => Text(AccountHistoryFields.TxnActivityYear); init => Put(AccountHistoryFields.TxnActivityYear, value); }

    /// <summary>How long the card has been there.</summary>
    public string? PaymentAccInd { get => Text(AccountHistoryFields.PaymentAccInd); init => Put(AccountHistoryFields.PaymentAccInd, value); }

    /// <summary>Since when the card has been there.</summary>
    public string? PaymentAccAge { get => Text(AccountHistoryFields.PaymentAccAge); init => Put(AccountHistoryFields.PaymentAccAge, value); }

    /// <summary>How long the shipping address has been used.</summary>
    public string? ShipAddressUsageInd { get => Text(AccountHistoryFields.ShipAddressUsageInd); init => Put(AccountHistoryFields.ShipAddressUsageInd, value); }

    /// <summary>Since when the shipping address has been used.</summary>
    public string? ShipAddressUsage { get => Text(AccountHistoryFields.ShipAddressUsage); init => Put(AccountHistoryFields.ShipAddressUsage, value); }

    /// <summary>01 the names are the same, 02 they differ.</summary>
    public string? ShipNameIndicator { get => Text(AccountHistoryFields.ShipNameIndicator); init => Put(AccountHistoryFields.ShipNameIndicator, value); }

    /// <summary>01 nothing suspicious seen, 02 something.</summary>
    public string? SuspiciousAccActivity
    {
        get => Text(AccountHistoryFields.SuspiciousAccActivity);
        init => Put(AccountHistoryFields.SuspiciousAccActivity, value);
    }
}
