using System.Globalization;
using System.Text.Json;
using Recoup.Core.Cells;
using Recoup.Core.Foundation;

namespace Recoup.Core.Measures;

/// <summary>A part of a change.</summary>
/// <param name="Part">Which effect (<see cref="KpiBridge.Rate"/> and so on), or the kind of the events that made it.</param>
/// <param name="Segment">Of what, by the dimensions of the question; null: not known, or of all.</param>
/// <param name="Amount">Rounded as the values are, in their unit.</param>
public sealed record KpiBridgePart(string Part, string? Segment, decimal Amount);

/// <summary>What is asked of a bridge.</summary>
public sealed record KpiBridgeQuestion(KpiDefinition Kpi, DateOnly From, DateOnly To)
{
    /// <summary>By what the parts are told apart; of a bridge between days one at least.</summary>
    public IReadOnlyList<Dimension> By { get; init; } = [];

    public IReadOnlyDictionary<Dimension, string> Only { get; init; } = new Dictionary<Dimension, string>();

    public KpiWindow? Window { get; init; }

    /// <summary>Null: the one there is.</summary>
    public string? Currency { get; init; }

    internal KpiQuestion On(DateOnly day, IReadOnlyList<Dimension> by) => new(day) { Kpis = [Kpi.Id], By = by, Only = Only, Window = Window };

    /// <summary>Why the KPI has no bridge, for people; null: nothing in its formula is against it.</summary>
    public string? WhyNot()
    {
        if (Kpi.IsWaiting) return $"{Kpi.Id} has no bridge: {Kpi.WhyWaiting}";
        var formulas = new[] { Kpi.NumeratorCode, Kpi.DenominatorCode, Kpi.ValueCode }.OfType<Expression<KpiScope>>().ToList();
        var functions = formulas.SelectMany(f => f.Functions).ToHashSet(StringComparer.Ordinal);
        if (functions.Overlaps(KpiVocabulary.OfCurves))
            return $"{Kpi.Id} has no bridge: it is read from a curve over items, and medians do not add or subtract; compare its figures by segment";
        if (functions.Contains("count_back"))
            return $"{Kpi.Id} has no bridge: it counts back month by month over all receivables, so that no part of it is a segment's; dso has one";
        if (Kpi.HeadlineBucket is not null)
            return $"{Kpi.Id} has no bridge: it has a row for each ageing bucket, and what rolled is told by due day, which does not add up over segments";
        if (Kpi.ValueCode is not null && Kpi.Unit is not (KpiUnit.Amount or KpiUnit.Count))
            return $"{Kpi.Id} has no bridge: its formula is a value in {KpiRow.NameOf(Kpi.Unit)} and no quotient, and such figures do not add up over segments";
        if (formulas.SelectMany(f => f.Functions).FirstOrDefault(f => !KpiBridge.Linear.Contains(f)) is { } bent)
            return $"{Kpi.Id} has no bridge: its formula has {bent}, and what that gives does not add up over segments";
        return new KpiQuestion(To) { By = By, Only = Only }.WhyNot(Kpi);
    }
}

/// <summary>
/// Why a figure changed: parts that add up to the change, to its last digit. Between two days a quotient is the sum of w·r over segments, w a segment's
/// share of the denominator and r its own figure; with midpoints the change of r gives the rate effect mean(w)·dr, that of w the mix effect
/// dw·(mean(r) - mean(R)), R of all, and nothing is left over. A figure that is a sum has the change of each segment. Between two instants at which
/// one day was known the parts are those of the events recorded between.
/// </summary>
public sealed record KpiBridge
{
    /// <summary>A segment's own figure changed.</summary>
    public const string Rate = "rate";

    /// <summary>Its share of the denominator changed.</summary>
    public const string Mix = "mix";

    /// <summary>It has a numerator and no denominator, as receivables without sales in the window: what that adds to the figure changed.</summary>
    public const string NoDenominator = "no_denominator";

    /// <summary>Of a figure that is a sum: what the segment has of it changed.</summary>
    public const string Volume = "volume";

    /// <summary>Functions of which a sum over segments is that of all.</summary>
    internal static readonly IReadOnlySet<string> Linear =
        new HashSet<string>(["sum", "count", "start", "end", "sum_issued_before", "sum_days", "mean"], StringComparer.Ordinal);

