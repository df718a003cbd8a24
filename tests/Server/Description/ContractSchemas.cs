using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tollgate.Client.Contract;

namespace Tollgate.Server.Tests;

/// <summary>The description's schemas and the contract's records, which the server and the SDK share, have the same fields.</summary>
public class ContractSchemas
{
    // The schema of a record, where it is not called as the record is.
    private static readonly (Type Record, string[] Schemas)[] Pairs =
    [
        (typeof(ChargeRequest), ["ChargeRequest"]), (typeof(BillingAddress), ["BillingAddress"]), (typeof(CardInfo), ["CardInfo"]),
        (typeof(BrowserDetails), ["BrowserDetails"]), (typeof(WebhookNotification), ["WebhookNotification"]),
        (typeof(CreatePaymentRequest), ["CreatePaymentRequest"]), (typeof(TokenReference), ["TokenReference", "CardTokenEcho"]),
        (typeof(CapturePaymentRequest), ["CapturePaymentRequest"]), (typeof(VoidPaymentRequest), ["VoidPaymentRequest"]),
        (typeof(RefundPaymentRequest), ["RefundPaymentRequest"]), (typeof(SimulateRequest), ["SimulateRequest"]), (typeof(ClockRequest), ["ClockRequest"]),
        (typeof(FaultRequest), ["FaultRequest"]), (typeof(PaymentResponse), ["Payment", "WebhookPayment"]), (typeof(WebhookEcho), ["WebhookEcho"]),
        (typeof(RefundInformation), ["RefundInformation", "RefundInformationText"]), (typeof(SenderDetails), ["SenderDetails"]),
        (typeof(SenderCard), ["SenderCard"]), (typeof(RefundResponse), ["Refund"]), (typeof(PaymentList), ["PaymentList"]),
        (typeof(DeleteTokenResponse), ["Ok"]), (typeof(EventFeed), ["EventFeed"]), (typeof(PaymentStatusChange), ["PaymentStatusChange"]),
        (typeof(ClockResponse), ["Clock"]), (typeof(ErrorResponse), ["MessageError", "CodedError", "FieldErrors"]), (typeof(BooksResponse), ["Books"]),
        (typeof(BooksEntry), ["BooksEntry"]), (typeof(PaymentTimeline), ["PaymentTimeline"]), (typeof(TimelineEntry), ["TimelineEntry"]),
        (typeof(DisputeResponse), ["Dispute"]), (typeof(EvidenceEcho), ["EvidenceEcho"]), (typeof(DisputeList), ["DisputeList"]),
        (typeof(EvidenceRequest), ["EvidenceRequest"]), (typeof(BalanceList), ["BalanceList"]), (typeof(Balance), ["Balance"]), (typeof(BalanceEntryList), ["BalanceEntryList"]),
        (typeof(BalanceEntry), ["BalanceEntry"]), (typeof(PayoutList), ["PayoutList"]), (typeof(Payout), ["Payout"]), (typeof(ClosedPayouts), ["ClosedPayouts"]),
        (typeof(WebhookEndpointRequest), ["WebhookEndpointRequest"]), (typeof(WebhookEndpointResponse), ["WebhookEndpoint"]), (typeof(WebhookEndpointList), ["WebhookEndpointList"]),
        (typeof(WebhookTestRequest), ["WebhookTestRequest"]), (typeof(WebhookTestResponse), ["WebhookTest"]), (typeof(WebhookDeliveryResponse), ["WebhookDelivery"]),
        (typeof(WebhookAttempt), ["WebhookAttempt"]), (typeof(WebhookDeliveryList), ["WebhookDeliveryList"]), (typeof(WebhookReplayRequest), ["WebhookReplayRequest"]),
        (typeof(WebhookReplayResponse), ["WebhookReplay"]), (typeof(WebhookSecretRotationRequest), ["WebhookSecretRotationRequest"]),
        (typeof(WebhookSecretRotationResponse), ["WebhookSecretRotation"]), (typeof(BooksCredential), ["BooksCredential"]), (typeof(SettingsResponse), ["Settings"]),
        (typeof(AuthenticationSettings), ["AuthenticationSettings"]), (typeof(FraudQuarter), ["FraudQuarter"]), (typeof(FeeSettings), ["FeeSettings"]),
        (typeof(WebhookSettings), ["WebhookSettings"]), (typeof(RegisterAppRequest), ["RegisterAppRequest"]), (typeof(RegisteredApp), ["RegisteredApp"]),
    ];

