using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

/// <summary>A message of a certified server, from the folder Vectors, with the request that it answers if that is there too.</summary>
public sealed record Vector(string Name, byte[] Utf8)
{
    public static IReadOnlyList<Vector> All { get; } = Load();

    public static TheoryData<string> Names => [.. All.Select(v => v.Name)];

    public static Gen<Vector> Any { get; } = Gen.Int[0, All.Count - 1].Select(i => All[i]);

    public JsonObject Document => JsonNode.Parse(Utf8)!.AsObject();

    public static Vector Named(string name) => All.Single(v => v.Name == name);

    public MessageReading Read() => Read(Utf8);

    /// <summary>Reads something that was made of the vector, as whoever got the vector would.</summary>
    public MessageReading Read(JsonObject document) => Read(Of(document));

    public MessageReading Read(byte[] utf8) => MessageReader.Read(utf8, Expectation());

    public MessageExpectation Expectation() => new()
    {
        Types = (MessageTypes)0x1ff,
        Component = Component.Server,
        Request = FindRequest()?.Message as AuthenticationRequest,
    };

    /// <summary>The document with something else as an element's value, as text: it may be what no JSON library would write.</summary>
    public byte[] With(string element, string json) =>
        Encoding.UTF8.GetBytes($"{{{string.Join(',', Document.Select(e => $"\"{e.Key}\":{(e.Key == element ? json : e.Value!.ToJsonString())}"))}}}");

    public override string ToString() => Name;

    internal static byte[] Of(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node);

    private MessageReading? FindRequest()
    {
        var name = Name[..Name.LastIndexOf('-')] + "-areq";
        return name != Name && All.FirstOrDefault(v => v.Name == name) is { } request ? request.Read() : null;
    }

    private static List<Vector> Load()
    {
        var assembly = typeof(Vector).Assembly;
        var vectors = new List<Vector>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            vectors.Add(new(name[..^".json".Length], bytes));
        }

        return vectors;
    }
}
