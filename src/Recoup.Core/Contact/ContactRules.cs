using NodaTime;
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

/// <summary>A pack of rules. The strictest of those that bind wins.</summary>
public sealed class ContactRules
{
    /// <summary>Rules of these kinds have no numbers of their own: the state says whether they bite.</summary>
    public static readonly IReadOnlyList<string> Kinds = ["erased", "opt_out", "hold", "no_address", "undeliverable", "cap", "holiday", "window"];

    private ContactRules(string pack, IReadOnlyList<ContactRule> rules)
    {
        Pack = pack;
        Rules = rules;
    }

    public string Pack { get; }

    public IReadOnlyList<ContactRule> Rules { get; }

    /// <summary>Whether a rule forbids one address or channel, and another may do: that is nothing to wait for.</summary>
    public bool IsAboutAddress(string rule) => Rules.Any(r => r.Id == rule && r.Kind is "opt_out" or "no_address" or "undeliverable");

    /// <summary>Throws <see cref="YamlException"/> with the place of what is wrong.</summary>
    public static ContactRules Parse(string text, string source)
    {
        var root = YamlMap.Parse(text, source);
        var pack = root.Text("pack");
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
                if (!Channel.All.Contains(channel)) throw map.Wrong("channels", $"'{channel}' is none of {string.Join(", ", Channel.All)}");
            foreach (var purpose in rule.Purposes)
                if (!Purpose.All.Contains(purpose)) throw map.Wrong("purposes", $"'{purpose}' is none of {string.Join(", ", Purpose.All)}");
            if (kind == "window") rule = rule with { From = Time(map, "from"), To = Time(map, "to") };
            if (kind == "window" && rule.From >= rule.To) throw map.Wrong("to", "must be later than from");
            if (kind == "cap") rule = rule with { Contacts = map.Whole("contacts", 1, 1000), Days = map.Whole("days", 1, ContactState.RecentDays) };
            if (rules.Exists(r => r.Id == rule.Id)) throw map.Wrong("id", $"'{rule.Id}' stands twice");
            map.Done();
            rules.Add(rule);
        }
        root.Done();
        foreach (var kind in new[] { "erased", "opt_out", "hold", "no_address", "undeliverable" })
            if (!rules.Exists(r => r.Kind == kind)) throw root.Wrong($"a pack must have a rule of kind {kind}: without it there would be contacts that must never be");
        return new ContactRules(pack, rules);
    }

    private static LocalTime Time(YamlMap map, string field)
    {
        var parsed = NodaTime.Text.LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(map.Text(field));
        return parsed.Success ? parsed.Value : throw map.Wrong(field, $"{field} takes a time such as 08:00");
    }
}
