using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tollgate.Core;
using Tollgate.Server.Webhooks;

namespace Tollgate.Server.Storage;

/// <summary>Which webhook it is: there is one for each change of status and endpoint.</summary>
/// <param name="Payment">Whose.</param>
/// <param name="Version">Of which event.</param>
/// <param name="Endpoint">Which of the app's further endpoints; empty for the payment's own or the app's default.</param>
internal readonly record struct WebhookKey(PaymentId Payment, int Version, string Endpoint)
{
    private const string Prefix = "evt_";

    /// <summary>The identifier of its event.</summary>
    public string EventId => WebhookComposer.EventId(Payment.Value, Version);

    /// <summary>The identifier of its delivery.</summary>
    public override string ToString() => Endpoint.Length == 0 ? EventId : $"{EventId}-{Endpoint}";

    /// <summary>Reads the identifier of a delivery.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WebhookKey key)
    {
        key = default;
        var parts = (text ?? string.Empty).Split('-', 2);
        var place = parts[0].LastIndexOf('_');
        if (place <= Prefix.Length || !parts[0].StartsWith(Prefix, StringComparison.Ordinal)
            || parts is [_, ""]
            || !int.TryParse(parts[0].AsSpan(place + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        key = new(new(parts[0][Prefix.Length..place]), version, parts.Length == 2 ? parts[1] : string.Empty);
        return key.ToString() == text;
    }
}

/// <summary>A place in the delivery log: which webhook, and when its status changed.</summary>
internal readonly record struct DeliveryCursor(long At, WebhookKey Key)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}.{Key}");

    /// <summary>Reads a cursor that was given out.</summary>
    public static bool TryParse(string text, out DeliveryCursor cursor)
    {
        var parts = text.Split('.', 2);
        cursor = default;
        if (parts.Length < 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var at) || !WebhookKey.TryParse(parts[1], out var key))
        {
            return false;
        }

        cursor = new(at, key);
        return true;
    }
}
