using System.Text.Json.Serialization;
using Recoup.Core.Events;

namespace Recoup.Core.Receivables;

/// <summary>What can meet an item.</summary>
public enum CashKind { Payment, CreditNote }

/// <summary>A payment or a credit note: what it met, what is kept for invoices to come, what is unapplied.</summary>
public sealed class CashState
{
    public string Key { get; set; } = "";
    public string Account { get; set; } = "";
    public CashKind Kind { get; set; }
    public string Currency { get; set; } = "";
    public DateOnly On { get; set; }
    public long Minor { get; set; }
    public List<Applied> Allocations { get; set; } = [];

    /// <summary>Not on any item. Minor units, never negative.</summary>
    public long Unapplied { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reversed { get; set; }
}
