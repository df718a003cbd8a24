using System.Text;

namespace Tollgate.ThreeDS;

/// <summary>What is wrong with a message: the names of elements, never their values.</summary>
internal sealed class Findings
{
    /// <summary>Nobody reads more; a list of card ranges could have a hundred thousand.</summary>
    private const int MostNames = 32;

    private List<string>? duplicate;
    private List<string>? missing;
    private List<string>? critical;
    private List<string>? wrong;

    public bool IsEmpty => duplicate is null && missing is null && critical is null && wrong is null;

    public void Duplicate(string? path, string name) => Add(ref duplicate, path, Printable(name));

    public void Missing(string? path, string name) => Add(ref missing, path, name);

    public void Critical(string identifier) => Add(ref critical, null, Printable(identifier));

    public void Wrong(string? path, string name) => Add(ref wrong, path, name);

    /// <summary>The error code of the first kind of finding there is, and the names of all that are of that kind. EMV 3DS 2.2.0, 5.1.</summary>
    public (string Code, string Detail) Worst() => this switch
    {
        { duplicate: { } names } => (ErrorCode.DuplicateElement, string.Join(", ", names)),
        { missing: { } names } => (ErrorCode.ElementMissing, string.Join(", ", names)),
        { critical: { } names } => (ErrorCode.CriticalExtension, string.Join(", ", names)),
        { wrong: { } names } => (ErrorCode.InvalidFormat, string.Join(", ", names)),
        _ => throw new InvalidOperationException("There is no finding."),
    };

    // A name that is not ours was chosen by somebody who may have put a card number in it.
    private static string Printable(string name)
    {
        var text = new StringBuilder();
        var digits = 0;
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, 64)))
        {
            digits = char.IsAsciiDigit(c) ? digits + 1 : char.IsAsciiLetter(c) ? 0 : digits;
            if (digits > 12)
            {
                return "***";
            }

            text.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '/' ? c : '?');
        }

        return text.Length == 0 ? "an element without a name" : text.ToString();
    }

    private static void Add(ref List<string>? names, string? path, string name)
    {
        names ??= [];
        if (names.Count < MostNames)
        {
            var full = path is null ? name : $"{path}.{name}";
            if (!names.Contains(full))
            {
                names.Add(full);
            }
        }
    }
}
