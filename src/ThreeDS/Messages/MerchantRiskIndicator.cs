using System.Diagnostics.CodeAnalysis;

namespace Tollgate.ThreeDS;

/// <summary>What the merchant thinks of the purchase: merchantRiskIndicator, EMV 3DS 2.2.0 table A.9.</summary>
public sealed record MerchantRiskIndicator : Elements
{
    /// <summary>An object to be filled.</summary>
    public MerchantRiskIndicator()
        : base(MerchantRiskIndicatorFields.Table)
    {
    }

    [SetsRequiredMembers]
    internal MerchantRiskIndicator(Table table)
        : base(table)
    {
    }

    /// <summary>Where electronic goods are sent.</summary>
    public string? DeliveryEmailAddress
    {
        get => Text(MerchantRiskIndicatorFields.DeliveryEmailAddress);
        init => Put(MerchantRiskIndicatorFields.DeliveryEmailAddress, value);
    }

    /// <summary>01 electronic, 02 same day, 03 overnight, 04 later.</summary>
    public string? DeliveryTimeframe
    {
        get => Text(MerchantRiskIndicatorFields.DeliveryTimeframe);
        init => Put(MerchantRiskIndicatorFields.DeliveryTimeframe, value);
    }

    /// <summary>Gift cards bought, in major units.</summary>
    public string? GiftCardAmount { get => Text(MerchantRiskIndicatorFields.GiftCardAmount); init => Put(MerchantRiskIndicatorFields.GiftCardAmount, value); }

    /// <summary>How many gift cards.</summary>
    public string? GiftCardCount { get => Text(MerchantRiskIndicatorFields.GiftCardCount); init => Put(MerchantRiskIndicatorFields.GiftCardCount, value); }

    /// <summary>The gift cards' currency, ISO 4217 numeric.</summary>
    public string? GiftCardCurr { get => Text(MerchantRiskIndicatorFields.GiftCardCurr); init => Put(MerchantRiskIndicatorFields.GiftCardCurr, value); }

    /// <summary>When what was ordered ahead will be there.</summary>
    public string? PreOrderDate { get => Text(MerchantRiskIndicatorFields.PreOrderDate); init => Put(MerchantRiskIndicatorFields.PreOrderDate, value); }

    /// <summary>01 available, 02 ordered ahead.</summary>
    public string? PreOrderPurchaseInd
    {
        get => Text(MerchantRiskIndicatorFields.PreOrderPurchaseInd);
        init => Put(MerchantRiskIndicatorFields.PreOrderPurchaseInd, value);
    }

    /// <summary>01 first order, 02 again.</summary>
    public string? ReorderItemsInd
    {
        get => Text(MerchantRiskIndicatorFields.ReorderItemsInd);
        init => Put(MerchantRiskIndicatorFields.ReorderItemsInd, value);
    }

    /// <summary>Where it goes: 01 billing address, 02 a verified one, 03 another, 04 collected, 05 digital, 06 travel, 07 other.</summary>
    public string? ShipIndicator { get => Text(MerchantRiskIndicatorFields.ShipIndicator); init => Put(MerchantRiskIndicatorFields.ShipIndicator, value); }
}
