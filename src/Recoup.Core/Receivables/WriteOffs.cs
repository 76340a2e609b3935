using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;
using static Recoup.Core.Receivables.ItemGuards;
using static Recoup.Core.Receivables.PartyLedger;

namespace Recoup.Core.Receivables;

/// <summary>What is told of write-offs.</summary>
public abstract record WriteOffInput : Input.OfAccount
{
    private WriteOffInput() { }

    /// <summary>Gives an item up; without an amount, all that is open of it.</summary>
    public sealed record Made : WriteOffInput
    {
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>What was written off of an item is to be collected again; without an amount, all that was not recovered since.</summary>
    public sealed record Reversed : WriteOffInput
    {
        public required string Invoice { get; init; }
        public required DateOnly On { get; init; }
        public Money? Amount { get; init; }
        public required string Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }
}

/// <summary>What happened to write-offs.</summary>
public abstract record WriteOffEvent : Event
{
    private WriteOffEvent() { }

    /// <summary>An item was given up, by so much. Cash that still comes for it is a recovery.</summary>
    public sealed record Made(string Number, long Minor, string Reason) : WriteOffEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }

    /// <summary>Of what was given up of an item so much is to be collected again.</summary>
    public sealed record Reversed(string Number, long Minor, string Reason) : WriteOffEvent
    {
        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason) };
    }
}

/// <summary>Write-offs: what is given up of an item, and taken back. Cash that still comes for it is a recovery.</summary>
internal static class WriteOffChapter
{
    /// <summary>Write-offs, by day and due day, less recoveries of them.</summary>
    public static readonly Measure WrittenOff = Measure.Money(6, "written_off", "write-offs");

    /// <summary>Cash on what had been written off.</summary>
    public static readonly Measure WriteOffRecovered = Measure.Money(7, "write_off_recovered", "recoveries");

    internal static readonly Measure[] Measures = [WrittenOff, WriteOffRecovered];

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("write_off", "gives an item up, in part or whole", true,
        [Need("invoice", Text, "number of the item") with { LengthMax = 100 }, OnDay, May("amount", Amount, "by default its whole "
            + "balance"), May("currency", FieldType.Currency, "with an amount"), Need("reason", Text, "uncollectible, insolvency…")],
        d => new WriteOffInput.Made { Key = "", Account = d.Need("account"), Invoice = d.Need("invoice"), On = d.NeedDate("on"),
            Amount = d.MoneyOrNull("amount"), Reason = d.Need("reason") }),
        InputKind.Of("write_off_reversed", "what was written off of an item is to be collected again, in part or whole", true,
        [
            Need("invoice", Text, "number of the item") with { LengthMax = 100 }, OnDay, May("amount", Amount, "by default all that was written off and not "
                + "recovered since"),
            May("currency", FieldType.Currency, "with an amount"), Need("reason", Text, "why"),
        ],
        d => new WriteOffInput.Reversed { Key = "", Account = d.Need("account"), Invoice = d.Need("invoice"), On = d.NeedDate("on"),
            Amount = d.MoneyOrNull("amount"), Reason = d.Need("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("written_off", WriteOffJson.Default.Made), new("write_off_reversed", WriteOffJson.Default.Reversed),
    ];

    // --- rules ---

    internal static Refused? Handle(Handling work, WriteOffInput input) => input switch
    {
        WriteOffInput.Made i => WriteOff(work, i),
        WriteOffInput.Reversed i => ReverseWriteOff(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a write-off"),
    };

    internal static Refused? WriteOff(Handling work, WriteOffInput.Made i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (Reduce(item, i.Amount, i.On, out var minor) is { } too) return too;
        work.Emit(new WriteOffEvent.Made(i.Invoice, minor, i.Reason));
        return null;
    }

    internal static Refused? ReverseWriteOff(Handling work, WriteOffInput.Reversed i)
    {
        if (ItemGuards.Find(work.State, i.Account, i.Invoice, out var item) is { } refused) return refused;
        if (TakenBack(item, item.WriteOffs, i.Amount, i.On, Refusal.NotWrittenOff, "written off", out var minor) is { } too) return too;
        work.Emit(new WriteOffEvent.Reversed(i.Invoice, minor, i.Reason));
        return null;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, WriteOffEvent happened)
    {
        switch (happened)
        {
            case WriteOffEvent.Made off: WriteOff(state, e, cells, off.Number, off.Minor, 1); break;
            case WriteOffEvent.Reversed reversed:
                WriteOff(state, e, cells, reversed.Number, -reversed.Minor, 0);
                Reinstate(state, e, cells, reversed.Number, reversed.Minor);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a write-off");
        }
    }

    internal static void WriteOff(PartyState state, Envelope e, CellDeltas cells, string number, long minor, int count)
    {
        Change(state, e, cells, number, (e.EffectiveOn, minor), static (item, by) =>
        {
            Movements.Add(item.WriteOffs ??= [], by.EffectiveOn, by.minor);
            item.Move(by.EffectiveOn, -by.minor);
        });
        var written = state.Items[(e.Account, number)];
        Flow(state, e.Account, cells, WrittenOff, e.EffectiveOn, written.DueAt(e.EffectiveOn), written.Currency, minor, count);
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(WriteOffEvent.Made))]
[JsonSerializable(typeof(WriteOffEvent.Reversed))]
internal sealed partial class WriteOffJson : JsonSerializerContext;
