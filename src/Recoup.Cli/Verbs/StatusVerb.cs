using System.CommandLine;
using Recoup.Core.Foundation;
using Recoup.Server;
using Recoup.Server.Api;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>
/// status: what is set aside and why, files of the user's that can't be used, currencies whose worth nobody said, portfolios
/// whose sender nobody said, the rounds and how they stand.
/// </summary>
internal static class StatusVerb
{
    public static Command Status()
    {
        var trace = new Option<bool>("--trace") { Description = "show where in the program each failed, for an engineer" };
        var dismiss = new Option<string?>("--dismiss") { Description = "forget what is set aside of a party: somebody has seen to it", HelpName = "PARTY" };
        var verb = new Command("status", "What is set aside and why, which of your files can't be used, which "
            + "currencies the policy does not know, which portfolios have no sender, and how the rounds stand.") { trace, dismiss };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var store = session.Open();
            if (parsed.GetValue(dismiss) is { } party)
            {
                if (SetAsides.Dismiss(store, party) == 0) throw new StoreException($"nothing of party {party} is set aside; `recoup status` lists what is");
                Output.Say($"What was set aside of party {party} is dismissed. What fails again is set aside again.");
            }
            var (aside, files, rounds) = (SetAsides.List(store), UserFiles.Broken(session.Folder, session.ReadOwn(session.Own)), Rounds.Of(store));
            var notListed = NotListed.Of(store, session.Clock.GetUtcNow(), out var unit);
            var traces = parsed.GetValue(trace);
            var asideSheet = new Sheet("party", "work", "subject", "since", "times", "cause")
            {
                Title = "Set aside: everybody else is worked, and these are tried again", Empty = "nothing is set aside",
            };
            foreach (var a in aside) asideSheet.Add(a.Party, a.Work, a.Subject, Time(a.Since), a.Times, a.Cause);
            var fileSheet = new Sheet("file", "line", "problem") { Title = "Your files that can't be used", Empty = "all can be used" };
            foreach (var f in files) fileSheet.Add(f.File, f.Line, f.Problem);
            var roundSheet = new Sheet("round", "state", "last", "detail") { Title = "Rounds" };
            foreach (var r in rounds) roundSheet.Add(r.Name, r.State, r.At is { } at ? Time(at) : null, r.Detail);
            var worthSheet = new Sheet("currency", "open", "overdue") { Title = "Currencies whose worth the policy does not know", Empty = "all are listed" };
            foreach (var n in notListed)
                worthSheet.Add(n.Currency, Money.Format(n.Minor, Currency.Of(n.Currency)), Money.Format(n.Overdue, Currency.Of(n.Currency)));
            var unnamed = UnnamedPortfolio.Of(store, session.Clock.GetUtcNow());
            var unnamedSheet = new Sheet("portfolio", "settings") { Title = "Portfolios without a sender", Empty = "all have one" };
            foreach (var p in unnamed) unnamedSheet.Add(p.Portfolio, p.HasSettings ? "no sender" : "none");
            session.Output.Print(json => StatusJson.Write(json, aside, files, rounds, notListed, unit, unnamed, traces),
                asideSheet, fileSheet, worthSheet, unnamedSheet, roundSheet);
            if (notListed.Count > 0 && session.Output.IsTable) Output.Say($"{string.Join(", ", notListed.Select(n => n.Currency))}: {NotListed.Mend(unit)}.");
            foreach (var p in unnamed)
                if (session.Output.IsTable) Output.Say($"{p.Portfolio}: {p.Mend}.");
            if (session.Output.IsTable) session.TellStoppedRun();
            if (traces && session.Output.IsTable)
                foreach (var a in aside) Output.Say($"{a.Party} {a.Work} {a.Subject}\n{a.Trace}\n");
            return 0;
        });
        return verb;
    }

    private static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
