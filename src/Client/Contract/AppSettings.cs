using System.Text.Json.Serialization;

namespace Tollgate.Client.Contract;

/// <summary>How the gateway treats the app. Secrets are not in it.</summary>
public sealed record SettingsResponse
{
    /// <summary>The app.</summary>
    public required string AppId { get; init; }

    /// <summary>When cardholders are authenticated.</summary>
    public required AuthenticationSettings Authentication { get; init; }

    /// <summary>What the app pays for the service; <see langword="null"/> for nothing.</summary>
    public required FeeSettings? Fees { get; init; }

    /// <summary>How the app is told of changes of status.</summary>
    public required WebhookSettings Webhooks { get; init; }

    /// <summary>Whether an order may have one live payment only.</summary>
    public required bool OneLivePaymentPerOrder { get; init; }

    /// <summary>How many requests the app may send in a second; <see langword="null"/> for no limit.</summary>
    public required int? RequestsPerSecond { get; init; }
}

/// <summary>When an app's cardholders are authenticated, and why.</summary>
public sealed record AuthenticationSettings
{
    /// <summary>The policy that was set.</summary>
    public required AuthenticationPolicy Policy { get; init; }

    /// <summary>The policy that holds.</summary>
    public required AuthenticationPolicy PolicyInForce { get; init; }

    /// <summary>Why that one holds.</summary>
    public required PolicyReason Reason { get; init; }

    /// <summary>From which amount on customers are authenticated though the issuer does not ask for it, in cents; <see langword="null"/> for none.</summary>
    public required long? FromAmount { get; init; }

    /// <summary>What becomes of a payment whose authentication could not be made.</summary>
    public required WhenAuthenticationUnavailable WhenUnavailable { get; init; }

    /// <summary>The running quarter first, then the four before it.</summary>
    public required IReadOnlyList<FraudQuarter> Quarters { get; init; }
}

/// <summary>What an app sold in a quarter of the calendar in Sydney, and what of it was fraud: cards that were not issued in Australia are left out.</summary>
public sealed record FraudQuarter
{
    /// <summary>Such as <c>2026-Q4</c>.</summary>
    public required string Quarter { get; init; }

    /// <summary>When it began.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset From { get; init; }

    /// <summary>When it ended, or will.</summary>
    [JsonConverter(typeof(InstantConverter))]
    public required DateTimeOffset To { get; init; }

    /// <summary>The chargebacks for fraud that were received in it, in cents of Australian dollars.</summary>
    public required long FraudValue { get; init; }

    /// <summary>What settled in it, in cents of Australian dollars.</summary>
    public required long SalesValue { get; init; }

    /// <summary>The fraud in basis points of the sales; <see langword="null"/> without sales.</summary>
    public required decimal? RatioBasisPoints { get; init; }

    /// <summary>Whether fraud was more than 50,000 dollars and at least 20 basis points.</summary>
    public required bool Breached { get; init; }
}

/// <summary>What an app pays for the service.</summary>
public sealed record FeeSettings
{
    /// <summary>The part of a capture, in hundredths of a per cent.</summary>
    public required int BasisPoints { get; init; }

    /// <summary>What is added to that for each capture, in cents.</summary>
    public required long Fixed { get; init; }

    /// <summary>The tax on fees, in hundredths of a per cent.</summary>
    public required int TaxBasisPoints { get; init; }

    /// <summary>What a chargeback costs, in cents, without tax.</summary>
    public required long Dispute { get; init; }

    /// <summary>The part of a settled payment that is kept back, in hundredths of a per cent.</summary>
    public required int ReserveBasisPoints { get; init; }

    /// <summary>For how many days it is kept back.</summary>
    public required int ReserveDays { get; init; }
}

/// <summary>How an app is told of changes of status.</summary>
public sealed record WebhookSettings
{
    /// <summary>Where changes of payments without an endpoint of their own are told; <see langword="null"/> for nowhere.</summary>
    public required string? EndpointUrl { get; init; }

    /// <summary>How money is written in them.</summary>
    public required WebhookMoney Money { get; init; }
}

/// <summary>When an app's cardholders are authenticated.</summary>
[JsonConverter(typeof(SnakeCaseEnum<AuthenticationPolicy>))]
public enum AuthenticationPolicy
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>When the card's issuer or its range of cards asks for it.</summary>
    WhenRequired,

    /// <summary>Whenever the customer pays.</summary>
    Always,
}

/// <summary>Why a policy holds.</summary>
[JsonConverter(typeof(SnakeCaseEnum<PolicyReason>))]
public enum PolicyReason
{
    /// <summary>It was set.</summary>
    Configured,

    /// <summary>Fraud breached the thresholds in the last two complete quarters.</summary>
    Fraud,
}

/// <summary>What becomes of a payment whose authentication could not be made.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WhenAuthenticationUnavailable>))]
public enum WhenAuthenticationUnavailable
{
    /// <summary>It goes on without: the merchant bears the risk.</summary>
    Proceed,

    /// <summary>It fails.</summary>
    Refuse,
}

/// <summary>How money is written in webhooks.</summary>
[JsonConverter(typeof(SnakeCaseEnum<WebhookMoney>))]
public enum WebhookMoney
{
    /// <summary>As text with one decimal.</summary>
    Strings,

    /// <summary>As numbers.</summary>
    Numbers,
}
