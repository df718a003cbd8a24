using System.Globalization;
using System.Text;

namespace Tollgate.ThreeDS.Tests;

/// <summary>Random and mutated messages: whatever comes, it is a message or it has its error. TOLLGATE_THREEDS_FUZZ says how many, TOLLGATE_THREEDS_SEED which.</summary>
public class Fuzz(ITestOutputHelper output)
{
    private const int Usual = 25_000;

    private static readonly string[] Codes =
    [
        ErrorCode.InvalidMessage, ErrorCode.VersionNotSupported, ErrorCode.ElementMissing, ErrorCode.CriticalExtension, ErrorCode.InvalidFormat, ErrorCode.DuplicateElement,
    ];

    [Fact]
    public void Whatever_comes_is_a_message_or_has_its_error_and_nothing_is_thrown()
    {
        var seed = Number("TOLLGATE_THREEDS_SEED", 20261123);
        var count = Number("TOLLGATE_THREEDS_FUZZ", Usual);
        output.WriteLine($"seed {seed}, {count} messages");
        var seen = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var expectations = Vector.All.Select(v => v.Expectation()).ToArray();
        for (var i = 0; i < count; i++)
        {
            // Each message has its own random numbers, so that one which fails is seen again by itself.
            var mutation = new Mutation(new Random(unchecked(seed + (i * 7919))));
            var (utf8, vector) = mutation.Next();
            var expected = expectations[vector] with { Extensions = i % 3 == 0 ? ["A-known"] : [] };
            try
            {
                var outcome = Try(utf8, expected);
                seen[outcome] = seen.GetValueOrDefault(outcome) + 1;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Seed {seed}, message {i}: {Encoding.UTF8.GetString(utf8)}", e);
            }
        }

        foreach (var (outcome, times) in seen)
        {
            output.WriteLine($"{outcome}: {times}");
        }

        // A fuzzer that never got past the first check, or never into one, would prove nothing.
        Assert.All(Codes, code => Assert.Contains(code, seen.Keys));
        Assert.All(Enum.GetNames<MessageTypes>().Skip(1), type => Assert.Contains(type, seen.Keys));
    }

    private static string Try(byte[] utf8, MessageExpectation expected)
    {
        var (message, error) = MessageReader.Read(utf8, expected);
        if (message is null)
        {
            Assert.Null(MessageValidator.Validate(error!, expected.Component));
            var told = MessageReader.Read(MessageWriter.Write(error!), new() { Types = MessageTypes.Erro, Component = Component.DirectoryServer });
            Assert.Equal(error, told.Message);
            Assert.NotEmpty(error!.ToString());
            return error.ErrorCode;
        }

        Assert.Null(error);
        Assert.Null(MessageValidator.Validate(message, expected.Component, expected.Request));
        Assert.Equal(message, MessageReader.Read(MessageWriter.Write(message), expected).Message);
        Assert.NotEmpty(message.ToString());
        return message.Type.ToString();
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
