using System.Text.Json;
using System.Text.RegularExpressions;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;
using Recoup.Core.Receivables;

namespace Recoup.Core.Measures;

/// <summary>What a KPI's value is measured in.</summary>
public enum KpiUnit
{
    /// <summary>0 to 100.</summary>
    Percent,
    Days,
    Ratio,
    Count,

    /// <summary>Major units of the row's currency.</summary>
    Amount,
}

/// <summary>A figure shown beside the value, with a formula of its own.</summary>
public sealed record KpiDetailDefinition(string Name, KpiUnit Unit, string Value)
{
    internal Expression<KpiScope> Code { get; init; } = null!;
}

/// <summary>How a value is read. The first band whose condition holds for <c>value</c> names it.</summary>
public sealed record KpiBand(string Name, string When, string Meaning, string Source)
{
    internal Expression<decimal> Code { get; init; } = null!;
}

/// <summary>What others reach, and who says so.</summary>
public sealed record KpiBenchmark(string Value, string AppliesTo, string Source);

/// <summary>What people ask about a KPI, answered.</summary>
public sealed record KpiQuestionAndAnswer(string Question, string Answer);

/// <summary>What the trade's reference works say of a KPI, under their twelve headings.</summary>
public sealed record KpiAttributes
{
    public required string Definition { get; init; }
    public required IReadOnlyList<string> Insights { get; init; }
    public required string Measurement { get; init; }
    public required string StandardFormula { get; init; }
    public required string Trend { get; init; }
    public required IReadOnlyList<string> DiagnosticQuestions { get; init; }
    public required IReadOnlyList<string> Tips { get; init; }
    public required IReadOnlyList<string> Visualization { get; init; }
    public required IReadOnlyList<string> Risks { get; init; }
    public required IReadOnlyList<string> Tools { get; init; }
    public required IReadOnlyList<string> Integration { get; init; }
    public required IReadOnlyList<string> ChangeImpact { get; init; }
}

/// <summary>
/// A KPI as its file has it: a formula over measures, how to read the figure, and what is known about it. The value
/// is <c>numerator / denominator * times</c>, or <c>value</c> alone where it is no quotient.
/// </summary>
public sealed partial class KpiDefinition
{
    private KpiDefinition() { }

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required KpiUnit Unit { get; init; }

    public required KpiWindow Window { get; init; }

    /// <summary>On whose inputs it is computed.</summary>
    public KpiBasis Basis { get; private init; }

    /// <summary>The same KPI on the inputs of the Credit Research Foundation, to be compared with its figures; null: there is none.</summary>
    public KpiDefinition? Crf { get; private set; }

    public required bool LowerIsBetter { get; init; }

    public string? Numerator { get; init; }

    public string? Denominator { get; init; }

    /// <summary>What the quotient is multiplied by; null: 1.</summary>
    public string? Times { get; init; }

    public string? Value { get; init; }

    /// <summary>Below this and above <see cref="Most"/> a value has no meaning; null: there is no such bound.</summary>
    public decimal? Least { get; init; }

    public decimal? Most { get; init; }

    /// <summary>False where the figure lies outside of the KPI's bounds.</summary>
    internal bool CanBe(decimal? figure) => figure is null || !(figure < Least || figure > Most);

    /// <summary>Numerator and denominator are amounts of the row's currency, not counts.</summary>
    public required bool PartsAreAmounts { get; init; }

    /// <summary>
    /// The value is a share of numerator in denominator, both counts of things that are so or not each for itself, and has the interval at 95% of Wilson
    /// (1927) beside it (<see cref="KpiRow.Low"/>).
    /// </summary>
    public required bool HasInterval { get; init; }

    /// <summary>Set where the KPI has a row for each ageing bucket that a balance came from: the bucket whose row comes first.</summary>
    public string? HeadlineBucket { get; init; }

    public required IReadOnlyList<KpiDetailDefinition> Details { get; init; }

    public required decimal? Target { get; init; }

    public required IReadOnlyList<KpiBand> Bands { get; init; }

    public required IReadOnlyList<KpiBenchmark> Benchmarks { get; init; }

    /// <summary>
    /// What nobody can tell Recoup yet and the KPI is computed from: inputs by their kind, or other facts in a few words. Empty: it is computed.
    /// </summary>
    public required IReadOnlyList<string> WaitsFor { get; init; }

    /// <summary>What would be said without it, in a sentence; null where nothing is waited for.</summary>
    public required string? WaitsBecause { get; init; }

