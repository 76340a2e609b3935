using Recoup.Connectors.Mail;
using Recoup.Core.Foundation;
using Recoup.Storage;
using Recoup.Storage.Work;
using Recoup.Tests.Stores;

namespace Recoup.Tests.Properties;

/// <summary>Handling a part while the one before it is written comes to the same as one after the other.</summary>
public sealed class RelayProperties
{
    [Fact]
    public void Parts_handled_ahead_give_the_same_journal_and_states() =>
        Many.Histories(16, seed => RandomHistory.Of(4500 + seed, new Weather { InputsMax = 12, Days = 40, Documents = true }), history =>
    {
        using var one = new Play(Policies.Of(history.Policy)).Do(history);
        foreach (var size in new[] { 1, 4 })
        {
            using var other = new Play(Policies.Of(history.Policy)) { Answers = Play.Moody };
            var sends = new List<Step.Send>();
            foreach (var step in history.Steps)
            {
                if (step is Step.Send send) { sends.Add(send); continue; }
                other.TakeEach(sends, size);
                sends.Clear();
                other.Do(step);
            }
            other.TakeEach(sends, size);
            JournalProperties.Same(one, other);
        }
    });

    private const string At = "2026-01-10T10:00:00Z";

    private static readonly DateTimeOffset Now = DateTimeOffset.Parse(At, System.Globalization.CultureInfo.InvariantCulture);

    private static InputUnit Invoice(string account, string number) => new(0,
    [
        Play.Parse(Json.Line("account", $"a-{account}", account)),
        Play.Parse(Json.Line("invoice", $"i-{number}", account, ("number", number), ("issued_on", new DateOnly(2026, 1, 2)),
            ("due_on", new DateOnly(2026, 2, 1)), ("amount", 10m), ("currency", "EUR"))),
    ], Now);

