using System.Security.Cryptography;
using System.Text;
using Recoup.Core;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Receivables;
using Recoup.Core.Workspace;

namespace Recoup.Storage.Work;

/// <summary>What was open, what the file says, what is open now: amounts in major units, credits of the list taken off.</summary>
/// <param name="GivenUp">Of what the file says, what was written off here: it is not open.</param>
public sealed record ControlTotal(
    string Currency, string Before, long ItemsBefore, string InFile, long ItemsInFile, string After, long ItemsAfter, string GivenUp, bool Agrees);

public sealed class OpenItemsReport
{
    public long Read { get; set; }
    public long New { get; set; }
    public long Corrected { get; set; }
    public long Closed { get; set; }
    public long Same { get; set; }
    public long Rejected { get; set; }

    /// <summary>Of the rejected, those that failed by no fault of their own; see <see cref="SetAsides"/>.</summary>
    public long SetAside { get; set; }
    public SortedDictionary<string, long> Inputs { get; } = new(StringComparer.Ordinal);
    public List<ControlTotal> Totals { get; } = [];

    /// <summary>Rejected rows whose amount could not be read, so that no control total counts it.</summary>
    public long Uncounted { get; set; }

    /// <summary>By currency, what the file has as open and was written off here; minor units.</summary>
    public SortedDictionary<string, long> GivenUp { get; } = new(StringComparer.Ordinal);

    public Remarks Remarks { get; } = new();

    /// <summary>What a person should know of it.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Why nothing was taken; null where the file was taken.</summary>
    public string? Refused { get; set; }
}

/// <summary>
/// Takes a file that lists everything that is open, as an outside ledger exports it every day. What is in the
/// file and not here is new; another balance, due day or day of issue becomes a correction; what is here and not in the
/// file is closed. A negative row is a credit. Corrections and closures have no document, so they are neither cash nor sales.
/// </summary>
public sealed class OpenItemsIntake(Door door)
{
    /// <summary>A file that closes more than this share of what is open is more likely cut off than true.</summary>
    public const decimal DropShareMax = 0.5m;

    /// <summary>Of fewer items or accounts nobody can tell whether they were paid or are another company's.</summary>
    private const int GoneMin = 10, AccountsMin = 5;

    private const string NothingTaken = "Nothing of the file was taken.";

