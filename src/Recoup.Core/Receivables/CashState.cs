using System.Text.Json.Serialization;
using Recoup.Core.Foundation;

namespace Recoup.Core.Receivables;

/// <summary>What can meet an item; and a refund, which never does.</summary>
public enum CashKind { Payment, CreditNote, Refund }

/// <summary>
/// A part that stood on an item from one day to the eve of another, when it went back to unapplied cash. <see cref="Recovery"/>: on what had been written
/// off.
/// </summary>
public record struct TakenBack(string Number, long Minor, DateOnly Since, DateOnly On, bool Recovery = false) : IFormed<TakenBack>
{
    /// <summary>As of <see cref="Applied.MetOn"/>.</summary>
    public DateOnly? MetOn { get; init; }

    public readonly DateOnly FirstOn => MetOn ?? Since;

    public static TakenBack Blank => default;

    public static TakenBack Form<TForm>(ref TForm f, TakenBack v) where TForm : IForm, allows ref struct =>
        new(f.Text("number", v.Number), f.Long("minor", v.Minor), f.Day("since", v.Since), f.Day("on", v.On), f.Flag("recovery", v.Recovery))
        {
            MetOn = f.DayOrNull("met_on", v.MetOn),
        };
}

/// <summary>A payment, a credit note or a refund of them: what it met, what is kept for invoices to come, what is unapplied.</summary>
public sealed class CashState : IFormed<CashState>
{
    public string Key { get; set; } = "";
    public string Account { get; set; } = "";
    public CashKind Kind { get; set; }
    public string Currency { get; set; } = "";
    public DateOnly On { get; set; }
    public long Minor { get; set; }

    /// <summary>What stands on items.</summary>
    public List<Applied> Allocations { get; set; } = [];

    /// <summary>What stood on items and was released; a reversal dated before the release undoes it too.</summary>
    public List<TakenBack>? Back { get; set; }

    /// <summary>How what is on no item changed, by the day each change took effect.</summary>
    public List<Movement> Moves { get; set; } = [];

    /// <summary>Not on any item, after every recorded movement. Minor units, never negative.</summary>
    public long Unapplied => Movements.Sum(Moves);

    /// <summary>Not on any item at the end of the day.</summary>
    public long UnappliedOn(DateOnly day) => Movements.SumOn(Moves, day);

    /// <summary>Of a payment or credit what was sent back to the customer, less what came back of that, by the day each took effect.</summary>
    public List<Movement>? Refunds { get; set; }

    /// <summary>Of a refund, what it was taken from.</summary>
    public List<Released>? From { get; set; }

    /// <summary>The least that is on no item at the end of that day or of any after it: so much may leave on that day.</summary>
    public long UnappliedFrom(DateOnly day) => Movements.LeastFrom(Moves, day);

    public bool Reversed { get; set; }

    /// <summary>It was reversed because the list that told of it says otherwise, not because money went back.</summary>
    public bool IsUnlisted { get; set; }

    /// <summary>The key of a credit note, which has a number of its account in place of one.</summary>
    public static string CreditKey(string account, string number) => $"credit:{account}:{number}";

    public static CashState Blank => new();

    public static CashState Form<TForm>(ref TForm f, CashState v) where TForm : IForm, allows ref struct
    {
        v.Key = f.Text("key", v.Key);
        v.Account = f.Word("account", v.Account);
        v.Kind = f.Choice("kind", v.Kind);
        v.Currency = f.Word("currency", v.Currency);
        v.On = f.Day("on", v.On);
        v.Minor = f.Long("minor", v.Minor);
        v.Allocations = f.List("allocations", v.Allocations);
        v.Moves = f.List("moves", v.Moves);
        f.BeginRare(5);
        v.Back = f.ListOrNull("back", v.Back);
        v.Reversed = f.Flag("reversed", v.Reversed);
        v.Refunds = f.ListOrNull("refunds", v.Refunds);
        v.From = f.ListOrNull("from", v.From);
        v.IsUnlisted = f.Flag("is_unlisted", v.IsUnlisted);
        f.EndRare();
        return v;
    }
}

/// <summary>Part of a payment or credit on one item. <see cref="Recovery"/>: on what had been written off.</summary>
public sealed record Applied(
    string Number, long Minor, DateOnly On, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Recovery = false) : IFormed<Applied>
{
    /// <summary>The day on which it first met the item, where the item was cancelled since and it is put back as it was; null: <see cref="On"/>.</summary>
    public DateOnly? MetOn { get; init; }

    /// <summary>By this day it is in time or late.</summary>
    [JsonIgnore]
    public DateOnly FirstOn => MetOn ?? On;

    public static Applied Blank => new("", 0, default);

    public static Applied Form<TForm>(ref TForm f, Applied v) where TForm : IForm, allows ref struct =>
        new(f.Text("number", v.Number), f.Long("minor", v.Minor), f.Day("on", v.On), f.Flag("recovery", v.Recovery)) { MetOn = f.DayOrNull("met_on", v.MetOn) };
}

/// <summary>Part of a payment kept for an invoice that has not arrived.</summary>
public sealed record Named(string Number, long Minor) : IFormed<Named>
{
    public static Named Blank => new("", 0);

    public static Named Form<TForm>(ref TForm f, Named v) where TForm : IForm, allows ref struct =>
        new(f.Text("number", v.Number), f.Long("minor", v.Minor));
}

/// <summary>Part of a payment or credit taken off an item again, from a day on, or sent back to the customer.</summary>
public sealed record Released(string Payment, long Minor) : IFormed<Released>
{
    public static Released Blank => new("", 0);

    public static Released Form<TForm>(ref TForm f, Released v) where TForm : IForm, allows ref struct =>
        new(f.Text("payment", v.Payment), f.Long("minor", v.Minor));
}
