using System.Collections.Concurrent;
using System.Collections.Frozen;
using Recoup.Core.Cells;
using Recoup.Core.Contact;
using Recoup.Core.Controlling;
using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;

namespace Recoup.Core.Measures;

/// <summary>The measures of all chapters: the words of formulas, what is stored and what may be asked of each follow from them.</summary>
public static class MeasureList
{
    /// <summary>In order of number. A chapter that declares measures is a line here.</summary>
    public static readonly IReadOnlyList<Measure> All =
    [
        .. new IReadOnlyList<Measure>[]
        {
            ReceivableChapter.Measures, InvoiceChapter.Measures, WriteOffChapter.Measures, ContactChapter.Measures,
            PlanChapter.Measures, CallbackChapter.Measures, PromiseFigures.Measures, MessageChapter.Measures, ItemEnds.Measures,
            DisputeFigures.Measures, CostChapter.Measures, NextMoveChapter.Measures, FirstCallChapter.Measures, FeedbackChapter.Measures,
            SubscriptionChapter.Measures, ActivityChapter.Measures, EffortChapter.Measures,
            ChargeChapter.Measures,
        }.SelectMany(declared => declared).OrderBy(m => m.Number),
    ];

    public static readonly FrozenDictionary<string, Measure> ByName = All.ToFrozenDictionary(m => m.Name, StringComparer.Ordinal);

    /// <summary>What stands: kept at month ends too.</summary>
    public static readonly IReadOnlyList<Measure> Stocks = [.. All.Where(m => m.IsStock)];

    /// <summary>Another where cells would be folded to other places: such a store's are folded again from the journal.</summary>
    public static string Description { get; } = string.Join('\n', All.Select(m => m.Description));

    private static readonly FrozenDictionary<int, Measure> ByNumber = All.ToFrozenDictionary(m => m.Number);

    private static readonly ConcurrentDictionary<int, Measure> Foreign = [];

    /// <summary>The one of that number; of a number that nobody declared, as only a store that was tampered with has it, one without meaning.</summary>
    public static Measure Numbered(int number) => ByNumber.TryGetValue(number, out var measure) ? measure
        : Foreign.GetOrAdd(number, static n => new Measure(n, $"measure {n}", MeasureSort.Count, null, []));
}
