using Recoup.Core.Foundation;

namespace Recoup.Core.Parties;

/// <summary>What is to be sent of an account's invoices and statements, and what was.</summary>
public sealed class AccountDocuments : IFormed<AccountDocuments>
{
    public string Account { get; set; } = "";

    /// <summary>Numbers of new invoices that are to be sent.</summary>
    public List<string>? ToDeliver { get; set; }

    /// <summary>Numbers of those that the gate forbade or that came back: an address or a consent that comes may let them go.</summary>
    public List<string>? Blocked { get; set; }

    /// <summary>The last day on which a message with invoices was decided: one a day.</summary>
    public DateOnly? InvoicesOn { get; set; }

    /// <summary>The last day on which the balance changed, by effective date.</summary>
    public DateOnly? MovedOn { get; set; }

    /// <summary>Statements by schedule were decided for periods up to this day.</summary>
    public DateOnly? StatedThrough { get; set; }

    public static AccountDocuments Blank => new();

    public static AccountDocuments Form<TForm>(ref TForm f, AccountDocuments v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        f.BeginRare(5);
        v.ToDeliver = f.TextsOrNull("to_deliver", v.ToDeliver);
        v.Blocked = f.TextsOrNull("blocked", v.Blocked);
        v.InvoicesOn = f.DayOrNull("invoices_on", v.InvoicesOn);
        v.MovedOn = f.DayOrNull("moved_on", v.MovedOn);
        v.StatedThrough = f.DayOrNull("stated_through", v.StatedThrough);
        f.EndRare();
        return v;
    }
}
