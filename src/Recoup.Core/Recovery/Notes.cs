using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Recovery;

/// <summary>What people note down about an account.</summary>
public abstract record NoteInput : Input.OfAccount
{
    private NoteInput() { }

    /// <summary>What somebody heard, saw or agreed, in their own words; of one item where <see cref="Invoice"/> names it.</summary>
    public sealed record Added : NoteInput, INeedsRows
    {
        public override bool IsOfPerson => true;

        public required DateTimeOffset At { get; init; }
        public required string Text { get; init; }
        public string? Invoice { get; init; }

        void INeedsRows.Need(PartyState state, RowsNeeded needed)
        {
            if (Invoice is not null) needed.Row(ReceivableChapter.ItemRows, (Account, Invoice));
        }
    }

    /// <summary>A note that should never have been; <see cref="Note"/> is the key of the input that added it.</summary>
    public sealed record Withdrawn : NoteInput, INeedsRows
    {
        public required string Note { get; init; }
        public string? Reason { get; init; }

        void INeedsRows.Need(PartyState state, RowsNeeded needed) => needed.Row(NoteChapter.Rows, Note);
    }
}

/// <summary>What happened to notes.</summary>
public abstract record NoteEvent : Event
{
    private NoteEvent() { }

    /// <summary>Somebody wrote it down; a null number: it is of the account.</summary>
    public sealed record Added(string Note, DateTimeOffset At, string Text, string? Number, string By) : NoteEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Text = change(Text) };
    }

    /// <summary>It should never have been.</summary>
    public sealed record Withdrawn(string Note, string? Reason) : NoteEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }
}

/// <summary>A note as it is listed.</summary>
public sealed class NoteState : IFormed<NoteState>
{
    public string Note { get; set; } = "";
    public string Account { get; set; } = "";
    public DateTimeOffset At { get; set; }

    /// <summary>Sealed under the party's key.</summary>
    public string Text { get; set; } = "";

    /// <summary>The item that it is of; null: the account.</summary>
    public string? Number { get; set; }

    /// <summary>Who wrote it.</summary>
    public string By { get; set; } = "";

    public bool Withdrawn { get; set; }

    public static NoteState Blank => new();

    public static NoteState Form<TForm>(ref TForm f, NoteState v) where TForm : IForm, allows ref struct
    {
        v.Note = f.Text("note", v.Note);
        v.Account = f.Word("account", v.Account);
        v.At = f.Instant("at", v.At);
        v.Text = f.Text("text", v.Text);
        v.Number = f.TextOrNull("number", v.Number);
        v.By = f.Word("by", v.By);
        v.Withdrawn = f.Flag("withdrawn", v.Withdrawn);
        return v;
    }
}

/// <summary>Notes: what people write down about an account. Nothing is decided by them, so a party's header holds none.</summary>
public static class NoteChapter
{
    /// <summary>The longest note, characters.</summary>
    public const int TextLengthMax = 4000;

    public static readonly RowKind<string, NoteState> Rows = new("note", RowKeys.Text("note"), static n => n.Note,
        RowColumn<NoteState>.Text("account", static n => n.Account),
        RowColumn<NoteState>.Integer("at", static n => n.At.ToUnixTimeMilliseconds()),
        RowColumn<NoteState>.Integer("stands", static n => n.Withdrawn ? 0 : 1))
    {
        Mark = (byte)'N', Indexes = [new("newest", "at, note", "stands = 1"), new("account", "account, at, note", "stands = 1")],
    };

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("note", "what somebody wrote down about an account", true,
        [
            Need("at", FieldType.Instant, "when"), Need("text", FieldType.Text, "in their own words; sealed, and gone with the person's erasure")
                with { LengthMax = TextLengthMax },
            May("invoice", FieldType.Text, "number of the item that it is about; else the account") with { LengthMax = 100 },
        ],
        d => new NoteInput.Added
        {
            Key = "", Account = d.Need("account"), At = d.Get<DateTimeOffset>("at"), Text = d.Need("text"), Invoice = d.Text("invoice"),
        }),
        InputKind.Of("note_withdrawn", "a note that should never have been", true,
        [Need("note", FieldType.Text, "the note's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new NoteInput.Withdrawn { Key = "", Account = d.Need("account"), Note = d.Need("note"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events = [new("note_added", NoteJson.Default.Added), new("note_withdrawn", NoteJson.Default.Withdrawn)];

    /// <param name="zone">The place whose days the account's are.</param>
    internal static Refused? Handle(Handling work, NoteInput input, string zone) => input switch
    {
        NoteInput.Added i => Add(work, i, LocalDay.Of(i.At, zone)),
        NoteInput.Withdrawn i => Withdraw(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a note"),
    };

    private static Refused? Add(Handling work, NoteInput.Added i, DateOnly on)
    {
        if (on > work.Today)
            return new Refused(Refusal.NotToday, $"note {i.Key} is of {on:yyyy-MM-dd}, and it is {work.Today:yyyy-MM-dd}: what is to come is a callback, "
                + "a promise or a hold");
        if (i.Invoice is not null && work.State.Item(i.Account, i.Invoice) is null)
            return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {i.Invoice}");
        work.Emit(new NoteEvent.Added(i.Key, i.At, i.Text, i.Invoice, i.Actor), on);
        return null;
    }

    private static Refused? Withdraw(Handling work, NoteInput.Withdrawn i)
    {
        if (((Rows<string, NoteState>)work.State.Of(Rows)).GetValueOrDefault(i.Note) is not { Withdrawn: false } note || note.Account != i.Account)
            return new Refused(Refusal.UnknownNote, $"account {i.Account} has no note {i.Note}; `recoup notes --account {i.Account}` lists them");
        work.Emit(new NoteEvent.Withdrawn(i.Note, i.Reason));
        return null;
    }

    internal static void Fold(PartyState state, Envelope e, NoteEvent happened)
    {
        var rows = (Rows<string, NoteState>)state.Of(Rows);
        switch (happened)
        {
            case NoteEvent.Added n:
                rows[n.Note] = new NoteState { Note = n.Note, Account = e.Account, At = n.At, Text = n.Text, Number = n.Number, By = n.By };
                rows.Changed.Add(n.Note);
                break;
            case NoteEvent.Withdrawn n:
                rows[n.Note].Withdrawn = true;
                rows.Changed.Add(n.Note);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a note");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(NoteEvent.Added))]
[JsonSerializable(typeof(NoteEvent.Withdrawn))]
internal sealed partial class NoteJson : JsonSerializerContext;
