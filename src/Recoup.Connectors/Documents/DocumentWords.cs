using System.Globalization;
using System.Text;
using Recoup.Connectors.Mail;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Documents;

/// <summary>
/// The words of documents in one language, from catalog/documents, with its way of writing dates and amounts. A language
/// that is missing falls back to English. A shipped file has exactly the words that documents ask for; a user's own has those
/// that it says otherwise.
/// </summary>
internal sealed class DocumentWords
{
    private readonly Dictionary<string, string> words = new(StringComparer.Ordinal);
    private readonly LanguageForm form;

    /// <param name="others">Have the words that the file lacks; null: it must have all.</param>
    /// <param name="problems">Takes all that is wrong instead of throwing the first.</param>
    internal DocumentWords(string language, string text, string source, DocumentWords? others = null, List<YamlException>? problems = null)
    {
        Language = language;
        form = LanguageForm.Of(language);
        Edition = CatalogFile.EditionOf($"documents/{language}.yaml", CatalogFile.DigestOf(text));
        var map = YamlMap.Parse(text, source, problems);
        foreach (var name in Names)
        {
            words[name] = others is null || map.Has(name) ? map.Text(name) : others.words[name];
            if (others is not null) CheckPlaces(map, name, words[name], others.words[name]);
        }
        map.Done();
    }

    /// <summary>What stands in a word must be there to be put in.</summary>
    private static void CheckPlaces(YamlMap map, string name, string word, string other)
    {
        var places = CompositeFormat.Parse(other).MinimumArgumentCount;
        try
        {
            if (CompositeFormat.Parse(word).MinimumArgumentCount > places)
                map.Report(name, $"{name} asks for more than there is to put in: "
                    + $"{(places == 0 ? "it has no places such as {0}" : $"places go up to {{{places - 1}}}")}");
        }
        catch (FormatException)
        {
            map.Report(name,
            $"{name} has a brace that is none of a place such as {{0}}; a brace that is meant stands twice, as in {{{{");
        }
    }

    /// <summary>Every word there must be, in the order of the files.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "account", "reference", "scan", "page", "to_pay", "pay_to", "missing", "continued",
        "invoice", "number", "invoice_date", "due_date", "order", "terms", "serviced_on",
        "delivered_on", "description", "amount", "for_goods", "net", "tax", "total",
        "correction", "paid", "open", "by", "settled", "cancelled",
        "statement", "as_of", "period", "date", "what", "for", "balance", "opening",
        "closing", "nothing", "open_items", "issued", "due", "days", "remaining", "disputed",
        "open_total", "unapplied", "due_total", "overdue", "each_by_due", "in_favour", "current", "d1_30", "d31_60", "d61_90", "d90_plus", "check",
        "m_invoice", "m_charge", "m_correction", "m_cancellation", "m_cancellation_reversed", "m_charge_cancellation", "m_waiver", "m_waiver_reversed",
        "m_payment", "m_payment_reversed", "m_refund", "m_refund_reversed", "m_credit_note", "m_credit_note_cancellation", "m_adjustment",
    ];

    public static IEnumerable<string> Languages => DocumentWordBook.Shipped.Languages;

    /// <summary>Path and digest of the file.</summary>
    public string Edition { get; }

    /// <summary>ISO 639 code of two letters: what the document says it is written in.</summary>
    public string Language { get; }

    /// <param name="language">Such as "de" or "de-AT".</param>
    public static DocumentWords Of(string language) => DocumentWordBook.Shipped.Of(language);

    /// <summary>The word of a name out of <see cref="Names"/>, with what stands in it.</summary>
    public string this[string name, params object[] values] =>
        values.Length == 0 ? words[name] : string.Format(CultureInfo.InvariantCulture, words[name], values);

    public string Date(DateOnly day) => form.Date(day);

    /// <summary>For columns.</summary>
    public string ShortDate(DateOnly day) => form.ShortDate(day);

    /// <summary>With its currency.</summary>
    public string Amount(Money money) => form.Amount(money);

    /// <summary>Without its currency, for columns; a minus stands before what is negative.</summary>
    public string Figure(Money money) => form.Figure(money);
}
