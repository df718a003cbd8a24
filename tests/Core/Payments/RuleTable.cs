using System.Text.Json;
using Tollgate.Core.Payments;

namespace Tollgate.Core.Tests.Payments;

/// <summary>One line of a table of rules: in this state, asked this, that happens and the status is then this; or it is refused for this reason.</summary>
internal sealed record Rule(string State, string Command, string Expected)
{
    /// <summary>Reads a table: a line of three columns is a rule, a line that begins with # tells the story.</summary>
    public static IEnumerable<Rule> Read(string table) =>
        from line in table.Split('\n')
        let text = line.Trim()
        where text.Length > 0 && text[0] != '#'
        let columns = text.Split('|', StringSplitOptions.TrimEntries)
        select columns.Length == 3 ? new Rule(columns[0], columns[1], columns[2]) : throw new FormatException($"Three columns, please: {text}");

    /// <summary>What really happens, in the words of the third column.</summary>
    public string Happens()
    {
        var (story, decision) = Decide();
        return decision.Refusal is { } refusal
            ? $"refused: {refusal}"
            : $"{decision.Event!.GetType().Name} → {Word(story.After(decision.Event).Payment.Status)}";
    }

    public (Story Story, Decision Decision) Decide()
    {
        var story = Story.At(State);
        return (story, PaymentDecider.Decide(story.Payment, story.Command(Command)));
    }

    public override string ToString() => $"{State} | {Command} | {Expected}";

    private static string Word(PaymentStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
