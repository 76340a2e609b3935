using Recoup.Core.Accounts;
using Recoup.Core.Contact;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;

namespace Recoup.Storage;

/// <summary>Whom the inputs of a batch are about, before any is handled: what must be locked and what can be loaded at once.</summary>
internal sealed class Routes
{
    private readonly HashSet<string> accounts = new(StringComparer.Ordinal);
    private readonly HashSet<string> named = new(StringComparer.Ordinal);
    private Dictionary<string, string> stored = [];
    private Dictionary<string, string> joined = [];

    private Routes() { }

    /// <summary>The ids under which there may be a party.</summary>
    public HashSet<string> Parties { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of whom something that identifies them is given or may be written.</summary>
    public HashSet<string> Persons { get; } = new(StringComparer.Ordinal);

    /// <summary>With the kind of input that names each first.</summary>
    public Dictionary<string, Type> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>In ascending order; the workspace's is not among them.</summary>
    public IReadOnlyList<int> Partitions { get; private set; } = [];

    /// <summary>Some input is about the workspace.</summary>
    public bool Workspace { get; private set; }

    /// <summary>Some input makes one of two parties: whose an account is changes by it.</summary>
    public bool Joins { get; private set; }

    public static Routes Of(Stored store, IReadOnlyList<InputUnit> units)
    {
        var routes = new Routes();
        foreach (var unit in units)
            foreach (var input in unit.Inputs)
            {
                if (input is Input.OfAccount about) routes.accounts.Add(about.Account);
                if (input is AccountInput.Joined { With: var with }) routes.accounts.Add(with);
                if (input is AccountInput.Set { Party: { } of }) routes.named.Add(of);
            }
        routes.Look(store.PartiesOf, store.JoinedTo);
        foreach (var unit in units)
            foreach (var input in unit.Inputs)
            {
                if (input.Digest.Length > 0) routes.Keys.TryAdd(input.Key, input.GetType());
                if (routes.PartyOf(input) is not { } party)
                {
                    routes.Workspace = true;
                    continue;
                }
                routes.Parties.Add(party);
                // An account that is nobody's alias may become one: whoever makes it so holds the place of its own id too.
                if (input is Input.OfAccount of) routes.Parties.Add(of.Account);
                if (input is AccountInput.Set { Party: { } named }) routes.Parties.Add(routes.Now(named));
                if (input is AccountInput.Joined { With: var with })
                {
                    routes.Joins = true;
                    routes.Parties.Add(routes.PartyOf(with));
                    routes.Parties.Add(with);
                    routes.Persons.Add(routes.PartyOf(with));
                }
                if (input.HasWords || input.IsPersonal || input is AccountInput.Set or ContactInput.PointSet or ConsentInput.Said
                    or Input.Review or Input.Release)
                    routes.Persons.Add(party);
            }
        routes.Partitions = [.. routes.Parties.Select(Partition.Of).Distinct().Order()];
        return routes;
    }

    /// <summary>The party under which an account is known already, where that is not its own.</summary>
    public string? StoredAlias(string account) => stored.GetValueOrDefault(account);

    /// <summary>The party itself, or the one that it became part of.</summary>
    public string Now(string party) => joined.GetValueOrDefault(party) ?? party;

    private string PartyOf(string account) => Now(StoredAlias(account) ?? account);

    private void Look(
        Func<IReadOnlyCollection<string>, Dictionary<string, string>> partiesOf, Func<IReadOnlyCollection<string>, Dictionary<string, string>> joinedTo)
    {
        stored = partiesOf(accounts);
        joined = joinedTo([.. accounts.Where(a => !stored.ContainsKey(a)), .. named]);
    }

    /// <summary>Null: it is about the workspace.</summary>
    public string? PartyOf(Input input) => input switch
    {
        Input.Review review => review.Party,
        Input.Release release => release.Party,
        Input.ChannelResult result => result.Party,
        Input.OfAccount about => PartyOf(about.Account),
        _ => null,
    };

    /// <summary>Whether everything is still as it was before the locks were held.</summary>
    public bool Hold(Store store)
    {
        if (accounts.Count == 0) return true;
        var (before, joinedBefore) = (stored, joined);
        Look(store.Database.PartiesOf, store.Database.JoinedTo);
        return Same(before, stored) && Same(joinedBefore, joined);
    }

    private static bool Same(Dictionary<string, string> a, Dictionary<string, string> b) =>
        a.Count == b.Count && a.All(pair => b.GetValueOrDefault(pair.Key) == pair.Value);
}
