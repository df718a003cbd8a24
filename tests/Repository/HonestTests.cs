using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tollgate.Repository;

/// <summary>A test runs, can fail, and waits for what it waits for.</summary>
public class HonestTests
{
    private static readonly string[] SwitchesATestOff = ["Skip", "SkipWhen", "SkipUnless", "SkipType", "SkipExceptions", "SkipTestWithoutData", "Explicit"];

    // A fixed wait makes a test slow or flaky. A test whose subject is the passing of real time goes here, with its reason.
    private static readonly (string Path, string Reason)[] MayWait = [];

    [Fact]
    public void No_test_is_skipped() => Border.Holds("A test that does not run proves nothing.",
        (from source in Tree.SourcesUnder("tests")
         from argument in source.Root.DescendantNodes().OfType<AttributeArgumentSyntax>()
         where SwitchesATestOff.Contains(argument.NameEquals?.Name.Identifier.Text)
         select source.At(argument))
        .Concat(
         from source in Tree.SourcesUnder("tests")
         from call in source.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
         where call.Expression.ToString() is "Assert" or "Xunit.Assert" && call.Name.Identifier.Text.StartsWith("Skip", StringComparison.Ordinal)
         select source.At(call)));

    [Fact]
    public void No_test_asserts_what_is_always_true() => Border.Holds("An assertion of a constant cannot fail.",
        from source in Tree.SourcesUnder("tests")
        from call in source.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        where call.Expression.ToString() is "Assert.True" or "Assert.False" && call.ArgumentList.Arguments.Count > 0
        where call.ArgumentList.Arguments[0].Expression.Kind() is SyntaxKind.TrueLiteralExpression or SyntaxKind.FalseLiteralExpression
        select source.At(call));

    [Fact]
    public void No_test_waits_by_the_clock() => Border.Holds("A test waits for an event, or moves the clock.",
        from source in Tree.SourcesUnder("tests")
        where !MayWait.Any(m => m.Path == source.Path)
        from call in source.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let called = call.Expression.ToString()
        where called.EndsWith("Thread.Sleep", StringComparison.Ordinal) || called.EndsWith("Task.Delay", StringComparison.Ordinal)
        select $"{source.At(call)}: {called}");

    [Fact]
    public void No_code_of_a_test_is_compiled_away() => Border.Holds("A test behind a directive runs for somebody else only.",
        from source in Tree.SourcesUnder("tests")
        where source.Root.DescendantTrivia().Any(t => t.IsKind(SyntaxKind.IfDirectiveTrivia))
        select source.Path);
}
