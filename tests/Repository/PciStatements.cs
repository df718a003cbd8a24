using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tollgate.Repository;

/// <summary>The page on PCI DSS and the tests that show it say the same.</summary>
public partial class PciStatements
{
    private const string Page = "docs/operate/pci.md";

    [Fact]
    public void Every_test_that_the_page_names_exists()
    {
        var tests = Tests().Select(t => t.Name).ToHashSet();
        Border.Holds($"{Page} names tests that are there.", Names(Comments().Replace(Tree.Text(Page), string.Empty)).Where(n => !tests.Contains(n)));
    }

    [Fact]
    public void Every_test_of_a_statement_is_on_the_page()
    {
        var named = Names(Tree.Text(Page)).ToHashSet();
        Border.Holds($"{Page} names every test of a statement.", Tests().Where(t => !named.Contains(t.Name)).Select(t => $"{t.At}: {t.Name}"));
    }

    [Fact]
    public void Every_statement_has_its_section_and_its_tests_are_in_it()
    {
        var sections = Sections().Matches(Tree.Text(Page)).ToDictionary(s => int.Parse(s.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), s => s.Groups[2].Value);
        Assert.Equal(Enumerable.Range(1, 32), sections.Keys.Order());
        Border.Holds("A test stands in the section of the statement that it is named after.",
            from section in sections
            from name in Names(section.Value)
            where !name.StartsWith($"P{section.Key}_", StringComparison.Ordinal)
            select $"P{section.Key}: {name}");
    }

    private static IEnumerable<(string Name, string At)> Tests() =>
        from source in Tree.SourcesUnder("tests")
        from method in source.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
        where Name().IsMatch(method.Identifier.Text) && method.AttributeLists.Count > 0
        select (method.Identifier.Text, source.At(method));

    private static IEnumerable<string> Names(string text) => Name().Matches(text).Select(n => n.Value).Distinct();

    [GeneratedRegex(@"\bP[0-9]{1,2}_\w+")]
    private static partial Regex Name();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^## P([0-9]+):(.*?)(?=^## |\z)", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Sections();
}
