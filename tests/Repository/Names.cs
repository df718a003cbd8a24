using System.Text.RegularExpressions;

namespace Tollgate.Repository;

/// <summary>What has no home lacks a name.</summary>
public partial class Names
{
    private static readonly string[] Homeless = ["Common", "Shared", "Helpers", "Utils", "Extensions", "Services", "Models", "Interfaces"];

    // A type whose name somebody else chose goes here, with who chose it.
    private static readonly (string Type, string Reason)[] NamedByOthers =
    [
        ("CardInfo", "the guide's field card_info"),
    ];

    [Fact]
    public void No_folder_is_named_for_having_no_name() => Border.Holds("A folder is an idea of the field.",
        from file in Tree.Files
        let folders = file.Split('/')[..^1]
        from folder in folders
        where Homeless.Contains(folder, StringComparer.OrdinalIgnoreCase)
        select $"{file}: {folder}");

    [Fact]
    public void No_type_is_named_for_having_no_name() => Border.Holds("A type is named for what it is.",
        from source in Tree.SourcesUnder("src")
        from name in source.DeclaredNames
        where EmptyWord().IsMatch(name.Text) && !NamedByOthers.Any(m => m.Type == name.Text)
        select $"{source.At(name)}: {name.Text}");

    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Processor|Service|Base|Impl|Info|Data|Dto|DTO)$")]
    private static partial Regex EmptyWord();
}
