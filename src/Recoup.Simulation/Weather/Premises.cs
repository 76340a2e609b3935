using System.Globalization;
using Microsoft.Data.Sqlite;
using Recoup.Simulation.Business;
using Recoup.Storage;

namespace Recoup.Simulation.Weather;

/// <summary>
/// Recoup as the business runs it: a data folder and the doors on it. Work is done until it is done: when the power goes,
/// what the disk held is opened and the same work begun again, since nobody had its answer; when the disk is full, room
/// is made and the same work begun again.
/// </summary>
internal sealed class Premises : IDisposable
{
    /// <summary>SQLITE_FULL.</summary>
    private const int Full = 13;

    /// <summary>The largest that SQLite takes: no limit.</summary>
    private const string AnyPages = "PRAGMA max_page_count=4294967294";

    private readonly WeatherPlan plan;
    private readonly Tally tally;
    private readonly Power power;
    private readonly WeatherClock clock;
    private readonly Letters letters;
    private readonly PolicyEdits policies;
    private readonly WeatherAuditor auditor;
    private Store? store;
    private int opened;

    public Premises(WeatherPlan plan, Tally tally, Power power, WeatherClock clock, Letters letters, PolicyEdits policies, WeatherAuditor auditor)
    {
        (this.plan, this.tally, this.power, this.clock, this.letters, this.policies, this.auditor) = (plan, tally, power, clock, letters, policies, auditor);
        power.Watch = moment =>
        {
            if (IsFull && (moment.EndsWith(".transaction-open", StringComparison.Ordinal) || moment.EndsWith(".after-commit", StringComparison.Ordinal)))
                auditor.RememberJournal();
        };
    }

    public Store Store => store ?? throw new InvalidOperationException("nothing is open");

    public Door Import { get; private set; } = null!;

    public Door Run { get; private set; } = null!;

    public Door Dispatch { get; private set; } = null!;

    private bool IsFull { get; set; }

    /// <summary>Does the work, as often as it takes.</summary>
    /// <param name="fillDisk">The disk is full at first.</param>
    public void Do(DateOnly day, Action work, bool fillDisk = false)
    {
        var crashed = false;
        while (true)
        {
            try
            {
                if (store is null) Open(day);
                if (crashed && plan.Seams?.ForgetsInterrupted == true) return;
                if (fillDisk) Fill();
                work();
                if (fillDisk) MakeRoom();
                auditor.Acknowledged();
                return;
            }
            catch (PowerCutException cut)
            {
                (fillDisk, IsFull, crashed) = (false, false, true);
                if (cut.Fault == Fault.PolicyMidRun) policies.Change(tally.Stream(Fault.PolicyMidRun, Text(day) + "/to"));
                MoveTo(cut.Folder);
                plan.Seams?.AfterCrash(cut.Folder);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == Full && IsFull)
            {
                tally.Count(Fault.DiskFull);
                auditor.DiskWasFull(day);
                MakeRoom();
                fillDisk = false;
            }
        }
    }

    /// <summary>Another policy was adopted: what works with it is started anew.</summary>
    public void Restart()
    {
        if (store is null) return;
        Import = NewDoor("import");
        Run = NewDoor("run");
        Dispatch = NewDoor("dispatch");
    }

    private Door NewDoor(string operation) => new(Store, operation, clock, letters) { Policy = policies.InForce };

    /// <summary>A new day begins, and with it what strikes on it.</summary>
    public void Begin()
    {
        if (store is not null) SizeCache();
    }

    /// <summary>A small cache writes before it commits; only then is there something on the disk that was never synced.</summary>
    private void SizeCache() => Store.Exec(power.NeedsUncommitted ? "PRAGMA cache_size=8" : "PRAGMA cache_size=-8192");

    private void Open(DateOnly day)
    {
        // Keys come from another stream after each crash: a machine that starts anew does not draw the old ones again.
        var keys = SplitMix.Of(plan.Seed, -1, "keys", opened++);
        try
        {
            store = Store.Open(power.Folder, create: opened == 1, keys.Fill);
            // A log begun anew has no frames of lost transactions behind its end.
            store.Exec("PRAGMA wal_checkpoint(TRUNCATE)");
            SizeCache();
            auditor.Open(power.Folder, day);
            Restart();
        }
        catch (Exception e) when (e is StoreException or SqliteException)
        {
            auditor.Reopened(day, e.Message);
            throw;
        }
        auditor.Reopened(day, null);
    }

    private void MoveTo(string folder)
    {
        Power.Off();
        var left = power.Folder;
        auditor.Close();
        store?.Dispose();
        store = null;
        if (Directory.Exists(Path.Combine(left, "anchors"))) Directory.Move(Path.Combine(left, "anchors"), Path.Combine(folder, "anchors"));
        Directory.Delete(left, recursive: true);
        power.Folder = folder;
        power.On();
    }

    private void Fill()
    {
        IsFull = true;
        // The first to meet it may be a transaction that no moment tells of, since it writes no journal.
        auditor.RememberJournal();
        // Below what there is it takes what there is.
        Store.Exec("PRAGMA max_page_count=1");
    }

    private void MakeRoom()
    {
        IsFull = false;
        Store.Exec(AnyPages);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Dispose() => store?.Dispose();
}
