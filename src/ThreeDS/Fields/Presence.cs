namespace Tollgate.ThreeDS;

/// <summary>What decides whether an element must be there: the column "presence" of the field table. EMV 3DS 2.2.0 tables B.1 to B.10, "Message Inclusion".</summary>
/// <param name="IsRequired">Whether the element must be there.</param>
/// <param name="IsEssential">True for what is checked even in a version that is read leniently.</param>
internal sealed record Presence(Func<Situation, bool> IsRequired, bool IsEssential = false)
{
    public static readonly Presence
        Always = new(_ => true, IsEssential: true),
        Optional = new(_ => false),
        IfAny = new(_ => false, IsEssential: true),

        // By version: 2.3.1 has a list of versions where the older ones have a start and an end.
        Until220 = new(s => !s.IsLenient),

        // By device channel.
        App = new(s => s.IsApp),
        Browser = new(s => s.IsBrowser),
        WithoutCardholder = new(s => s.Channel == "03"),
        Cardholder = new(s => s.IsApp || s.IsBrowser),

        // 2.1.0 has no flag for JavaScript and wants what a script finds out of every browser.
        BrowserScript = new(s => s.IsBrowser && (s.Version < ProtocolVersion.V220 || s.RunsJavaScript)),

        // By message category.
        Payment = new(s => s.IsPayment, IsEssential: true),

        // By another element of the request.
        Recurring = new(s => s.IsRecurring),
        Instalment = new(s => s.AuthenticationInd == "03" || (s.Version >= ProtocolVersion.V220 && s.ThreeRIInd == "02")),
        Purchase = new(s => s.IsPayment || s.IsRecurring),
        Decoupled = new(s => s.Text("threeDSRequestorDecReqInd") == "Y"),
        AddressState = new(s => s.Text("billAddrState") is not null),
        ShippingState = new(s => s.Text("shipAddrState") is not null),
        PaymentToken = new(s => s.Flag("payTokenInd") is true),
        WhiteList = new(s => s.Text("whiteListStatus") is not null),

        // By the result.
        Authenticated = new(s => s.IsPayment && s.Status is "Y" or "A", IsEssential: true),
        NotAuthenticated = new(s => s.IsPayment && s.Status is "N" or "U" or "R"),
        BrowserChallenge = new(s => s.Status == "C" && s.IsBrowser, IsEssential: true),
        AppChallenge = new(s => s.Status == "C" && s.IsApp),
        AnyChallenge = new(s => s.Status is "C" or "D"),
        DecoupledAnswer = new(s => s.Status == "D"),
        ResultKnown = new(s => s.Status is "Y" or "N"),
        TimedOut = new(s => s.StatusReason == "14"),
        Interactive = new(s => (s.IsApp || s.IsBrowser) && s.Text("authenticationType") != "04");
}
