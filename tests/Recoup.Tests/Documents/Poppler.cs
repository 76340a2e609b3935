using System.Diagnostics;
using System.Text;

namespace Recoup.Tests.Documents;

/// <summary>Somebody else's reading of a PDF: poppler's tools. Where they are missing the test is skipped, and says so.</summary>
internal static class Poppler
{
    /// <summary>The text page by page, as it stands on the page.</summary>
    public static string Text(byte[] pdf) => Run("pdftotext", pdf, "-layout", "-enc", "UTF-8", "FILE", "-");

    /// <summary>Lines of words, with single blanks.</summary>
    public static List<string> Lines(byte[] pdf) =>
        [.. Text(pdf).Split('\n', '\f').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(l => l.Length > 0)];

    public static string Info(byte[] pdf) => Run("pdfinfo", pdf, "FILE");

    public static string Fonts(byte[] pdf) => Run("pdffonts", pdf, "FILE");

    /// <summary>Each word of the first page with the edges of its box, in points from the left.</summary>
    public static List<(string Word, decimal Left, decimal Right)> Words(byte[] pdf) =>
        [.. System.Xml.Linq.XDocument.Parse(Run("pdftotext", pdf, "-bbox", "-enc", "UTF-8", "-l", "1", "FILE", "-"))
            .Descendants().Where(e => e.Name.LocalName == "word")
            .Select(e => (e.Value, decimal.Parse(e.Attribute("xMin")!.Value, System.Globalization.CultureInfo.InvariantCulture),
                decimal.Parse(e.Attribute("xMax")!.Value, System.Globalization.CultureInfo.InvariantCulture)))];

    /// <summary>The first page in shades of grey, at 200 dots an inch: width, height, a byte a dot.</summary>
    public static (int Width, int Height, byte[] Dots) Picture(byte[] pdf)
    {
        // PGM (netpbm): P5, the measures and the greatest shade as words, then the dots.
        var pgm = Encoding.Latin1.GetBytes(Run("pdftoppm", pdf, Encoding.Latin1, "-gray", "-r", "200", "-f", "1", "-l", "1", "FILE"));
        var (words, at) = (new List<string>(), 0);
        while (words.Count < 4)
        {
            var from = at;
            while (!char.IsWhiteSpace((char)pgm[at])) at++;
            words.Add(Encoding.ASCII.GetString(pgm, from, at++ - from));
        }
        return (int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture), pgm[at..]);
    }

    private static string Run(string program, byte[] pdf, params string[] arguments) => Run(program, pdf, Encoding.UTF8, arguments);

    private static string Run(string program, byte[] pdf, Encoding encoding, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("recoup-pdf-");
        try
        {
            var file = Path.Combine(folder.FullName, "document.pdf");
            File.WriteAllBytes(file, pdf);
            var start = new ProcessStartInfo(program)
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = encoding,
            };
            foreach (var argument in arguments) start.ArgumentList.Add(argument == "FILE" ? file : argument);
            Process? process = null;
            try { process = Process.Start(start); }
            catch (System.ComponentModel.Win32Exception) { Assert.Skip($"{program} is not here, so nobody else reads what was written"); }
            using (process)
            {
                var errors = process!.StandardError.ReadToEndAsync();
                var read = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                // Poppler mends what is broken and says so here.
                errors.GetAwaiter().GetResult().ShouldBeEmpty(program);
                process.ExitCode.ShouldBe(0, program);
                return read;
            }
        }
        finally { folder.Delete(recursive: true); }
    }
}
