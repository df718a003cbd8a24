using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tollgate.Repository;

/// <summary>Logs leak: what is secret prints itself masked.</summary>
public partial class Secrets
{
    // A string named like a secret that holds none goes here, with what it holds.
    private static readonly (string Record, string Member, string Reason)[] HoldsNoSecret =
    [
        ("WebhookEcho", "AuthorizationHeader", "what the merchant gets back is the mask itself"),
        ("WebhookEndpointResponse", "AuthorizationHeader", "what the merchant gets back is the mask itself"),
    ];

    [Theory]
    [InlineData("Tollgate.Core.Cards.CardNumber")]
    [InlineData("Tollgate.Core.Cards.CardVerificationCode")]
    public void The_secrets_of_a_card_have_a_type_that_says_how_it_prints(string name)
    {
        var type = Assembly.Load("Tollgate.Core").GetType(name);
        Assert.True(type is not null, $"{name} does not exist.");
        Assert.True(SaysHowItPrints(type), $"{name} leaves ToString to the compiler, which prints everything.");
    }

    [Theory]
    [InlineData("Tollgate.Core")]
    [InlineData("Tollgate.Vault")]
    [InlineData("Tollgate.Client")]
    public void Every_secret_type_says_how_it_prints(string assembly) => Border.Holds("A secret type declares its own ToString.",
        from type in Assembly.Load(assembly).GetTypes()
        where SecretType().IsMatch(type.Name) && HasValues(type) && !SaysHowItPrints(type)
        select type.FullName);

    [Fact]
    public void Every_secret_type_in_the_source_says_how_it_prints() => Border.Holds("A secret type declares its own ToString.",
        from source in Tree.SourcesUnder("src")
        from type in source.Types.OfType<TypeDeclarationSyntax>()
        where type is not InterfaceDeclarationSyntax && !type.Modifiers.Any(m => m.Text == "static")
        where SecretType().IsMatch(type.Identifier.Text) && !Declares(type, "ToString")
        select $"{source.At(type)}: {type.Identifier.Text}");

    [Fact]
    public void A_record_with_a_secret_in_a_string_says_how_it_prints() => Border.Holds("A record prints its members, so one that holds a secret as a string declares ToString or PrintMembers.",
        from source in Tree.SourcesUnder("src")
        from type in source.Types.OfType<RecordDeclarationSyntax>()
        where !Declares(type, "ToString") && !Declares(type, "PrintMembers")
        from member in
            (type.ParameterList?.Parameters.Select(p => (Type: p.Type?.ToString(), Name: p.Identifier.Text)) ?? [])
            .Concat(type.Members.OfType<PropertyDeclarationSyntax>().Select(p => (Type: (string?)p.Type.ToString(), Name: p.Identifier.Text)))
        where member.Type is "string" or "string?" && SecretMember().IsMatch(member.Name)
        where !HoldsNoSecret.Any(h => h.Record == type.Identifier.Text && h.Member == member.Name)
        select $"{source.At(type)}: {type.Identifier.Text}.{member.Name}");

    private static bool Declares(TypeDeclarationSyntax type, string method) => type.Members.OfType<MethodDeclarationSyntax>().Any(m => m.Identifier.Text == method);

    // A record's ToString is the compiler's unless somebody wrote one.
    private static bool SaysHowItPrints(Type type) =>
        type.GetMethod(nameof(ToString), BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly, []) is { } method
        && method.GetCustomAttribute<CompilerGeneratedAttribute>() is null;

    private static bool HasValues(Type type) => !type.IsEnum && !type.IsInterface && !(type.IsAbstract && type.IsSealed);

    // A converter knows how a secret is written on the wire and holds none.
    [GeneratedRegex("^(CardNumber|CardVerificationCode|Secret\\w*(?<!Converter))$")]
    private static partial Regex SecretType();

    [GeneratedRegex("^(CardNumber|Pan|(Card)?(Cvv|Cvc|SecurityCode|VerificationCode)(Number)?|SecretKey|AuthorizationHeader)$")]
    private static partial Regex SecretMember();
}
