using System.Text.Json;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Outbox;
using Recoup.Core.Receivables;
using Recoup.Core.Workspace;

namespace Recoup.Core;

public static partial class Machine
{
    private static Refused? SetAccount(Work work, Input.AccountSet i)
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

        var personal = Personal(work, known);
        var changedPersonal = Change(personal, i);
        var details = (known ?? new AccountDetails(i.Account, i.Portfolio ?? WorkspaceState.DefaultPortfolio, "business")) with
        {
            Kind = i.Kind ?? known?.Kind ?? "business",
            Country = i.Country ?? known?.Country,
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
                EmailToken = changedPersonal.Email is { } email && PartyAddresses.CanBeReached(Channel.Email, email)
                    ? TokenOf(work, Channel.Email, email, details.Country) : null,
                Sealed = changedPersonal.IsEmpty ? null : work.Context.Vault.Seal(work.State.Id,
                    JsonSerializer.SerializeToUtf8Bytes(changedPersonal, PersonalJson.Default.PersonalDetails)),
            };
        // A number without its country code is another one in another country.
        if (!samePersonal || details.Country != known?.Country)
        {
            details = details with { PhoneToken = changedPersonal.Phone is { } phone ? TokenOf(work, Channel.Call, phone, details.Country) : null };
            Remark(work, i.Account, Channel.Call, changedPersonal.Phone, details.Country);
        }
        if (changedPersonal.Email != personal.Email) Remark(work, i.Account, Channel.Email, changedPersonal.Email, details.Country);
        if (i.Language is { } language && language != known?.Language && !work.Context.Writer.HasLanguage(language))
            work.Remarks.Add($"account {i.Account}: there are no templates in the language '{language}': letters go out in English "
                + $"until the workspace has some, from templates/{LanguageCode.Of(language)} of your own catalog");
        if (known is null && i.Portfolio is { } named) RemarkOfPortfolio(work, i.Account, named);
        work.Emit(known is null ? new Event.AccountOpened(details) : new Event.AccountChanged(details));
        return null;
    }

    /// <summary>An account is given its party when it is opened; what makes one of two parties is an input of its own.</summary>
    public static Refused OfOtherParty(string account, string party, string named) => new(Refusal.AccountOfOtherParty,
        $"account {account} is of party {party}; an account input can't take it to {named}: where the two are one customer, account_joined makes them one");

    /// <summary>
    /// Letters under way in the old portfolio's name are called back: what they would have said is said in the new one's. Work
    /// goes along.
    /// </summary>
    private static Refused? Move(Work work, Input.AccountMoved i)
    {
        var from = work.State.Account(i.Account)!.Portfolio;
        if (i.Portfolio == from) return null;
        if (i.On is { } on && on != work.Today)
            return new Refused(Refusal.NotToday,
                $"an account moves on the day on which that is told, {work.Today:yyyy-MM-dd}, not on {on:yyyy-MM-dd}: figures of days gone by stay with "
                    + $"{from}");
        RemarkOfPortfolio(work, i.Account, i.Portfolio);
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "message" && p.Portfolio == from).ToList())
            if (work.State.Messages[pending.Id] is { Status: IntentStatus.Pending } message)
                work.Emit(new Event.MessageWithdrawn(pending.Id, "account-moved"), work.Today, message.Account);
        work.Emit(new Event.AccountMoved(i.Portfolio), work.Today);
        return null;
    }

    /// <summary>Where portfolios have settings, one that has none may be a slip of the pen; it is taken, and whoever sent it is told.</summary>
    private static void RemarkOfPortfolio(Work work, string account, string portfolio)
    {
        if (work.Context.Workspace.Portfolio(portfolio) is not null) return;
        var known = work.Context.Workspace.Portfolios.Select(p => p.Portfolio).ToList();
        if (known.Count == 0) return;
        work.Remarks.Add($"account {account}: portfolio {portfolio} has no settings"
            + (Spelling.Nearest(portfolio, known) is { } near
                ? $"; where {near} is meant, account_moved takes the account there" : ": send them as an input of type portfolio"));
    }

    /// <summary>An address that is of no use costs nobody their account; whoever sent it is told.</summary>
    private static void Remark(Work work, string account, string channel, string? address, string? country)
    {
        if (address is null) return;
        if (channel == Channel.Email && !MailAddress.CanBeMailed(address))
            work.Remarks.Add($"account {account}: no mail can be sent to the address given; it is kept, and messages go by other channels");
        if (channel is Channel.Call or Channel.Sms && !PhoneNumber.CanBeDialled(address, country))
            work.Remarks.Add(country is null
                ? $"account {account}: the number given can't be dialled as it stands; it is kept as it is. Give it its country code, or the account its "
                    + "country"
                : $"account {account}: the number given is none that can be dialled, in {country} or with a country code; it is kept as it is");
    }

    private static string TokenOf(Work work, string channel, string address, string? country) =>
        PartyAddresses.Token(work.Context.Vault, work.State.Id, channel, address, country);

    /// <summary>What is given replaces what was there. A list that no longer has an address takes away the one that it gave, and no other.</summary>
    private static PersonalDetails Change(PersonalDetails before, Input.AccountSet i)
    {
        var list = i.Said is { } said ? ListedItems.ListOf(said) : null;
        var given = before.By is { } by && list is not null && by.StartsWith(list, StringComparison.Ordinal)
            ? (Withdrawn)(by[list.Length] - '0') : Withdrawn.Nothing;
        var gone = given & i.Withdrawn;
        var after = before with
        {
            Name = i.Name ?? before.Name,
            Email = i.Email ?? (gone.HasFlag(Withdrawn.Email) ? null : before.Email),
            // The others come with the first: a new first address alone is all there is.
            OtherEmails = i.OtherEmails ?? (gone.HasFlag(Withdrawn.Email) || (list is not null && i.Email is not null) ? null : before.OtherEmails),
            Phone = i.Phone ?? (gone.HasFlag(Withdrawn.Phone) ? null : before.Phone),
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
        if (i.Email is not null && i.Email != before.Email) given |= Withdrawn.Email;
        if (i.Phone is not null && i.Phone != before.Phone) given |= Withdrawn.Phone;
        if (i.Address is not null && i.Address != before.Address) given |= Withdrawn.Address;
        return after with { By = given != Withdrawn.Nothing ? list + (char)('0' + (int)given) : gone != Withdrawn.Nothing ? null : before.By };
    }

    /// <summary>An address that takes no mail gives way to the account's next one, and stands behind the others from then on.</summary>
    private static void UseNextAddress(Work work, string channel, string? token)
    {
        if (channel != Channel.Email || token is null || work.State.Erased || !work.State.Contact.IsUndeliverable(channel, token)) return;
        foreach (var account in work.State.Accounts.Where(a => a.EmailToken is not null).ToList())
        {
            // Known by a token under another key, where the account came with a party that joined.
            if (account.EmailToken != token && work.State.Joined is null) continue;
            var personal = Personal(work, account);
            if (account.EmailToken != token && (personal.Email is not { } own || !AllTokensOf(work, channel, own, account.Country).Contains(token))) continue;
            var others = (personal.OtherEmails ?? "").Split("; ", StringSplitOptions.RemoveEmptyEntries).ToList();
            var next = others.Find(a => PartyAddresses.CanBeReached(channel, a)
                && !work.State.Contact.IsUndeliverable(channel, TokenOf(work, channel, a, account.Country),
                    work.State.Joined is null ? null : AllTokensOf(work, channel, a, account.Country)));
            if (next is null) continue;
            others.Remove(next);
            var turned = personal with { Email = next, OtherEmails = string.Join("; ", others.Append(personal.Email)) };
            work.Emit(new Event.AccountChanged(account with
            {
                EmailToken = TokenOf(work, channel, next, account.Country),
                Sealed = work.Context.Vault.Seal(work.State.Id, JsonSerializer.SerializeToUtf8Bytes(turned, PersonalJson.Default.PersonalDetails)),
            }), account: account.Account);
        }
    }

    private static IReadOnlyList<string> AllTokensOf(Work work, string channel, string address, string? country) =>
        PartyAddresses.AllTokens(work.Context.Vault, work.State, channel, address, country);

    private static IReadOnlyList<string> TokensOf(Work work, string channel, string address) =>
        PartyAddresses.AllTokens(work.Context.Vault, work.State, channel, address, work.State.Account(work.Input.AccountId)?.Country);

    private static PersonalDetails Personal(Work work, AccountDetails? account) =>
        PartyAddresses.OpenPersonal(work.Context.Vault, work.State.Id, account) ?? new PersonalDetails();

    private static Refused? SetContactPoint(Work work, Input.ContactPoint i)
    {
        var tokens = TokensOf(work, i.Channel, i.Address);
        Remark(work, i.Account, i.Channel, i.Address, work.State.Account(i.Account)?.Country);
        var marked = tokens.Where(t => work.State.Contact.IsUndeliverable(i.Channel, t)).ToList();
        if (work.State.Contact.Point(i.Channel)?.Token == tokens[0] && marked.Count == 0) return null;
        marked.Remove(tokens[0]);
        work.Emit(new Event.ContactPointSet(i.Channel, tokens[0], work.Context.Vault.Seal(work.State.Id, System.Text.Encoding.UTF8.GetBytes(i.Address)))
        {
            FormerTokens = marked.Count == 0 ? null : marked,
        });
        return null;
    }

    private static Refused? SetConsent(Work work, Input.Consent i)
    {
        var (contact, on) = (work.State.Contact, i.On ?? work.Today);
        // A withdrawal is known by one token; one that was said of another spelling is taken back by its own.
        var tokens = i.Address is not { } address ? [] : TokensOf(work, i.Channel, address);
        foreach (var token in i.Granted && tokens.Count > 0 ? tokens : tokens.Take(1).DefaultIfEmpty())
        {
            var outOfAll = i.Granted && token is null && i.Channel != Channel.Any && contact.IsWithdrawnForAll(on, work.Today);
            if (outOfAll || contact.Changes(i.Channel, token, i.Granted, on, work.Today))
                work.Emit(new Event.ConsentChanged(i.Channel, token, i.Granted) { Reason = i.Reason, OutOfAll = outOfAll });
        }
        if (i.Granted && i.Channel != Channel.Any) RemarkOfWithdrawn(work, i, tokens, on > work.Today ? on : work.Today);
        return null;
    }

    /// <summary>
    /// Consent for one address is not consent for the channel, and consent for a channel is none for an address of it that somebody
    /// took out by name: what was withdrawn stands, and whoever gave the other is told what would take it back.
    /// </summary>
    private static void RemarkOfWithdrawn(Work work, Input.Consent i, IReadOnlyList<string> tokens, DateOnly from)
    {
        var standing = work.State.Contact.OptOuts.FindAll(o => (o.Channel == i.Channel || o.Channel == Channel.Any) && !(o.Until <= from));
        if (i.Address is null)
        {
            var addresses = standing.Count(o => o.Token is not null);
            if (addresses > 0)
                work.Remarks.Add($"account {i.Account}: consent stays withdrawn for "
                    + $"{(addresses == 1 ? "one address" : $"{addresses} addresses")} of {i.Channel} by name: to give it again, "
                    + "send consent with the address, or for all");
            return;
        }
        if (standing.Find(static o => o.Token is null) is { } whole)
            work.Remarks.Add($"account {i.Account}: consent for the address is of no effect while it is withdrawn for "
                + $"{(whole.Channel == Channel.Any ? "all channels" : $"all of {i.Channel}")}: to give it again, "
                + $"send consent for {i.Channel} without an address");
        else if (standing.Exists(o => o.Channel == Channel.Any && tokens.Contains(o.Token)))
            work.Remarks.Add($"account {i.Account}: consent for the address stays withdrawn for all channels: to give it again, "
                + "send consent for all with the address");
    }

    private static Refused? Erase(Work work, Input.Erasure i)
    {
        if (work.State.Erased) return new Refused(Refusal.AlreadyErased, $"party {work.State.Id} was erased before");
        // What is still to be said can't be said any more.
        foreach (var pending in work.State.Pending.Where(p => p.Kind is "message" or "document").ToList())
            if (work.State.Messages.GetValueOrDefault(pending.Id) is { Status: IntentStatus.Pending } message)
                work.Emit(new Event.MessageWithdrawn(pending.Id, "erased"), account: message.Account);
        foreach (var slice in work.State.Slices) slice?.End(work);
        work.Emit(new Event.PartyErased(i.Reason));
        return null;
    }
}
