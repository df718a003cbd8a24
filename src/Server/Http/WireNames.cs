using System.Collections.Frozen;
using System.Text.Json;

namespace Tollgate.Server.Http;

/// <summary>The names of enumerations on the wire: lower case with underscores.</summary>
internal static class WireNames
{
    public static bool TryParse<T>(string text, out T value)
        where T : struct, Enum => Names<T>.ByText.TryGetValue(text, out value);

    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>A type's or a member's name as the wire spells it.</summary>
    public static string Spell(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().ToFrozenDictionary(v => v, v => Spell(v.ToString()));

        public static readonly FrozenDictionary<string, T> ByText = ByValue.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}
