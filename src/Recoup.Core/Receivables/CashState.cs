using System.Text.Json.Serialization;
using Recoup.Core.Events;

namespace Recoup.Core.Receivables;

public enum CashKind { Payment, CreditNote }

/// <summary>A payment or a credit note: what it met, what is kept for invoices to come, what is unapplied.</summary>
public sealed class CashState
{
    public required string Key { get; init; }
    public required string Account { get; init; }
    public required CashKind Kind { get; init; }
    public required string Currency { get; init; }
    public required DateOnly On { get; init; }
    public required long Minor { get; init; }
    public List<Applied> Allocations { get; init; } = [];

    /// <summary>Not on any item. Minor units, never negative.</summary>
    public long Unapplied { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Reversed { get; set; }
}