    private const int Places = 6;

    private KpiBridge() { }

    public required KpiRow From { get; init; }

    public required KpiRow To { get; init; }

    /// <summary>Rounded to six places, or to the currency's digits where it is an amount; null: there is no value.</summary>
    public required decimal? FromValue { get; init; }

    public required decimal? ToValue { get; init; }

    public required IReadOnlyList<KpiBridgePart> Parts { get; init; }

    /// <summary>Why there are no parts, for people; null: there are, or nothing changed.</summary>
    public string? NoParts { get; init; }

    /// <summary>The instants at which it was known; null for a bridge between days.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Known { get; init; }

    private bool IsAmount => To.Unit == KpiUnit.Amount;

    /// <summary>Between two days. Null, and the problem for people, where there is none.</summary>
    public static KpiBridge? Between(KpiEngine engine, KpiBridgeQuestion question, out string problem)
    {
        if (Ends(question, engine, engine, out problem) is not var (from, to)) return null;
        if (NoValue(from, to) is { } none) return Of(from, to, [], none);
        var before = Groups(engine.Answer(question.On(question.From, question.By)), question, from.Currency);
        var after = Groups(engine.Answer(question.On(question.To, question.By)), question, to.Currency);
        if (!AddsUp(before.Values, from) || !AddsUp(after.Values, to)) return Of(from, to, [], Nonlinear(question));
        var parts = new List<KpiBridgePart>();
        foreach (var group in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var (b, a) = (before.GetValueOrDefault(group), after.GetValueOrDefault(group));
            var name = (a ?? b)!.Name;
            if (question.Kpi.ValueCode is not null)
            {
                parts.Add(new KpiBridgePart(Volume, name, (a?.Numerator ?? 0) - (b?.Numerator ?? 0)));
                continue;
            }
            var (w0, r0, u0) = Share(b, from);
            var (w1, r1, u1) = Share(a, to);
            if (r0 is not null || r1 is not null)
            {
                // Without a denominator on one of the days it has no figure of its own then, so that nothing of the change is that of its figure.
                var (was, now) = (r0 ?? r1!.Value, r1 ?? r0!.Value);
                parts.Add(new KpiBridgePart(Rate, name, (w0 + w1) / 2 * (now - was)));
                parts.Add(new KpiBridgePart(Mix, name, (w1 - w0) * (((was + now) / 2) - ((from.Value!.Value + to.Value!.Value) / 2))));
            }
            if (u1 != u0) parts.Add(new KpiBridgePart(NoDenominator, name, u1 - u0));
        }
        return Of(from, to, parts, null);
    }

    /// <summary>
    /// One day as it was known at two instants. A part of a quotient n/d is dn·mean(1/d) - mean(n)·dd/(d0·d1), with what its events added to n and to d:
    /// none of them comes before another, and their sum is the change.
    /// </summary>
    /// <param name="then">As it was known first.</param>
    /// <param name="now">As it was known later.</param>
    /// <param name="between">What the events recorded between add, by kind.</param>
    public static KpiBridge? Restated(KpiEngine then, KpiEngine now, IReadOnlyDictionary<string, KpiEngine> between,
        KpiBridgeQuestion question, out string problem)
    {
        if (Ends(question, then, now, out problem) is not var (from, to)) return null;
        if (NoValue(from, to) is { } none) return Of(from, to, [], none);
        var parts = new List<KpiBridgePart>();
        decimal numerators = 0, denominators = 0;
        foreach (var (kind, engine) in between.OrderBy(b => b.Key, StringComparer.Ordinal))
            foreach (var group in Groups(engine.Answer(question.On(question.To, question.By)), question, to.Currency).Values
                .OrderBy(g => g.Name, StringComparer.Ordinal))
            {
                numerators += group.Numerator;
                denominators += group.Denominator;
                if (group.Numerator == 0 && group.Denominator == 0) continue;
                parts.Add(new KpiBridgePart(kind, group.Name, question.Kpi.ValueCode is not null ? group.Numerator : EffectOf(group, from, to)));
            }
        var isSum = question.Kpi.ValueCode is not null;
        if (numerators != (isSum ? to.Value - from.Value : to.Numerator - from.Numerator) || (!isSum && denominators != to.Denominator - from.Denominator))
            return Of(from, to, [], Nonlinear(question));
        return Of(from, to, parts, null);
    }