    /// <summary>It has no formula and no value until what it waits for can be told.</summary>
    public bool IsWaiting => WaitsFor.Count > 0;

    /// <summary>Why a KPI that waits has no value, for people.</summary>
    internal string WhyWaiting => $"it waits for {string.Join(", ", WaitsFor)}: {WaitsBecause}";

    /// <summary>
    /// The age in days at which items that became overdue are looked at: those that did so many days before a day of the window. Null: the KPI asks for
    /// no cohort.
    /// </summary>
    public required int? CohortAge { get; init; }

    /// <summary>How often to look: weekly, monthly, quarterly or yearly.</summary>
    public required string Review { get; init; }

    public required IReadOnlyList<string> Categories { get; init; }

    public required IReadOnlyList<string> Industries { get; init; }

    /// <summary>Who in a business works with it: collections, finance, billing and the like. May be empty.</summary>
    public required IReadOnlyList<string> Functions { get; init; }

    /// <summary>Ids of KPIs to read beside this one.</summary>
    public required IReadOnlyList<string> Related { get; init; }

    /// <summary>The measures whose events stand behind the number.</summary>
    public required IReadOnlyList<Measure> Drill { get; init; }

    public required KpiAttributes Attributes { get; init; }

    public required IReadOnlyList<string> Pitfalls { get; init; }

    public required IReadOnlyList<string> Levers { get; init; }

    public required IReadOnlyList<KpiQuestionAndAnswer> Questions { get; init; }

    /// <summary>The file it came from.</summary>
    public required string Source { get; init; }

    internal Expression<KpiScope>? NumeratorCode { get; init; }

    internal Expression<KpiScope>? DenominatorCode { get; init; }

    internal Expression<KpiScope>? TimesCode { get; init; }

    internal Expression<KpiScope>? ValueCode { get; init; }

    /// <summary>An error that points at a field of the file.</summary>
    internal Func<string, string, YamlException> Wrong { get; init; } = null!;

    /// <summary>What it must read.</summary>
    internal KpiNeeds Needs { get; init; } = null!;

    /// <summary>Whatever its formulas read, in order of number: the dimensions that all of these have are those that it can be split by.</summary>
    public IReadOnlyList<Measure> Measures => Needs.Measures;

    /// <summary>What it can be split by, beside currency; nothing where it waits.</summary>
    public IEnumerable<Dimension> Dimensions => IsWaiting ? []
        : Dimension.All.Where(d => Measures.All(m => m.Has(d)) && (!Needs.Figures || d == Dimension.Portfolio));

    /// <summary>The first band that takes the value; null where none does.</summary>
    public string? BandOf(decimal value) => Bands.FirstOrDefault(b => b.Code.IsTrue(value))?.Name;

    /// <summary>All that is wrong with a KPI's file, but for whether the KPIs it names exist.</summary>
    public static IReadOnlyList<YamlException> ProblemsOf(string text, string source) => YamlMap.ProblemsOf(problems => Parse(text, source, problems));

