using System.Text.Json;
using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Cells;
using Recoup.Core.Outbox;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using Recoup.Core.Workspace;
using static Recoup.Core.Inputs.Fields;
using static Recoup.Core.Inputs.FieldType;

namespace Recoup.Core.Accounts;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

/// <summary>What people and lists tell of accounts and of who has them.</summary>
public abstract record AccountInput : Input.OfAccount
{
    private AccountInput() { }

    /// <summary>Opens an account, or changes those fields that are given; null leaves a field as it is.</summary>
    public sealed record Set : AccountInput
    {
        public override bool IsOfPerson => true;
        public string? Party { get; init; }
        public string? Name { get; init; }
        public string? Portfolio { get; init; }
        public string? Kind { get; init; }
        public string? Email { get; init; }

        /// <summary>Further mail addresses, parted by semicolons.</summary>
        public string? OtherEmails { get; init; }
        public string? Phone { get; init; }
        public string? Address { get; init; }
        public string? Country { get; init; }
        public string? TimeZone { get; init; }
        public string? Language { get; init; }
        public string? Parent { get; init; }

        /// <summary>
        /// What a list says again and again: a mark of the list's account, then one of what it says of it, then, each after a comma, those of
        /// what rows above in the same list said otherwise; null: nobody follows it.
        /// </summary>
        public string? Said { get; init; }

        /// <summary>What the list has a column for and nothing in it.</summary>
        public Withdrawn Withdrawn { get; init; }

        /// <summary>Something else that the same list says of it comes after this.</summary>
        public bool IsOutdated { get; init; }
        public override bool Follows => Said is not null;
    }

    /// <summary>The account goes to another portfolio, on the day on which that is told.</summary>
    public sealed record Moved : AccountInput
    {
        public required string Portfolio { get; init; }

        /// <summary>Null: that day. Any other is refused.</summary>
        public DateOnly? On { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>
    /// The account's party and another account's are one customer: all that the first has becomes the other's, on the day on which
    /// that is told.
    /// </summary>
    public sealed record Joined : AccountInput
    {
        /// <summary>An account of the party that stays.</summary>
        public required string With { get; init; }

        /// <summary>Null: that day. Any other is refused.</summary>
        public DateOnly? On { get; init; }
        public string? Reason { get; init; }
        public override DateOnly? EffectiveOn => On;
    }

    /// <summary>Destroys the key under which the party's personal fields are sealed (Regulation (EU) 2016/679, Article 17).</summary>
    public sealed record Erasure : AccountInput
    {
        public required string Reason { get; init; }
    }
}

/// <summary>What happened to accounts.</summary>
public abstract record AccountEvent : Event
{
    private AccountEvent() { }

    /// <summary>An account was opened. Personal fields are in <see cref="AccountDetails.Sealed"/>, encrypted under the party's key.</summary>
    public sealed record Opened(AccountDetails Details) : AccountEvent;

    /// <summary>The account as it stands now; what it was before is in the events before.</summary>
    public sealed record Changed(AccountDetails Details) : AccountEvent;

