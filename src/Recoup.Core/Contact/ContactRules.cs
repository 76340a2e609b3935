using NodaTime;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Contact;

/// <summary>A rule of contact as a pack has it: who, when, how often, with its source.</summary>
public sealed record ContactRule(string Id, string Text, string Source, string Kind)
{
    public DateOnly? EffectiveFrom { get; init; }

    /// <summary>Channels it binds; empty: all.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>What a contact must be for so that the rule binds it: dunning, invoice or statement; empty: any.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = [];

    /// <summary>business or consumer; null: both.</summary>
    public string? Party { get; init; }

    /// <summary>first or third (who collects); null: both.</summary>
    public string? Collector { get; init; }

    /// <summary>For kind window: contact only from this local time…</summary>
    public LocalTime From { get; init; }

    /// <summary>…and before this one.</summary>
    public LocalTime To { get; init; }

    /// <summary>For kind cap: at most so many outbound contacts…</summary>
    public int Contacts { get; init; }

    /// <summary>…in so many consecutive days.</summary>
    public int Days { get; init; }

    public bool Binds(ContactRequest request) =>
        (Channels.Count == 0 || Channels.Contains(request.Channel))
        && (Purposes.Count == 0 || Purposes.Contains(request.Purpose))
        && (EffectiveFrom is not { } from || request.Today >= from)
        && (Party is null || Party == request.Party)
        && (Collector is null || Collector == request.Collector);
}

/// <summary>
/// The rules of contact that bind: those of one pack, or of several beside each other. The strictest of those that bind wins.
/// </summary>
public sealed class ContactRules
{
    /// <summary>Rules of these kinds have no numbers of their own: the state says whether they bite.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["erased", "opt_out", "hold", "no_address", "undeliverable", "cap", "holiday", "window"];

    /// <summary>Without a rule of each there would be contacts that must never be.</summary>
    private static readonly string[] KindsThatMustBe = ["erased", "opt_out", "hold", "no_address", "undeliverable"];

    private ContactRules(string pack, IReadOnlyList<string> editions, bool beside, IReadOnlyList<ContactRule> rules, string text)
    {
        Pack = pack;
        Editions = editions;
        Beside = beside;
        Rules = rules;
        Text = text;
    }

    /// <summary>The pack's name; of several, all of them.</summary>
    public string Pack { get; }

    /// <summary>Of each pack the name and the digest of its text.</summary>
    public IReadOnlyList<string> Editions { get; }

    /// <summary>It binds beside the shipped pack, not in its place.</summary>
    public bool Beside { get; }

    public IReadOnlyList<ContactRule> Rules { get; }

    /// <summary>Whether a rule forbids one address or channel, and another may do: that is nothing to wait for.</summary>
    public bool IsAboutAddress(string rule) => Rules.Any(r => r.Id == rule && r.Kind is "opt_out" or "no_address" or "undeliverable");

    /// <summary>The most contacts like the one proposed that the caps which bind it leave in so many days; null: none binds it.</summary>
    public int? MostWithin(int days, ContactRequest request)
    {
        int? most = null;
        foreach (var rule in Rules)
            if (rule.Kind == "cap" && rule.Binds(request) && (int)((long)rule.Contacts * days / rule.Days) is var here && !(most <= here)) most = here;
        return most;
    }

    /// <summary>The file, of one pack; of several, all of them.</summary>
    public string Text { get; }

    /// <summary>Packs that bind beside each other. Throws <see cref="YamlException"/> where one can't be read.</summary>
    public static ContactRules Together(IReadOnlyList<CatalogFile> files)
    {
        var packs = files.Select(f => Parse(f.Text, f.Path)).ToList();
        if (packs.Count == 1) return packs[0];
        return new ContactRules(string.Join('+', packs.Select(p => p.Pack)), [.. packs.SelectMany(p => p.Editions)], false,
            [.. packs.SelectMany(p => p.Rules)], string.Join('\n', packs.Select(p => p.Text)));
    }

    /// <summary>All that is wrong with a pack's file; none: it can be adopted.</summary>
    public static IReadOnlyList<YamlException> ProblemsOf(string text, string source) => YamlMap.ProblemsOf(problems => Parse(text, source, problems));

    /// <summary>Throws <see cref="YamlException"/> with the place of what is wrong.</summary>
    /// <param name="problems">Takes all that is wrong instead; what is returned then is of use only where it stays empty.</param>
    public static ContactRules Parse(string text, string source, List<YamlException>? problems = null)
    {
        var root = YamlMap.Parse(text, source, problems);
        var pack = root.Text("pack");
        var beside = root.Flag("beside", otherwise: false);
        root.TextOrNull("about");
        var rules = new List<ContactRule>();
        foreach (var map in root.Maps("rules"))
        {
            var kind = map.Choice("kind", null, [.. Kinds]);
            var rule = new ContactRule(map.Text("id"), map.Text("text"), map.Text("source"), kind)
            {
                EffectiveFrom = map.DateOrNull("effective_from"),
                Channels = map.Texts("channels"),
                Purposes = map.Texts("purposes"),
                Party = map.Has("party") ? map.Choice("party", null, "business", "consumer") : null,
                Collector = map.Has("collector") ? map.Choice("collector", null, "first", "third") : null,
            };
            foreach (var channel in rule.Channels)
                if (!Channel.All.Contains(channel)) map.Report("channels", $"'{channel}' is none of {string.Join(", ", Channel.All)}");
            foreach (var purpose in rule.Purposes)
                if (!Purpose.All.Contains(purpose)) map.Report("purposes", $"'{purpose}' is none of {string.Join(", ", Purpose.All)}");
            if (kind == "window" && map.IsSound) rule = rule with { From = Time(map, "from"), To = Time(map, "to") };
            if (kind == "window" && map.IsSound && rule.From >= rule.To) map.Report("to", "must be later than from");
            if (kind == "cap") rule = rule with { Contacts = map.Whole("contacts", 1, 1000), Days = map.Whole("days", 1, ContactSlice.RecentDays) };
            if (map.IsSound && rules.Exists(r => r.Id == rule.Id)) map.Report("id", $"'{rule.Id}' stands twice");
            if (map.IsSound || kind != "window") map.Done();
            rules.Add(rule);
        }
        root.Done();
        foreach (var kind in KindsThatMustBe)
            if (!beside && root.IsSound && !rules.Exists(r => r.Kind == kind))
                root.Report($"a pack must have a rule of kind {kind}: without it there would be contacts that must never be. A pack that only adds "
                    + $"rules to the shipped one says beside: true");
        if (rules.Count == 0 && root.IsSound) root.Report("rules are missing");
        return new ContactRules(pack, [CatalogFile.EditionOf(pack, CatalogFile.DigestOf(text))], beside, rules, text);
    }

    private static LocalTime Time(YamlMap map, string field)
    {
        var parsed = NodaTime.Text.LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(map.Text(field));
        if (!parsed.Success) map.Report(field, $"{field} takes a time such as 08:00");
        return parsed.Success ? parsed.Value : default;
    }
}
