using System.Net;
using System.Text.RegularExpressions;

namespace Tollgate.Server.Tests.House;

/// <summary>
/// A browser without scripts, cookies or pictures: it sends the forms that it is shown and goes where it is sent, from the 3DS page to the bank's and back, until
/// it is at the shop's door.
/// </summary>
public static partial class PlainBrowser
{
    private const int LongestWay = 2000;

    /// <summary>
    /// Walks from a page: enters the codes at the bank, one after the other, or cancels there with <c>cancel</c>, and stops where there is nothing more to do: at a
    /// redirection to the shop, at a sentence, or before a code that it has not got.
    /// </summary>
    public static async Task<WireAnswer> WalkAsync(HttpClient http, string url, params string[] codes)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var left = new Queue<string>(codes);
        var here = new Uri(url);
        var next = new HttpRequestMessage(HttpMethod.Get, here);
        for (var steps = 0; steps < LongestWay; steps++)
        {
            using var request = next;
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            here = request.RequestUri!;
            var answer = new WireAnswer((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), false, response.Headers.Location);
            if (answer.Location is { } location)
            {
                var there = new Uri(here, location);
                if (there.Query.Contains("external_id=", StringComparison.Ordinal))
                {
                    return answer with { Location = there };
                }

                next = new(HttpMethod.Get, there);
            }
            else if (Submit(answer.Body, here, left) is { } submitted)
            {
                next = submitted;
            }
            else if (Refresh().Match(answer.Body) is { Success: true } refresh)
            {
                await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
                next = new(HttpMethod.Get, new Uri(here, WebUtility.HtmlDecode(refresh.Groups[1].Value)));
            }
            else
            {
                return answer;
            }
        }

        throw new InvalidOperationException($"The way from {url} has not ended after {LongestWay} steps; it is at {here}.");
    }

    /// <summary>The one form that a visitor would send: the 3DS method is for scripts only.</summary>
    private static HttpRequestMessage? Submit(string page, Uri here, Queue<string> codes)
    {
        var form = Forms().Matches(page).FirstOrDefault(form => !form.Groups[1].Value.Contains("target=\"method-frame\"", StringComparison.Ordinal));
        if (form is null)
        {
            return null;
        }

        var fields = Inputs().Matches(form.Groups[2].Value)
            .Select(input => (Name: Attribute(input.Value, "name"), Value: Attribute(input.Value, "value")))
            .Where(field => field.Name.Length > 0)
            .ToDictionary(field => field.Name, field => field.Value, StringComparer.Ordinal);
        if (fields.ContainsKey("code"))
        {
            if (!codes.TryDequeue(out var code))
            {
                return null;
            }

            fields["code"] = code == "cancel" ? string.Empty : code;
            fields["action"] = code == "cancel" ? "cancel" : "confirm";
        }

        return new(HttpMethod.Post, new Uri(here, Attribute(form.Groups[1].Value, "action"))) { Content = new FormUrlEncodedContent(fields) };
    }

    private static string Attribute(string tag, string name) =>
        WebUtility.HtmlDecode(Regex.Match(tag, $"\\s{name}=\"([^\"]*)\"").Groups[1].Value);

    [GeneratedRegex("<form\\b([^>]*)>(.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Forms();

    [GeneratedRegex("<input\\b[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"\\d+;url=([^\"]*)\"")]
    private static partial Regex Refresh();
}
