using Microsoft.AspNetCore.Http;
using Recoup.Core.Inputs;
using Recoup.Server.Words;
using Recoup.Storage;

namespace Recoup.Server;

/// <summary>A form's fields as an input, by the same table of kinds that files and the command line use.</summary>
internal static class FormInputs
{
    /// <summary>Sends it through the door. Null: taken, or known already; else why not, for the person who entered it.</summary>
    public static string? Take(Store store, ServeOptions options, string kindName, IFormCollection form, Reader reader)
    {
        var kind = InputKinds.Of(kindName);
        var draft = new InputDraft(kind);
        var problems = new List<InputProblem>();
        for (var i = 0; i < kind.Fields.Count; i++)
            if (form.TryGetValue(kind.Fields[i].Name, out var text) && text.Count == 1) Set(draft, i, text[0] ?? "", reader, problems);
        var input = problems.Count > 0 ? null : kind.Build(draft, options.Actor, problems);
        if (input is null) return string.Join("; ", problems.Select(p => p.ToString()));
        var door = new Door(store, "import", options.Clock, options.Writer);
        var taken = door.TakeOrSetAside([new InputUnit(0, [input])]).Units[0];
        return taken.Status == UnitStatus.SetAside ? $"it could not be taken, and was set aside: {taken.Cause}" : taken.Refused?.Message;
    }

    private static void Set(InputDraft draft, int field, string text, Reader reader, List<InputProblem> problems)
    {
        var of = draft.Kind.Fields[field];
        if (of.Type == FieldType.Amount && !string.IsNullOrWhiteSpace(text))
        {
            if (reader.ReadAmount(text, out var problem) is { } amount) draft.Set(field, amount, problems);
            else problems.Add(new InputProblem(of.Name, problem));
        }
        else draft.Set(field, of.Type == FieldType.Instant ? reader.ReadInstant(text) : text, problems);
    }
}
