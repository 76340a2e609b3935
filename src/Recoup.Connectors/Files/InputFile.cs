using System.Text.Unicode;
using Recoup.Core;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>
/// Reads NDJSON of inputs as the contract writes them, one object a line, holding one line at a time. Problems and refusals as with
/// <see cref="MappedFile"/>.
/// </summary>
public static class InputFile
{
    public const string DefaultActor = "send";

    public static IEnumerable<InputRow> Read(
        string path, CancellationToken cancellation = default, FileProgress? progress = null, ReadingLimits? limits = null, string actor = DefaultActor) =>
        Read(() => FileSource.Open(path, progress), limits ?? ReadingLimits.Default, actor, cancellation);

    /// <summary>The stream is left open.</summary>
    public static IEnumerable<InputRow> Read(
        Stream stream, CancellationToken cancellation = default, FileProgress? progress = null,
        ReadingLimits? limits = null, string actor = DefaultActor, string name = "standard input") =>
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
        if (lines.State == LineState.Whole) return ParseLine(lines.Bytes, actor, problems);
        problems.Add(new InputProblem(null, lines.State == LineState.TooLong ? RowReader.TooLongProblem(limits) : RowReader.CutOffProblem(source)));
        return null;
    }

    /// <summary>One line, wherever it came from. Null, with every problem found, where it is no input.</summary>
    /// <param name="keyOtherwise">The key of an object that has none of its own.</param>
    public static Input? ParseLine(ReadOnlySpan<byte> line, string actor, List<InputProblem> problems, string? keyOtherwise = null)
    {
        if (Utf8.IsValid(line)) return InputJson.Parse(line, actor, problems, keyOtherwise: keyOtherwise);
        problems.Add(new InputProblem(null, "is not UTF-8; write the file as UTF-8"));
        return null;
    }
}
