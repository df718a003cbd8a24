using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Tollgate.ThreeDS.Tests;

/// <summary>What belongs to the cardholder is not printed, and is not told in an error.</summary>
public class Secrets
{
    public static TheoryData<string> Names => Vector.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_prints_identifiers_and_codes_and_nothing_else(string name)
    {
        var vector = Vector.Named(name);
        var printed = vector.Read().Message!.ToString();
        foreach (var (element, value) in Leaves(vector.Document))
        {
            // What is in a list is not printed at all.
            var top = vector.Document.ContainsKey(element);
            var open = element.EndsWith("ID", StringComparison.Ordinal) && Guid.TryParse(value, out _);
            if (top && (open || element is "transStatus" or "eci" or "errorCode" or "interactionCounter" or "deviceChannel" or "transStatusReason" || element.EndsWith("Version", StringComparison.Ordinal)))
            {
                Assert.Contains($"{element} = {value}", printed, StringComparison.Ordinal);
            }
            else if (!open && value.Length > 5)
            {
                Assert.DoesNotContain(value, printed, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_value_that_is_not_what_its_format_says_is_not_printed()
    {
        var message = new ResultsResponse { MessageVersion = "0000000000001006", ThreeDSServerTransID = "0000000000001006", DsTransID = "", AcsTransID = "0000000000001006", ResultsStatus = "0000000000001006" };
        Assert.DoesNotContain("1006", message.ToString(), StringComparison.Ordinal);
        Assert.Equal("RRes { messageType = RRes, messageVersion = ***, threeDSServerTransID = ***, dsTransID = ***, acsTransID = ***, resultsStatus = *** }", message.ToString());
    }

    [Fact]
    public void What_was_read_prints_as_little()
    {
        var reading = Vector.Named("visa-3DSS-220-101-areq").Read();
        Assert.Contains("acctNumber = ***", reading.ToString(), StringComparison.Ordinal);
        Assert.Contains("threeDSServerTransID = 228b77c7-b316-4d2b-ad6e-13d0a6474ef4", reading.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0000000000001006", reading.ToString(), StringComparison.Ordinal);
        Assert.Equal("JSON of 7 bytes", JsonFragment.Parse("{\"a\":1}").ToString());
    }

    [Fact]
    public void An_error_names_elements_and_never_tells_a_value() => Gen.Select(Vector.Any, Gen.Int[0, 1000], Gen.Int[0, 4]).Sample((vector, choice, how) =>
    {
        const string Secret = "0000000000001006";
        var document = vector.Document;
        var elements = document.ToList();
        var (name, _) = elements[choice % elements.Count];
        var text = how switch
        {
            0 => Replaced(document, name, Secret),
            1 => Replaced(document, name, new JsonObject { [Secret] = Secret }),
            2 => Replaced(document, name, new JsonArray(Secret)),
            3 => $"{{\"{Secret}\":1,\"{Secret}\":2,{document.ToJsonString()[1..]}",
            _ => Replaced(document, "messageExtension", new JsonArray(Refusals.Extension($"A-{Secret}", true))),
        };
        var (_, error) = vector.Read(Encoding.UTF8.GetBytes(text));
        Assert.DoesNotContain(Secret, error is null ? "" : Encoding.UTF8.GetString(MessageWriter.Write(error)), StringComparison.Ordinal);
    }, iter: 3000, threads: 1);

    private static string Replaced(JsonObject document, string name, JsonNode value)
    {
        document[name] = value;
        return document.ToJsonString();
    }

    private static IEnumerable<(string Name, string Value)> Leaves(JsonNode node) => node switch
    {
        JsonObject inner => inner.SelectMany(e => e.Value is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? [(e.Key, value.GetValue<string>())]
            : e.Value is null ? [] : Leaves(e.Value)),
        JsonArray list => list.SelectMany(e => e is JsonObject ? Leaves(e) : []),
        _ => [],
    };
}
