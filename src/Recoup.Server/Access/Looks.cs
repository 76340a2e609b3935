using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Recoup.Storage.Access;

namespace Recoup.Server.Access;

/// <summary>What of the pages, files and API is a look at somebody's data, or takes a list away.</summary>
internal static class Looks
{
    public const string Page = "page", Api = "api";

    private static readonly FrozenSet<string> FileEndings = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "csv", "xlsx", "pdf", "eml", "json");

    /// <summary>Lists of the API whose rows are people's; figures and their sums are nobody's.</summary>
    private static readonly FrozenSet<string> PeoplesLists =
        FrozenSet.Create(StringComparer.Ordinal, "accounts", "callbacks", "decisions", "notes", "plans", "webhooks", "worklist");

    /// <summary>Kind, subject and detail; null: nobody's data.</summary>
    public static (string Kind, string Subject, string Detail)? OfPage(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method)) return null;
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return null;
        var last = parts[^1];
        var dot = last.LastIndexOf('.');
        if (dot > 0 && FileEndings.Contains(last[(dot + 1)..]))
        {
            // One customer's where a customer is named; else a list's.
            var account = request.Query["account"].ToString() is { Length: > 0 } named ? named : parts is ["accounts", var id, _, ..] ? id : null;
            return (AccessKind.Exported, account ?? last[..dot], account is null ? last[(dot + 1)..] : last);
        }
        return parts is ["accounts" or "messages", var subject, ..] ? (AccessKind.Looked, Uri.UnescapeDataString(subject), parts[0][..^1]) : null;
    }

    /// <param name="list">The address's first part, such as <c>accounts</c>.</param>
    /// <param name="account">Of the address; null: it names none.</param>
    public static (string Kind, string Subject, string Detail)? OfApi(string list, string? account, HttpRequest request)
    {
        if (!PeoplesLists.Contains(list)) return null;
        account ??= request.Query["account"].ToString() is { Length: > 0 } named ? named : null;
        return account is null ? (AccessKind.Exported, list, "json") : (AccessKind.Looked, account, list);
    }
}
