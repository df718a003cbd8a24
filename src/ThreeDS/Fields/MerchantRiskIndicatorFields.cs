using static Tollgate.ThreeDS.Format;
using static Tollgate.ThreeDS.Presence;

namespace Tollgate.ThreeDS;

/// <summary>What the merchant thinks of the purchase: merchantRiskIndicator, EMV 3DS 2.2.0 table A.9.</summary>
internal static class MerchantRiskIndicatorFields
{
    private static readonly Rows Rows = new();

    private static Field Row(string name, Format format, Presence presence, ProtocolVersion since = default) => Rows.Add(name, format, presence, since);

#pragma warning disable format // A table is read in columns.
    public static readonly Field
        DeliveryEmailAddress = Row("deliveryEmailAddress", EmailAddress,            Optional),
        DeliveryTimeframe    = Row("deliveryTimeframe",    Codes("01-04"),          Optional),
        GiftCardAmount       = Row("giftCardAmount",       Digits(1, 15),           Optional),
        GiftCardCount        = Row("giftCardCount",        Digits(2, 2),            Optional),
        GiftCardCurr         = Row("giftCardCurr",         Digits(3, 3),            Optional),
        PreOrderDate         = Row("preOrderDate",         Date,                    Optional),
        PreOrderPurchaseInd  = Row("preOrderPurchaseInd",  Codes("01-02"),          Optional),
        ReorderItemsInd      = Row("reorderItemsInd",      Codes("01-02"),          Optional),
        ShipIndicator        = Row("shipIndicator",        Codes("01-07", "80-99"), Optional);
#pragma warning restore format

    public static readonly Table Table = Rows.Close(nameof(MerchantRiskIndicator), table => new MerchantRiskIndicator(table));
}
