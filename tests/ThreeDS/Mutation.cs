using System.Text;

namespace Tollgate.ThreeDS.Tests;

/// <summary>Makes a message out of a vector by changing it, or out of nothing.</summary>
internal sealed class Mutation(Random random)
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e999", "123456789012345678901234567890", "\"\"", "\"0\"", "\"01\"", "\"99\"", "\"Y\"", "\"C\"", "\"2.1.0\"", "\"2.2.0\"", "\"2.3.1\"",
        "\"2.0.0\"", "[]", "{}", "[[]]", "[{}]", "[null]", "{\"a\":{}}", "\"\\ud800\"", "\"\\u0000\"", "\"\\udbff\\udfff\"", "\"https://a.example\"", "\"0000000000001006\"",
        "[{\"name\":\"a\",\"id\":\"A-known\",\"criticalityIndicator\":true,\"data\":{\"a\":1}}]", "[{\"name\":\"a\",\"id\":\"A-other\",\"criticalityIndicator\":true,\"data\":{}}]",
        "[{\"name\":\"a\",\"id\":\"b\",\"criticalityIndicator\":false,\"data\":{\"a\":[1,{}]},\"id\":\"c\"}]", "[{\"startRange\":\"4012000000001000\",\"endRange\":\"1\"}]",
    ];

    private static readonly string[] Names =
    [
        .. Tables.All.SelectMany(t => t.Fields).Select(f => f.Name).Distinct(), "", "unheardOf", "\\u006dessageType", "\\ud800", "0000000000001006", "messagetype",
    ];

    private static readonly (string Name, string Json)[][] Vectors = [.. Vector.All.Select(v => v.Document.Select(e => (e.Key, e.Value!.ToJsonString())).ToArray())];

    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", ":", ",", "\\", "\\u", "\\ud83d", "null", "true", "1", " ", "\n", "\0", "/*", "\uFEFF", "é", "😀"];

    /// <summary>The bytes, and the place of the vector that they are most like.</summary>
    public (byte[] Utf8, int Vector) Next()
    {
        var place = random.Next(Vector.All.Count);
        return (random.Next(8) switch
        {
            0 => Bytes(Vector.All[place].Utf8),
            1 => Encoding.UTF8.GetBytes(Document(3)),
            2 => Noise(),
            _ => Encoding.UTF8.GetBytes(Elements([.. Vectors[place]])),
        }, place);
    }

    private string Elements(List<(string Name, string Json)> elements)
    {
        for (var changes = random.Next(4); changes > 0 && elements.Count > 0; changes--)
        {
            var at = random.Next(elements.Count);
            switch (random.Next(7))
            {
                case 0:
                    elements.RemoveAt(at);
                    break;
                case 1:
                    elements[at] = (elements[at].Name, Value());
                    break;
                case 2:
                    elements.Insert(random.Next(elements.Count), (Name(), Value()));
                    break;
                case 3:
                    elements.Insert(random.Next(elements.Count), elements[at]);
                    break;
                case 4:
                    elements.RemoveAll(e => e.Name == "messageExtension");
                    elements.Add(("messageExtension", Values[^random.Next(2, 5)]));
                    break;
                case 5:
                    elements[at] = (elements[at].Name, Inside(elements[at].Json));
                    break;
                default:
                    elements[at] = (elements[at].Name, elements[random.Next(elements.Count)].Json);
                    break;
            }
        }

        return $"{{{string.Join(',', elements.Select(e => $"\"{e.Name}\":{e.Json}"))}}}";
    }

    // Something put in, taken out or doubled within one value, so that objects in the message are changed too.
    private string Inside(string json)
    {
        var at = random.Next(json.Length + 1);
        var end = Math.Min(json.Length, at + random.Next(12));
        return random.Next(4) switch
        {
            0 => json.Insert(at, Pieces[random.Next(Pieces.Length)]),
            1 => json.Remove(at, end - at),
            2 => json.Insert(at, json[at..end]),
            _ => json.Replace("\":", $"\":{Value()},\"{Name()}\":", StringComparison.Ordinal),
        };
    }

    private byte[] Bytes(byte[] utf8)
    {
        for (var changes = random.Next(1, 6); changes > 0 && utf8.Length > 0; changes--)
        {
            var at = random.Next(utf8.Length);
            var length = Math.Min(random.Next(64), utf8.Length - at);
            utf8 = random.Next(5) switch
            {
                0 => [.. utf8[..at], (byte)random.Next(256), .. utf8[(at + 1)..]],
                1 => [.. utf8[..at], .. utf8[(at + length)..]],
                2 => [.. utf8[..at], .. utf8.AsSpan(random.Next(utf8.Length - length), length), .. utf8[at..]],
                3 => [.. utf8[..at], .. Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]), .. utf8[at..]],
                _ => random.Next(10) == 0 ? utf8[..at] : [.. utf8[..at], (byte)(utf8[at] ^ (1 << random.Next(8))), .. utf8[(at + 1)..]],
            };
        }

        return utf8;
    }

    private string Document(int depth)
    {
        var text = new StringBuilder("{");
        if (random.Next(10) > 0)
        {
            text.Append("\"messageType\":\"").Append(Tables.All[random.Next(Tables.All.Length)].Name).Append("\",\"messageVersion\":\"")
                .Append(ProtocolVersion.Known[random.Next(3)]).Append("\",");
        }

        for (var elements = random.Next(12); elements > 0; elements--)
        {
            text.Append('"').Append(Name()).Append("\":").Append(depth > 0 && random.Next(4) == 0 ? Document(depth - 1) : Value()).Append(',');
        }

        return text.Append("\"end\":").Append(random.Next(200) == 0 ? new string('[', 200) : "1").Append('}').ToString();
    }

    private byte[] Noise()
    {
        if (random.Next(2) == 0)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            return bytes;
        }

        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(Pieces.Length)])));
    }

    private string Name() => Names[random.Next(Names.Length)];

    private string Value() => random.Next(40) == 0 ? $"\"{new string('x', random.Next(70_000))}\"" : Values[random.Next(Values.Length)];
}
