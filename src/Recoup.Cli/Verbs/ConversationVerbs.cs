using System.CommandLine;
using Recoup.Core.Recovery;
using Recoup.Server.Api;
using Recoup.Storage.Work;

namespace Recoup.Cli.Verbs;

/// <summary>callbacks, notes: what was agreed with customers and written down about them, as the pages list it.</summary>
internal static class ConversationVerbs
{
    public static Command Callbacks()
    {
        var state = new Option<string?>("--state") { Description = $"{string.Join(", ", CallbackState.Statuses)}; open has the missed ones too" };
        state.AcceptOnlyFromAmong([.. CallbackState.Statuses]);
        var account = new Option<string?>("--account") { Description = "of this account alone" };
        var limit = SimulateVerbs.Limit("at most so many", byDefault: 1000);
        var verb = new Command("callbacks", "Promises to call back: those still to be done the soonest first, else the latest first.")
        {
            state, account, limit,
        };
        verb.SetAction(parsed => Lists.Print(parsed, ConversationLists.Callbacks, "Callbacks", "callback",
            parsed.GetValue(state) is not null || parsed.GetValue(account) is not null,
            (store, most) => new ConversationReadings(store).Callbacks(parsed.GetValue(state), parsed.GetValue(account), null, most), parsed.GetValue(limit)));
        return verb;
    }

    public static Command Notes()
    {
        var account = new Option<string?>("--account") { Description = "of this account alone" };
        var limit = SimulateVerbs.Limit("at most so many, newest first", byDefault: 1000);
        var verb = new Command("notes", "What people wrote down about accounts, newest first.") { account, limit };
        verb.SetAction(parsed => Lists.Print(parsed, ConversationLists.Notes, "Notes", "note", parsed.GetValue(account) is not null,
            (store, most) => new ConversationReadings(store).Notes(parsed.GetValue(account), null, most), parsed.GetValue(limit)));
        return verb;
    }
}
