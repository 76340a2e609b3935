using System.Globalization;
using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;

namespace Recoup.Connectors.Documents;

/// <summary>
/// The words of documents in one language, from catalog/documents, with its way of writing dates and amounts. A language
/// that is missing falls back to English. A file has exactly the words that documents ask for.
/// </summary>
internal sealed class DocumentWords
{
    private const string Fallback = "en";

    private static readonly Lazy<Dictionary<string, DocumentWords>> Shipped = new(LoadAll);

    private readonly Dictionary<string, string> words = new(StringComparer.Ordinal);
    private readonly LanguageForm form;

    private DocumentWords(string language, string text)
    {
        Language = language;
        form = LanguageForm.Of(language);
        var map = YamlMap.Parse(text, $"documents/{language}.yaml");
        foreach (var name in Names) words[name] = map.Text(name);
        map.Done();
    }

    /// <summary>Every word there must be, in the order of the files.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "account", "reference", "scan", "page", "to_pay", "pay_to", "missing", "continued",
        "invoice", "number", "invoice_date", "due_date", "order", "terms", "serviced_on", "delivered_on", "description", "amount", "for_goods", "net", "tax", "total",
        "correction", "paid", "open", "by", "settled", "cancelled",
        "statement", "as_of", "period", "date", "what", "for", "balance", "opening", "closing", "nothing", "open_items", "issued", "due", "days", "remaining", "disputed",
        "open_total", "unapplied", "due_total", "overdue", "each_by_due", "in_favour", "current", "d1_30", "d31_60", "d61_90", "d90_plus", "check",
        "m_invoice", "m_charge", "m_correction", "m_cancellation", "m_cancellation_reversed", "m_charge_cancellation", "m_waiver", "m_waiver_reversed",
        "m_payment", "m_payment_reversed", "m_refund", "m_refund_reversed", "m_credit_note", "m_credit_note_cancellation", "m_adjustment",
    ];

    public static IEnumerable<string> Languages => Shipped.Value.Keys.Order(StringComparer.Ordinal);

    /// <summary>ISO 639 code of two letters: what the document says it is written in.</summary>
    public string Language { get; }

    /// <param name="language">Such as "de" or "de-AT".</param>
    public static DocumentWords Of(string language) => Shipped.Value.GetValueOrDefault(language.Split('-', '_')[0].ToLowerInvariant()) ?? Shipped.Value[Fallback];

    /// <summary>The word of a name out of <see cref="Names"/>, with what stands in it.</summary>
    public string this[string name, params object[] values] => values.Length == 0 ? words[name] : string.Format(CultureInfo.InvariantCulture, words[name], values);

    public string Date(DateOnly day) => form.Date(day);

    /// <summary>For columns.</summary>
    public string ShortDate(DateOnly day) => form.ShortDate(day);

    /// <summary>With its currency.</summary>
    public string Amount(Money money) => form.Amount(money);

    /// <summary>Without its currency, for columns; a minus stands before what is negative.</summary>
    public string Figure(Money money) => form.Figure(money);

    private static Dictionary<string, DocumentWords> LoadAll()
    {
        const string prefix = "documents/";
        var assembly = typeof(DocumentWords).Assembly;
        var all = new Dictionary<string, DocumentWords>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var language = Path.GetFileNameWithoutExtension(resource[prefix.Length..]);
            all[language] = new DocumentWords(language, reader.ReadToEnd());
        }
        return all;
    }
}
