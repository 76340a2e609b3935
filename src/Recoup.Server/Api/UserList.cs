using Recoup.Core.Workspace;
using static Recoup.Server.Api.Columns;

namespace Recoup.Server.Api;

/// <summary>A user as a list shows them.</summary>
/// <param name="Now">The instant by which a link is open or over.</param>
public sealed record UserLine(UserState User, DateTimeOffset Now);

/// <summary>Users as the command line and the page list them.</summary>
public static class UserList
{
    public static readonly Listing<UserLine> Listing = new("users",
        Text<UserLine>("user", l => l.User.Details.User), Text<UserLine>("name", l => l.User.Details.Name),
        Text<UserLine>("role", l => l.User.Details.Role), Text<UserLine>("team", l => l.User.Details.Team),
        Text<UserLine>("portfolios", l => l.User.Details.Portfolios is { } some ? string.Join(' ', some) : null),
        Text<UserLine>("state", l => l.User.Details.Disabled ? "disabled" : "active"), Text<UserLine>("link", LinkOf));

    /// <summary>open, used or over; null: none was made.</summary>
    public static string? LinkOf(UserLine line) =>
        line.User.LinkHash is null ? null : line.User.LinkUses > 0 ? "used" : line.User.HasOpenLink(line.Now) ? "open" : "over";
}