    private static decimal EffectOf(Group group, KpiRow from, KpiRow to)
    {
        var (n0, d0, n1, d1) = (from.Numerator!.Value, from.Denominator!.Value, to.Numerator!.Value, to.Denominator!.Value);
        return to.Times!.Value * ((group.Numerator * ((1 / d0) + (1 / d1)) / 2) - ((n0 + n1) / 2 * group.Denominator / d0 / d1));
    }

    // --- what it is made of ---

    /// <param name="Name">Null: not known.</param>
    private sealed record Group(string? Name, decimal Numerator, decimal Denominator);

    private static (decimal Weight, decimal? Figure, decimal Without) Share(Group? group, KpiRow all) =>
        group is null ? (0, null, 0)
        : group.Denominator == 0 ? (0, null, group.Numerator * all.Times!.Value / all.Denominator!.Value)
        : (group.Denominator / all.Denominator!.Value, group.Numerator * all.Times!.Value / group.Denominator, 0);

    /// <summary>By what tells them apart; a figure that is a sum is the numerator.</summary>
    private static Dictionary<string, Group> Groups(IReadOnlyList<KpiRow> rows, KpiBridgeQuestion question, string? currency)
    {
        var groups = new Dictionary<string, Group>(StringComparer.Ordinal);
        foreach (var row in rows.Where(r => r.Currency == currency && r.NoValue != KpiRow.NothingRecorded))
        {
            var values = question.By.Select(row.Of).ToList();
            var name = values.All(string.IsNullOrEmpty) ? null : string.Join(" / ", values.Select(v => string.IsNullOrEmpty(v) ? "not known" : v));
            var key = string.Join('\u001f', values);
            var sum = groups.GetValueOrDefault(key) ?? new Group(name, 0, 0);
            var numerator = question.Kpi.ValueCode is null ? row.Numerator : row.Figure;
            groups[key] = sum with { Numerator = sum.Numerator + (numerator ?? 0), Denominator = sum.Denominator + (row.Denominator ?? 0) };
        }
        return groups;
    }

    private static bool AddsUp(IReadOnlyCollection<Group> groups, KpiRow all) => all.Numerator is null
        ? groups.Sum(g => g.Numerator) == all.Value
        : groups.Sum(g => g.Numerator) == all.Numerator && groups.Sum(g => g.Denominator) == all.Denominator;

    private static string Nonlinear(KpiBridgeQuestion question) =>
        $"what its formula, {question.Kpi.Value ?? $"{question.Kpi.Numerator} over {question.Kpi.Denominator}"}, gives by part does not add up to that of all";

    private static (KpiRow From, KpiRow To)? Ends(KpiBridgeQuestion question, KpiEngine first, KpiEngine last, out string problem)
    {
        problem = question.WhyNot() ?? "";
        if (problem.Length > 0) return null;
        var (before, after) = (first.Answer(question.On(question.From, [])), last.Answer(question.On(question.To, [])));
        var currencies = before.Concat(after).Select(r => r.Currency).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (question.Currency is { } wanted && !currencies.Contains(wanted))
            problem = $"{question.Kpi.Id} has no figure in {wanted}{(currencies.Count == 0 ? "" : $"; there are {string.Join(", ", currencies)}")}";
        else if (question.Currency is null && currencies.Count > 1)
            problem = $"{question.Kpi.Id} has figures in {string.Join(", ", currencies)}, which are never added up; name one currency";
        if (problem.Length > 0) return null;
        var currency = question.Currency ?? currencies.FirstOrDefault();
        KpiRow Of(IReadOnlyList<KpiRow> rows) => rows.FirstOrDefault(r => r.Currency == currency)
            ?? rows[0] with { Currency = currency, Value = null, NoValue = KpiRow.NothingRecorded, Numerator = null, Denominator = null };
        return (Of(before), Of(after));
    }

    private static string? NoValue(KpiRow from, KpiRow to) =>
        from.Value is null ? $"the first figure has no value: {from.NoValue}" : to.Value is null ? $"the last figure has no value: {to.NoValue}" : null;

