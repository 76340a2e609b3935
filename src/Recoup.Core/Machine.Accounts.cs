using System.Text.Json;
using Recoup.Core.Contact;
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
            return new Refused(Refusal.PortfolioFixed, $"account {i.Account} is in portfolio {known.Portfolio}; it can't move to {portfolio}: open another account there, with the same party");

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
                EmailToken = changedPersonal.Email is { } email ? work.Context.Vault.Token(work.State.Id, email) : null,
                PhoneToken = changedPersonal.Phone is { } phone ? work.Context.Vault.Token(work.State.Id, phone) : null,
                Sealed = changedPersonal.IsEmpty ? null : work.Context.Vault.Seal(work.State.Id, JsonSerializer.SerializeToUtf8Bytes(changedPersonal, EventJson.Default.PersonalDetails)),
            };
        work.Emit(known is null ? new Event.AccountOpened(details) : new Event.AccountChanged(details));
        return null;
    }

    private static PersonalDetails Personal(Work work, AccountDetails? account) => OpenPersonal(work.Context.Vault, work.State.Id, account) ?? new PersonalDetails();

    /// <summary>What an account says of the person; null where nothing was given or the key is gone.</summary>
    public static PersonalDetails? OpenPersonal(IVault vault, string party, AccountDetails? account) =>
        account?.Sealed is { } sealedBytes && vault.Open(party, sealedBytes) is { } plain ? JsonSerializer.Deserialize(plain, EventJson.Default.PersonalDetails) : null;

    private static Refused? SetContactPoint(Work work, Input.ContactPoint i)
    {
        var token = work.Context.Vault.Token(work.State.Id, i.Address);
        if (work.State.Contact.Point(i.Channel)?.Token == token && !work.State.Contact.IsUndeliverable(i.Channel, token)) return null;
        work.Emit(new Event.ContactPointSet(i.Channel, token, work.Context.Vault.Seal(work.State.Id, System.Text.Encoding.UTF8.GetBytes(i.Address))));
        return null;
    }

    private static Refused? SetConsent(Work work, Input.Consent i)
    {
        var token = i.Address is { } address ? work.Context.Vault.Token(work.State.Id, address) : null;
        if (!work.State.Contact.Changes(i.Channel, token, i.Granted, i.On ?? work.Today, work.Today)) return null;
        work.Emit(new Event.ConsentChanged(i.Channel, token, i.Granted));
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
