using System.Text.Json;
using Recoup.Core.Contact;
using Recoup.Core.Decisions;
using Recoup.Core.Events;
using Recoup.Core.Inputs;
using Recoup.Core.Workspace;

namespace Recoup.Core;

public static partial class Machine
{
    private static Refused? SetAccount(Work work, Input.AccountSet i)
    {
        var party = i.Party ?? i.Account;
        var known = work.State.Account(i.Account);
        if (i.Party is not null && work.State.Id != party)
            return new Refused(Refusal.AccountOfOtherParty, $"account {i.Account} is of party {work.State.Id}; an account can't move to another ({party})");
        if (known is not null && i.Portfolio is { } portfolio && portfolio != known.Portfolio)
            return new Refused(Refusal.PortfolioFixed, $"account {i.Account} is in portfolio {known.Portfolio}; an account input can't take it to {portfolio}: account_moved does");

        var personal = Personal(work, known);
        var changedPersonal = personal with
        {
            Name = i.Name ?? personal.Name,
            Email = i.Email ?? personal.Email,
            Phone = i.Phone ?? personal.Phone,
            Address = i.Address ?? personal.Address,
        };
        var details = (known ?? new AccountDetails(i.Account, i.Portfolio ?? WorkspaceState.DefaultPortfolio, "business")) with
        {
            Kind = i.Kind ?? known?.Kind ?? "business",
            Country = i.Country ?? known?.Country,
            TimeZone = i.TimeZone ?? known?.TimeZone,
            Language = i.Language ?? known?.Language,
            Parent = i.Parent ?? known?.Parent,
        };
        var samePersonal = changedPersonal == personal;
        if (known is not null && samePersonal && details == known) return null;
        if (!samePersonal)
            details = details with
            {
                // An address that no mail can reach is none: its steps go by another channel.
                EmailToken = changedPersonal.Email is { } email && PartyAddresses.CanBeReached(Channel.Email, email) ? TokenOf(work, Channel.Email, email, details.Country) : null,
                Sealed = changedPersonal.IsEmpty ? null : work.Context.Vault.Seal(work.State.Id, JsonSerializer.SerializeToUtf8Bytes(changedPersonal, EventJson.Default.PersonalDetails)),
            };
        // A number without its country code is another one in another country.
        if (!samePersonal || details.Country != known?.Country)
            details = details with { PhoneToken = changedPersonal.Phone is { } phone ? TokenOf(work, Channel.Call, phone, details.Country) : null };
        work.Emit(known is null ? new Event.AccountOpened(details) : new Event.AccountChanged(details));
        return null;
    }

    /// <summary>
    /// Letters under way in the old portfolio's name are called back: what they would have said is said in the new one's. Work
    /// goes along.
    /// </summary>
    private static Refused? Move(Work work, Input.AccountMoved i)
    {
        var from = work.State.Account(i.Account)!.Portfolio;
        if (i.Portfolio == from) return null;
        if (i.On is { } on && on != work.Today)
            return new Refused(Refusal.NotToday, $"an account moves on the day on which that is told, {work.Today:yyyy-MM-dd}, not on {on:yyyy-MM-dd}: figures of days gone by stay with {from}");
        foreach (var pending in work.State.Pending.Where(p => p.Kind == "message" && p.Portfolio == from).ToList())
            if (work.State.Messages[pending.Id] is { Status: MessageStatus.Pending } message) work.Emit(new Event.MessageWithdrawn(pending.Id, "account-moved"), work.Today, message.Account);
        work.Emit(new Event.AccountMoved(i.Portfolio), work.Today);
        return null;
    }

    private static string TokenOf(Work work, string channel, string address, string? country) => PartyAddresses.Token(work.Context.Vault, work.State.Id, channel, address, country);

    private static IReadOnlyList<string> TokensOf(Work work, string channel, string address) =>
        PartyAddresses.AllTokens(work.Context.Vault, work.State.Id, channel, address, work.State.Account(work.Input.AccountId)?.Country);

    private static PersonalDetails Personal(Work work, AccountDetails? account) => PartyAddresses.OpenPersonal(work.Context.Vault, work.State.Id, account) ?? new PersonalDetails();

    private static Refused? SetContactPoint(Work work, Input.ContactPoint i)
    {
        var tokens = TokensOf(work, i.Channel, i.Address);
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
            if (contact.Changes(i.Channel, token, i.Granted, on, work.Today)) work.Emit(new Event.ConsentChanged(i.Channel, token, i.Granted) { Reason = i.Reason });
        return null;
    }

    private static Refused? Erase(Work work, Input.Erasure i)
    {
        if (work.State.Erased) return new Refused(Refusal.AlreadyErased, $"party {work.State.Id} was erased before");
        // What is still to be said can't be said any more.
        foreach (var pending in work.State.Pending.Where(p => p.Kind is "message" or "document").ToList())
            if (work.State.Messages.GetValueOrDefault(pending.Id) is { Status: MessageStatus.Pending } message) work.Emit(new Event.MessageWithdrawn(pending.Id, "erased"), account: message.Account);
        work.Emit(new Event.PartyErased(i.Reason));
        return null;
    }
}