    // --- rounding ---

    private static KpiBridge Of(KpiRow from, KpiRow to, IReadOnlyList<KpiBridgePart> parts, string? noParts)
    {
        var places = to.Unit == KpiUnit.Amount && to.Currency is { } currency ? Foundation.Currency.Of(currency).Digits : Places;
        decimal? Rounded(decimal? value) => value is { } v ? Math.Round(v, places, MidpointRounding.AwayFromZero) : null;
        var (first, last) = (Rounded(from.Value), Rounded(to.Value));
        return new KpiBridge
        {
            From = from, To = to, FromValue = first, ToValue = last, NoParts = noParts,
            Parts = noParts is null ? LargestRemainder(parts, last!.Value - first!.Value, places) : [],
        };
    }

    /// <summary>The same to fewer places, as a page prints it: the parts add up to the change of the printed values.</summary>
    /// <param name="places">Of an amount its currency's at most, of any other figure six.</param>
    public KpiBridge ToPlaces(int places)
    {
        decimal? Rounded(decimal? value) => value is { } v ? Math.Round(v, places, MidpointRounding.AwayFromZero) : null;
        var (first, last) = (Rounded(From.Value), Rounded(To.Value));
        return this with
        {
            FromValue = first,
            ToValue = last,
            Parts = first is null || last is null ? Parts : LargestRemainder(Parts, last.Value - first.Value, places),
        };
    }

    /// <summary>
    /// Rounds parts so that they add up to a total: each is cut down to its last place, and what is missing is given in units of that place to those
    /// with the largest rests, at equal ones in order of segment and part.
    /// </summary>
    /// <param name="places">Of the total too.</param>
    internal static IReadOnlyList<KpiBridgePart> LargestRemainder(IReadOnlyList<KpiBridgePart> parts, decimal total, int places)
    {
        if (parts.Count == 0) return parts;
        decimal unit = 1;
        for (var i = 0; i < places; i++) unit /= 10;
        var cut = parts.Select(p => Math.Floor(p.Amount / unit)).ToArray();
        var order = Enumerable.Range(0, parts.Count).OrderByDescending(i => (parts[i].Amount / unit) - cut[i])
            .ThenBy(i => parts[i].Segment, StringComparer.Ordinal).ThenBy(i => parts[i].Part, StringComparer.Ordinal).ToArray();
        var missing = (int)((total / unit) - cut.Sum());
        for (var i = 0; missing > 0; i = (i + 1) % order.Length, missing--) cut[order[i]]++;
        for (var i = order.Length - 1; missing < 0; i = i == 0 ? order.Length - 1 : i - 1, missing++) cut[order[i]]--;
        return [.. parts.Select((p, i) => p with { Amount = cut[i] * unit })];
    }

    // --- how it is written ---

    /// <summary>The bridge of the contract: amounts are decimal strings in major units, other figures numbers to six places.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kpi", To.Kpi);
        json.WriteString("from", Day(From.AsOf));
        json.WriteString("to", Day(To.AsOf));
        if (Known is var (first, last))
        {
            json.WriteString("known_from", Instant(first));
            json.WriteString("known_to", Instant(last));
        }
        json.WriteString("currency", To.Currency);
        json.WriteString("unit", KpiRow.NameOf(To.Unit));
        Write(json, "from_value", FromValue);
        Write(json, "to_value", ToValue);
        Write(json, "change", ToValue - FromValue);
        json.WriteStartArray("parts");
        foreach (var part in Parts)
        {
            json.WriteStartObject();
            json.WriteString("part", part.Part);
            json.WriteString("segment", part.Segment);
            Write(json, "amount", part.Amount);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (NoParts is not null) json.WriteString("no_parts", NoParts);
        json.WriteEndObject();
    }

    /// <summary>A figure of it as tables show it; null for no value.</summary>
    public string? Text(decimal? figure) => To.Text(figure, IsAmount);

    private void Write(Utf8JsonWriter json, string name, decimal? figure)
    {
        if (figure is not { } f) json.WriteNull(name);
        else if (IsAmount) json.WriteString(name, Text(f));
        else json.WriteNumber(name, decimal.Parse(Text(f)!, CultureInfo.InvariantCulture));
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
