using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Server.Words;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server.Api;

/// <summary>The status as JSON, for `recoup status` and the API alike.</summary>
public static class StatusJson
{
    /// <param name="unit">In which the policy's amounts are.</param>
    /// <param name="traces">With where in the program each failed.</param>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<SetAside> aside, IReadOnlyList<BrokenFile> files, IReadOnlyList<Round> rounds,
        IReadOnlyList<NotListed> notListed, string unit, IReadOnlyList<UnnamedPortfolio> unnamed, bool traces)
    {
        json.WriteStartObject();
        json.WriteStartArray("set_aside");
        foreach (var a in aside)
        {
            json.WriteStartObject();
            json.WriteString("party", a.Party);
            json.WriteString("work", a.Work);
            if (a.Subject.Length > 0) json.WriteString("subject", a.Subject);
            json.WriteString("cause", a.Cause);
            json.WriteString("since", Show.Instant(a.Since));
            json.WriteString("tried_at", Show.Instant(a.TriedAt));
            json.WriteNumber("times", a.Times);
            if (traces) json.WriteString("trace", a.Trace);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var f in files)
        {
            json.WriteStartObject();
            json.WriteString("file", f.File);
            if (f.Line is { } line) json.WriteNumber("line", line);
            json.WriteString("problem", f.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("currencies_not_listed");
        foreach (var n in notListed)
        {
            var currency = Currency.Of(n.Currency);
            json.WriteStartObject();
            json.WriteString("currency", n.Currency);
            json.WriteString("open", Money.Format(n.Minor, currency));
            json.WriteString("overdue", Money.Format(n.Overdue, currency));
            json.WriteString("mend", NotListed.Mend(unit));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("portfolios_without_sender");
        foreach (var p in unnamed)
        {
            json.WriteStartObject();
            json.WriteString("portfolio", p.Portfolio);
            json.WriteBoolean("has_settings", p.HasSettings);
            if (p.Near is not null) json.WriteString("near", p.Near);
            json.WriteString("mend", p.Mend);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("rounds");
        foreach (var r in rounds)
        {
            json.WriteStartObject();
            json.WriteString("round", r.Name);
            json.WriteString("state", r.State);
            json.WriteString("at", r.At is { } at ? Show.Instant(at) : null);
            json.WriteString("detail", r.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
