using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Recoup.Core.Workspace;
using Recoup.Storage.Access;

namespace Recoup.Storage.Work;

/// <summary>How users come, change and come in: as events of the workspace, with who did it.</summary>
public static class UserAccounts
{
    private const int AttemptsMax = 8, TokenBytes = 24;

    /// <summary>A link that nobody used ends after so long.</summary>
    public static readonly TimeSpan LinkLife = TimeSpan.FromDays(7);

    /// <summary>Before what stands in a user's link, so that it is known for one.</summary>
    public const string TokenPrefix = "u-";

    /// <summary>Adds or changes a user. False: nothing about them is another.</summary>
    /// <param name="change">Is given the user as they are, null for a new one; returns null where nothing is to be done.</param>
    /// <param name="where">By what it was asked for, as the chain of access says it.</param>
    public static bool Set(
        Door door, string user, Func<UserDetails?, UserDetails?> change, string actor, DateTimeOffset now, string where = ByCommand) =>
        Record(door,
            users => users.Find(user)?.Details is var known && change(known) is { } wanted && known?.IsSame(wanted) != true ? new UserEvent.Set(wanted) : null,
            static (_, _) => true, actor, now, where) is not null;

    /// <summary>Why an id can't be a new user's, in words; null: it can.</summary>
    public static string? ProblemOfNew(Users users, string user) => Users.ProblemOf(user)
        ?? (users.Find(user) is not null ? $"{user} is there already" : null)
        ?? (users.All.FirstOrDefault(u => u.Details.User.Equals(user, StringComparison.OrdinalIgnoreCase)) is { } near
            ? $"'{user}' differs from the user {near.Details.User} in its capitals alone: whoever reads the journal would take one for the other; take "
                + "another id" : null);

    /// <summary>Portfolios as people name them, joined by commas; null: all. Throws where it is neither.</summary>
    public static IReadOnlyList<string>? PortfoliosOf(string? text) => string.IsNullOrWhiteSpace(text) || text.Trim() == "all" ? null
        : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } some && !some.Contains("all")
            ? [.. some.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : throw new FormatException("portfolios are names joined by commas, or all");

    private const string ByCommand = "command";

    /// <summary>What stands in a new link, which is kept nowhere; null: there is no such user, or they are disabled.</summary>
    /// <param name="where">As of <see cref="Set"/>.</param>
    public static string? MakeLink(Door door, string user, string actor, DateTimeOffset now, string where = ByCommand)
    {
        var token = TokenPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        return Record(door, users => users.Find(user) is { Details.Disabled: false } ? new UserEvent.LinkMade(user, HashOf(token), now + LinkLife) : null,
            static (_, _) => true, actor, now, where) is null ? null : token;
    }

    /// <summary>Whom a link lets in, which it does once; null: nobody.</summary>
    public static string? Enter(Door door, string token, DateTimeOffset now)
    {
        if (!token.StartsWith(TokenPrefix, StringComparison.Ordinal)) return null;
        var hash = HashOf(token);
        return (Record(door, users => users.All.FirstOrDefault(u => u.HasOpenLink(now) && CryptographicOperations.FixedTimeEquals(u.LinkHash, hash)) is { } user
                ? new UserEvent.LinkUsed(user.Details.User) : null,
            static (users, e) => users.Find(((UserEvent.LinkUsed)e).User)!.LinkUses == 1, "system", now, ByCommand) as UserEvent.LinkUsed)?.User;
    }

    /// <summary>Who may what is a fact of the workspace and an act of somebody's: the chain of access tells of it among what else they did.</summary>
    private static void Note(Door door, UserEvent happened, string actor, string where)
    {
        var (subject, detail) = happened switch
        {
            UserEvent.Set set => (set.Details.User, $"{set.Details.Role}, {(set.Details.Disabled ? "disabled" : "active")}, "
                + (set.Details.Portfolios is { } some ? string.Join(' ', some) : "all portfolios")),
            UserEvent.LinkMade made => (made.User, "link made"),
            // Who came in is noted by whoever let them in.
            _ => ("", ""),
        };
        if (subject.Length > 0 && !door.Store.IsDryRun)
            door.Store.Access.Record(new AccessNote(TimeProvider.System.GetUtcNow(), actor, where, AccessKind.Permitted, subject, detail));
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>What was recorded; null: nothing was to be.</summary>
    /// <param name="isGood">Whether it stands beside what others recorded in the same moment; else it is looked at again.</param>
    private static UserEvent? Record(Door door, Func<Users, UserEvent?> make, Func<Users, UserEvent, bool> isGood, string actor, DateTimeOffset now,
        string where)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var workspace = door.Look();
            if (make(workspace.Users) is not { } happened) return null;
            var at = workspace.Seq > 0 && door.LastRecordedAt > now ? door.LastRecordedAt : now;
            var today = workspace.Today(at);
            if (workspace.Seq > 0 && door.LastRecordedOn > today) today = door.LastRecordedOn;
            var cause = string.Create(CultureInfo.InvariantCulture, $"user/{workspace.Seq + 1}/{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
            var isKept = false;
            door.Take([], [(happened, cause, today, at)], _ =>
            {
                isKept = isGood(door.Workspace.Users, happened);
                if (isKept) Note(door, happened, actor, where);
                return isKept;
            }, actor: actor);
            if (isKept) return happened;
        }
        throw new StoreException("somebody else changed the workspace again and again; try once more");
    }
}
