using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Tests.Properties;

/// <summary>A form is declared once; what is written by it is read by it, and another form says that it is another.</summary>
public sealed class FormTests
{
    private sealed class Note : IFormed<Note>
    {
        public string By { get; set; } = "";
        public string? Text { get; set; }
        public bool Pinned { get; set; }
        public long Minor { get; set; }
        public List<Line> Lines { get; set; } = [];
        public List<string>? Tags { get; set; }

        public static Note Blank => new();

        public static Note Form<TForm>(ref TForm f, Note v) where TForm : IForm, allows ref struct
        {
            v.By = f.Word("by", v.By);
            f.BeginRare(5);
            v.Text = f.TextOrNull("text", v.Text);
            v.Pinned = f.Flag("pinned", v.Pinned);
            v.Minor = f.Long("minor", v.Minor);
            v.Lines = f.List("lines", v.Lines);
            v.Tags = f.TextsOrNull("tags", v.Tags);
            f.EndRare();
            return v;
        }
    }

    private readonly record struct Line(DateOnly On, int Number) : IFormed<Line>
    {
        public static Line Blank => default;

        public static Line Form<TForm>(ref TForm f, Line v) where TForm : IForm, allows ref struct => new(f.Day("on", v.On), f.Int("number", v.Number));
    }

    private static byte[] Bytes(Note note)
    {
        var bytes = StateWriter.Begin(1);
        var form = new FormWriter(bytes);
        Note.Form(ref form, note);
        return bytes.End();
    }

    private static Note Read(byte[] bytes)
    {
        var reader = new StateReader(bytes, 1);
        var note = Note.Form(ref reader, Note.Blank);
        reader.End();
        return note;
    }

    [Fact]
    public void What_is_nothing_costs_a_bit_and_is_read_back_as_nothing()
    {
        // The tag, the word with its mark and length, and the marks.
        Bytes(new Note { By = "ann" }).Length.ShouldBe(1 + 2 + 3 + 1);
        var read = Read(Bytes(new Note { By = "ann" }));
        (read.By, read.Text, read.Pinned, read.Minor, read.Lines.Count, read.Tags).ShouldBe(("ann", null, false, 0, 0, null));
        Read(Bytes(new Note { By = "ann", Tags = [] })).Tags.ShouldBeEmpty();
    }

    [Fact]
    public void What_is_something_is_read_back_inner_things_with_marks_of_their_own_included()
    {
        var note = new Note
        {
            By = "bo", Text = "rang", Pinned = true, Minor = -5, Lines = [new(new DateOnly(2026, 3, 1), 7), new(default, 0)], Tags = ["a", ""],
        };
        StoredState.TextOf(Read(Bytes(note))).ShouldBe(StoredState.TextOf(note));
        StoredState.TextOf(note).ShouldBe("""{"by":"bo","text":"rang","pinned":true,"minor":-5,"""
            + """ "lines":[{"on":"2026-03-01","number":7},{"on":"0001-01-01","number":0}],"tags":["a",""]}""".TrimStart());
    }

    [Theory]
    [InlineData(0b0000_0100, 0, "nothing is marked as something")] // minor, which is zero
    [InlineData(0b0000_1000, 0, "nothing is marked as something")] // lines, of which there are none
    [InlineData(0b0010_0000, 0, "more than 5")] // a mark of no field
    public void Nothing_that_is_marked_as_something_and_marks_of_no_field_are_refused(int marks, byte value, string why)
    {
        byte[] bytes = [.. Bytes(new Note { By = "ann" })[..^1], (byte)marks, value];
        Should.Throw<StateDamagedException>(() => Read(bytes)).Message.ShouldContain(why);
    }

    [Fact]
    public void A_form_says_what_it_is()
    {
        FormDescription.Of<Note>().ShouldBe("by:word;rare(text:text?;pinned:flag;minor:long;lines:list{on:day;number:int;}tags:texts?;)");
        FormDescription.DigestOf("a").ShouldNotBe(FormDescription.DigestOf("b"));
        // What every stored state is of: a field more or less in any of them is another version.
        FormDescription.Of<WholeParty>().ShouldContain("open:list{promise:text;account:word;");
        StateCodec.Version.ShouldMatch("^[0-9]+-[0-9a-f]{16}$");
    }

    [Fact]
    public void A_form_that_miscounts_its_rare_fields_is_a_fault_and_writes_nothing_wrong()
    {
        var bytes = StateWriter.Begin(1);
        Should.Throw<InvariantBrokenException>(() =>
        {
            var form = new FormWriter(bytes);
            form.BeginRare(2);
            form.Flag("one", true);
            form.EndRare();
        });
        Should.Throw<InvariantBrokenException>(() =>
        {
            var form = new FormWriter(bytes);
            form.BeginRare(2);
            form.Text("never nothing", "");
        });
    }
}
