using Tollgate.Client.Contract;
using Tollgate.Core.Authentication;
using Tollgate.Server.Authentication;
using Tollgate.Server.Http;
using Policy = Tollgate.Client.Contract.AuthenticationPolicy;

namespace Tollgate.Server.Apps;

/// <summary><c>GET /api/v2/settings</c>: how the app is treated, and by which figures. No secret is among it.</summary>
internal sealed class ReadSettings(Settings settings, ICardholderAuthentication authentication, FraudWatch fraud)
{
    public async Task HandleAsync(HttpContext context, App app)
    {
        // The figures first: the policy in force follows from them.
        var standing = await fraud.ReadAsync(app.Id);
        var rules = authentication.RulesFor(app.Id);
        var ours = app.Settings;
        var answer = new SettingsResponse
        {
            AppId = app.Id.Value,
            Authentication = new()
            {
                Policy = (Policy)(rules.ForcedBy?.Instead ?? rules.Policy),
                PolicyInForce = (Policy)rules.Policy,
                Reason = rules.ForcedBy is null ? PolicyReason.Configured : PolicyReason.Fraud,
                FromAmount = rules.From,
                WhenUnavailable = (WhenAuthenticationUnavailable)rules.Unavailable,
                Quarters = [Quarter(standing.Running), .. standing.Complete.Reverse().Select(Quarter)],
            },
            Fees = ours.Fees is not { } fees ? null : new()
            {
                BasisPoints = fees.BasisPoints,
                Fixed = fees.Fixed,
                TaxBasisPoints = fees.TaxBasisPoints,
                Dispute = fees.Dispute,
                ReserveBasisPoints = fees.ReserveBasisPoints,
                ReserveDays = fees.ReserveDays,
            },
            Webhooks = new() { EndpointUrl = ours.DefaultWebhook?.EndpointUrl, Money = ours.WebhookMoneyAsNumbers ? WebhookMoney.Numbers : WebhookMoney.Strings },
            OneLivePaymentPerOrder = ours.OneLivePaymentPerOrder,
            RequestsPerSecond = ours.RequestsPerSecond ?? settings.RequestsPerSecond,
        };
        await Answer.Ok(answer, ResponseJson.Numbers.SettingsResponse).WriteAsync(context);
    }

    private static FraudQuarter Quarter(FraudFigures figures) => new()
    {
        Quarter = figures.Quarter.ToString(),
        From = FraudWatch.StartOf(figures.Quarter),
        To = FraudWatch.StartOf(figures.Quarter.Plus(1)),
        FraudValue = figures.Fraud,
        SalesValue = figures.Sales,
        RatioBasisPoints = FraudRule.BasisPoints(figures),
        Breached = FraudRule.IsBreached(figures),
    };
}
