using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>
/// Reads a file row by row through a mapping, holding one row at a time. A row that can't be taken comes out with its
/// problems and reading goes on; a file that can't be read at all throws <see cref="FileRefusedException"/> from the
/// first step of the enumeration.
/// </summary>
public static class MappedFile
{
    /// <summary>The format and delimiter are the mapping's; by default those of the file's extension, else CSV with commas.</summary>
    public static IEnumerable<InputRow> Read(
        Mapping mapping, string path, CancellationToken cancellation = default, FileProgress? progress = null, ReadingLimits? limits = null) =>
        ReadInputs(mapping, () => FileSource.Open(path, progress), limits, cancellation);

    /// <param name="name">Stands for the file in messages, and its extension for the format. The stream is left open.</param>
    public static IEnumerable<InputRow> Read(
        Mapping mapping, Stream stream, CancellationToken cancellation = default,
        FileProgress? progress = null, ReadingLimits? limits = null, string name = StandardInput) =>
        ReadInputs(mapping, () => FileSource.Of(stream, name, progress), limits, cancellation);

    public static IEnumerable<OpenItemRow> ReadOpenItems(
        Mapping mapping, string path, CancellationToken cancellation = default, FileProgress? progress = null, ReadingLimits? limits = null) =>
        ReadItems(mapping, () => FileSource.Open(path, progress), limits, cancellation);

    public static IEnumerable<OpenItemRow> ReadOpenItems(
        Mapping mapping, Stream stream, CancellationToken cancellation = default,
        FileProgress? progress = null, ReadingLimits? limits = null, string name = StandardInput) =>
        ReadItems(mapping, () => FileSource.Of(stream, name, progress), limits, cancellation);

    private const string StandardInput = "standard input";

    private static IEnumerable<InputRow> ReadInputs(Mapping mapping, Func<FileSource> open, ReadingLimits? limits, CancellationToken cancellation)
    {
        if (!mapping.HasInputs)
            throw new FileRefusedException($"The mapping {mapping.Name} says what is open, not what happened: use it with --as open-items.");
        using var reader = Open(mapping.Plan, open, limits ?? ReadingLimits.Default, cancellation, out var row);
        var maker = new InputMaker(mapping, row);
        var inputs = new List<Input>(mapping.Plan.Inputs.Count);
        while (reader.Read())
        {
            row.Next();
            if (row.IsEmpty()) continue;
            inputs.Clear();
            maker.Next();
            if (IsSound(mapping.Plan, reader, row))
                foreach (var plan in maker.Inputs)
                    if (maker.Make(plan) is { } input) inputs.Add(input);
            var good = row.Problems.Count == 0;
            yield return new InputRow(reader.Line, good && inputs.Count > 0 ? inputs.ToArray() : [], good ? [] : Reasons(row), reader.Raw)
            {
                Notes = row.Notes.Count == 0 ? [] : row.Notes.ToArray(),
            };
        }
    }

    private static IEnumerable<OpenItemRow> ReadItems(Mapping mapping, Func<FileSource> open, ReadingLimits? limits, CancellationToken cancellation)
    {
        if (mapping.Plan.OpenItems is not { } plan)
            throw new FileRefusedException($"The mapping {mapping.Name} does not say what is open: it has no open_items.");
        using var reader = Open(mapping.Plan, open, limits ?? ReadingLimits.Default, cancellation, out var row);
        var maker = new OpenItemMaker(mapping, plan, row);
        while (reader.Read())
        {
            row.Next();
            if (row.IsEmpty()) continue;
            var isReadable = row.Problems.Count == 0 || reader.AreCellsTold;
            var item = IsSound(mapping.Plan, reader, row) ? maker.Make(reader) : null;
            yield return item ?? maker.Rejected(reader, isReadable) with { IsTotal = isReadable && maker.IsTotal(reader) };
        }
    }

    // --- opening ---