    /// <summary>
    /// The account is of another portfolio from that day on: what is open of it moves there, what happened before stays where
    /// it was.
    /// </summary>
    public sealed record Moved(string Portfolio) : AccountEvent;
}

/// <summary>Accounts: opened, changed, taken to another portfolio; and who they belong to, until that person is erased.</summary>
public static class AccountChapter
{
    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("account", "opens an account or changes what is given of it", true,
        [
            May("party", Text, "the person or company that owes; by default the account is its own party") with { LengthMax = 100 },
            May("name", Text, "name of the person or company") with { Personal = true },
            May("portfolio", Text, "whose receivables; by default 'main'. Once set, account_moved changes it") with { LengthMax = 60 },
            Choice("kind", "business by default", "business", "consumer"),
            May("email", Text, "address for mail") with { Personal = true, LengthMax = 1000 },
            May("other_emails", Text, "further addresses for mail, parted by semicolons: used in turn where one takes "
                + "no mail, or consent for it was withdrawn by name") with { Personal = true, LengthMax = 1000 },
            May("phone", Text, "number for calls, with its country code; of several, parted by ; or , the first that can be dialled is called, and the "
                + "next where consent for it was withdrawn by name") with { Personal = true, LengthMax = 200 },
            May("address", Text, "postal address") with { Personal = true, LengthMax = 500 },
            May("country", Text, "ISO 3166 code of two letters") with { LengthMax = 60 },
            May("time_zone", Text, "IANA zone at the customer's place, such as Europe/Berlin") with { LengthMax = 60 },
            May("language", Text, "ISO 639 code of two letters, such as de or de-AT") with { LengthMax = 60 },
            May("parent", Text, "account of the parent company, for reports") with { LengthMax = 100 },
        ], d => new AccountInput.Set
        {
            Key = "", Account = d.Need("account"), Party = d.Text("party"), Name = d.Text("name"), Portfolio = d.Text("portfolio"), Kind = d.Text("kind"),
            Email = FieldChecks.CheckEmail(d, d.Text("email"), "email"), OtherEmails = FieldChecks.CheckEmails(d, "other_emails"), Phone = d.Text("phone"),
                Address = d.Text("address"), Country = FieldChecks.CheckCountry(d), TimeZone = FieldChecks.CheckZone(d),
            Language = FieldChecks.CheckLanguage(d), Parent = d.Text("parent"),
        }),
        InputKind.Of("account_moved", "the account goes to another portfolio, with all that is open of it; what happened before stays where it was", true,
        [Need("portfolio", Text, "where it goes") with { LengthMax = 60 }, May("on", Date, "the day on which it is told, which is the only one allowed")],
        d => new AccountInput.Moved { Key = "", Account = d.Need("account"), Portfolio = d.Need("portfolio"), On = d.Date("on") }),
        InputKind.Of("account_joined", "two accounts are one customer: the account's party, with all its accounts, becomes part of the other's", true,
        [
            Need("with", Text, "an account of the party that stays") with { LengthMax = 100 },
            May("on", Date, "the day on which it is told, which is the only one allowed"), May("reason", Text, "how that was found out"),
        ],
        d => new AccountInput.Joined { Key = "", Account = d.Need("account"), With = d.Need("with"), On = d.Date("on"), Reason = d.Text("reason") }),
        InputKind.Of("erasure", "destroys the party's key: what identifies the person can't be read any more", true,
        [Need("reason", Text, "who asked, and on what ground")],
        d => new AccountInput.Erasure { Key = "", Account = d.Need("account"), Reason = d.Need("reason") }),
    ];

    internal static readonly EventKind[] Events =
    [
        new("account_opened", AccountJson.Default.Opened), new("account_changed", AccountJson.Default.Changed),
        new("account_moved", AccountJson.Default.Moved),
    ];

    // --- rules ---

    /// <summary>Nothing of what a list says of the account is new. What others changed since stands until the list itself says something else.</summary>
    public static bool IsSaid(PartyState state, AccountInput.Set i) => i is { Said: { } said, IsKnown: true } && state.Account(i.Account) is { } account
        && (i.IsOutdated || account.Said is null || ListOf(account.Said) != ListOf(said) || HasSaid(account.Said, said));

    /// <summary>A list with several rows of a customer said that in one of them when it last said anything new.</summary>
    private static bool HasSaid(string last, string said) => last[8..].Split(',').Contains(said[8..].Split(',')[0], StringComparer.Ordinal);

    /// <summary>Of what a list says, which list's account it is about.</summary>
    private static string ListOf(string said) => said[..8];

    internal static Refused? Handle(Handling work, AccountInput input, Context context) => input switch
    {
        AccountInput.Set i => Set(work, i, context),
        AccountInput.Moved i => Move(work, i, context),
        AccountInput.Erasure i => Erase(work, i),
        AccountInput.Joined => throw new InvariantBrokenException("what makes one of two parties is given both"),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of an account"),
    };

