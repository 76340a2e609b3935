using System.Text.Json.Serialization;
using Recoup.Core.Events;

namespace Recoup.Core.Receivables;

/// <summary>What can meet an item.</summary>
public enum CashKind { Payment, CreditNote }

/// <summary>A part that stood on an item from one day to the eve of another, when it went back to unapplied cash.</summary>
public record struct TakenBack(string Number, long Minor, DateOnly Since, DateOnly On);

/// <summary>A payment or a credit note: what it met, what is kept for invoices to come, what is unapplied.</summary>
public sealed class CashState
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
    [JsonIgnore]
    public long Unapplied => Movements.Sum(Moves);

    /// <summary>Not on any item at the end of the day.</summary>
    public long UnappliedOn(DateOnly day) => Movements.SumOn(Moves, day);

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reversed { get; set; }
}
