using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Recoup.Storage.Access;

namespace Recoup.Server.Access;

/// <summary>What of the pages, files and API is a look at somebody's data, or takes a list away.</summary>
internal static class Looks
{
    public const string Page = "page", Api = "api";

    /// <summary>Lists of the API whose rows are people's; figures and their sums are nobody's.</summary>
    private static readonly FrozenSet<string> PeoplesLists =
        FrozenSet.Create(StringComparer.Ordinal, "access", "accounts", "callbacks", "decisions", "files", "notes", "plans", "webhooks", "worklist");

    /// <summary>Files and pages of lists that an account narrows to its own; any other takes no notice of one.</summary>
    private static readonly FrozenSet<string> OfAccounts = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "account-items", "callbacks", "files", "notes",
        "plans");

    /// <summary>
    /// Kind, subject and detail; null: nobody's data. Addresses are known in upper and lower case, and a form that is refused shows its page.
    /// </summary>
    public static (string Kind, string Subject, string Detail)? OfPage(HttpRequest request)
    {
        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0) return null;
        var (list, account) = (parts[0], request.Query["account"].ToString());
        if (FormOf(parts[^1]) is { } form)
        {
            var file = string.Join('/', parts)[..^(form.Length + 1)];
            var isOfAccount = account.Length > 0 && OfAccounts.Contains(file);
            return (AccessKind.Exported, isOfAccount ? account : file, isOfAccount ? $"{file}.{form}" : form);
        }
        if (account.Length > 0 && OfAccounts.Contains(list)) return (AccessKind.Looked, account, list.ToLowerInvariant());
        return parts.Length > 1 && (Is("accounts") || Is("messages")) ? (AccessKind.Looked, IdOf(parts[1]), list[..^1].ToLowerInvariant()) : null;

        bool Is(string name) => string.Equals(list, name, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>csv or xlsx; null: it is no file.</summary>
    private static string? FormOf(string name) => name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? "csv"
        : name.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase) ? "xlsx" : null;

    /// <summary>An id of an address: a slash in it comes as %2F, which routing leaves as it is.</summary>
    public static string IdOf(string part) => part.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <param name="list">The address's first part, such as <c>accounts</c>.</param>
    /// <param name="account">Of the address; null: it names none.</param>
    public static (string Kind, string Subject, string Detail)? OfApi(string list, string? account, HttpRequest request)
    {
        if (list is "ageing" or "unworked" && request.Query["by"].ToString().Contains("account", StringComparison.Ordinal))
            return (AccessKind.Exported, list, "json");
        if (!PeoplesLists.Contains(list)) return null;
        account ??= list is not ("access" or "accounts" or "webhooks" or "worklist") && request.Query["account"].ToString() is { Length: > 0 } named
            ? named : null;
        return account is null ? (AccessKind.Exported, list, "json") : (AccessKind.Looked, account, list);
    }
}