    private static Refused? Set(Handling work, AccountInput.Set i, Context context)
    {
        var party = i.Party ?? i.Account;
        var known = work.State.Account(i.Account);
        if (i.Party is not null && !work.State.KeyIds.Contains(party)) return OfOtherParty(i.Account, work.State.Id, party);
        if (known is not null && i.Portfolio is { } portfolio && portfolio != known.Portfolio)
        {
            if (i.Said is null)
                return new Refused(Refusal.PortfolioFixed,
                    $"account {i.Account} is in portfolio {known.Portfolio}; an account input can't take it to {portfolio}: account_moved does");
            // A list's row says of the money too: were it refused, who has paid would be asked again.
            work.Remarks.Add(
                $"account {i.Account} stays in portfolio {known.Portfolio}: the list has it in {portfolio}, and takes no account there; account_moved does");
        }

        var personal = Personal(work, context.Vault, known);
        var country = i.Country ?? known?.Country;
        var changedPersonal = WithFirstNumber(
            work, context.Vault, KeepNextAddress(work, context.Vault, personal, Change(personal, i), i, known?.Country), country);
        var details = (known ?? new AccountDetails(i.Account, i.Portfolio ?? WorkspaceState.DefaultPortfolio, "business")) with
        {
            Kind = i.Kind ?? known?.Kind ?? "business",
            Country = country,
            TimeZone = i.TimeZone ?? known?.TimeZone,
            Language = i.Language ?? known?.Language,
            Parent = i.Parent ?? known?.Parent,
            Said = known is null ? null : i.Said ?? known.Said,
        };
        var samePersonal = changedPersonal == personal;
        if (known is not null && samePersonal && details == known) return null;
        if (!samePersonal)
            details = details with
            {
                // An address that no mail can reach is none: its steps go by another channel.
                EmailToken = changedPersonal.Email is { } email && PartyAddresses.CanBeReached(Channel.Email, email, details.Country)
                    ? TokenOf(work, context.Vault, Channel.Email, email, details.Country) : null,
                Sealed = changedPersonal.IsEmpty ? null : context.Vault.Seal(work.State.Id,
                    JsonSerializer.SerializeToUtf8Bytes(changedPersonal, PersonalJson.Default.PersonalDetails)),
            };
        // A number without its country code is another one in another country.
        if (!samePersonal || details.Country != known?.Country)
        {
            details = details with
            {
                PhoneToken = changedPersonal.Phone is { } phone ? TokenOf(work, context.Vault, Channel.Call, phone, details.Country)
                : null
            };
            AddressRemarks.Add(work, i.Account, Channel.Call, changedPersonal.Phone, details.Country);
        }
        if (changedPersonal.Email != personal.Email) AddressRemarks.Add(work, i.Account, Channel.Email, changedPersonal.Email, details.Country);
        if (i.Language is { } language && language != known?.Language && !context.Writer.HasLanguage(language))
            work.Remarks.Add($"account {i.Account}: there are no templates in the language '{language}': letters go out in English "
                + $"until the workspace has some, from templates/{LanguageCode.Of(language)} of your own catalog");
        if (known is null && i.Portfolio is { } named) RemarkOfPortfolio(work, context, i.Account, named);
        work.Emit(known is null ? new AccountEvent.Opened(details) : new AccountEvent.Changed(details));
        // Whoever tells of the addresses anew, as a list does, need not know which of them is out of use.
        if (!samePersonal) UseNextAddress(work, context.Vault, Channel.Email, details.EmailToken);
        if (known is null) return null;
        if (HasNew(i, changedPersonal.Email, changedPersonal.OtherEmails, personal.Email, personal.OtherEmails))
            ContactChapter.DropPoint(work, i.Account, Channel.Email);
        if (HasNew(i, changedPersonal.Phone, changedPersonal.OtherPhones, personal.Phone, personal.OtherPhones))
            ContactChapter.DropPoint(work, i.Account, Channel.Call);
        if (changedPersonal.Address is not null && changedPersonal.Address != personal.Address)
            ContactChapter.DropPoint(work, i.Account, Channel.Letter);
        return null;
    }

    /// <summary>An account is given its party when it is opened; what makes one of two parties is an input of its own.</summary>
    public static Refused OfOtherParty(string account, string party, string named) => new(Refusal.AccountOfOtherParty,
        $"account {account} is of party {party}; an account input can't take it to {named}: where the two are one customer, account_joined makes them one");