    private static RowReader Open(MappingPlan mapping, Func<FileSource> open, ReadingLimits limits, CancellationToken cancellation, out MappedRow row)
    {
        var source = open();
        try
        {
            var extension = ExtensionOf(source.Name);
            var format = mapping.Format ?? (extension is ".ndjson" or ".jsonl" ? FileFormat.Ndjson : FileFormat.Csv);
            if (format == FileFormat.Ndjson)
            {
                var json = new JsonRows(source, [.. mapping.Columns.Select(c => c.Name)], mapping.References, limits, cancellation);
                row = new MappedRow(json, [.. mapping.Columns.Select(c => c.Slot)], mapping.TypedCount);
                return json;
            }
            var wanted = mapping.Columns.Where(c => !c.Optional).Select(c => c.Name).ToList();
            var csv = new CsvRows(source, mapping.Delimiter ?? (extension == ".tsv" ? '\t' : ','), mapping.References, limits,
                cancellation, wanted, mapping.SkipLines);
            row = new MappedRow(csv, Bind(mapping, source.Name, csv), mapping.TypedCount);
            return csv;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static string ExtensionOf(string name)
    {
        var extension = Path.GetExtension(name).ToLowerInvariant();
        return extension == ".gz" ? Path.GetExtension(Path.GetFileNameWithoutExtension(name)).ToLowerInvariant() : extension;
    }

    private static int[] Bind(MappingPlan mapping, string file, CsvRows csv)
    {
        var has = csv.Columns.Where(c => c.Length > 0).ToList();
        var places = new int[mapping.Columns.Count];
        var missing = new List<MappedColumn>();
        foreach (var column in mapping.Columns)
        {
            places[column.Slot] = Array.IndexOf(csv.Columns, column.Name);
            if (places[column.Slot] < 0 && !column.Optional) missing.Add(column);
        }
        if (missing.Count == 0) return places;
        var near = missing.Select(m => (Wanted: m, Near: Spelling.Nearest(m.Name, has.Except(mapping.Columns.Select(c => c.Name), StringComparer.Ordinal))))
            .Where(m => m.Near is not null).Select(m => $"{m.Wanted.Name} may be its {m.Near}").ToList();
        // One column with other delimiters in it: the file is written with those.
        var delimiter = has.Count == 1 ? ",;\t|".FirstOrDefault(d => has[0].Contains(d)) : default;
        throw new FileRefusedException(
            $"{file} lacks {string.Join(", ", missing.Select(m => $"{m.Name} ({mapping.FileName}, line {m.Line})"))}. "
            + $"The mapping wants {string.Join(", ", mapping.Columns.Where(c => !c.Optional).Select(c => c.Name))}; the file has {string.Join(", ", has)}."
            + (near.Count > 0 ? $" {string.Join(", ", near)}: name it so in the mapping or the file." : "")
            + (delimiter != default ? $" Its cells seem to be parted by {DelimiterName(delimiter)}: say so with 'delimiter' in the mapping." : "")
            + $" That is its line {csv.HeaderLine:N0}: of the first {CsvRows.HeaderRowsMax:N0} rows none has more of the names. Where the header comes later, "
            + "say with 'skip_lines' in the mapping how many lines stand before it.");
    }

    private static string DelimiterName(char delimiter) => delimiter switch { ';' => "semicolon", '\t' => "tab", '|' => "pipe", _ => "comma" };

    // --- a row as a whole ---

    // A ladder: what stands on one step is only asked where the steps before hold, so that a reason is never a consequence.
    private static bool IsSound(MappingPlan mapping, RowReader reader, MappedRow row)
    {
        if (row.Problems.Count > 0) return false;
        reader.CheckCards();
        foreach (var column in mapping.Columns)
            if (column.Required && row.IsBlank(column.Slot)) row.Problems.Add(new InputProblem(column.Name,
                row.SheetError(column.Slot) is { } error ? $"holds {error}, a spreadsheet's word for no value, and the mapping requires one"
                    : "is blank, and the mapping requires it"));
        if (row.Problems.Count > 0) return false;
        var sound = true;
        foreach (var check in mapping.Checks)
        {
            if (!check.When.IsTrue(row)) continue;
            row.Problems.Add(new InputProblem(null, check.Message));
            sound = false;
        }
        // A cell that a condition could not read is a problem by now; the inputs may find more of them.
        return sound;
    }

    // One cell may be in the way of several inputs.
    private static InputProblem[] Reasons(MappedRow row) => [.. row.Problems.Distinct()];
}