    // A filter is a query, whose parameters the description lists one by one.
    private static readonly (Type Filter, string Path)[] Filters =
    [
        (typeof(PaymentFilter), "/api/v2/cards/payments"), (typeof(DisputeFilter), "/api/v2/cards/disputes"), (typeof(WebhookDeliveryFilter), "/api/v2/webhooks/deliveries"),
    ];

    private static readonly JsonNode Schemas = JsonNode.Parse(ApiReference.Description)!["components"]!["schemas"]!;

    [Fact]
    public void Every_schema_has_the_fields_of_its_record_in_their_order()
    {
        foreach (var (record, schemas) in Pairs)
        {
            foreach (var schema in schemas)
            {
                Assert.Equal((schema, string.Join(' ', FieldsOf(record))), (schema, string.Join(' ', PropertiesOf(schema))));
            }
        }

        // What is either of two objects in the description is one record, of which the other's fields are left out.
        Assert.Equal(FieldsOf(typeof(PayCode)), PropertiesOf("Challenge").Concat(PropertiesOf("PaymentFailure")));
    }

    [Fact]
    public void Required_are_the_fields_without_which_a_record_cannot_be_made()
    {
        foreach (var (record, schemas) in Pairs.Where(p => p.Record.Name.EndsWith("Request", StringComparison.Ordinal) || p.Record == typeof(BillingAddress) || p.Record == typeof(CardInfo)))
        {
            var required = record.GetProperties().Where(p => p.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null).Select(NameOf);
            var described = Schemas[schemas[0]]!["required"]?.AsArray().Select(n => (string)n!) ?? [];
            Assert.Equal(
                (record.Name, string.Join(' ', required.Order(StringComparer.Ordinal))), (record.Name, string.Join(' ', described.Order(StringComparer.Ordinal))));
        }
    }

    [Fact]
    public void Every_enumeration_has_the_values_of_its_type()
    {
        foreach (var type in new[]
        {
            typeof(PaymentStatus), typeof(PaymentType), typeof(ChargeReason), typeof(SimulatedEvent), typeof(SandboxFault), typeof(SandboxMessage),
            typeof(TimelineEntryType), typeof(DisputeStatus), typeof(EvidenceCategory),
            typeof(BalanceAccount), typeof(BalanceEntryKind), typeof(WebhookEndpointKind), typeof(WebhookDeliveryState), typeof(WebhookReplayState), typeof(AppScope),
            typeof(AuthenticationPolicy), typeof(PolicyReason), typeof(WhenAuthenticationUnavailable), typeof(WebhookMoney),
        })
        {
            var described = Schemas[type.Name]!["enum"]!.AsArray().Select(n => (string)n!);
            Assert.Equal((type.Name, string.Join(' ', Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))), (type.Name, string.Join(' ', described)));
        }
    }

    [Fact]
    public void No_record_and_no_object_is_left_out()
    {
        var records = typeof(PaymentResponse).Assembly.GetExportedTypes()
            .Where(t => t.Namespace == typeof(PaymentResponse).Namespace && t.GetMethod("<Clone>$") is not null && Filters.All(f => f.Filter != t));
        Assert.Equal(Pairs.Select(p => p.Record).Append(typeof(PayCode)).Select(t => t.Name).Order(StringComparer.Ordinal), records.Select(t => t.Name).Order(StringComparer.Ordinal));

        var objects = Schemas.AsObject().Where(s => (string?)s.Value!["type"] == "object").Select(s => s.Key);
        Assert.Equal(
            Pairs.SelectMany(p => p.Schemas).Concat(["Challenge", "PaymentFailure"]).Order(StringComparer.Ordinal), objects.Order(StringComparer.Ordinal));

        var paths = JsonNode.Parse(ApiReference.Description)!["paths"]!;
        foreach (var (filter, path) in Filters)
        {
            Assert.Equal(FieldsOf(filter), paths[path]!["get"]!["parameters"]!.AsArray().Select(p => (string)p!["name"]!));
        }
    }

    private static IEnumerable<string> PropertiesOf(string schema) => Schemas[schema]!["properties"]!.AsObject().Select(p => p.Key);

    private static IEnumerable<string> FieldsOf(Type record) => record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is not { Condition: JsonIgnoreCondition.Always })
        .Select(NameOf);

    private static string NameOf(PropertyInfo property) =>
        property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