    /// <param name="rows">The file's rows.</param>
    /// <param name="on">The day that the file speaks of.</param>
    /// <param name="source">Named in the corrections' reasons and keys.</param>
    /// <param name="acceptDrop">Takes a file that closes more than half of what is open.</param>
    /// <param name="acceptOlder">Takes a file that speaks of an earlier day than the last one of this source.</param>
    public OpenItemsReport Take(
        IEnumerable<OpenItemRow> rows, DateOnly on, string source, Action<long, string, string> reject, bool acceptDrop, bool acceptOlder = false)
    {
        var report = new OpenItemsReport();
        if (!acceptOlder && door.Workspace.ListedOn(source) is { } last && last > on)
            report.Refused = $"The file is of {on:yyyy-MM-dd}, and a list of {last:yyyy-MM-dd} by the same mapping was taken before: an older one would bring "
                + $"back what was closed since. If it is of another day, name that with --on; if it is right, import it with --accept-older. {NothingTaken}";
        using var list = new OpenItemsList();
        var readings = new Readings(door.Store);
        var before = Totals(readings, source);
        var inFile = new SortedDictionary<string, Sum>(StringComparer.Ordinal);
        // By currency, what the rows had come to at the total before.
        var summed = new Dictionary<string, long>(StringComparer.Ordinal);
        var lost = false;
        foreach (var chunk in rows.Chunk(Intake.PartSize))
        {
            list.Begin();
            foreach (var row in chunk)
            {
                if (row.IsTotal)
                {
                    Compare(row);
                    continue;
                }
                report.Read++;
                var good = row.Problems.Count == 0;
                if (!good) Reject(row, string.Join("; ", row.Problems));
                else if (!list.Add(row))
                    Reject(row, $"item {row.Number} of account {row.Account} stands in the file twice with the same dates: a second instalment has a due day "
                        + "of its own");
                if (good || row.IsCounted) Count(inFile, row.Balance.Currency.Code, row.Balance.Minor);
                else report.Uncounted++;
                lost |= row.IsLost;
                if (good) report.Remarks.Add(row.Line, row.Notes.Select(n => n.ToString()));
            }
            list.Commit();
        }
        if (report.Refused is null) Look(report, before, inFile, acceptDrop);
        if (report.Refused is null && !acceptDrop) LookAtWhatIsGone(report, before, list, readings);
        if (report.Refused is null)
        {
            // Before what follows from it, so that a list that is ended in the middle is known too; the same day may come again.
            if (door.Workspace.ListedOn(source) != on)
                door.Take([], [(new WorkspaceEvent.OpenItemsListed(source, on), Keyed($"open-items/{source}/{on:yyyy-MM-dd}"), on, door.Clock)]);
            var follower = new OpenItemsFollower(door, readings, list, on, source, report, reject);
            follower.Follow();
            if (lost) report.Notes.Add("Part of the file could not be read, so nothing was closed for not being listed: mend the file and import it again.");
            else if (list.UnknownRows > OpenItemsList.UnknownRowsMax)
                report.Notes.Add($"Of {list.UnknownRows:N0} rows nobody can tell whose they are, so nothing was closed for not being listed: mend them and "
                    + "import the file again.");
            else follower.Close();
            if (follower.LeftAlone > 0)
                report.Notes.Add($"{Plural.Of(follower.LeftAlone, "item")} {Plural.Noun(follower.LeftAlone, "was", "were")} left as before, "
                    + "since rejected rows are or may be about them: mend those rows and import the file again.");
        }
        var after = Totals(readings, source);
        foreach (var currency in before.Keys.Union(inFile.Keys).Order(StringComparer.Ordinal))
        {
            var (b, f, a) = (before.GetValueOrDefault(currency), inFile.GetValueOrDefault(currency), after.GetValueOrDefault(currency));
            var given = report.GivenUp.GetValueOrDefault(currency);
            var total = new ControlTotal(currency, Format(b.Minor, currency), b.Items, Format(f.Minor, currency), f.Items, Format(a.Minor, currency), a.Items,
                Format(given, currency), f.Minor == a.Minor + given);
            report.Totals.Add(total);
            if (report.Refused is null && given != 0)
                report.Notes.Add($"Of {total.InFile} {currency} in the file {total.GivenUp} were written off here and stay so.");
            if (report.Refused is null && !total.Agrees)
                report.Notes.Add($"The control total of {currency} does not agree: the file has {total.InFile}, {total.After} is open now"
                    + $"{(report.Rejected > 0 ? $" ({Plural.Of(report.Rejected, "row")} {Plural.Noun(report.Rejected, "was", "were")} rejected)" : "")}.");
        }
        if (report.Refused is null && report.Uncounted > 0)
            report.Notes.Add($"The control total lacks {Plural.Of(report.Uncounted, "rejected row")} whose amount could not be read.");
        if (report.Refused is null && on < readings.LastRecordedOn() && report.Totals.Exists(t => !t.Agrees))
            report.Notes.Add($"The file is of {on:yyyy-MM-dd}, and what is known of later days counts in what is open now.");
        door.TryMergeCells(always: true);
        return report;

        // A total is of all rows before it, or of those since the total before: lists have sums of parts, too.
        void Compare(OpenItemRow row)
        {
            if (!row.IsCounted)
            {
                report.Notes.Add($"Line {row.Line} is the list's own total; its amount can't be read, so it is held against nothing.");
                return;
            }
            var currency = row.Balance.Currency.Code;
            var (all, before) = (inFile.GetValueOrDefault(currency).Minor, summed.GetValueOrDefault(currency));
            summed[currency] = all;
            if (row.Balance.Minor == all || row.Balance.Minor == all - before) return;
            report.Notes.Add($"Line {row.Line} is the list's own total and says {Format(row.Balance.Minor, currency)} {currency}; the rows before it come to "
                + $"{Format(all, currency)}. Rows may be missing or changed: look at the file.");
        }

        void Reject(OpenItemRow row, string reason)
        {
            report.Rejected++;
            list.AddRejected(row);
            reject(row.Line, reason, row.Raw);
        }
    }

    private static void Look(OpenItemsReport report, SortedDictionary<string, Sum> before, SortedDictionary<string, Sum> inFile, bool acceptDrop)
    {
        if (acceptDrop) return;
        if (report.Rejected * 2 > report.Read)
            report.Refused = $"{report.Rejected} of {Plural.Of(report.Read, "row")} can't be read: a list with holes would close what it leaves out. "
                + $"Mend the file, or see what is wrong with the mapping. {NothingTaken}";
        foreach (var (currency, was) in before)
        {
            var now = inFile.GetValueOrDefault(currency);
            if (report.Refused is not null || was.Owed == 0 || (now.Owed >= was.Owed * (1 - DropShareMax) && now.Items >= was.Items * (1 - DropShareMax)))
                continue;
            report.Refused = $"{Format(was.Owed, currency)} {currency} in {Plural.Of(was.Items, "item")} are open; the file has {Format(now.Owed, currency)} "
                + $"in {now.Items}. A drop of more than half is more likely a file cut off than true: look at it, "
                + $"and if it is right, import it with --accept-drop. {NothingTaken}";
        }
    }

