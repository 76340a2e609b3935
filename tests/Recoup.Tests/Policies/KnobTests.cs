using System.Globalization;
using System.Text.RegularExpressions;
using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Policies;
using Recoup.Core.Receivables;
using YamlDotNet.RepresentationModel;
using static Recoup.Tests.Policies.PartyBench;

namespace Recoup.Tests.Policies;

/// <summary>
/// No knob is connected to nothing: each number, condition and choice of the shipped policy and of the shipped rules
/// is turned, one at a time, and some decision about some customer must come out otherwise.
/// </summary>
public sealed partial class KnobTests
{
    // --- the policy ---

    public sealed record Knob(string Place, IReadOnlyList<string> Turned)
    {
        public override string ToString() => Place;
    }

    public static TheoryData<Knob> PolicyKnobs()
    {
        var data = new TheoryData<Knob>();
        foreach (var knob in PolicyKnobsOf(ShippedPolicies.DefaultText)) data.Add(knob);
        return data;
    }

    [Fact]
    public void There_are_as_many_knobs_as_the_file_has()
    {
        PolicyKnobsOf(ShippedPolicies.DefaultText).Count().ShouldBeGreaterThan(110);
        RuleKnobsOf(ShippedPolicies.ContactRulesText).Count().ShouldBeGreaterThan(14);
    }

    [Theory]
    [MemberData(nameof(PolicyKnobs))]
    public void Turning_a_knob_of_the_policy_changes_a_decision(Knob knob)
    {
        var usable = 0;
        foreach (var text in knob.Turned)
        {
            Policy policy;
            try { policy = Policy.Parse(text, knob.Place); }
            catch (YamlException) { continue; }
            usable++;
            for (var i = 0; i < Parties.Count; i++)
                if (Story(policy, Parties[i]) != AsShipped.Value[i]) return;
        }
        Assert.Fail(usable == 0 ? $"{knob.Place}: no turn of it is a policy" : $"{knob.Place} can be turned and nobody is treated otherwise");
    }

    [Fact]
    public void Turning_the_volume_stop_changes_when_a_run_stops_itself()
    {
        // The last eleven days, the oldest first.
        static (DateOnly, int)[] Runs(int times) =>
            [.. new[] { 200, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10 }.Select((others, i) => (Due.AddDays(i - 11), others * times))];
        var shipped = ShippedPolicies.Default.VolumeStop;
        shipped.Limit(Due, Runs(1)).ShouldBe(50);
        shipped.Limit(Due, Runs(10)).ShouldBe(300);
        (shipped with { Minimum = 51 }).Limit(Due, Runs(1)).ShouldBe(51);
        (shipped with { Multiple = 4 }).Limit(Due, Runs(10)).ShouldBe(400);
        (shipped with { Runs = 11 }).Limit(Due, Runs(10)).ShouldBe(819);
        shipped.Limit(Due, []).ShouldBeNull();
        // As many as a month ago are no flood, whatever came in between.
        shipped.Limit(Due.AddDays(20), Runs(10)).ShouldBe(2000);
        shipped.Limit(Due.AddDays(26), Runs(10)).ShouldBe(300);
    }

    public static TheoryData<string> ListedCurrencies() => [.. ShippedPolicies.Default.Worth!.Currencies.Where(c => c != "EUR")];

    /// <summary>Each of them counts: it says from what amount on somebody is called.</summary>
    [Theory]
    [MemberData(nameof(ListedCurrencies))]
    public void What_a_currency_is_worth_decides_who_is_called(string currency)
    {
        var rate = ShippedPolicies.Default.Worth!.PerUnit(currency)!.Value;
        // Worth 300 EUR, and 200 are asked for; in whole units of the currency.
        var party = new Party(currency, b => b.Invoice("I1", Due, Math.Ceiling(300m * rate), currency));
        var line = $"    {currency}: {rate.ToString(CultureInfo.InvariantCulture)}\n";
        ShippedPolicies.DefaultText.ShouldContain(line);
        string With(string other) => Story(Policy.Parse(ShippedPolicies.DefaultText.Replace(line, other, StringComparison.Ordinal), "turned.yaml"), party);
        var called = Story(ShippedPolicies.Default, party);
        called.ShouldContain("\"rule\":\"call\"");
        With($"    {currency}: {(rate * 2).ToString(CultureInfo.InvariantCulture)}\n").ShouldNotContain("\"rule\":\"call\"");
        // Not listed, nobody calls and no agency is proposed, and the letters go on.
        With("").ShouldSatisfyAllConditions(s => s.ShouldNotContain("\"rule\":\"call\""), s => s.ShouldNotContain("\"action\":\"propose_placement\""),
            s => s.ShouldContain($"the policy does not say what {currency} is worth"), s => s.ShouldContain("\"rule\":\"final-notice\""));
    }

