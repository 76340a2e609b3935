using Recoup.Connectors.Documents;
using Recoup.Connectors.Files;
using Recoup.Connectors.Mail;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Core.Policies;
using Recoup.Core.Workspace;

namespace Recoup.Tests.Catalog;

/// <summary>
/// Whatever somebody does to a file: reading all that is wrong with it finds something exactly where reading it as ever
/// refuses it, and what reading refuses is among what was found.
/// </summary>
public sealed class ProblemProperties
{
    private static readonly (string Sort, string Text)[] Files =
    [
        ("policy", ShippedPolicies.DefaultText), ("rules", ShippedPolicies.ContactRulesText), .. KpiCatalog.ShippedTexts().Select(t => ("kpi", t.Text)).Take(3),
        ("mapping", File.ReadAllText(Path.Combine(Repository.Root, "catalog/mappings/receivables.yaml"))), ("mapping",
            File.ReadAllText(Path.Combine(Repository.Root, "catalog/mappings/late-payment-histories.yaml"))),
                ("words", File.ReadAllText(Path.Combine(Repository.Root, "catalog/documents/de.yaml"))),
    ];

    [Fact]
    public void All_problems_are_found_where_the_first_is()
    {
        var random = new Random(20260407);
        var wrong = 0;
        for (var i = 0; i < 600; i++)
        {
            var (sort, text) = Files[i % Files.Length];
            var harmed = Harm(text, random, 1 + i % 3);
            var all = Problems(sort, harmed);
            var first = First(sort, harmed);
            (all.Count == 0).ShouldBe(first is null, $"{sort}: {first}\n{string.Join('\n', all)}\n{harmed}");
            if (first is null) continue;
            wrong++;
            all.ShouldContain(first, harmed);
        }
        wrong.ShouldBeGreaterThan(200);
    }

    private static string Harm(string text, Random random, int times)
    {
        var lines = text.Split('\n').ToList();
        for (var i = 0; i < times; i++)
        {
            var at = random.Next(lines.Count);
            var line = lines[at];
            switch (random.Next(6))
            {
                case 0: lines.RemoveAt(at); break;
                case 1: lines.Insert(at, line); break;
                case 2 when line.Contains(':'): lines[at] = line.Replace(":", "s:", StringComparison.Ordinal); break;
                case 3 when line.Length > 2: lines[at] = line.Remove(random.Next(1, line.Length), 1); break;
                case 4 when line.Contains(": "): lines[at] = line[..(line.IndexOf(": ", StringComparison.Ordinal) + 2)] + "[x, y]"; break;
                case 5 when line.Length > 2: lines[at] = line.Insert(random.Next(line.Length), ((char)random.Next('!', '~')).ToString()); break;
                default: lines[at] = line + " x"; break;
            }
        }
        return string.Join('\n', lines);
    }

    private static List<string> Problems(string sort, string text) => [.. (sort switch
    {
        "policy" => Policy.ProblemsOf(text, "f", null),
        "rules" => ContactRules.ProblemsOf(text, "f"),
        "kpi" => KpiDefinition.ProblemsOf(text, "f"),
        "mapping" => YamlMap.ProblemsOf(noted => Mapping.Parse(text, "f", noted)),
        _ => DocumentWordBook.ProblemsOf("documents/de.yaml", text),
    }).Select(e => e.Text)];

    private static string? First(string sort, string text)
    {
        try
        {
            switch (sort)
            {
                case "policy": Policy.Parse(text, "f"); break;
                case "rules": ContactRules.Parse(text, "f"); break;
                case "kpi": KpiDefinition.Parse(text, "f"); break;
                case "mapping": Mapping.Parse(text, "f"); break;
                default: _ = new DocumentWords("de", text, "f", DocumentWords.Of("de")); break;
            }
            return null;
        }
        catch (YamlException e) { return e.Text; }
    }

    [Fact]
    public void A_template_is_usable_exactly_where_nothing_is_wrong_with_it()
    {
        var random = new Random(7);
        var shipped = TemplateWriter.ShippedFiles().ToList();
        for (var i = 0; i < 300; i++)
        {
            var (path, text) = shipped[random.Next(shipped.Count)];
            var file = new CatalogFile("templates/" + path, Harm(text, random, 1 + i % 2));
            var wrong = new List<string>();
            var usable = TemplateFiles.Usable([file], [], (_, line, what) => wrong.Add($"{line}: {what}"));
            usable.Count.ShouldBe(wrong.Count == 0 ? 1 : 0, $"{path}\n{string.Join('\n', wrong)}\n{file.Text}");
            string? first = null;
            try { _ = new TemplateWriter(TemplateFiles.Of([file])); }
            catch (TemplateException e) { first = $"{e.Line}: {e.Text}"; }
            (first is null).ShouldBe(wrong.Count == 0, file.Text);
            if (first is not null) wrong.ShouldContain(first);
        }
    }

    [Fact]
    public void The_policy_in_force_on_a_day_is_the_last_adopted_for_the_latest_day_up_to_it()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var adopted = new Adopted();
            var start = new DateOnly(2026, 1, 1);
            var froms = Enumerable.Range(0, random.Next(1, 8)).Select(_ => start.AddDays(random.Next(10))).ToList();
            for (var i = 0; i < froms.Count; i++)
                adopted.Apply(new JournalRow
                {
                    Partition = 64, Seq = i
                        + 1, Prior = i, Party = "", Account = "", Kind = "policy_adopted", Version = 1, EffectiveOn = start, RecordedOn = start,
                    RecordedAt = 0, Actor = "ann", Cause = "", WorkspaceSeq = i + 1, Payload = [],
                }, new WorkspaceEvent.PolicyAdopted(i + 1, $"d{i}", $"policy: p{i}\n") { From = froms[i] });
            for (var day = start.AddDays(-1); day < start.AddDays(12); day = day.AddDays(1))
            {
                var until = froms.Where(f => f <= day).ToList();
                int? expected = until.Count == 0 ? null : froms.LastIndexOf(until.Max()) + 1;
                (adopted.PolicyOn(day)?.Version ?? 0).ShouldBe(expected ?? 0);
            }
        }
    }
}
