using System.Text;
using System.Text.Json;
using Recoup.Core.Foundation;
using Recoup.Core.Parties;

namespace Recoup.Core.Contact;

/// <summary>
/// The addresses of a party, and the tokens by which they are known where nobody may read them. A token is of the
/// address's one form; journals from before there was one have tokens of spellings, which mean the same address.
/// </summary>
public static class PartyAddresses
{
    /// <summary>What an account says of the person; null where nothing was given or the key is gone.</summary>
    public static PersonalDetails? OpenPersonal(IVault vault, string party, AccountDetails? account) =>
        account?.Sealed is { } sealedBytes && vault.Open(party, sealedBytes) is { } plain
            ? JsonSerializer.Deserialize(plain, PersonalJson.Default.PersonalDetails) : null;

    /// <summary>The address of a channel and its token, as the party has it now; null: none is known that the channel can reach, or its key is gone.</summary>
    public static (string Address, string Token)? Of(IVault vault, PartyState state, AccountDetails account, string channel) =>
        Given(vault, state, account, channel) is { } address && CanBeReached(channel, address, account.Country)
            ? (channel == Channel.Sms ? PhoneNumber.E164(address, account.Country)! : address, Token(vault, state.Id, channel, address, account.Country))
            : null;

    /// <summary>
    /// Whose address letters and documents of an account go to, and whose number is called, where the party has no contact point for the
    /// channel: the account's own, else that of another of the party's accounts, those of its portfolio first. One that takes no mail, or of
    /// which consent was withdrawn by name, gives way to one that may be used.
    /// </summary>
    public static AccountDetails AddresseeOf(PartyState state, AccountDetails account, string channel)
    {
        if (state.Accounts.Count == 1 || state.Contact.Point(channel) is not null) return account;
        var known = state.Accounts.Where(a => TokenOf(a, channel) is not null)
            .OrderBy(a => a != account).ThenBy(a => a.Portfolio != account.Portfolio).ToList();
        return known.Find(a => !state.Contact.IsOutOfUse(channel, TokenOf(a, channel), state.AsOf)) ?? known.FirstOrDefault() ?? account;
    }

    /// <summary>
    /// Where paper goes to: the party's contact point, else the account's address, else that of another of its accounts; null: none is known.
    /// </summary>
    public static string? PostalOf(IVault vault, PartyState state, AccountDetails account)
    {
        if (state.Contact.Point(Channel.Letter) is { } point && vault.Open(state.Id, point.Sealed) is { } plain) return Encoding.UTF8.GetString(plain);
        return state.Accounts.OrderBy(a => a != account).ThenBy(a => a.Portfolio != account.Portfolio)
            .Select(a => OpenPersonal(vault, state.Id, a)?.Address).FirstOrDefault(address => address is not null);
    }

    /// <summary>The token of an address in its one form.</summary>
    /// <param name="country">The account's; null: not known.</param>
    public static string Token(IVault vault, string party, string channel, string address, string? country) =>
        vault.Token(party, Compared(channel, address, country));

    /// <summary>
    /// Tokens that the address may have been known by before, under the keys of parties that joined this one too; <see cref="Token"/>
    /// comes first.
    /// </summary>
    public static IReadOnlyList<string> AllTokens(IVault vault, PartyState state, string channel, string address, string? country)
    {
        var tokens = new List<string> { Token(vault, state.Id, channel, address, country) };
        var former = IsMail(channel, address) ? MailAddress.FormerSpellings(address) : IsNumber(channel, address)
            ? PhoneNumber.FormerSpellings(address, country) : [address];
        foreach (var id in state.KeyIds)
        {
            // Who has no key never had a token.
            if (id != state.Id && !vault.HasKey(id)) continue;
            if (id != state.Id) tokens.Add(Token(vault, id, channel, address, country));
            foreach (var spelling in former)
                if (vault.Token(id, spelling) is var token && !tokens.Contains(token)) tokens.Add(token);
        }
        return tokens;
    }