    /// <summary>
    /// Letters under way in the old portfolio's name are called back: what they would have said is said in the new one's. Work
    /// goes along.
    /// </summary>
    private static Refused? Move(Handling work, AccountInput.Moved i, Context context)
    {
        var from = work.State.Account(i.Account)!.Portfolio;
        if (i.Portfolio == from) return null;
        if (i.On is { } on && on != work.Today)
            return new Refused(Refusal.NotToday,
                $"an account moves on the day on which that is told, {work.Today:yyyy-MM-dd}, not on {on:yyyy-MM-dd}: figures of days gone by stay with "
                    + $"{from}");
        RemarkOfPortfolio(work, context, i.Account, i.Portfolio);
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "message" && p.Portfolio == from).ToList())
            if (work.State.Messages[pending.Id] is { Status: IntentStatus.Pending } message)
                work.Emit(new MessageEvent.Withdrawn(pending.Id, "account-moved"), work.Today, message.Account);
        work.Emit(new AccountEvent.Moved(i.Portfolio), work.Today);
        return null;
    }

    /// <summary>Where portfolios have settings, one that has none may be a slip of the pen; it is taken, and whoever sent it is told.</summary>
    private static void RemarkOfPortfolio(Handling work, Context context, string account, string portfolio)
    {
        if (context.Workspace.Portfolio(portfolio) is not null) return;
        var known = context.Workspace.Portfolios.Select(p => p.Portfolio).ToList();
        if (known.Count == 0) return;
        work.Remarks.Add($"account {account}: portfolio {portfolio} has no settings"
            + (Spelling.Nearest(portfolio, known) is { } near
                ? $"; where {near} is meant, account_moved takes the account there" : ": send them as an input of type portfolio"));
    }

    private static string TokenOf(Handling work, IVault vault, string channel, string address, string? country) =>
        PartyAddresses.Token(vault, work.State.Id, channel, address, country);

    /// <summary>What is given replaces what was there. A list that no longer has an address takes away the one that it gave, and no other.</summary>
    private static PersonalDetails Change(PersonalDetails before, AccountInput.Set i)
    {
        var list = i.Said is { } said ? ListOf(said) : null;
        var given = before.By is { } by && list is not null && by.StartsWith(list, StringComparison.Ordinal)
            ? (Withdrawn)(by[list.Length] - '0') : Withdrawn.Nothing;
        var gone = given & i.Withdrawn;
        var numbers = i.Phone is { } phone ? PhoneNumber.All(phone) : [];
        var after = before with
        {
            Name = i.Name ?? before.Name,
            Email = i.Email ?? (gone.HasFlag(Withdrawn.Email) ? null : before.Email),
            // The others come with the first: a new first address alone is all there is.
            OtherEmails = i.OtherEmails ?? (gone.HasFlag(Withdrawn.Email) || (list is not null && i.Email is not null) ? null : before.OtherEmails),
            Phone = numbers.FirstOrDefault() ?? (gone.HasFlag(Withdrawn.Phone) ? null : before.Phone),
            OtherPhones = i.Phone is not null ? Together(numbers.Skip(1)) : gone.HasFlag(Withdrawn.Phone) ? null : before.OtherPhones,
            Address = i.Address ?? (gone.HasFlag(Withdrawn.Address) ? null : before.Address),
        };
        if (list is null)
        {
            // Whoever gives an address by hand keeps it, whatever the list says no more.
            if (before.By is null) return after;
            var kept = (Withdrawn)(before.By[^1] - '0');
            if (i.Email is not null) kept &= ~Withdrawn.Email;
            if (i.Phone is not null) kept &= ~Withdrawn.Phone;
            if (i.Address is not null) kept &= ~Withdrawn.Address;
            return after with { By = kept == Withdrawn.Nothing ? null : before.By[..^1] + (char)('0' + (int)kept) };
        }
        given &= ~gone;
        if (i.Email is not null && !AreSame(i.Email, i.OtherEmails, before.Email, before.OtherEmails)) given |= Withdrawn.Email;
        if (i.Phone is not null && !AreSame(numbers.FirstOrDefault(), Together(numbers.Skip(1)), before.Phone, before.OtherPhones))
            given |= Withdrawn.Phone;
        if (i.Address is not null && i.Address != before.Address) given |= Withdrawn.Address;
        return after with { By = given != Withdrawn.Nothing ? list + (char)('0' + (int)given) : gone != Withdrawn.Nothing ? null : before.By };
    }

    /// <summary>The same addresses, whichever of them is used: one that is out of use stands behind the others.</summary>
    private static bool AreSame(string? first, string? others, string? otherFirst, string? otherOthers) => first == otherFirst && others == otherOthers
        || Apart(others).Prepend(first).Order(StringComparer.Ordinal).SequenceEqual(Apart(otherOthers).Prepend(otherFirst).Order(StringComparer.Ordinal));

    /// <summary>A list that says the same addresses as before says nothing new of them, whichever of them is used.</summary>
    private static bool HasNew(AccountInput.Set i, string? now, string? othersNow, string? before, string? othersBefore) =>
        now is not null && now != before && !(i.Said is not null && AreSame(now, othersNow, before, othersBefore));

    private static IEnumerable<string> Apart(string? others) => (others ?? "").Split("; ", StringSplitOptions.RemoveEmptyEntries);

    private static string? Together(IEnumerable<string> others) => string.Join("; ", others) is { Length: > 0 } text ? text : null;

    /// <summary>Of several numbers the first that can be dialled and is not out of use comes first, else the first that can be dialled.</summary>
    private static PersonalDetails WithFirstNumber(Handling work, IVault vault, PersonalDetails personal, string? country)
    {
        if (personal.OtherPhones is null || personal.Phone is not { } phone) return personal;
        var numbers = Apart(personal.OtherPhones).Prepend(phone).ToList();
        var dialled = numbers.FindAll(n => PhoneNumber.CanBeDialled(n, country));
        var first = dialled.Find(n => !work.State.Contact.IsOutOfUse(Channel.Call, TokenOf(work, vault, Channel.Call, n, country), work.Today))
            ?? dialled.FirstOrDefault() ?? phone;
        numbers.Remove(first);
        return personal with { Phone = first, OtherPhones = Together(numbers) };
    }

    /// <summary>
    /// An address that takes no mail, or of which consent was withdrawn by name, gives way to the account's next one that may be used, and stands
    /// behind the others from then on.
    /// </summary>
    /// <param name="channel">Mail and calls have addresses of accounts; of any other nothing follows.</param>
    internal static void UseNextAddress(Handling work, IVault vault, string channel, string? token)
    {
        if (channel is not (Channel.Email or Channel.Call) || token is null || work.State.Erased
            || !work.State.Contact.IsOutOfUse(channel, token, work.Today)) return;
        foreach (var account in work.State.Accounts.Where(a => PartyAddresses.TokenOf(a, channel) is not null).ToList())
        {
            var own = PartyAddresses.TokenOf(account, channel);
            // Known by a token under another key, where the account came with a party that joined.
            if (own != token && work.State.Joined is null) continue;
            var personal = Personal(work, vault, account);
            var used = channel == Channel.Email ? personal.Email : personal.Phone;
            if (own != token && (used is null || !AllTokensOf(work, vault, channel, used, account.Country).Contains(token))) continue;
            var others = Apart(channel == Channel.Email ? personal.OtherEmails : personal.OtherPhones).ToList();
            var next = others.Find(a => (channel == Channel.Call ? PhoneNumber.CanBeDialled(a, account.Country)
                    : PartyAddresses.CanBeReached(channel, a, account.Country))
                && !work.State.Contact.IsOutOfUse(channel, TokenOf(work, vault, channel, a, account.Country), work.Today,
                    work.State.Joined is null ? null : AllTokensOf(work, vault, channel, a, account.Country)));
            if (next is null) continue;
            others.Remove(next);
            var rest = Together(others.Append(used!));
            var turned = channel == Channel.Email ? personal with { Email = next, OtherEmails = rest } : personal with { Phone = next, OtherPhones = rest };
            var nextToken = TokenOf(work, vault, channel, next, account.Country);
            work.Emit(new AccountEvent.Changed(account with
            {
                EmailToken = channel == Channel.Email ? nextToken : account.EmailToken,
                PhoneToken = channel == Channel.Call ? nextToken : account.PhoneToken,
                Sealed = vault.Seal(work.State.Id, JsonSerializer.SerializeToUtf8Bytes(turned, PersonalJson.Default.PersonalDetails)),
            }), account: account.Account);
        }
    }

    /// <summary>A new first address by hand takes the place of one that is out of use, and not of the one that was used in its place.</summary>
    private static PersonalDetails KeepNextAddress(
        Handling work, IVault vault, PersonalDetails before, PersonalDetails after, AccountInput.Set i, string? country)
    {
        if (i is not { Said: null, Email: not null, OtherEmails: null } || before is not { Email: { } used, OtherEmails: { } text } || used == i.Email)
            return after;
        var others = Apart(text).ToList();
        var gone = others.FindIndex(a => work.State.Contact.IsOutOfUse(Channel.Email, TokenOf(work, vault, Channel.Email, a, country), work.Today));
        if (gone < 0) return after;
        others.RemoveAt(gone);
        return after with { OtherEmails = Together(others.Prepend(used).Where(a => a != i.Email)) };
    }

    private static IReadOnlyList<string> AllTokensOf(Handling work, IVault vault, string channel, string address, string? country) =>
        PartyAddresses.AllTokens(vault, work.State, channel, address, country);

    private static PersonalDetails Personal(Handling work, IVault vault, AccountDetails? account) =>
        PartyAddresses.OpenPersonal(vault, work.State.Id, account) ?? new PersonalDetails();

    private static Refused? Erase(Handling work, AccountInput.Erasure i)
    {
        if (work.State.Erased) return new Refused(Refusal.AlreadyErased, $"party {work.State.Id} was erased before");
        // What is still to be said can't be said any more.
        foreach (var pending in work.State.Pending.Where(p => p.Kind is "message" or "document").ToList())
            if (work.State.Messages.GetValueOrDefault(pending.Id) is { Status: IntentStatus.Pending } message)
                work.Emit(new MessageEvent.Withdrawn(pending.Id, "erased"), account: message.Account);
        // What they wrote nobody can read any more.
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "reply").ToList())
            work.Emit(new WorkItemEvent.Closed(pending.Id, "erased", null), account: work.State.WorkItems[pending.Id].Account);
        foreach (var slice in work.State.Slices) slice?.End(work);
        work.Emit(new PartyEvent.Erased(i.Reason));
        return null;
    }

    // --- what follows from events ---

    internal static void Fold(PartyState state, Envelope e, CellDeltas cells, AccountEvent happened)
    {
        switch (happened)
        {
            case AccountEvent.Opened opened: state.Accounts.Add(opened.Details); break;
            case AccountEvent.Changed changed:
                Change(state, changed.Details);
                state.Touch(e);
                break;
            case AccountEvent.Moved moved: Move(state, e, cells, moved.Portfolio); break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of an account");
        }
    }

    private static void Change(PartyState state, AccountDetails details) =>
        state.Accounts[state.Accounts.FindIndex(a => a.Account == details.Account)] = details;

    /// <summary>The account goes, with what is open; the party is in that portfolio with what was said to it in the other.</summary>
    private static void Move(PartyState state, Envelope e, CellDeltas cells, string portfolio)
    {
        var from = state.Account(e.Account)!.Portfolio;
        if (state.Treatment(portfolio) is null && state.Treatment(from) is { } treatment) state.Treatments.Add(treatment.CarriedTo(portfolio));
        Exposures.Move(state, e.Account, portfolio, e.EffectiveOn, cells);
        foreach (var pending in state.Pending.Where(p => p.Portfolio == from).ToList())
        {
            if (pending.Kind is "work" or "reply" && state.WorkItems[pending.Id] is { } work && work.Account == e.Account)
            {
                work.Portfolio = portfolio;
                state.WorkItems.Changed.Add(work.Id);
            }
            else if (pending.Kind == "document" && state.Messages[pending.Id] is { } message && message.Account == e.Account)
            {
                message.Portfolio = portfolio;
                state.Messages.Changed.Add(message.Id);
            }
            else continue;
            state.Pending[state.Pending.IndexOf(pending)] = pending with { Portfolio = portfolio };
        }
        state.Touch(e);
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(AccountEvent.Opened))]
[JsonSerializable(typeof(AccountEvent.Changed))]
[JsonSerializable(typeof(AccountEvent.Moved))]
internal sealed partial class AccountJson : JsonSerializerContext;