    /// <summary>Throws <see cref="YamlException"/> with file, line and what to mend.</summary>
    /// <param name="problems">Takes all that is wrong instead; what is returned then is of use only where it stays empty.</param>
    public static KpiDefinition Parse(string text, string source, List<YamlException>? problems = null)
    {
        var root = YamlMap.Parse(text, source, problems);
        var id = Filled(root, "id");
        if (!IdForm().IsMatch(id)) root.Report("id", $"id is lower-case words joined by underscores, not '{id}'");
        if (!KpiWindow.TryParse(root.Text("window"), out var window))
        {
            window = KpiWindow.Months(1);
            root.Report("window",
                $"window is a span such as 3mo (to {KpiWindow.MonthsMax}mo), 30d (to {KpiWindow.DaysMax}d), or point, not '{root.Text("window")}'");
        }
        var headline = root.TextOrNull("headline_bucket");
        if (headline is not null && !Ageing.BucketNames.Contains(headline)) root.Report("headline_bucket",
            $"headline_bucket is one of {string.Join(", ", Ageing.BucketNames)}, not '{headline}'");
        if (headline is not null && window.Kind == KpiWindowKind.Point) root.Report("headline_bucket", "balances roll over a window: point has none");
        var waitsFor = root.Texts("waits_for");
        if (waitsFor.Any(string.IsNullOrWhiteSpace)) root.Report("waits_for", "waits_for has an empty entry");
        var because = root.TextOrNull("waits_because")?.Trim();
        if (waitsFor.Count > 0 != because is { Length: > 0 })
            root.Report(because is null ? "waits_for" : "waits_because",
                "waits_for and waits_because go together: what is missing, and why nothing is told");
        foreach (var field in waitsFor.Count == 0 ? [] : OfComputed)
            if (root.Has(field)) root.Report(field, $"a KPI that waits for what can't be told yet has no {field}");
        var formula = waitsFor.Count > 0 ? KpiFormula.None : KpiFormula.Parse(root, window, headline is not null);
        var interval = root.TextOrNull("interval") is not null && root.Choice("interval", null, "wilson").Length > 0;
        if (interval && root.IsSound && (formula.Numerator is null || formula.PartsAreAmounts || formula.Times?.Text != "100"))
            root.Report("interval", "interval is of a share of counts: a numerator, a denominator, times: 100 and parts: counts");

        var bounds = root.MapOrNull("bounds");
        var (least, most) = (bounds?.NumberOrNull("least"), bounds?.NumberOrNull("most"));
        if (bounds is { IsSound: true } && least is null && most is null) bounds.Report("bounds are least, most or both");
        if (least > most) bounds!.Report("most", "most is less than least");
        bounds?.Done();

        var details = KpiFormula.DetailsOf(root, window, headline is not null);
        var age = root.WholeOrNull("cohort_age", 1, KpiWindow.DaysMax);
        var needs = KpiNeeds.Of([formula.Numerator, formula.Denominator, formula.Times, formula.Value, .. details.Select(d => d.Code)], age);
        Check(root, needs, age);
        if (!needs.Cohort && age is not null) root.Report("cohort_age", "no formula of the file asks for a cohort, such as cohort_overdue");

        var attributes = root.Map("attributes");
        var definition = new KpiDefinition
        {
            Id = id,
            Source = source,
            Name = Filled(root, "name"),
            Unit = UnitOf(root),
            Window = window,
            LowerIsBetter = root.Choice("better", null, "lower", "higher") == "lower",
            Numerator = formula.Numerator?.Text,
            Denominator = formula.Denominator?.Text,
            Times = formula.Times?.Text,
            Value = formula.Value?.Text,
            Least = least,
            Most = most,
            NumeratorCode = formula.Numerator,
            DenominatorCode = formula.Denominator,
            TimesCode = formula.Times,
            ValueCode = formula.Value,
            PartsAreAmounts = formula.PartsAreAmounts,
            HasInterval = interval,
            HeadlineBucket = headline,
            Details = details,
            Needs = needs,
            Wrong = root.Wrong,
            Target = root.NumberOrNull("target"),
            Bands = BandsOf(root),
            Benchmarks = ListOf(root, "benchmarks", m => new KpiBenchmark(Filled(m, "value"), Filled(m, "applies_to"), Filled(m, "source"))),
            CohortAge = age,
            WaitsFor = waitsFor,
            WaitsBecause = because,
            Review = root.Choice("review", null, "weekly", "monthly", "quarterly", "yearly"),
            Categories = Some(root, "categories"),
            Industries = Some(root, "industries"),
            Functions = root.Texts("functions"),
            Related = root.Texts("related"),
            Drill = waitsFor.Count > 0 ? [] : DrillOf(root),
            Attributes = new KpiAttributes
            {
                Definition = Filled(attributes, "definition"),
                Insights = Some(attributes, "insights"),
                Measurement = Filled(attributes, "measurement"),
                StandardFormula = Filled(attributes, "standard_formula"),
                Trend = Filled(attributes, "trend"),
                DiagnosticQuestions = Some(attributes, "diagnostic_questions"),
                Tips = Some(attributes, "tips"),
                Visualization = Some(attributes, "visualization"),
                Risks = Some(attributes, "risks"),
                Tools = Some(attributes, "tools"),
                Integration = Some(attributes, "integration"),
                ChangeImpact = Some(attributes, "change_impact"),
            },
            Pitfalls = Some(root, "pitfalls"),
            Levers = Some(root, "levers"),
            Questions = ListOf(root, "questions", m => new KpiQuestionAndAnswer(Filled(m, "question"), Filled(m, "answer"))),
        };
        if (root.MapOrNull("crf") is { } crf) definition.Crf = definition.On(crf);
        attributes.Done();
        root.Done();
        return definition;
    }

