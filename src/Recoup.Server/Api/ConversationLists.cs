using Recoup.Storage.Work;
using static Recoup.Server.Api.Columns;

namespace Recoup.Server.Api;

/// <summary>Notes and callbacks as the API, the command line, files and the pages list them.</summary>
public static class ConversationLists
{
    public static readonly Listing<NoteLine> Notes = new("notes",
        Text<NoteLine>("note", l => l.Note.Note), Text<NoteLine>("account", l => l.Note.Account), Text<NoteLine>("name", l => l.Name),
        Text<NoteLine>("portfolio", l => l.Portfolio), Instant<NoteLine>("at", l => l.Note.At), Text<NoteLine>("invoice", l => l.Note.Number),
        Text<NoteLine>("by", l => l.Note.By), Text<NoteLine>("text", l => l.Note.Text));

    public static readonly Listing<CallbackLine> Callbacks = new("callbacks",
        Text<CallbackLine>("callback", l => l.Callback.Callback), Text<CallbackLine>("account", l => l.Callback.Account),
        Text<CallbackLine>("name", l => l.Name), Text<CallbackLine>("portfolio", l => l.Portfolio), Text<CallbackLine>("state", l => l.Callback.Status),
        Instant<CallbackLine>("at", l => l.Callback.At), Day<CallbackLine>("day", l => l.Callback.Day), Text<CallbackLine>("agent", l => l.Callback.Agent),
        Text<CallbackLine>("about", l => l.Callback.About), Day<CallbackLine>("made_on", l => l.Callback.MadeOn),
        Day<CallbackLine>("closed_on", l => l.Callback.ClosedOn));
}
