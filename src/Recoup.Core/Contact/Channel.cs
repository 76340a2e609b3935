namespace Recoup.Core.Contact;

/// <summary>The channels there are. A task is a call that a person makes.</summary>
public static class Channel
{
    public const string Email = "email", Sms = "sms", Call = "call", Letter = "letter", Any = "all";

    public static readonly IReadOnlyList<string> All = [Email, Sms, Call, Letter];
}
