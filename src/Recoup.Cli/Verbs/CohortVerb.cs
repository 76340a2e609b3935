using System.CommandLine;
using Recoup.Core.Foundation;
using Recoup.Core.Measures;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>cohorts: how much was recovered by age of what first became overdue in a month.</summary>
internal static class CohortVerb
{
    public static Command Cohorts()
    {
        var asOf = new Option<string?>("--as-of") { Description = "the business date; else the last on which anything was recorded", HelpName = "DATE" };
        var by = new Option<string?>("--by")
        {
            Description = $"cohorts by {string.Join(", ", CohortReport.Splits)} or both; by month where it is not given", HelpName = "month,portfolio",
        };
        var age = new Option<int?>("--age") { Description = "by so many days alone; else by 30, 60, 90 and 180", HelpName = "DAYS" };
        var verb = new Command("cohorts", "Recovery curves at equal age, by the month in which items first became overdue. Looks at every item.")
        {
            asOf, by, age,
        };
        verb.SetAction(parsed =>
        {
            using var session = new Session(parsed);
            var split = FigureVerbs.List(parsed.GetValue(by) ?? "month").ToHashSet(StringComparer.Ordinal);
            foreach (var part in split)
                if (!CohortReport.Splits.Contains(part)) throw new UsageException($"--by takes {string.Join(", ", CohortReport.Splits)}, not '{part}'");
            if (parsed.GetValue(age) is < 0 or > CohortReport.AgeMax) throw new UsageException($"--age is a number of days from 0 to {CohortReport.AgeMax}");
            var readings = new Readings(session.Open());
            var day = FigureVerbs.Day(session, parsed.GetValue(asOf), readings);
            var rows = readings.Read(_ => CohortReport.Of(readings.OverdueItems(day), day, split, parsed.GetValue(age)));
            var isBoth = split.Count > 1;
            var sheet = new Sheet(["cohort", .. isBoth ? new[] { "portfolio" } : [], "currency", "age", "amount", "recovered", "rate", "note"])
            {
                Title = $"Recovered by age of what first became overdue, as of {day:yyyy-MM-dd}", Empty = "nothing was overdue by that day",
            };
            foreach (var row in rows)
            {
                var currency = Currency.Of(row.Currency);
                sheet.Add([row.Cohort, .. isBoth ? new object?[] { row.Portfolio } : [], row.Currency, row.Age, Money.Format(row.Minor, currency),
                    row.Recovered is { } recovered ? Money.Format(recovered, currency) : null,
                    row.Rate is { } rate ? Math.Round(rate, 2).ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
                    row.Completed ? "completed by how older cohorts went on" : row.NoValue]);
            }
            session.Output.Print(json =>
            {
                json.WriteStartArray();
                foreach (var row in rows) row.WriteTo(json);
                json.WriteEndArray();
            }, sheet);
            session.TellRowTroubles();
            return 0;
        });
        return verb;
    }
}