    /// <summary>New items hide what is gone: the list of another company, or one with numbers of another kind, has as much as before.</summary>
    private static void LookAtWhatIsGone(OpenItemsReport report, SortedDictionary<string, Sum> before, OpenItemsList list, Readings readings)
    {
        var gone = new SortedDictionary<string, Sum>(StringComparer.Ordinal);
        var (accounts, accountsGone) = (new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var item in readings.OpenItems())
        {
            if (item.Balance <= 0) continue;
            var number = ListedItems.NumberOf(item.Number) ?? item.Number;
            if (accounts.Add(item.Account) && !list.Has(item.Account)) accountsGone++;
            if (!list.Has(item.Account, item.Number) && !list.Has(item.Account, number) && !list.IsLeftAlone(item.Account, item.Number, number))
                Count(gone, item.Currency, item.Balance);
        }
        if (accounts.Count >= AccountsMin && accountsGone == accounts.Count && report.Rejected < report.Read)
        {
            report.Refused = $"None of the {accounts.Count:N0} accounts that have something open is in the file: it may be another company's, or have numbers "
                + $"written in another way. Look at it, and if it is right, import it with --accept-drop. {NothingTaken}";
            return;
        }
        foreach (var (currency, missing) in gone)
        {
            var was = before.GetValueOrDefault(currency);
            if (missing.Items < GoneMin || (missing.Owed <= was.Owed * DropShareMax && missing.Items <= was.Items * DropShareMax)) continue;
            report.Refused = $"The file lacks {missing.Items:N0} of the {Plural.Of(was.Items, "item")} in {currency} that are open, "
                + $"{Format(missing.Owed, currency)} of {Format(was.Owed, currency)}, and has others in their place. It may be another company's, or have "
                + $"numbers written in another way: look at it, and if it is right, import it with --accept-drop. {NothingTaken}";
            return;
        }
    }

    // --- control totals ---

    /// <param name="Owed">Of items alone.</param>
    /// <param name="Credit">Of credits, above zero.</param>
    private readonly record struct Sum(long Owed, long Credit, long Items)
    {
        public long Minor => Owed - Credit;
    }

    private static void Count(SortedDictionary<string, Sum> sums, string currency, long minor)
    {
        var sum = sums.GetValueOrDefault(currency);
        sums[currency] = minor < 0 ? sum with { Credit = sum.Credit - minor } : new Sum(sum.Owed + minor, sum.Credit, sum.Items + (minor == 0 ? 0 : 1));
    }

    private SortedDictionary<string, Sum> Totals(Readings readings, string source)
    {
        var totals = new SortedDictionary<string, Sum>(StringComparer.Ordinal);
        foreach (var item in readings.OpenItems()) Count(totals, item.Currency, item.Balance);
        foreach (var credit in ListedCredits(door.Store, readings, source)) Count(totals, credit.Currency, -credit.Unapplied);
        return totals;
    }

    private static string Format(long minor, string currency) => Money.Format(minor, Currency.Of(currency));

    internal static string CreditKey(string source, string account, string number) => Keyed($"open-items/{source}/credit/{account}/{number}");

    /// <summary>The key itself, or what stands for one that is too long: an account and a number may be as long as a key together.</summary>
    internal static string Keyed(string key) =>
        key.Length <= InputKind.KeyField.LengthMax ? key : $"open-items/{CardNumber.KeyOf(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}";

    internal static string NumberOf(CashState credit) => credit.Key[CashState.CreditKey(credit.Account, "").Length..];

    /// <summary>Credits that are left and that lists of this source told of: others are none of its business.</summary>
    internal static IEnumerable<CashState> ListedCredits(Store store, Readings readings, string source)
    {
        foreach (var part in readings.OpenCredits().Chunk(Intake.PartSize))
        {
            var told = store.Database.KeyContents([.. part.Select(c => CreditKey(source, c.Account, NumberOf(c)))]);
            foreach (var credit in part)
                if (told.ContainsKey(CreditKey(source, credit.Account, NumberOf(credit)))) yield return credit;
        }
    }
}
