using System.Globalization;
using System.Text.Encodings.Web;

namespace Tollgate.Shop;

/// <summary>HTML that is safe to send. What is put into it is encoded unless it is HTML already, so that forgetting to encode is not possible.</summary>
internal readonly record struct Markup(string Html)
{
    public static Markup Of(FormattableString page)
    {
        var parts = page.GetArguments().Select(part => part is Markup markup ? markup.Html : HtmlEncoder.Default.Encode(Text(part)));
        return new(string.Format(CultureInfo.InvariantCulture, page.Format, [.. parts]));
    }

    public static Markup Join(IEnumerable<Markup> parts) => new(string.Join('\n', parts.Select(part => part.Html)));

    private static string Text(object? part) => Convert.ToString(part, CultureInfo.InvariantCulture) ?? string.Empty;
}