    /// <summary>What formulas may not ask for, on whatever basis.</summary>
    private static void Check(YamlMap map, KpiNeeds needs, int? age)
    {
        if (needs.Cohort && age is null) map.Report("a formula that asks for a cohort needs cohort_age, the days after which its items are looked at");
        if (needs.Curves.Count > 1) map.Report($"the formulas read {string.Join(" and ", needs.Curves)}: a KPI is read from one curve; make a KPI of each");
    }

    /// <summary>The same KPI on another basis: its formula, window, details and benchmarks are those of the map, and target and bands are none.</summary>
    private KpiDefinition On(YamlMap map)
    {
        var window = Window;
        if (map.TextOrNull("window") is { } span && !KpiWindow.TryParse(span, out window)) map.Report("window", $"window is a span such as 3mo, not '{span}'");
        var formula = KpiFormula.Parse(map, window, hasBucket: false);
        var details = KpiFormula.DetailsOf(map, window, hasBucket: false);
        var benchmarks = ListOf(map, "benchmarks", m => new KpiBenchmark(Filled(m, "value"), Filled(m, "applies_to"), Filled(m, "source")));
        var needs = KpiNeeds.Of([formula.Numerator, formula.Denominator, formula.Times, formula.Value, .. details.Select(d => d.Code)], CohortAge);
        Check(map, needs, CohortAge);
        map.Done();
        return new KpiDefinition
        {
            Id = Id, Source = Source, Name = Name, Unit = Unit, Window = window, LowerIsBetter = LowerIsBetter, Basis = KpiBasis.Crf,
            CohortAge = needs.Cohort ? CohortAge : null,
            Numerator = formula.Numerator?.Text, Denominator = formula.Denominator?.Text, Times = formula.Times?.Text, Value = formula.Value?.Text,
            NumeratorCode = formula.Numerator, DenominatorCode = formula.Denominator, TimesCode = formula.Times, ValueCode = formula.Value,
            PartsAreAmounts = formula.PartsAreAmounts, Least = Least, Most = Most, HasInterval = false, Details = details,
            Needs = needs,
            Wrong = Wrong, Target = null, Bands = [], Benchmarks = benchmarks, Review = Review, Categories = Categories, Industries = Industries,
            Functions = Functions, WaitsFor = [], WaitsBecause = null, Related = Related, Drill = Drill,
            Attributes = Attributes, Pitfalls = Pitfalls, Levers = Levers, Questions = Questions,
        };
    }

