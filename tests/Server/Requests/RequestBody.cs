using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tollgate.Client.Contract;
using Tollgate.Core.Cards;
using static Tollgate.Server.Tests.House.Requests;

namespace Tollgate.Server.Tests;

/// <summary>
/// A request's body, of which a test changes single fields to whatever it likes: the value is written as it stands, so that it may be what no
/// serialiser would write.
/// </summary>
internal sealed class RequestBody
{
    private readonly JsonObject root;
    private readonly List<(string Marker, string Raw)> raws = [];

    private RequestBody(string json) => root = JsonNode.Parse(json)!.AsObject();

    public static RequestBody Of(string json) => new(json);

    /// <summary>A charge that passes, with everything that is optional left out.</summary>
    public static RequestBody Charging(string number = "4242424242424242") =>
        new(JsonSerializer.Serialize(Charge(number), RequestJson.Default.ChargeRequest));

    /// <summary>A payment by token that passes.</summary>
    public static RequestBody Paying(string token) => new(JsonSerializer.Serialize(Token(token), RequestJson.Default.CreatePaymentRequest));

    /// <summary>Puts a value in place of the one at a dotted path, as it stands; none at all takes the field out.</summary>
    public RequestBody With(string path, string? raw)
    {
        var names = path.Split('.');
        var parent = root;
        foreach (var name in names[..^1])
        {
            parent[name] ??= new JsonObject();
            parent = parent[name]!.AsObject();
        }

        parent.Remove(names[^1]);
        if (raw is not null)
        {
            var marker = $"@@{raws.Count}@@";
            parent[names[^1]] = marker;
            raws.Add(($"\"{marker}\"", raw));
        }

        return this;
    }

    public override string ToString() => raws.Aggregate(root.ToJsonString(), (json, r) => json.Replace(r.Marker, r.Raw, StringComparison.Ordinal));

    /// <summary>A number with the right check digit, made when it is needed: the tree holds none but the published ones.</summary>
    public static string CardNumber(string prefix, int length)
    {
        var start = prefix.PadRight(length - 1, '0');
        return Enumerable.Range(0, 10).Select(d => start + d.ToString(CultureInfo.InvariantCulture)).First(n => Luhn.IsValid(n));
    }
}