    /// <summary>The same figures in another unit are another threshold.</summary>
    [Fact]
    public void The_unit_of_worth_decides_who_is_called()
    {
        // Worth 179 EUR, where 200 are asked for.
        var party = new Party("dollars", b => b.Invoice("I1", Due, 210m, "USD"));
        Story(ShippedPolicies.Default, party).ShouldNotContain("\"rule\":\"call\"");
        var turned = ShippedPolicies.DefaultText.Replace("  unit: EUR\n", "  unit: USD\n", StringComparison.Ordinal);
        turned = System.Text.RegularExpressions.Regex.Replace(turned, "(?m)^    USD: .*\n", "    EUR: 0.85\n");
        Story(Policy.Parse(turned, "dollars.yaml"), party).ShouldContain("\"rule\":\"call\"");
    }

    [Fact]
    public void The_table_of_worth_says_on_what_it_rests() => ShippedPolicies.Default.Worth!.ToString().ShouldSatisfyAllConditions(
        s => s.ShouldStartWith("amounts are in EUR, by what "), s => s.ShouldContain("2025-06-30"), s => s.ShouldContain("European Central Bank"));

    private static IEnumerable<Knob> PolicyKnobsOf(string text)
    {
        foreach (var (place, key, scalar) in Scalars(text))
        {
            if (key is "policy" or "about" or "id" || place.StartsWith("volume_stop", StringComparison.Ordinal)
                || place.StartsWith("worth/", StringComparison.Ordinal)) continue;
            if (key == "when")
            {
                if (scalar.Value == "true") continue;
                var condition = scalar.Value!;
                yield return new Knob(place, [Turn($"not ({condition})")]);
                foreach (Match number in NumberInText().Matches(condition))
                {
                    string With(string other) => Turn(condition[..number.Index] + other + condition[(number.Index + number.Length)..]);
                    yield return new Knob($"{place}: {number.Value}", [With("0"), With(number.Value + "7"), With("100000")]);
                }
                var clauses = condition.Split(" and ");
                for (var i = 0; clauses.Length > 1 && i < clauses.Length; i++)
                    yield return new Knob($"{place} without {clauses[i]}", [Turn(string.Join(" and ", clauses.Where((_, j) => j != i)))]);
                continue;
            }
            if (int.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            {
                yield return new Knob(place, [Turn(Text(whole + 1)), Turn(Text(whole - 1)), Turn(Text((whole * 10) + 7))]);
                continue;
            }
            IReadOnlyList<string> others = key switch
            {
                "strategy" => ["gentle", "standard", "firm"],
                "entry" => ["second-reminder", "final-notice"],
                "tone" => ["friendly", "neutral", "firm"],
                "template" => ["another"],
                "reason" => ["another"],
                "step" => ["second-reminder", "first-reminder"],
                "allocation" => ["charges_first"],
                "business_days_only" => ["false"],
                "missed_steps" => ["latest"],
                "channels" => scalar.Value == "email" ? ["call"] : ["email"],
                // A message turned into something else would have channels that no longer belong there.
                "action" => scalar.Value == "message" ? [] : scalar.Value == "task" ? ["propose_placement"] : ["task"],
                _ => throw new InvalidOperationException($"{place}: how is that turned?"),
            };
            if (others.Count > 0) yield return new Knob(place, [.. others.Where(o => o != scalar.Value).Select(Turn)]);

            string Turn(string other) => Replace(text, scalar, other);
        }
    }

    // --- the customers on whom it is tried ---

    private static readonly DateOnly Due = Day(2026, 6, 1);

    private sealed record Party(string Name, Action<PartyBench> Story)
    {
        public DateOnly Until { get; init; } = Due.AddDays(120);
    }

    private static readonly IReadOnlyList<Party> Parties = [.. Crafted()];

    private static readonly Lazy<IReadOnlyList<string>> AsShipped = new(() => [.. Parties.Select(p => Story(ShippedPolicies.Default, p))]);

    private static IEnumerable<Party> Crafted()
    {
        var histories = new (string Name, int[] DaysLate)[]
        {
            ("unknown", []), ("prompt for long", [0, 0, 0, 0, 0, 0]), ("prompt for short", [0, 0, 0, 0]), ("late by days", [3, 3, 3, 3, 3, 3]),
            ("late by days, for short", [4, 4, 4]), ("often late", [10, 10, 10, 0, 0, 0, 10]),
            ("half late", [12, 12, 12, 0, 0, 0]), ("late by months", [70, 70, 70, 70, 70, 70]), ("late by weeks", [45, 0, 45, 0, 45, 0]),
            ("a little late", [0, 0, 0, 20]), ("hardly known", [60, 60]),
        };
        foreach (var (name, late) in histories)
            foreach (var amount in new[] { 30m, 60m, 90m, 150m, 300m, 1000m })
                yield return new Party($"{name}, {amount}", b => { History(b, late); b.Invoice("I1", Due, amount); });
        yield return new Party("breaks promises", b => { History(b, [12, 12, 12, 0, 0, 0]); Promises(b, kept: 0, broken: 1); b.Invoice("I1", Due, 500m); });
        yield return new Party("breaks promises as often as it keeps them", b => { Promises(b, kept: 1, broken: 1); b.Invoice("I1", Due, 500m); });
        yield return new Party("keeps promises", b => { Promises(b, kept: 2, broken: 0); b.Invoice("I1", Due, 500m); });
        yield return new Party("kept one promise", b => { Promises(b, kept: 1, broken: 0); b.Invoice("I1", Due, 500m); });
        yield return new Party("kept many, broke one", b => { Promises(b, kept: 3, broken: 1); b.Invoice("I1", Due, 500m); });
        yield return new Party("bad in every way", b => { History(b, [70, 70, 70, 70, 70, 70]); Promises(b, kept: 0, broken: 2); b.Invoice("I1", Due, 80m); });
        foreach (var items in new[] { 3, 5, 6 })
            yield return new Party($"{items} invoices", b => { for (var i = 0; i < items; i++) b.Invoice($"I{i}", Due.AddDays(i), 100m); });
        foreach (var late in new[] { new[] { 0, 0, 0, 0, 0, 0 }, [], [70, 70, 70, 70, 70, 70] })
        {
            yield return new Party("no mail address",
                b => { History(b, late); b.Do(Known(b) with { Email = "" }); b.OptOut("email"); b.Invoice("I1", Due, 600m); });
            yield return new Party("no mail address, and an agent who calls",
                b => { History(b, late); b.Do(Known(b) with { Email = "" }); b.OptOut("email"); b.AgentCalls = true; b.Invoice("I1", Due, 600m); });
            yield return new Party("arrears first heard of late",
                b => { History(b, late); b.Clock(At(Due.AddDays(-30))); b.Invoice("OLD", Due.AddDays(-100), 600m); });
            yield return new Party("the oldest is paid and the next is due", b =>
            {
                History(b, late);
                b.Invoice("I1", Due, 600m);
                b.Invoice("I2", Due.AddDays(6), 600m);
                b.Run(Due.AddDays(-30), Due.AddDays(9));
                b.Pay(Due.AddDays(9), 600m, "I1");
            });
            yield return new Party("reminded, then paid, then late with another", b =>
            {
                History(b, late);
                b.Invoice("I1", Due, 600m);
                for (var i = 0; i < 9; i++) b.Invoice($"N{i}", Due.AddDays(i + 1), 600m);
                for (var i = 0; i < 9; i++)
                {
                    b.Run(Due.AddDays(i), Due.AddDays(i + 8));
                    b.Pay(Due.AddDays(i + 8), 600m);
                }
            });
        }
        yield return new Party("nobody ran it for weeks", b => { b.Invoice("I1", Due, 500m); b.Clock(At(Due.AddDays(40))); });
        yield return new Party("promises and does not pay",
            b => { b.Clock(At(Due)); b.Invoice("I1", Due.AddDays(-3), 500m); b.Promise(Due, Due.AddDays(10), 500m); });
        yield return new Party("charged, and pays without saying what", b =>
        {
            b.Invoice("I1", Due, 500m);
            b.Do(new ChargeInput.Made
            {
                Key = b.NextKey(), Account = "A1", On = Due.AddDays(-20), DueOn = Due.AddDays(2), Number = "F1", Kind = "fee", Amount = Euro(40m),
            });
            b.Clock(At(Due.AddDays(-10)));
            b.Pay(Due.AddDays(-10), 40m);
        });
    }

    private static AccountInput.Set Known(PartyBench b) => new() { Key = b.NextKey(), Account = "A1", Name = "Kundin GmbH" };

    private static void History(PartyBench b, int[] daysLate)
    {
        for (var i = 0; i < daysLate.Length; i++)
        {
            var due = Due.AddDays(-300 + (i * 5));
            b.Invoice($"H{i}", due);
            b.Pay(due.AddDays(daysLate[i]), 100m, $"H{i}");
        }
    }

    private static void Promises(PartyBench b, int kept, int broken)
    {
        var day = Due.AddDays(-200);
        for (var i = 0; i < kept + broken; i++, day = day.AddDays(20))
        {
            b.Clock(At(day));
            b.Invoice($"P{i}", day.AddDays(5), 100m);
            b.Promise(day, day.AddDays(6));
            if (i < kept) b.Pay(day.AddDays(2), 100m, $"P{i}");
            b.Clock(At(day.AddDays(15)));
            // Seen as broken by a review well after its term and grace.
            if (i >= kept) b.Review(day.AddDays(15));
        }
        for (var i = kept; i < kept + broken; i++) b.Pay(day, 100m, $"P{i}");
    }

    /// <summary>All that was decided about a customer, in words.</summary>
    private static string Story(Policy policy, Party party)
    {
        var bench = new PartyBench(policy);
        party.Story(bench);
        bench.Clock(At(Due.AddDays(-30)));
        var from = DateOnly.FromDateTime(bench.Now.UtcDateTime);
        return string.Join('\n', bench.Run(from, party.Until).Select(d => System.Text.Encoding.UTF8
                .GetString(Core.EventCodec.Encode(new Core.Decisions.DecisionEvent.Made(d.Decision)).Payload)));
    }

    // --- the rules of contact ---

    public static TheoryData<Knob> RuleKnobs()
    {
        var data = new TheoryData<Knob>();
        foreach (var knob in RuleKnobsOf(ShippedPolicies.ContactRulesText)) data.Add(knob);
        return data;
    }

    [Theory]
    [MemberData(nameof(RuleKnobs))]
    public void Turning_a_knob_of_the_rules_changes_a_verdict(Knob knob)
    {
        foreach (var text in knob.Turned)
        {
            // With the house cap lifted the federal one can be seen; with it in place it never bites.
            var shipped = ContactRules.Parse(knob.Turned[^1], knob.Place);
            if (Verdicts(ContactRules.Parse(text, knob.Place)) != Verdicts(shipped)) return;
        }
        Assert.Fail($"{knob.Place} can be turned and everybody may be contacted as before");
    }

    /// <summary>The last text of each is the one to compare with.</summary>
    private static IEnumerable<Knob> RuleKnobsOf(string shipped)
    {
        var lifted = shipped.Replace("contacts: 3", "contacts: 1000", StringComparison.Ordinal);
        foreach (var (place, key, scalar) in Scalars(shipped))
        {
            var rule = place.Split('/')[1 % place.Split('/').Length];
            var text = rule == "reg-f-calls" ? lifted : shipped;
            var there = Scalars(text).Single(s => s.Place == place).Scalar;
            string Turn(string other) => Replace(text, there, other);
            static string PutOff(string until, string rest) =>
                until + (rest.Split("- id:")[0].Contains("effective_from", StringComparison.Ordinal) ? "" : "\n    effective_from: 9999-12-31") + rest;
            IReadOnlyList<string> turned = key switch
            {
                "pack" or "about" or "text" or "source" => [],
                // Each rule counts: put off for good, it would be missed.
                "id" => [PutOff(text[..(int)there.End.Index], text[(int)there.End.Index..])],
                "contacts" or "days" => [Turn(Text(int.Parse(there.Value!, CultureInfo.InvariantCulture) + 1)),
                    Turn(Text(int.Parse(there.Value!, CultureInfo.InvariantCulture) - 1))],
                "from" => [Turn("\"08:01\"")],
                "to" => [Turn("\"20:59\"")],
                "party" => [Turn("business")],
                "collector" => [Turn("first")],
                "channels" => [Turn("letter")],
                "effective_from" => [Turn("9999-12-31")],
                "kind" => [],
                "purposes" => [Turn("invoice")],
                _ => throw new InvalidOperationException($"{place}: how is that turned?"),
            };
            if (turned.Count > 0 && turned[0] != text)
                foreach (var one in turned) yield return new Knob($"{place} {turned.ToList().IndexOf(one)}", [one, text]);
        }
    }

    private static string Verdicts(ContactRules rules)
    {
        var verdicts = new List<string>();
        foreach (var channel in Channel.All)
            foreach (var party in new[] { "business", "consumer" })
                foreach (var collector in new[] { "first", "third" })
                    foreach (var state in new[] { "plain", "erased", "held", "no address", "opted out", "bad address", "holiday" })
                        foreach (var minute in new[] { (7 * 60) + 59, 8 * 60, 12 * 60, (20 * 60) + 59, 21 * 60 })
                            foreach (var contacts in new[] { 0, 2, 3, 6, 7, 8 })
                            {
                                var contact = new ContactSlice();
                                if (state == "opted out") contact.OptOuts.Add(new OptOut(channel, null));
                                if (state == "bad address") contact.BadAddresses = [new BadAddress(channel, "t")];
                                for (var i = 0; i < contacts; i++) contact.Remember(new ContactRecord(At(Due.AddDays(-6)), channel, true));
                                var verdict = ContactGate.Clear(rules, new ContactRequest
                                {
                                    Channel = channel, AddressToken = state == "no address" ? null : "t",
                                    At = At(Due).AddHours(-10).AddMinutes(minute), Today = Due, TimeZones = ["UTC"],
                                    Contact = contact, UnderWay = 0, Erased = state == "erased", Held = state == "held", Party = party, Collector = collector,
                                    // The first Monday of June.
                                    Countries = state == "holiday" ? ["IE"] : [],
                                });
                                verdicts.Add(verdict switch
                                {
                                    Verdict.Allowed a => $"{a.NotBefore:O} {a.Rule}",
                                    Verdict.Deferred d => $"{d.Until:O} {d.Rule}",
                                    Verdict.Blocked b => b.Rule,
                                    _ => "",
                                });
                            }
        return string.Join('\n', verdicts);
    }

    // --- turning ---

    /// <summary>Every scalar of the file with a name for its place; one of a list has the list's key.</summary>
    private static IEnumerable<(string Place, string Key, YamlScalarNode Scalar)> Scalars(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return Walk(stream.Documents[0].RootNode, "", "");
    }

    private static IEnumerable<(string, string, YamlScalarNode)> Walk(YamlNode node, string place, string key)
    {
        switch (node)
        {
            case YamlScalarNode scalar:
                yield return (place, key, scalar);
                break;
            case YamlSequenceNode list:
                for (var i = 0; i < list.Children.Count; i++)
                {
                    var id = list.Children[i] is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode("id"), out var named)
                        ? ((YamlScalarNode)named).Value
                        : Text(i);
                    foreach (var found in Walk(list.Children[i], $"{place}/{id}", key)) yield return found;
                }
                break;
            case YamlMappingNode mapping:
                foreach (var (name, value) in mapping.Children)
                {
                    var field = ((YamlScalarNode)name).Value!;
                    foreach (var found in Walk(value, place.Length == 0 ? field : $"{place}/{field}", field)) yield return found;
                }
                break;
        }
    }

    private static string Replace(string text, YamlScalarNode scalar, string other)
    {
        var quoted = other.Contains(' ', StringComparison.Ordinal) ? $"\"{other}\"" : other;
        return text[..(int)scalar.Start.Index] + quoted + text[(int)scalar.End.Index..];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("""(?<![a-z_\d.])\d+(\.\d+)?""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex NumberInText();
}
