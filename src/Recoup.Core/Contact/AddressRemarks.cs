using Recoup.Core.Parties;

namespace Recoup.Core.Contact;

/// <summary>What whoever gives an address is told of it.</summary>
internal static class AddressRemarks
{
    /// <summary>An address that is of no use costs nobody their account; whoever sent it is told.</summary>
    public static void Add(Handling work, string account, string channel, string? address, string? country)
    {
        if (address is null) return;
        if (channel == Channel.Email && !MailAddress.CanBeMailed(address))
            work.Remarks.Add($"account {account}: no mail can be sent to the address given; it is kept, and messages go by other channels");
        if (channel == Channel.Sms && PhoneNumber.CanBeDialled(address, country) && !PhoneNumber.CanBeTexted(address, country))
            work.Remarks.Add($"account {account}: no text can be sent to the number given, which is a fixed line or none at all; it is kept, and messages go "
                + "by other channels");
        if (channel is Channel.Call or Channel.Sms && !PhoneNumber.CanBeDialled(address, country))
            work.Remarks.Add(country is null
                ? $"account {account}: the number given can't be dialled as it stands; it is kept as it is. Give it its country code, or the account its "
                    + "country"
                : $"account {account}: the number given is none that can be dialled, in {country} or with a country code; it is kept as it is");
    }
}
