using System.Globalization;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Mail;

/// <summary>A secret that settings need and never hold: they name the environment's variable or the file in which it is.</summary>
internal static class SettingsSecret
{
    /// <summary>Gives the secret when it is needed; null: the settings name none.</summary>
    /// <param name="folder">From which a relative path goes.</param>
    /// <param name="name">Of the fields, such as password for password_env and password_file.</param>
    /// <param name="fail">Makes what is thrown where the secret is not to be had.</param>
    public static Func<string>? Read(YamlMap map, string folder, string name, Func<string, Exception?, Exception> fail)
    {
        var (variable, file) = (map.TextOrNull($"{name}_env"), map.TextOrNull($"{name}_file"));
        if (variable is not null && file is not null) map.Report($"{name}_file", $"give either {name}_env or {name}_file");
        var place = $"{map.Source}, line {map.LineOf(variable is null ? $"{name}_file" : $"{name}_env").ToString(CultureInfo.InvariantCulture)}";
        if (variable is not null)
            return () => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
                ? value : throw fail($"the environment has no {variable}, from which {place} takes the {name}", null);
        if (file is null) return null;
        return () =>
        {
            try { return File.ReadAllText(Path.Combine(folder, file)).TrimEnd('\r', '\n'); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw fail($"{place} takes the {name} from a file that can't be read: {e.Message}", e);
            }
        };
    }
}