    /// <summary>
    /// What else the gate must look for beside the address's token: empty unless something is marked by an address, since
    /// opening what is sealed and hashing its spellings is dear.
    /// </summary>
    public static IReadOnlyList<string> OtherTokens(IVault vault, PartyState state, AccountDetails account, string channel) =>
        !state.Erased && (state.Contact.BadAddresses is { Count: > 0 } || state.Contact.OptOuts.Exists(static o => o.Token is not null))
            && Given(vault, state, account, channel) is { } address
            ? AllTokens(vault, state, channel, address, account.Country)
            : [];

    /// <summary>Whether a message by that channel could ever arrive there. A call is a person's, who makes of a number what there is to make of it.</summary>
    /// <param name="country">The account's; null: not known.</param>
    public static bool CanBeReached(string channel, string address, string? country) => channel switch
    {
        Channel.Email => MailAddress.CanBeMailed(address),
        Channel.Sms => PhoneNumber.CanBeTexted(address, country),
        _ => true,
    };

    /// <summary>As the party has it now, whether a channel can reach it or not.</summary>
    internal static string? Given(IVault vault, PartyState state, AccountDetails account, string channel)
    {
        if (state.Contact.Point(channel) is { } point && vault.Open(state.Id, point.Sealed) is { } plain) return Encoding.UTF8.GetString(plain);
        if (channel is not (Channel.Email or Channel.Call or Channel.Sms)) return null;
        var personal = OpenPersonal(vault, state.Id, account);
        if (channel == Channel.Email) return personal?.Email;
        if (channel == Channel.Call || personal?.OtherPhones is not { } others) return personal?.Phone;
        // Of several numbers the first may be a fixed line, or one that a provider said takes no texts.
        var texted = others.Split("; ", StringSplitOptions.RemoveEmptyEntries).Prepend(personal.Phone).OfType<string>()
            .Where(number => PhoneNumber.CanBeTexted(number, account.Country)).ToList();
        return (state.Contact.BadAddresses is null ? null : texted.Find(number => !IsDead(vault, state, account, number)))
            ?? texted.FirstOrDefault() ?? personal.Phone;
    }

    /// <summary>
    /// A number takes no texts, and another may be used in its place: not where its reader said that no texts are wanted there, for they said so to
    /// whoever would write to another of their numbers.
    /// </summary>
    private static bool IsDead(IVault vault, PartyState state, AccountDetails account, string number)
    {
        var tokens = AllTokens(vault, state, Channel.Sms, number, account.Country);
        return state.Contact.IsUndeliverable(Channel.Sms, tokens[0], tokens)
            && !state.Contact.IsWithdrawnByName(Channel.Sms, tokens[0], state.AsOf, tokens);
    }

    private static string Compared(string channel, string address, string? country) =>
        IsMail(channel, address) ? MailAddress.Compared(address) : IsNumber(channel, address) ? PhoneNumber.Compared(address, country) : address;

    private static bool IsMail(string channel, string address) =>
        channel == Channel.Email || (channel == Channel.Any && address.Contains('@', StringComparison.Ordinal));

    private static bool IsNumber(string channel, string address) =>
        channel is Channel.Call or Channel.Sms || (channel == Channel.Any && !address.Contains('@', StringComparison.Ordinal));

    /// <summary>The token of what an account has for a channel; null: nothing, or the channel is reached by contact points only.</summary>
    public static string? TokenOf(AccountDetails account, string channel) =>
        channel switch { Channel.Email => account.EmailToken, Channel.Call or Channel.Sms => account.PhoneToken, _ => null };

    /// <summary>An address of the channel is known: the party's contact point, or what one of its accounts has.</summary>
    public static bool IsKnownBy(PartyState state, string channel) =>
        state.Contact.Point(channel) is not null || state.Accounts.Exists(a => TokenOf(a, channel) is not null);

    /// <summary>As <see cref="AllTokens"/>, in the country of one of the party's accounts.</summary>
    internal static IReadOnlyList<string> TokensOf(IVault vault, PartyState state, string account, string channel, string address) =>
        AllTokens(vault, state, channel, address, state.Account(account)?.Country);
}