    [Fact]
    public void What_somebody_else_writes_in_between_is_seen()
    {
        using var play = new Play();
        using var elsewhere = Store.Open(play.Store.Place, create: false);
        var other = new Door(elsewhere, "import", TimeProvider.System, TemplateWriter.Shipped);
        var asked = 0;
        var met = new HashSet<int>();
        play.Door.TakeEach(Enumerable.Range(0, 12).Select(part => new TakenTogether(3, stored =>
        {
            asked++;
            // What the part rests on is read, and then the same parties get another invoice by another hand.
            stored.PartiesOf(["A0"]);
            if (part is 3 or 7 && met.Add(part)) other.Take([Invoice("A0", $"other-{part}"), Invoice("A1", $"other-{part}-b")]);
            return [.. Enumerable.Range(0, 3).Select(i => Invoice($"A{i}", $"own-{part}-{i}"))];
        })), (_, result) => result.Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted), least: 1);
        asked.ShouldBeGreaterThan(12, "some part was handled once more");
        var invoices = play.Journal().Where(r => r.Kind == "invoice_issued").Select(r => r.Cause).ToList();
        invoices.Count(c => c.StartsWith("i-own", StringComparison.Ordinal)).ShouldBe(36);
        invoices.Distinct().Count().ShouldBe(invoices.Count);
        invoices.Count(c => c.StartsWith("i-other", StringComparison.Ordinal)).ShouldBe(4);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    /// <summary>Whose keys open a text is asked while a part is prepared: of the store it is prepared on, since another thread is at the other.</summary>
    [Fact]
    public void Who_joined_a_party_is_known_while_the_part_before_is_written()
    {
        using var play = new Play();
        play.Door.Take([Invoice("A0", "0"), Invoice("A1", "1")]);
        play.Door.Take([new InputUnit(0, [Play.Parse(Json.Line("account_joined", "j-1", "A1", ("with", "A0")))], Now)]);
        var joined = play.Store.Vault.JoinedOf("A0").Concat(play.Store.Vault.JoinedOf("A1")).Single();
        var (writing, prepared) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var wait = TimeSpan.FromSeconds(20);
        var met = 0;
        play.Door.TakeEach(Enumerable.Range(0, 4).Select(part => new TakenTogether(1, _ =>
        {
            if (part > 1)
            {
                writing.Wait(wait, TestContext.Current.CancellationToken);
                play.Store.Vault.JoinedOf("A0").Concat(play.Store.Vault.JoinedOf("A1")).ShouldBe([joined]);
                prepared.Release();
            }
            return [Invoice("A0", $"own-{part}")];
        }, part is 0 or 3 ? null : _ =>
        {
            // In the middle of its transaction, until the next was asked for.
            writing.Release();
            if (prepared.Wait(wait, TestContext.Current.CancellationToken)) met++;
            return true;
        })), (_, result) => result.Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted), least: 1);
        met.ShouldBe(2);
    }

    [Theory]
    [InlineData("the same invoice", "Accepted Unchanged Accepted")]
    [InlineData("another account's invoice", "Accepted KeyUsedWithOtherContent Accepted")]
    [InlineData("the same payment", "Accepted Accepted Unchanged")]
    [InlineData("another payment", "Accepted Accepted KeyUsedWithOtherContent")]
    public void A_key_of_long_before_is_known_although_only_new_ones_came_since(string what, string told)
    {
        const int Parts = 12, Again = 8;
        using var play = new Play();
        play.Door.Take([.. Enumerable.Range(0, 4).Select(i => Invoice($"A{i}", $"first-{i}"))]);
        var asked = 0;
        var outcomes = new List<string>();
        play.Door.TakeEach(Enumerable.Range(0, Parts).Select(part => new TakenTogether(3, _ =>
        {
            asked++;
            var repeated = part == Again ? what : "";
            return
            [
                Bill("A0", $"{part}-0"),
                Bill(repeated == "another account's invoice" ? "A2" : "A1", repeated.EndsWith("invoice", StringComparison.Ordinal) ? "2-1" : $"{part}-1"),
                Paid(repeated.EndsWith("payment", StringComparison.Ordinal) ? 2 : part, repeated == "another payment" ? 3m : 1m),
            ];
        })), (_, result) => outcomes.Add(string.Join(" ", result.Units.Select(u => u.Refused?.Refusal.ToString() ?? u.Status.ToString()))), least: 1);
        for (var part = 0; part < Parts; part++) outcomes[part].ShouldBe(part == Again ? told : "Accepted Accepted Accepted", $"part {part}");
        if (TestStores.IsPostgres) asked.ShouldBeGreaterThan(Parts, "the part's keys were believed to be new, so it was handled once more");
        play.Journal().Count(r => r.Kind is "invoice_issued" or "payment_received").ShouldBe(4 + (3 * Parts) - 1);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();

        // Its account is known already, so that no key of it comes again.
        static InputUnit Bill(string account, string number) => Invoice(account, number) with { Inputs = [Invoice(account, number).Inputs[1]] };

        static InputUnit Paid(int number, decimal amount) =>
            new(0, [Play.Parse(Json.Line("payment", $"p-{number}", "A3", ("on", new DateOnly(2026, 1, 5)), ("amount", amount), ("currency", "EUR")))], Now);
    }

    /// <summary>What another hand does to one party can be of weight for another, whose chain does not show it.</summary>
    [Theory]
    [InlineData("account of a party", """{"type":"account","key":"o-1","account":"X1","party":"A0"}""", "Accepted")]
    [InlineData("the same key",
        """{"type":"payment","key":"i-x","account":"A0","on":"2026-01-05","amount":"1.00","currency":"EUR"}""", "KeyUsedWithOtherContent")]
    public void What_somebody_else_writes_to_another_party_is_seen(string what, string line, string told)
    {
        const string Account = "X1";
        Partition.Of(Account).ShouldNotBe(Partition.Of("A0"));
        using var play = new Play();
        using var elsewhere = Store.Open(play.Store.Place, create: false);
        var other = new Door(elsewhere, "import", TimeProvider.System, TemplateWriter.Shipped);
        var own = what == "the same key" ? Account : null;
        play.Door.Take([Invoice("A0", "first"), .. own is null ? [] : new[] { new InputUnit(0, [Play.Parse(Json.Line("account", "a-x", Account))], Now) }]);
        var outcomes = new List<string>();
        var asked = 0;
        play.Door.TakeEach(Enumerable.Range(0, 3).Select(part => new TakenTogether(1, stored =>
        {
            if (part != 2) return [Invoice("A0", $"{part}")];
            stored.PartiesOf([Account]);
            if (asked++ == 0) other.Take([new InputUnit(0, [Play.Parse(line)], Now)]).Units.Single().Status.ShouldBe(UnitStatus.Accepted);
            return [new InputUnit(0, [Play.Parse(Json.Line("invoice", "i-x", Account, ("number", "x"), ("issued_on", new DateOnly(2026, 1, 2)),
                ("due_on", new DateOnly(2026, 2, 1)), ("amount", 10m), ("currency", "EUR")))], Now)];
        })), (_, result) => outcomes.Add(result.Units[0].Refused?.Refusal.ToString() ?? result.Units[0].Status.ToString()), least: 1);
        asked.ShouldBe(2, "it was handled ahead and once more");
        outcomes.ShouldBe(["Accepted", "Accepted", told]);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    /// <summary>Whose an account is changes in the chains of both parties; a part that was handled before goes to the one that it is of by then.</summary>
    [Theory]
    [InlineData("X1")]
    [InlineData("X2")]
    public void An_account_that_comes_to_another_party_meanwhile_is_followed(string account)
    {
        using var play = new Play();
        using var elsewhere = Store.Open(play.Store.Place, create: false);
        var other = new Door(elsewhere, "import", TimeProvider.System, TemplateWriter.Shipped);
        play.Door.Take([Invoice("A0", "first"), Invoice("X1", "first-x"),
            new InputUnit(0, [Play.Parse(Json.Line("account", "x2", "X2", ("party", "X1")))], Now)]);
        var asked = 0;
        play.Door.TakeEach(Enumerable.Range(0, 3).Select(part => new TakenTogether(1, stored =>
        {
            if (part != 2) return [Invoice("A0", $"{part}")];
            stored.PartiesOf([account]);
            if (asked++ == 0)
                other.Take([new InputUnit(0, [Play.Parse(Json.Line("account_joined", "j", "X2", ("with", "A0")))], Now)])
                    .Units.Single().Status.ShouldBe(UnitStatus.Accepted);
            return [new InputUnit(0, [Invoice(account, "late").Inputs[1]], Now),
                new InputUnit(0, [Play.Parse(Json.Line("account", "x3", "X3", ("party", "X1")))], Now)];
        })), (_, result) => result.Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted), least: 1);
        asked.ShouldBe(2, "it was handled ahead and once more");
        play.Journal().Single(r => r.Cause == "i-late").Party.ShouldBe("A0");
        play.Journal().Single(r => r.Cause == "x3").Party.ShouldBe("A0");
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_is_erased_while_a_part_is_handled_gets_no_key_again()
    {
        using var play = new Play();
        using var elsewhere = Store.Open(play.Store.Place, create: false);
        var other = new Door(elsewhere, "import", TimeProvider.System, TemplateWriter.Shipped);
        play.Door.Take([Invoice("A0", "first"), Invoice("A1", "first-1")]);
        play.Store.Vault.HasKey("A1").ShouldBeFalse("nothing of the person was said yet");
        using var reader = Store.Open(play.Store.Place, create: false);
        Task<BatchResult>? erasing = null;
        var asked = 0;
        var outcomes = new List<string>();
        play.Door.TakeEach(Enumerable.Range(0, 4).Select(part => new TakenTogether(1, stored =>
        {
            if (part != 2) return [Invoice("A0", $"{part}")];
            stored.PartiesOf(["A1"]);
            if (asked++ == 0)
            {
                // Its last step, to leave nothing in the log, waits for whoever reads.
                erasing = Task.Run(() =>
                    other.Take([new InputUnit(0, [Play.Parse("""{"type":"erasure","key":"e-1","account":"A1","reason":"asked to be forgotten"}""")], Now)]));
                SpinWait.SpinUntil(() => IsErased(reader, "A1"), TimeSpan.FromSeconds(20)).ShouldBeTrue();
            }
            return [new InputUnit(0,
                [Play.Parse("""{"type":"account","key":"a-named","account":"A1","name":"Somebody","email":"somebody@kunde.example"}""")], Now)];
        })), (_, result) => outcomes.Add(result.Units[0].Status.ToString()), least: 1);
        asked.ShouldBe(2, "it was handled ahead and once more");
        outcomes.ShouldBe(["Accepted", "Accepted", "Refused", "Accepted"]);
        (await erasing!).Units.Single().Status.ShouldBe(UnitStatus.Accepted);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();

        static bool IsErased(Store store, string party)
        {
            var s = store.Statement("SELECT 1 FROM erasure WHERE party = ? AND done = 1").Bind(party);
            var done = s.Step();
            if (done) s.Reset();
            else Thread.Sleep(5);
            return done;
        }
    }

    [Fact]
    public void A_part_that_is_not_wanted_ends_it_and_leaves_nothing()
    {
        using var play = new Play();
        var told = 0;
        play.Door.TakeEach(Enumerable.Range(0, 9).Select(part => new TakenTogether(3,
            _ => [.. Enumerable.Range(0, 3).Select(i => Invoice($"A{i}", $"{part}-{i}"))], _ => part != 5)), (_, _) => told++, least: 1);
        told.ShouldBe(5);
        play.Journal().Count(r => r.Kind == "invoice_issued").ShouldBe(15);
        play.Door.Take([Invoice("A1", "5-1")]).Units.Single().Status.ShouldBe(UnitStatus.Accepted);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void A_failure_while_a_part_is_handled_is_told_after_the_one_under_way()
    {
        using var play = new Play();
        var told = 0;
        Should.Throw<InvalidOperationException>(() => play.Door.TakeEach(Enumerable.Range(0, 9).Select(part => new TakenTogether(3,
            _ => part == 6 ? throw new InvalidOperationException("here") : [.. Enumerable.Range(0, 3).Select(i => Invoice($"A{i}", $"{part}-{i}"))])),
            (_, _) => told++, least: 1)).Message.ShouldBe("here");
        told.ShouldBe(6);
        play.Journal().Count(r => r.Kind == "invoice_issued").ShouldBe(18);
    }

    [Fact]
    public void A_failure_while_a_part_is_written_is_told_and_what_was_before_it_stays()
    {
        using var play = new Play();
        Should.Throw<InvalidOperationException>(() => play.Door.TakeEach(Enumerable.Range(0, 9)
            .Select(part => new TakenTogether(3, _ => [.. Enumerable.Range(0, 3).Select(i => Invoice($"A{i}", $"{part}-{i}"))],
                _ => part == 4 ? throw new InvalidOperationException("here") : true)), (_, _) => { }, least: 1)).Message.ShouldBe("here");
        play.Journal().Count(r => r.Kind == "invoice_issued").ShouldBe(12);
        play.Door.Take([Invoice("A1", "4-1")]).Units.Single().Status.ShouldBe(UnitStatus.Accepted);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Parts_that_come_by_and_by_are_told_of_once_when_they_are_durable()
    {
        const int Parts = 12;
        using var play = new Play();
        using var elsewhere = Store.Open(play.Store.Place, create: false);
        var other = new Door(elsewhere, "import", TimeProvider.System, TemplateWriter.Shipped);
        using var reader = Store.Open(play.Store.Place, create: false);
        var told = new List<int>();
        using (var parts = play.Door.BeginParts(least: 1))
            for (var part = 0; part < Parts; part++)
            {
                var number = part;
                // Somebody else writes to the same parties: what was handled ahead is handled anew.
                if (part is 4 or 9) other.Take([Invoice("A0", $"other-{part}")]);
                parts.Take([.. Enumerable.Range(0, 3).Select(i => Invoice($"A{i}", $"own-{part}-{i}"))], result =>
                {
                    result.Units.ShouldAllBe(u => u.Status == UnitStatus.Accepted);
                    lock (told) told.Add(number);
                    IsThere(reader, $"i-own-{number}-2").ShouldBeTrue($"part {number} is told of when others see it");
                });
            }
        told.ShouldBe(Enumerable.Range(0, Parts), "in order, each once, the last by the end");
        play.Journal().Count(r => r.Kind == "invoice_issued").ShouldBe((3 * Parts) + 2);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();

        static bool IsThere(Store store, string key)
        {
            store.BeginRead();
            try { return store.Database.KeyContents([key]).Count == 1; }
            finally { store.Rollback(); }
        }
    }

    [Fact]
    public void Of_parts_that_come_by_and_by_nothing_is_kept_but_what_was_told_of()
    {
        using var play = new Play();
        var told = 0;
        using (var parts = play.Door.BeginParts(least: 1))
        {
            for (var part = 0; part < 5; part++) parts.Take([Invoice("A0", $"{part}")], _ => Interlocked.Increment(ref told));
            Should.Throw<NullReferenceException>(() => parts.Take([null!], _ => Interlocked.Increment(ref told)));
        }
        told.ShouldBe(5);
        play.Journal().Count(r => r.Kind == "invoice_issued").ShouldBe(5);
        play.Door.Take([Invoice("A0", "5")]).Units.Single().Status.ShouldBe(UnitStatus.Accepted);
        Audit.Verify(play.Store, []).Problems.ShouldBeEmpty();
    }
}
