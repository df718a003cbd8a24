using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tollgate.Repository;

public class Seams
{
    private const string SandboxAcquirer = "src/Server/Acquirers/Sandbox";

    // A pretend issuer in production gives goods away: Sandbox is chosen at start, and behind the acquirer's interface it is any acquirer.
    private static readonly string[] MayNameSandbox = [SandboxAcquirer + "/", "src/Server/Program.cs", "src/Server/TollgateServer.cs"];

    // PCI scope is what can see a card number. Reveal is the one method by which CardNumber and CardVerificationCode give up their digits.
    private static readonly string[] MayRevealACard =
    [
        "src/Core/Cards/",                    // where the method is
        "src/Vault/",                         // seals what it reveals
        "src/Server/Payments/ChargeCard.cs",  // parses the card out of the charge request
        "src/Server/Acquirers/",              // sends it to the acquirer
        "src/Server/Authentication/AuthenticationRequestComposer.cs", // sends it to the scheme's directory server
        "src/Server/Authentication/CardRanges.cs", // finds the range that it is in
        "src/Sandbox/",                       // the far end, which received it
    ];

    [Fact]
    public void Sandbox_is_named_only_where_it_is_chosen() => Border.Holds($"Tollgate.Sandbox is named only in {string.Join(", ", MayNameSandbox)}.",
        from source in Tree.SourcesUnder("src/Server")
        where !IsOneOf(source.Path, MayNameSandbox)
        from name in source.QualifiedNames
        where NamesSandbox(name)
        select $"{source.At(name)}: {name}");

    [Fact]
    public void Sandbox_is_not_imported_for_the_whole_server() => Border.Holds("A global using would put Sandbox within everybody's reach.",
        (from source in Tree.SourcesUnder("src/Server")
         from directive in source.Root.Usings
         where directive.GlobalKeyword.Text.Length > 0 && NamesSandbox(directive.Name!)
         select source.At(directive))
        .Concat(Tree.Projects.Where(p => Tree.Under(p, "src/Server") && Tree.Text(p).Contains("<Using Include=\"Tollgate.Sandbox", StringComparison.Ordinal))));

    [Fact]
    public void P5_a_card_is_revealed_only_to_the_vault_the_charge_and_the_acquirer() => Border.Holds($"Reveal is called only in {string.Join(", ", MayRevealACard)}.",
        from source in Tree.SourcesUnder("src")
        where !IsOneOf(source.Path, MayRevealACard)
        from name in source.Identifiers
        where name.Text == "Reveal"
        select source.At(name));

    [Fact]
    public void An_acquirer_chooses_no_status() => Border.Holds("An acquirer answers with an outcome; the decider makes a status of it.",
        from source in Tree.SourcesUnder("src/Server/Acquirers")
        where !source.Path.StartsWith(SandboxAcquirer + "/Simulate", StringComparison.Ordinal) // simulate answers the merchant with the payment, status and all
        from name in source.Identifiers
        where name.Text == "PaymentStatus"
        select source.At(name));

    private static bool IsOneOf(string path, string[] allowed) =>
        allowed.Any(a => a.EndsWith('/') ? path.StartsWith(a, StringComparison.Ordinal) : path == a);

    // Inside the namespace Tollgate.Server the compiler finds Tollgate.Sandbox under the name Sandbox too.
    private static bool NamesSandbox(SyntaxNode name)
    {
        var text = name.ToString().Replace("global::", "", StringComparison.Ordinal);
        return text == "Tollgate.Sandbox" || text.StartsWith("Tollgate.Sandbox.", StringComparison.Ordinal)
            || (name is QualifiedNameSyntax && text.StartsWith("Sandbox.", StringComparison.Ordinal));
    }
}
