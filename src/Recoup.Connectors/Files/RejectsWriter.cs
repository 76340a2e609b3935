using System.Globalization;
using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>
/// Writes what an import did not take: CSV with line, reason and row, safe to open in a spreadsheet, card numbers
/// masked. The file appears, or takes the place of an older one, when <see cref="Complete"/> is called, and not before.
/// </summary>
public sealed class RejectsWriter : IDisposable
{
    private readonly string path;
    private readonly string pathWhileWriting;
    private readonly StringBuilder text = new();
    private StreamWriter? writer;

    /// <summary>Throws <see cref="FileRefusedException"/> where no file can be written there.</summary>
    public RejectsWriter(string path)
    {
        this.path = Path.GetFullPath(path);
        // In the same folder: moving a file is atomic within one file system only.
        pathWhileWriting = this.path + ".part";
        try
        {
            writer = new StreamWriter(new FileStream(pathWhileWriting, FileMode.Create, FileAccess.Write, FileShare.None),
                new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileRefusedException($"Rejects can't be written to {path}: {e.Message}", e);
        }
        writer.Write("line,reason,row\n");
    }

    public long Count { get; private set; }

    public void Add(InputRow row) => Add(row.Line, row.Problems, row.Raw);

    public void Add(OpenItemRow row) => Add(row.Line, row.Problems, row.Raw);

    public void Add(long line, IReadOnlyList<InputProblem> problems, string raw) => Add(line, string.Join("; ", problems), raw);

    /// <summary>For what was refused at the door rather than by the reader.</summary>
    public void Add(long line, string reason, string raw)
    {
        ObjectDisposedException.ThrowIf(writer is null, this);
        text.Clear();
        writer.Write(CsvText.AppendLine(text, line.ToString(CultureInfo.InvariantCulture), SecretText.Mask(CardNumber.Mask(reason)),
            SecretText.Mask(CardNumber.Mask(raw))));
        Count++;
    }

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(writer is null, this);
        writer.Flush();
        ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        writer.Dispose();
        writer = null;
        File.Move(pathWhileWriting, path, overwrite: true);
    }

    /// <summary>What was not completed leaves nothing behind.</summary>
    public void Dispose()
    {
        if (writer is null) return;
        writer.Dispose();
        writer = null;
        File.Delete(pathWhileWriting);
    }
}
