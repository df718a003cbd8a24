using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tollgate.Repository;

/// <summary>One C# file, parsed: a word in a comment or in a string is not a use of what it names.</summary>
internal sealed record Source(string Path, CompilationUnitSyntax Root)
{
    public static Source Parse(string path) => new(path, (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(Tree.Text(path)).GetRoot());

    public IEnumerable<SyntaxToken> Identifiers => Root.DescendantTokens().Where(t => t.IsKind(SyntaxKind.IdentifierToken));

    public IEnumerable<BaseTypeDeclarationSyntax> Types => Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>();

    /// <summary>Every type and delegate the file declares.</summary>
    public IEnumerable<SyntaxToken> DeclaredNames =>
        Types.Select(t => t.Identifier).Concat(Root.DescendantNodes().OfType<DelegateDeclarationSyntax>().Select(d => d.Identifier));

    /// <summary>Every name with a dot in it, and the name of every using directive: <c>System.IO</c>, <c>Tollgate.Sandbox.Issuer</c>.</summary>
    public IEnumerable<SyntaxNode> QualifiedNames => Root.DescendantNodes().Where(n =>
        n is QualifiedNameSyntax or MemberAccessExpressionSyntax || (n is NameSyntax && n.Parent is UsingDirectiveSyntax));

    /// <summary>
    /// Every string the file holds, as the program sees it. Strings that are added up are one string, and what is put into a string at run time reads <c>hole</c>,
    /// so that a statement spread over several literals is still seen whole.
    /// </summary>
    public IEnumerable<(SyntaxNode Node, string Value)> Strings =>
        from node in Root.DescendantNodes().OfType<ExpressionSyntax>()
        where IsString(node) || IsSum(node)
        where !node.Ancestors().TakeWhile(a => a is ExpressionSyntax).Any(IsSum)
        let value = Value(node)
        where value != Hole
        select ((SyntaxNode)node, value);

    public string At(SyntaxNode node) => At(node.GetLocation());

    public string At(SyntaxToken token) => At(token.GetLocation());

    private const string Hole = "hole";

    private string At(Location location) => $"{Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";

    private static bool IsSum(SyntaxNode node) => node.IsKind(SyntaxKind.AddExpression);

    private static bool IsString(SyntaxNode node) => node is InterpolatedStringExpressionSyntax
        || node.IsKind(SyntaxKind.StringLiteralExpression) || node.IsKind(SyntaxKind.Utf8StringLiteralExpression);

    private static string Value(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax sum when IsSum(sum) => Value(sum.Left) + Value(sum.Right),
        LiteralExpressionSyntax literal when IsString(literal) => literal.Token.ValueText,
        InterpolatedStringExpressionSyntax text => text.Contents.Aggregate(new StringBuilder(),
            (all, part) => all.Append(part is InterpolatedStringTextSyntax words ? words.TextToken.ValueText : Hole)).ToString(),
        _ => Hole,
    };
}
