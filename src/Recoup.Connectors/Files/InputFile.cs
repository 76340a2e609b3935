using System.Text.Unicode;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Reads NDJSON of inputs as the contract writes them, one object a line, holding one line at a time. Problems and refusals as with <see cref="MappedFile"/>.</summary>
public static class InputFile
{
    public const string DefaultActor = "send";

    public static IEnumerable<InputRow> Read(
        string path, CancellationToken cancellation = default, FileProgress? progress = null, ReadingLimits? limits = null, string actor = DefaultActor) =>
        Read(() => FileSource.Open(path, progress), limits ?? ReadingLimits.Default, actor, cancellation);

    /// <summary>The stream is left open.</summary>
    public static IEnumerable<InputRow> Read(
        Stream stream, CancellationToken cancellation = default, FileProgress? progress = null, ReadingLimits? limits = null, string actor = DefaultActor, string name = "standard input") =>
        Read(() => FileSource.Of(stream, name, progress), limits ?? ReadingLimits.Default, actor, cancellation);

    private static IEnumerable<InputRow> Read(Func<FileSource> open, ReadingLimits limits, string actor, CancellationToken cancellation)
    {
        using var source = open();
        var window = new ByteWindow(source, cancellation);
        window.Begin();
        var lines = new LineReader(window, limits);
        var problems = new List<InputProblem>();
        while (lines.Read())
        {
            problems.Clear();
            var input = Parse(lines, source, limits, actor, problems);
            yield return new InputRow(lines.Line, input is null ? [] : [input], problems.Count == 0 ? [] : problems.ToArray(), lines.Raw);
        }
    }

    private static Input? Parse(LineReader lines, FileSource source, ReadingLimits limits, string actor, List<InputProblem> problems)
    {
        if (lines.State != LineState.Whole) problems.Add(new InputProblem(null, lines.State == LineState.TooLong ? RowReader.TooLongProblem(limits) : RowReader.CutOffProblem(source)));
        else if (!Utf8.IsValid(lines.Bytes)) problems.Add(new InputProblem(null, "is not UTF-8; write the file as UTF-8"));
        else return InputJson.Parse(lines.Bytes, actor, problems);
        return null;
    }
}
