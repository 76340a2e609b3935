using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;

namespace Recoup.Core.Workspace;

/// <summary>What a user may do.</summary>
public static class UserRole
{
    /// <summary>Looks and enters nothing.</summary>
    public const string Reader = "reader";

    /// <summary>Works with customers; what gives money up, moves customers or can't be undone is a manager's.</summary>
    public const string Agent = "agent";

    /// <summary>Everything.</summary>
    public const string Manager = "manager";

    /// <summary>Looks, at who the users are too, and enters nothing.</summary>
    public const string Auditor = "auditor";

    public static readonly IReadOnlyList<string> All = [Reader, Agent, Manager, Auditor];
}

/// <summary>Somebody who works with Recoup. The id is the actor of what they enter.</summary>
/// <param name="Role">One of <see cref="UserRole.All"/>.</param>
public sealed record UserDetails(string User, string Role)
{
    public string? Name { get; init; }

    public string? Team { get; init; }

    /// <summary>Whose receivables they see, in order; null: everybody's.</summary>
    public IReadOnlyList<string>? Portfolios { get; init; }

    /// <summary>Comes in no more, and what they had open is closed.</summary>
    public bool Disabled { get; init; }

    /// <summary>Nothing about them is another.</summary>
    public bool IsSame(UserDetails other) => this with { Portfolios = null } == other with { Portfolios = null }
        && (Portfolios ?? []).SequenceEqual(other.Portfolios ?? []) && (Portfolios is null) == (other.Portfolios is null);
}

/// <summary>What happened to users.</summary>
public abstract record UserEvent : Event
{
    private UserEvent() { }

    /// <summary>A user as they are from now on.</summary>
    public sealed record Set(UserDetails Details) : UserEvent;

    /// <summary>A link that lets the user in, once; one before it ends. The hash is the SHA-256 of what stands in the link.</summary>
    public sealed record LinkMade(string User, byte[] Hash, DateTimeOffset ExpiresAt) : UserEvent;

    /// <summary>The user came in by it.</summary>
    public sealed record LinkUsed(string User) : UserEvent;
}

/// <summary>A user as the journal tells of them.</summary>
public sealed record UserState(UserDetails Details)
{
    /// <summary>Of the last link; null: none was made.</summary>
    public byte[]? LinkHash { get; init; }

    public DateTimeOffset LinkExpiresAt { get; init; }

    /// <summary>How often somebody came in by the last link: it is good for one.</summary>
    public int LinkUses { get; init; }

    /// <summary>How often the user was disabled: what a browser had open before stays closed when the user is enabled again.</summary>
    public int TimesDisabled { get; init; }

    /// <summary>The link still lets somebody in.</summary>
    public bool HasOpenLink(DateTimeOffset now) => LinkHash is not null && LinkUses == 0 && now < LinkExpiresAt && !Details.Disabled;
}

/// <summary>The users of a workspace, in the order in which they were added. Without any, who is at the machine does everything.</summary>
public sealed class Users
{
    /// <summary>The longest id, characters.</summary>
    public const int IdLengthMax = 60;

    private readonly List<UserState> all = [];

    internal static readonly EventKind[] Events =
        [new("user_set", UserJson.Default.Set), new("user_link_made", UserJson.Default.LinkMade), new("user_link_used", UserJson.Default.LinkUsed)];

    internal Users Copy()
    {
        var copy = new Users();
        copy.all.AddRange(all);
        return copy;
    }

    public IReadOnlyList<UserState> All => all;

    /// <summary>Null: there is none of that id.</summary>
    public UserState? Find(string user) => all.Find(u => u.Details.User == user);

    /// <summary>Letters, digits and - _ . only: the id stands in the journal as an actor, and a system's must not be taken for a person's.</summary>
    public static string? ProblemOf(string user) =>
        user.Length is 0 or > IdLengthMax || !user.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? $"'{(user.Length <= IdLengthMax ? user : user[..IdLengthMax])}' is no id of a user: letters, digits and - _ . only, at most {IdLengthMax}"
            : user is "system" or "import" or "send" or "agent" or "manager" ? $"'{user}' has a meaning of its own here; take another id" : null;

    internal void Apply(UserEvent happened)
    {
        switch (happened)
        {
            case UserEvent.Set set:
                var at = all.FindIndex(u => u.Details.User == set.Details.User);
                if (at < 0) all.Add(new UserState(set.Details));
                else
                    all[at] = all[at] with
                    {
                        Details = set.Details,
                        TimesDisabled = all[at].TimesDisabled + (set.Details.Disabled && !all[at].Details.Disabled ? 1 : 0),
                    };
                break;
            case UserEvent.LinkMade made: Change(made.User, u => u with { LinkHash = made.Hash, LinkExpiresAt = made.ExpiresAt, LinkUses = 0 }); break;
            case UserEvent.LinkUsed used: Change(used.User, u => u with { LinkUses = u.LinkUses + 1 }); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a user");
        }
    }

    private void Change(string user, Func<UserState, UserState> change)
    {
        var at = all.FindIndex(u => u.Details.User == user);
        if (at >= 0) all[at] = change(all[at]);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(UserEvent.Set))]
[JsonSerializable(typeof(UserEvent.LinkMade))]
[JsonSerializable(typeof(UserEvent.LinkUsed))]
internal sealed partial class UserJson : JsonSerializerContext;
