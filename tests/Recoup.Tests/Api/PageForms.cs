using System.Net;
using System.Text.RegularExpressions;

namespace Recoup.Tests.Api;

/// <summary>Forms of the pages, filled without a browser.</summary>
internal static class PageForms
{
    /// <summary>Fills the form of that name as a browser does, with what it shows where nothing else is given; gives the page that follows.</summary>
    public static async Task<string> Submit(HttpClient http, string page, string form, params (string Name, string Value)[] entered)
    {
        var shown = Regex.Match(await http.GetStringAsync(page), $"<form[^>]*>(?:(?!</form>).)*?name=\"_handler\" value=\"{form}\"(?:(?!</form>).)*</form>",
            RegexOptions.Singleline).Value;
        shown.ShouldNotBeEmpty($"{page} has no form {form}");
        var fields = Regex.Matches(shown, "<(?:input|select)[^>]* name=\"([^\"]+)\"(?:[^>]* value=\"([^\"]*)\")?")
            .ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        foreach (var (name, value) in entered)
        {
            fields.ShouldContainKey(name);
            fields[name] = value;
        }
        return await (await http.PostAsync(page, new FormUrlEncodedContent(fields))).Content.ReadAsStringAsync();
    }
}
