using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Tollgate.Server.Authentication;

/// <summary>
/// The sentences of the 3DS page in one language: a file of <c>Languages/</c>, named by its language tag, from a sentence's name to the sentence. A further
/// file is a further language.
/// </summary>
internal sealed class PageLanguage
{
    private const string Folder = "3ds.Languages.";

    private readonly FrozenDictionary<string, string> sentences;

    private PageLanguage(string tag, IReadOnlyDictionary<string, string> sentences)
    {
        Tag = tag;
        this.sentences = sentences.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PageLanguage> All { get; } = [.. ReadAll()];

    /// <summary>The one for whoever speaks none of the others.</summary>
    public static PageLanguage English { get; } = All.Single(language => language.Tag == "en");

    /// <summary>The language tag (BCP 47), as the document's <c>lang</c>.</summary>
    public string Tag { get; }

    /// <summary>The names of its sentences.</summary>
    public IReadOnlyCollection<string> Names => sentences.Keys;

    /// <summary>A sentence.</summary>
    public string this[string name] => sentences[name];

    /// <summary>A sentence with one value put in.</summary>
    public string With(string name, string placeholder, string value) => sentences[name].Replace("{" + placeholder + "}", value, StringComparison.Ordinal);

    /// <summary>The language that a browser likes best of those that there are, by its header <c>Accept-Language</c>.</summary>
    public static PageLanguage For(HttpRequest request)
    {
        if (!StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptLanguage, out var wishes))
        {
            return English;
        }

        // Sorting keeps the order of what is liked alike.
        return wishes
            .Where(wish => wish.Quality is not 0)
            .OrderByDescending(wish => wish.Quality ?? 1)
            .Select(wish => All.FirstOrDefault(language => Speaks(language, wish.Value.ToString())))
            .FirstOrDefault(language => language is not null) ?? English;
    }

    private static bool Speaks(PageLanguage language, string wish) =>
        wish.StartsWith(language.Tag, StringComparison.OrdinalIgnoreCase) && (wish.Length == language.Tag.Length || wish[language.Tag.Length] == '-');

    private static IEnumerable<PageLanguage> ReadAll()
    {
        var assembly = typeof(PageLanguage).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            using var document = JsonDocument.Parse(stream);
            yield return new(
                name[Folder.Length..^".json".Length],
                document.RootElement.EnumerateObject().ToDictionary(sentence => sentence.Name, sentence => sentence.Value.GetString()!, StringComparer.Ordinal));
        }
    }
}
