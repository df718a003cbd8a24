using System.Text.RegularExpressions;

namespace Tollgate.Repository;

/// <summary>One place owns durability and conflicts: only the journal writes, and only Server/Storage knows that there is a database.</summary>
public partial class OneWritePath
{
    private const string Storage = "src/Server/Storage";

    // The statements that change rows or tables belong to the journal and to the migrations that run before it opens.
    private static readonly string[] Writers = [Storage + "/Journal", Storage + "/Migrations"];

    private static readonly string[] DatabaseNamespaces = ["Npgsql", "Microsoft.Data.Sqlite", "Dapper", "System.Data", "SQLitePCL"];

    private static readonly string[] DatabaseTypes =
    [
        "DbConnection", "DbCommand", "DbTransaction", "DbDataReader", "DbDataSource", "DbParameter", "DbException", "IDbConnection", "IDbCommand", "IDbTransaction",
        "SqliteConnection", "SqliteCommand", "SqliteTransaction", "SqliteParameter", "SqliteDataReader", "SqliteException", "SqliteConnectionStringBuilder",
    ];

    [Fact]
    public void Only_Storage_uses_a_database_library() => Border.Holds($"Outside {Storage} there is a journal and there are readers, and no database.",
        from source in Tree.SourcesUnder("src")
        where !Tree.Under(source.Path, Storage)
        from place in
            source.QualifiedNames.Where(n => DatabaseNamespaces.Any(d => n.ToString() == d || n.ToString().StartsWith(d + ".", StringComparison.Ordinal))).Select(n => $"{source.At(n)}: {n}")
            .Concat(source.Identifiers.Where(i => DatabaseTypes.Contains(i.Text) || NpgsqlType().IsMatch(i.Text)).Select(i => $"{source.At(i)}: {i.Text}"))
        select place);

    [Fact]
    public void No_database_library_is_imported_for_a_whole_project() => Border.Holds("A global using carries the library out of Storage.",
        (from source in Tree.SourcesUnder("src")
         from directive in source.Root.Usings
         where directive.GlobalKeyword.Text.Length > 0 && DatabaseNamespaces.Any(d => directive.Name!.ToString().StartsWith(d, StringComparison.Ordinal))
         select source.At(directive))
        .Concat(
         from project in Tree.Projects
         where Tree.Under(project, "src")
         from Match use in UsingItem().Matches(Tree.Text(project))
         where DatabaseNamespaces.Any(d => use.Groups[1].Value.StartsWith(d, StringComparison.Ordinal))
         select $"{project}: {use.Value}"));

    [Fact]
    public void No_SQL_that_writes_is_outside_Storage() => Border.Holds("A write goes through the journal.",
        WritingSql("src").Where(w => !Tree.Under(w.Path, Storage)).Select(w => w.Crossing));

    [Fact]
    public void In_Storage_only_the_journal_and_the_migrations_write()
    {
        Assert.NotEmpty(Tree.SourcesUnder(Storage));
        Border.Holds("A write goes through the journal; readers read.",
            WritingSql(Storage).Where(w => !Writers.Any(writer => w.Path.StartsWith(writer, StringComparison.Ordinal))).Select(w => w.Crossing));
    }

    [Theory]
    [InlineData("INSERT INTO payments VALUES (1)")]
    [InlineData("insert or ignore into payments select 1")]
    [InlineData("UPDATE payments AS p\n   SET version = 2")]
    [InlineData("DELETE FROM outbox WHERE id = 1")]
    [InlineData("CREATE UNIQUE INDEX x ON y (z)")]
    public void These_statements_are_seen_as_writes(string sql) => Assert.Matches(WriteVerb(), sql);

    [Theory]
    [InlineData("SELECT updated_at FROM payments")]
    [InlineData("An update of the payment sets its version.")]
    [InlineData("Delete the token from your books.")]
    public void These_strings_are_not(string text) => Assert.DoesNotMatch(WriteVerb(), text);

    private static IEnumerable<(string Path, string Crossing)> WritingSql(string folder) =>
        (from source in Tree.SourcesUnder(folder)
         from text in source.Strings
         let verb = WriteVerb().Match(text.Value)
         where verb.Success
         select (source.Path, $"{source.At(text.Node)}: {verb.Value}"))
        .Concat(
         from file in Tree.Files
         where Tree.Under(file, folder) && file.EndsWith(".sql", StringComparison.Ordinal)
         let verb = WriteVerb().Match(Tree.Text(file))
         where verb.Success
         select (file, $"{file}: {verb.Value}"));

    [GeneratedRegex("""
        \bINSERT\s+(OR\s+\w+\s+)?INTO\b
        | \bREPLACE\s+INTO\s
        | \bMERGE\s+INTO\s
        | \bUPDATE\s+(OR\s+\w+\s+|ONLY\s+)?["\w.]+(\s+(AS\s+)?\w+)?\s+SET\b
        | \bDELETE\s+FROM\s+["\w.]+(\s+(AS\s+)?\w+)?\s*($|;|\)|WHERE\b|USING\b|RETURNING\b)
        | \bTRUNCATE\s+(TABLE\s+)?["\w.]+\s*($|;)
        | \bCOPY\s+["\w.]+\s*(\([^)]*\)\s*)?FROM\b
        | \b(CREATE|ALTER|DROP)\s+((TEMP|TEMPORARY|UNIQUE|UNLOGGED|VIRTUAL)\s+)*(TABLE|INDEX|SEQUENCE|TRIGGER|VIEW)\s
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex WriteVerb();

    [GeneratedRegex("^Npgsql[A-Z]")]
    private static partial Regex NpgsqlType();

    [GeneratedRegex("<Using\\s+Include=\"([^\"]+)\"")]
    private static partial Regex UsingItem();
}
