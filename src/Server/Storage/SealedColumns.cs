using System.Globalization;
using Tollgate.Core;
using Tollgate.Server.Apps;
using Tollgate.Server.Payments;
using Tollgate.Server.Webhooks;
using Tollgate.Vault;

namespace Tollgate.Server.Storage;

/// <summary>A column in which something is sealed, and for what.</summary>
/// <param name="Table">Its table, which a statement calls t.</param>
/// <param name="Column">The column.</param>
/// <param name="Place">The column by which its rows are walked.</param>
/// <param name="App">Whose a row is.</param>
/// <param name="Detail">What else a row was sealed for.</param>
/// <param name="Join">Where that has to be looked up.</param>
/// <param name="Context">What a row was sealed for, of its place, app and detail.</param>
internal sealed record SealedColumn(string Table, string Column, string Place, string App, string Detail, string Join, Func<string, string, string, string> Context);

/// <summary>
/// Everything that is sealed. Whoever adds a column in which something is sealed adds it here, or a test says so: else it would stay under a key that
/// everybody thinks is used no more.
/// </summary>
internal static class SealedColumns
{
    private const string NoDetail = "''";

    /// <summary>The columns. What is sealed inside the facts of a payment is not among them: <see cref="FactsNeedle"/>.</summary>
    public static IReadOnlyList<SealedColumn> All { get; } =
    [
        new("cards", "sealed", "token_id", "t.app_id", NoDetail, string.Empty, (token, app, _) => CardVault.CardContext(new(token), new(app))),
        new("sealed_codes", "sealed", "payment_uuid", "p.app_id", NoDetail, "JOIN payments p ON p.uuid = t.payment_uuid", (payment, app, _) => CardVault.CodeContext(new(payment), new(app))),
        new("evidence", "sealed", "dispute_id", "d.app_id", "CAST(t.number AS TEXT)", "JOIN disputes d ON d.id = t.dispute_id",
            (dispute, app, number) => PaymentRunner.EvidenceContext(new(app), new DisputeId(dispute), int.Parse(number, CultureInfo.InvariantCulture))),
        new("apps", "sealed", "id", "t.id", NoDetail, string.Empty, (_, app, _) => StoredSettings.Context(new(app))),
        new("webhook_secrets", "sealed", "app_id", "t.app_id", NoDetail, string.Empty, (_, app, _) => WebhookDirectory.SecretContext(new(app))),
        new("webhook_endpoints", "sealed_authorization", "id", "t.app_id", NoDetail, string.Empty, (id, app, _) => WebhookComposer.EndpointContext(app, id)),
        new("webhooks", "sealed_authorization", "payment_uuid", "t.app_id", "t.endpoint", string.Empty,
            (payment, app, endpoint) => endpoint.Length == 0 ? WebhookComposer.SealingContext(app, payment) : WebhookComposer.EndpointContext(app, endpoint)),
    ];

    /// <summary>What stands before a sealed header in the stored facts of a payment: there it is text in base64.</summary>
    public static byte[] FactsNeedle { get; } = "\"sealed_authorization\":\""u8.ToArray();
}