    /// <summary>Everything the file says, as <c>catalog ID</c> prints it.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("name", Name);
        json.WriteString("unit", KpiRow.NameOf(Unit));
        json.WriteString("window", Window.ToString());
        if (CohortAge is { } age) json.WriteNumber("cohort_age", age);
        json.WriteString("better", LowerIsBetter ? "lower" : "higher");
        if (IsWaiting)
        {
            WriteTexts(json, "waits_for", WaitsFor);
            json.WriteString("waits_because", WaitsBecause);
        }
        else WriteFormula(json);
        if (Least is not null || Most is not null)
        {
            json.WriteStartObject("bounds");
            if (Least is { } least) json.WriteNumber("least", least);
            if (Most is { } most) json.WriteNumber("most", most);
            json.WriteEndObject();
        }
        if (HasInterval) json.WriteString("interval", "wilson");
        if (HeadlineBucket is not null) json.WriteString("headline_bucket", HeadlineBucket);
        WriteDetails(json);
        if (Target is { } target) json.WriteNumber("target", target); else json.WriteNull("target");
        WriteList(json, "bands", Bands, b => [("name", b.Name), ("when", b.When), ("meaning", b.Meaning), ("source", b.Source)]);
        WriteBenchmarks(json);
        if (Crf is { } crf)
        {
            json.WriteStartObject("crf");
            json.WriteString("window", crf.Window.ToString());
            crf.WriteFormula(json);
            crf.WriteDetails(json);
            crf.WriteBenchmarks(json);
            json.WriteEndObject();
        }
        json.WriteString("review", Review);
        WriteTexts(json, "categories", Categories);
        WriteTexts(json, "industries", Industries);
        WriteTexts(json, "functions", Functions);
        WriteTexts(json, "related", Related);
        WriteTexts(json, "drill", [.. Drill.Select(m => m.Name)]);
        json.WriteStartObject("attributes");
        json.WriteString("definition", Attributes.Definition);
        WriteTexts(json, "insights", Attributes.Insights);
        json.WriteString("measurement", Attributes.Measurement);
        json.WriteString("standard_formula", Attributes.StandardFormula);
        json.WriteString("trend", Attributes.Trend);
        WriteTexts(json, "diagnostic_questions", Attributes.DiagnosticQuestions);
        WriteTexts(json, "tips", Attributes.Tips);
        WriteTexts(json, "visualization", Attributes.Visualization);
        WriteTexts(json, "risks", Attributes.Risks);
        WriteTexts(json, "tools", Attributes.Tools);
        WriteTexts(json, "integration", Attributes.Integration);
        WriteTexts(json, "change_impact", Attributes.ChangeImpact);
        json.WriteEndObject();
        WriteTexts(json, "pitfalls", Pitfalls);
        WriteTexts(json, "levers", Levers);
        WriteList(json, "questions", Questions, q => [("question", q.Question), ("answer", q.Answer)]);
        json.WriteString("source", Source);
        json.WriteEndObject();
    }

    private void WriteFormula(Utf8JsonWriter json)
    {
        json.WriteStartObject("formula");
        if (Value is not null) json.WriteString("value", Value);
        if (Numerator is not null)
        {
            json.WriteString("numerator", Numerator);
            json.WriteString("denominator", Denominator);
            if (Times is not null) json.WriteString("times", Times);
            json.WriteString("parts", PartsAreAmounts ? "amounts" : "counts");
        }
        json.WriteEndObject();
    }

    private void WriteDetails(Utf8JsonWriter json) =>
        WriteList(json, "details", Details, d => [("name", d.Name), ("unit", KpiRow.NameOf(d.Unit)), ("value", d.Value)]);

    private void WriteBenchmarks(Utf8JsonWriter json) =>
        WriteList(json, "benchmarks", Benchmarks, b => [("value", b.Value), ("applies_to", b.AppliesTo), ("source", b.Source)]);

    private static List<Measure> DrillOf(YamlMap root)
    {
        var drill = new List<Measure>();
        foreach (var name in Some(root, "drill"))
            if (MeasureList.ByName.TryGetValue(name, out var measure)) drill.Add(measure);
            else if (!string.IsNullOrWhiteSpace(name))
                root.Report("drill", $"'{name}' is no measure; {(Spelling.Nearest(name, MeasureList.ByName.Keys) is { } near ? $"did you mean {near}? " : "")}"
                    + $"there are {string.Join(", ", MeasureList.ByName.Keys.Order(StringComparer.Ordinal))}");
        return drill;
    }

    /// <summary>Fields that say how a value is computed and shown.</summary>
    private static readonly string[] OfComputed = ["formula", "bounds", "details", "drill", "headline_bucket", "cohort_age"];

    private static List<KpiBand> BandsOf(YamlMap root) => ListOf(root, "bands", m =>
    {
        var code = m.Expression("when", KpiVocabulary.OfValue, ValueKind.Boolean);
        return new KpiBand(Filled(m, "name"), code.Text, Filled(m, "meaning"), Filled(m, "source")) { Code = code };
    });

    private static List<T> ListOf<T>(YamlMap root, string field, Func<YamlMap, T> read)
    {
        var list = new List<T>();
        foreach (var map in root.Maps(field))
        {
            list.Add(read(map));
            map.Done();
        }
        return list;
    }

    internal static KpiUnit UnitOf(YamlMap map) => map.Choice("unit", null, "percent", "days", "ratio", "count", "amount") switch
    {
        "percent" => KpiUnit.Percent,
        "days" => KpiUnit.Days,
        "ratio" => KpiUnit.Ratio,
        "count" => KpiUnit.Count,
        _ => KpiUnit.Amount,
    };

    internal static string Filled(YamlMap map, string field) =>
        map.Text(field) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : Empty(map, field);

    private static string Empty(YamlMap map, string field)
    {
        map.Report(field, $"{field} is empty; write what it is");
        return "";
    }

    private static IReadOnlyList<string> Some(YamlMap map, string field)
    {
        var texts = map.Texts(field);
        if (texts.Count == 0) map.Report($"{field} is missing");
        if (texts.Any(string.IsNullOrWhiteSpace)) map.Report(field, $"{field} has an empty entry; fill it or take it out");
        return texts;
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> list, Func<T, (string Name, string Value)[]> fields)
    {
        json.WriteStartArray(name);
        foreach (var entry in list)
        {
            json.WriteStartObject();
            foreach (var (field, value) in fields(entry)) json.WriteString(field, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    internal static partial Regex IdForm();
}

/// <summary>What formulas read, by the names that they bound, so that an engine reads that and no more.</summary>
/// <param name="Flows">Read over the window.</param>
/// <param name="Opening">Stocks at the end of the eve.</param>
/// <param name="Closing">Stocks at the end of the as-of day.</param>
internal sealed record KpiNeeds(IReadOnlySet<Measure> Flows, bool Opening, bool Closing, bool Unapplied)
{
    /// <summary>All that is open at the end of the last day is asked for, and not only the items of a curve that are.</summary>
    public bool ReadsClosing { get; init; }

    /// <summary>The names of all curves that the formulas read: more than one is a mistake of the file's.</summary>
    public IReadOnlyList<string> Curves { get; init; } = [];

    /// <summary>Of what there is a curve; null: of nothing.</summary>
    public Curve? CurveOf { get; init; }

    /// <summary>A formula asks for a cohort.</summary>
    public bool Cohort { get; init; }

    /// <summary>At which age; null: no formula asks for a cohort.</summary>
    public int? CohortAge { get; init; }

    /// <summary>Figures from other books, which portfolios have and nothing smaller.</summary>
    public bool Figures { get; init; }

    /// <summary>Something is added up over the window too.</summary>
    public bool Sums { get; init; }

    public DateOnly ReadFrom(Measure measure, KpiPeriod period) =>
        measure.IsStanding ? DateOnly.MinValue
        : CurveOf?.Flows.Contains(measure) == true ? CurveOf.ReadFrom(period)
        : CohortAge is { } age && KpiCohort.Reads(measure) ? KpiCohort.ReadFrom(period, age)
        : period.First;

    /// <summary>Money, and so a row for each currency.</summary>
    public bool HasMoney => Opening || Closing || Flows.Any(m => !m.IsWithoutMoney);

    /// <summary>In order of number.</summary>
    public IReadOnlyList<Measure> Measures { get; } =
    [
        .. Flows.Concat(Opening || Closing ? [ReceivableChapter.ExposureStock] : []).Concat(Unapplied ? [ReceivableChapter.UnappliedStock] : [])
            .Distinct().OrderBy(m => m.Number),
    ];

    public static KpiNeeds Of(IEnumerable<Expression<KpiScope>?> formulas, int? cohortAge)
    {
        var words = formulas.OfType<Expression<KpiScope>>().SelectMany(f => f.Names.Concat(f.Functions)).ToHashSet(StringComparer.Ordinal);
        var rolls = words.Overlaps(["to", "cured", "charged_off"]);
        var flows = words.Where(MeasureList.ByName.ContainsKey).Select(w => MeasureList.ByName[w])
            .Where(m => !m.IsStock).ToHashSet();
        if (words.Contains("fell_overdue")) flows.Add(ReceivableChapter.ExposureStock);
        if (rolls) flows.Add(WriteOffChapter.WrittenOff);
        var curves = words.Overlaps(KpiVocabulary.OfCurves) ? Curve.All.Where(c => words.Contains(c.Name)).ToList() : [];
        var curve = curves.FirstOrDefault();
        if (curve is not null) flows.UnionWith(curve.Flows);
        var cohort = words.Where(KpiVocabulary.OfCohorts.ContainsKey).ToList();
        foreach (var word in cohort) flows.UnionWith(KpiVocabulary.OfCohorts[word]);
        // Of what stands without money nothing is open.
        var ofOpen = words.Overlaps(KpiVocabulary.OpenStocks);
        var closing = rolls || words.Contains("count_back") || (words.Contains("end") && ofOpen);
        return new KpiNeeds(
            flows,
            Opening: rolls || words.Overlaps(["overdue_at_start", "fell_overdue"]) || (words.Contains("start") && ofOpen),
            Closing: curve is { ReadsOpenItems: true } || closing,
            Unapplied: words.Contains(KpiVocabulary.Unapplied))
        {
            ReadsClosing = closing,
            CurveOf = curve, Curves = [.. curves.Select(c => c.Name)], Sums = words.Overlaps(["sum", "count", "sum_days", "median_days"]),
            Cohort = cohort.Count > 0, CohortAge = cohort.Count > 0 ? cohortAge : null,
            Figures = words.Overlaps([KpiVocabulary.Figure, KpiVocabulary.FigureOr]),
        };
    }
}
