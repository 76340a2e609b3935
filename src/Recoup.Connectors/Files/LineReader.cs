namespace Recoup.Connectors.Files;

internal enum LineState { Whole, TooLong, CutOff }

/// <summary>Lines of a file as bytes, without their ends; blank ones are stepped over.</summary>
internal sealed class LineReader(ByteWindow window, ReadingLimits limits)
{
    private readonly byte[] longHead = new byte[ReadingLimits.LongRawLengthMax + ReadingLimits.RawMargin];
    private int longHeadLength;
    private int length;
    private int lengthWithEnd;
    private long lineNext = 1;
    private bool cutOffSaid;

    /// <summary>1-based.</summary>
    public long Line { get; private set; }

    public LineState State { get; private set; }

    /// <summary>The line; its beginning where it is too long.</summary>
    public ReadOnlySpan<byte> Bytes => State == LineState.TooLong ? longHead.AsSpan(0, longHeadLength) : window.Ahead[..length].TrimEnd((byte)'\r');

    public string Raw => RowReader.RawOf(Bytes, State == LineState.TooLong ? ReadingLimits.LongRawLengthMax : ReadingLimits.RawLengthMax);

    /// <summary>False at the end.</summary>
    public bool Read()
    {
        while (true)
        {
            window.Skip(lengthWithEnd);
            (length, lengthWithEnd, State, Line) = (0, 0, LineState.Whole, lineNext);
            var searched = 0;
            int stop;
            while ((stop = window.Ahead[searched..].IndexOf((byte)'\n')) < 0)
            {
                searched = window.Ahead.Length;
                if (searched > limits.RowBytesMax || !window.Fill()) break;
            }
            length = stop >= 0 ? searched + stop : window.Ahead.Length;
            if (length > limits.RowBytesMax) return SkipLong();
            if (stop < 0)
            {
                lengthWithEnd = length;
                if (window.Source.Damage is not null)
                {
                    if (cutOffSaid) return false;
                    cutOffSaid = true;
                    State = LineState.CutOff;
                    return true;
                }
                if (length == 0) return false;
            }
            else
            {
                lengthWithEnd = length + 1;
            }
            lineNext++;
            if (window.Ahead[..length].Trim(" \t\r"u8).Length > 0) return true;
        }
    }

    private bool SkipLong()
    {
        State = LineState.TooLong;
        longHeadLength = Math.Min(longHead.Length, window.Ahead.Length);
        window.Ahead[..longHeadLength].CopyTo(longHead);
        window.SkipLine();
        (length, lengthWithEnd) = (0, 0);
        lineNext++;
        return true;
    }
}
