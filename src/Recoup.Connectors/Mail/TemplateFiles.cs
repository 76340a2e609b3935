using Recoup.Core.Events;

namespace Recoup.Connectors.Mail;

/// <summary>A user's templates before they are adopted: which can be used, and all that is wrong with the others.</summary>
public static class TemplateFiles
{
    private const string Folder = "templates/";

    /// <summary>Path within the templates' folder, such as de/final-notice.firm.hbs, and text.</summary>
    public static IEnumerable<(string Path, string Text)> Of(IReadOnlyList<CatalogFile> files) =>
        files.Where(f => f.Path.StartsWith(Folder, StringComparison.Ordinal)).Select(f => (f.Path[Folder.Length..], f.Text));

    /// <summary>
    /// Those of the files that can be used together. One that is wrong is left out, or stands as it was adopted last; so it
    /// harms no other but those that need it.
    /// </summary>
    /// <param name="files">Of which those of the folder templates count.</param>
    /// <param name="adopted">The last good texts.</param>
    /// <param name="wrong">Told of each problem: the path, the line, and what to mend.</param>
    public static IReadOnlyList<CatalogFile> Usable(IReadOnlyList<CatalogFile> files, IReadOnlyList<CatalogFile> adopted, Action<CatalogFile, long,
        string> wrong)
    {
        var own = files.Where(f => f.Path.StartsWith(Folder, StringComparison.Ordinal)).ToDictionary(f => f.Path, StringComparer.Ordinal);
        if (own.Count == 0) return [];
        var texts = TemplateWriter.ShippedFiles().ToDictionary(f => Folder + f.Path, f => f.Text, StringComparer.Ordinal);
        var told = new HashSet<string>(StringComparer.Ordinal);
        // Parts first: what is written with one that is wrong is written with the one before.
        foreach (var file in own.Values.Where(IsPart).OrderBy(f => f.Path, StringComparer.Ordinal).ToList()) Check(file);
        foreach (var file in own.Values.Where(IsPart)) texts[file.Path] = file.Text;
        foreach (var file in own.Values.Where(f => !IsPart(f)).OrderBy(f => f.Path, StringComparer.Ordinal).ToList()) Check(file);
        while (true)
            try
            {
                _ = new TemplateWriter(Of([.. own.Values]));
                return [.. own.Values.OrderBy(f => f.Path, StringComparer.Ordinal)];
            }
            catch (TemplateException e) when (own.TryGetValue(Folder + e.Path, out var file))
            {
                if (told.Add(file.Path)) wrong(file, e.Line, e.Text);
                PutBack(file, orNone: told.Contains("again " + file.Path));
                told.Add("again " + file.Path);
            }

        void Check(CatalogFile file)
        {
            var problems = new List<TemplateException>();
            try
            {
                var (path, language) = (file.Path[Folder.Length..], file.Path[Folder.Length..].Split('/')[0]);
                if (IsPart(file)) TemplateSource.CheckPart(path, file.Text, problems);
                else TemplateSource.Parse(path, file.Text, part => texts.GetValueOrDefault($"{Folder}{language}/_{part}.hbs"), problems);
            }
            catch (TemplateException e) { problems.Add(e); }
            if (problems.Count == 0) return;
            foreach (var problem in problems) wrong(file, problem.Line, problem.Text);
            told.Add(file.Path);
            PutBack(file, orNone: false);
        }

        void PutBack(CatalogFile file, bool orNone)
        {
            own.Remove(file.Path);
            if (!orNone && adopted.FirstOrDefault(f => f.Path == file.Path) is { } good) own[file.Path] = good;
        }
    }

    private static bool IsPart(CatalogFile file) => Path.GetFileName(file.Path).StartsWith('_');
}
