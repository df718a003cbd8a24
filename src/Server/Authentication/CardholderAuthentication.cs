using Tollgate.Core;
using Tollgate.Core.Authentication;
using Tollgate.Core.Cards;
using Tollgate.Core.Payments;
using Tollgate.Server.Apps;
using Tollgate.Server.Payments;
using Tollgate.ThreeDS;

namespace Tollgate.Server.Authentication;

/// <summary>The 3DS server: plans by the app's policy and what the issuer's range says, and asks issuers through their schemes' directory servers.</summary>
internal sealed class CardholderAuthentication(
    DirectoryServers servers,
    CardRanges ranges,
    DirectoryServerClient client,
    AppRegistry apps,
    FraudWatch fraud,
    Settings settings,
    PublicAddress address,
    TimeProvider clock,
    ILogger<CardholderAuthentication> logger) : ICardholderAuthentication
{
    private const int LongestAnswer = 64 * 1024;

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public AuthenticationRules RulesFor(AppId app)
    {
        var merchant = MerchantOf(app);
        return fraud.Apply(app, new(merchant.Policy, merchant.Unavailable) { From = merchant.From });
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationPlan> PlanAsync(AppId app, Money amount, CardNumber card, PaymentType type, bool byToken, BrowserDetails? browser, bool isForced = false)
    {
        var rules = RulesFor(app);
        if (isForced && rules.Policy == AuthenticationPolicy.Never)
        {
            return new AuthenticationPlan.Unavailable(AuthenticationFault.NotEnrolled);
        }

        if (rules.Policy == AuthenticationPolicy.Never || (type == PaymentType.Unscheduled && byToken))
        {
            return new AuthenticationPlan.NotNeeded();
        }

        var always = rules.Policy == AuthenticationPolicy.Always && type == PaymentType.Regular;
        if (servers.For(card.Brand) is not { } server)
        {
            return always || isForced ? new AuthenticationPlan.Unavailable(AuthenticationFault.NotEnrolled) : new AuthenticationPlan.NotNeeded();
        }

        var (isKnown, range) = await ranges.FindAsync(card);
        bool Says(string indicator) => range is not null && range.Indicators.Contains(indicator, StringComparer.Ordinal);
        AuthenticationCause? asks =
            isForced ? AuthenticationCause.Risk
            : always ? AuthenticationCause.PolicyAlways
            : Says(server.AskedAlwaysIndicator) || (type == PaymentType.Regular && Says(server.AskedIndicator)) ? AuthenticationCause.RangeAsks

            // An issuer that does not ask need not take part either.
            : type == PaymentType.Regular && amount.Minor >= rules.From && range is { Version: not null } ? AuthenticationCause.Amount
            : null;
        return (asks, range) switch
        {
            // Nobody can say whether the issuer asks for it: that is for the app's rules.
            _ when !isKnown => new AuthenticationPlan.Unavailable(AuthenticationFault.Unreachable),
            ({ }, null) => new AuthenticationPlan.Unavailable(AuthenticationFault.NotEnrolled),
            ({ }, { Version: null }) => new AuthenticationPlan.Unavailable(AuthenticationFault.UnsupportedVersion),
            ({ } cause, _) => new AuthenticationPlan.Page(cause),
            (null, { Version: { } version, MethodUrl: null }) when type == PaymentType.Regular && Says(server.OfferedIndicator) && AuthenticationRequestComposer.IsEnough(browser) =>
                new AuthenticationPlan.Silent(new(version, null)),
            _ => new AuthenticationPlan.NotNeeded(),
        };
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationRoute?> FindRouteAsync(CardNumber card) =>
        (await ranges.FindAsync(card)).Range is { Version: { } version } range ? new(version, range.MethodUrl) : null;

    /// <inheritdoc/>
    public async Task<AuthenticationAnswer> AskAsync(AuthenticationOrder order)
    {
        var startedAt = Now;
        var payment = order.Payment;
        if (servers.For(order.Card.Brand) is not { } server)
        {
            return Fail(AuthenticationFault.NotEnrolled, null);
        }

        var origin = new RequestOrigin(server, settings.ThreeDS, MerchantOf(payment.Facts.App), address.Url);
        if (AuthenticationRequestComposer.Compose(order, origin, out var problem) is not { } request)
        {
            Log.AuthenticationFailed(logger, payment.Id.Value, server.Name, $"was not asked, for want of a valid {problem}");
            return Fail(AuthenticationFault.RequestRefused, null);
        }

        var answer = await client.AskAsync<AuthenticationResponse>(
            server, request, new() { Types = MessageTypes.ARes, Component = Component.Server, Request = request }, LongestAnswer, AnswerTime, CancellationToken.None);
        if (answer.Message is { } response)
        {
            answer = Check(server, request, response);
        }

        if (answer.Message is null)
        {
            Log.AuthenticationFailed(logger, payment.Id.Value, server.Name, answer.Problem ?? "gave none");
            return Fail(answer.Fault!.Value, answer.ErrorCode);
        }

        var verdict = Verdicts.Of(answer.Message);
        return new(verdict, null, Verdicts.Exchange("AReq", startedAt, Now, verdict));

        AuthenticationAnswer Fail(AuthenticationFault fault, string? code) => new(null, fault, new("AReq", startedAt, Now, fault.ToString(), code, null));
    }

    /// <summary>To the millisecond, as what is stored.</summary>
    private DateTimeOffset Now
    {
        get
        {
            var now = clock.GetUtcNow();
            return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        }
    }

    private AppAuthentication MerchantOf(AppId app) => apps.Find(app)?.Authentication ?? new();

    /// <summary>What is valid by itself, and may yet be an answer to something else.</summary>
    private DirectoryServerAnswer<AuthenticationResponse> Check(DirectoryServer server, AuthenticationRequest request, AuthenticationResponse response)
    {
        (AuthenticationFault? fault, string? code, string? detail) = response switch
        {
            _ when !response.ThreeDSServerTransID.Equals(request.ThreeDSServerTransID, StringComparison.OrdinalIgnoreCase) =>
                (AuthenticationFault.WrongIdentifiers, ErrorCode.TransactionNotRecognised, "threeDSServerTransID"),
            _ when response.MessageVersion != request.MessageVersion => (AuthenticationFault.InvalidMessage, ErrorCode.InvalidFormat, "messageVersion"),

            // Neither for information only (I) nor decoupled (D) nor by a payment app (S) was asked for.
            { TransStatus: "I" or "D" or "S" } => (AuthenticationFault.InvalidMessage, ErrorCode.InvalidTransaction, "transStatus"),
            { TransStatus: "C", AcsURL: { } url } when !IsGoodAddress(url) => (AuthenticationFault.InvalidMessage, ErrorCode.InvalidFormat, "acsURL"),
            _ => (default(AuthenticationFault?), default(string), default(string)),
        };
        return fault is null
            ? new(response)
            : client.Refuse<AuthenticationResponse>(
                server, fault.Value, DirectoryServerClient.ErrorAbout(response, code!, detail!, request.ThreeDSServerTransID, response.AcsTransID, response.DsTransID));
    }

    private bool IsGoodAddress(string url) => Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || settings.IsSandbox);
}
