using System.Text.Json;
using Recoup.Tests.Mail;

namespace Recoup.Tests.Cli;

/// <summary>A folder into which lists come again and again, by the shipped mappings or one of its own.</summary>
public abstract class ListTests : IDisposable
{
    private protected const string Receivables = "account,name,email,phone,invoice,issued_on,due_on,amount,currency,paid_on\n";
    private protected const string OpenItems = "account,number,issued_on,due_on,balance,currency,name,email\n";

    private protected readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    private protected Ran Import(int day, string rows) =>
        folder.Run("import", folder.Write("list.csv", Receivables + rows), "--map", "receivables", "--format", "json", "--now", $"2026-04-{day:00}T10:00:00Z");

    private protected Ran Follow(int day, string rows) => folder.Run("import", folder.Write("items.csv", OpenItems + rows), "--map", "open-items",
        "--as", "open-items", "--on", $"2026-04-{day:00}", "--format", "json", "--now", $"2026-04-{day:00}T10:00:00Z");

    private protected Dictionary<string, string> Ageing(int day) =>
        folder.Run("ageing", "--as-of", $"2026-04-{day:00}", "--by", "account", "--format", "json").Expect(0).Json.EnumerateArray()
        .ToDictionary(r => $"{Text(r, "account")} {Text(r, "currency")}", r => $"{Text(r, "total")} {Text(r, "unapplied")}");

    private protected static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;

    /// <summary>The addresses to which mail goes on 10 April.</summary>
    private protected List<string> Mailed()
    {
        folder.Run("sending", "live", "--now", "2026-04-10T06:00:00Z").Expect(0);
        folder.Run("run", "--as-of", "2026-04-10", "--now", "2026-04-10T08:00:00Z").Expect(0);
        folder.Run("dispatch", "--now", "2026-04-10T10:00:00Z").Expect(0);
        if (!Directory.Exists(folder.Mail)) return [];
        return [.. Directory.GetFiles(folder.Mail)
            .Select(f => ParsedMail.Parse(File.ReadAllBytes(f)).Header("To").Split('<', '>')[1]).Order(StringComparer.Ordinal)];
    }

    private protected Ran List(int day, string map, string rows) => folder.Run("import", folder.Write("list.csv", "account,invoice,issued_on,due_on," + rows),
        "--map", folder.Write("ledger.yaml", map), "--format", "json", "--now", $"2026-04-{day:00}T10:00:00Z");

    private protected List<string> Disputes() => [.. folder.Rows(
        "SELECT kind || ' ' || json_extract(CAST(payload AS TEXT), '$.dispute') || ' ' || effective_on FROM journal WHERE kind LIKE 'dispute%' ORDER BY id")];
}
