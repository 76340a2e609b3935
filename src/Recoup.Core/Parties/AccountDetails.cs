using System.Text.Json.Serialization;
using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>An account as it stands after the event. Only <see cref="Sealed"/> holds personal data.</summary>
public sealed record AccountDetails : IFormed<AccountDetails>
{
    // Settable, not init-only: the generated reader would otherwise go through an array of boxed arguments, and every
    // header that is loaded has one of these.
    public AccountDetails() { }

    public AccountDetails(string account, string portfolio, string kind) => (Account, Portfolio, Kind) = (account, portfolio, kind);

    public string Account { get; set; } = "";

    public string Portfolio { get; set; } = "";

    /// <summary>business or consumer.</summary>
    public string Kind { get; set; } = "";

    public string? Country { get; set; }
    public string? TimeZone { get; set; }
    public string? Language { get; set; }
    public string? Parent { get; set; }
    public string? EmailToken { get; set; }
    public string? PhoneToken { get; set; }

    /// <summary>What a list that is followed said last, once it has said more than one thing: a mark of the list's account, then of its content.</summary>
    public string? Said { get; set; }

    /// <summary><see cref="PersonalDetails"/> as JSON, encrypted under the party's key; null where there are none.</summary>
    public byte[]? Sealed { get; set; }

    public static AccountDetails Blank => new();

    public static AccountDetails Form<TForm>(ref TForm f, AccountDetails v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Portfolio = f.Word("portfolio", v.Portfolio);
        v.Kind = f.Word("kind", v.Kind);
        f.BeginRare(8);
        v.Country = f.WordOrNull("country", v.Country);
        v.TimeZone = f.WordOrNull("time_zone", v.TimeZone);
        v.Language = f.WordOrNull("language", v.Language);
        v.Parent = f.WordOrNull("parent", v.Parent);
        v.EmailToken = f.TextOrNull("email_token", v.EmailToken);
        v.PhoneToken = f.TextOrNull("phone_token", v.PhoneToken);
        v.Said = f.TextOrNull("said", v.Said);
        v.Sealed = f.BytesOrNull("sealed", v.Sealed);
        f.EndRare();
        return v;
    }
}

/// <summary>What identifies a person. Never written but sealed.</summary>
public sealed record PersonalDetails
{
    public string? Name { get; init; }
    public string? Email { get; init; }

    /// <summary>Further mail addresses, parted by semicolons.</summary>
    public string? OtherEmails { get; init; }
    public string? Phone { get; init; }

    /// <summary>Further numbers, parted by semicolons.</summary>
    public string? OtherPhones { get; init; }
    public string? Address { get; init; }

    /// <summary>The mark of the list that gave addresses, and which: a list takes away only what it gave.</summary>
    public string? By { get; init; }

    [JsonIgnore]
    public bool IsEmpty => Name is null && Email is null && OtherEmails is null && Phone is null && OtherPhones is null && Address is null;
}

/// <summary>How it is written before it is sealed.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(PersonalDetails))]
internal sealed partial class PersonalJson : JsonSerializerContext;
