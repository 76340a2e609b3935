using System.Globalization;
using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Recovery;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>Payment plans as the API, the command line, files and the page list them.</summary>
public static class PlanList
{
    public static readonly Listing<PlanLine> Listing = new("plans",
        Text("plan", l => l.Plan.Plan), Text("account", l => l.Plan.Account), Text("name", l => l.Name), Text("portfolio", l => l.Portfolio),
        Text("state", l => l.Plan.Outcome ?? "open"), Text("standing", l => l.Plan.Outcome is null ? l.Plan.Status : null),
        Day("agreed_on", l => l.Plan.AgreedOn), Amount("amount", l => l.Plan.Minor), Amount("paid", l => l.Plan.PaidOn(l.AsOf)),
        Text("currency", l => l.Plan.Currency),
        new("instalment_count", ColumnKind.Count, l => l.Plan.Instalments.Count.ToString(CultureInfo.InvariantCulture)),
        Day("next_due_on", l => l.Plan.Next?.DueOn), Amount("next_amount", l => l.Plan.NextMinorOn(l.AsOf)), Day("closed_on", l => l.Plan.ClosedOn),
        new("items", ColumnKind.Text, null)
        {
            Json = static (json, l) =>
            {
                json.WriteStartArray();
                foreach (var number in l.Plan.Items) json.WriteStringValue(number);
                json.WriteEndArray();
            },
        },
        new("instalments", ColumnKind.Text, null) { Json = static (json, l) => Instalments(json, l.Plan) });

    private static Column<PlanLine> Text(string name, Func<PlanLine, string?> of) => Columns.Text(name, of);

    private static Column<PlanLine> Day(string name, Func<PlanLine, DateOnly?> of) => Columns.Day(name, of);

    private static Column<PlanLine> Amount(string name, Func<PlanLine, long?> of) =>
        new(name, ColumnKind.Amount, l => of(l) is { } minor ? Money.Format(minor, Currency.Of(l.Plan.Currency)) : null);

    private static string? Iso(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Instalments(Utf8JsonWriter json, PlanState plan)
    {
        json.WriteStartArray();
        foreach (var instalment in plan.Instalments)
        {
            json.WriteStartObject();
            json.WriteString("due_on", Iso(instalment.DueOn));
            json.WriteString("amount", Money.Format(instalment.Minor, Currency.Of(plan.Currency)));
            json.WriteString("state", PlanChapter.Word(instalment.Standing));
            json.WriteString("since", Iso(instalment.Since));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
