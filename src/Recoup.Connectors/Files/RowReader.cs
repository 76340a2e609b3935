using System.Text;
using Recoup.Core.Inputs;

namespace Recoup.Connectors.Files;

/// <summary>Rows of a file by columns, one at a time; what is read of a row holds until the next.</summary>
internal abstract class RowReader(FileSource source, ReadingLimits limits, CancellationToken cancellation) : IDisposable
{
    protected ByteWindow Window { get; } = new(source, cancellation);

    protected int RowBytesMax => limits.RowBytesMax;

    /// <summary>1-based line on which the row begins.</summary>
    public long Line { get; protected set; }

    /// <summary>What is wrong with the row as such. Where there is anything, its cells may not be looked at.</summary>
    public List<InputProblem> Problems { get; } = [];

    /// <summary>More than this row was not read: what stood there can't be known.</summary>
    public bool IsLost { get; protected set; }

    /// <summary>The row's cells can be told apart, though some of them may be no text: those are blank.</summary>
    public bool AreCellsTold { get; protected set; }

    /// <summary>The row as it stands, masked and cut.</summary>
    public abstract string Raw { get; }

    /// <summary>False at the end.</summary>
    public abstract bool Read();

    /// <summary>The cell's text, its quotes and escapes undone, blanks at its ends kept. Negative: a column that the file lacks.</summary>
    public abstract ReadOnlySpan<char> Cell(int column);

    /// <summary>The row has the column, blank or not.</summary>
    public abstract bool Has(int column);

    /// <summary>The cell is a JSON number, written as JSON has it whatever the mapping says of numbers.</summary>
    public abstract bool IsJsonNumber(int column);

    /// <summary>Adds a problem for each cell that holds a payment card number.</summary>
    public abstract void CheckCards();

    public void Dispose() => Window.Source.Dispose();

    protected void Problem(string? column, string message) => Problems.Add(new InputProblem(column, message));

    protected void CheckCard(string column, ReadOnlySpan<char> text)
    {
        if (CardNumber.Find(text) is not var (start, length)) return;
        Problem(column, $"holds a payment card number ({CardNumber.Mask(text.Slice(start, length).ToString())}); "
            + "card numbers are never taken: send a token, or name the column under 'references' in the mapping if its numbers are no cards");
    }

    protected string TooLong => TooLongProblem(limits);

    protected string CutOff => CutOffProblem(Window.Source);

    public static string TooLongProblem(ReadingLimits limits) =>
        $"is longer than {limits.RowBytesMax:N0} bytes, the most that a row may have; split it, or close the quote that is left open in it";

    public static string CutOffProblem(FileSource source) =>
        $"here the gzip data {source.Damage}: the rows before were read, this one and any after it were not. Get {source.Name} again and import it anew; "
            + "what was taken stays as it is";

    /// <param name="hasNoCard">Each cell was looked at already.</param>
    internal static string RawOf(ReadOnlySpan<byte> row, int lengthMax = ReadingLimits.RawLengthMax, bool hasNoCard = false)
    {
        var text = Encoding.UTF8.GetString(row[..Math.Min(row.Length, lengthMax + ReadingLimits.RawMargin)]);
        if (!hasNoCard) text = CardNumber.Mask(text);
        return text.Length > lengthMax ? string.Concat(text.AsSpan(0, lengthMax), "…") : text;
    }
}

/// <summary>How much of a file is held at once.</summary>
public sealed record ReadingLimits
{
    public static readonly ReadingLimits Default = new();

    /// <summary>A longer row is rejected, and not held.</summary>
    public int RowBytesMax { get; init; } = 1 << 20;

    /// <summary>Characters of a row that go into the rejects.</summary>
    public const int RawLengthMax = 2000;

    // So many bytes more are looked at than are kept, so that a card number at the cut is still seen whole and masked.
    internal const int RawMargin = 64;

    // Of a row that is too long to be held, this much shows which it is.
    internal const int LongRawLengthMax = 200;
}
