using Microsoft.AspNetCore.Http;
using Recoup.Core;
using Recoup.Core.Inputs;
using Recoup.Server.Words;
using Recoup.Storage;
using Recoup.Storage.Work;

namespace Recoup.Server;

/// <summary>A form's fields as an input, by the same table of kinds that files and the command line use.</summary>
internal static class FormInputs
{
    /// <summary>Sends it through the door. Empty: taken, or known already; else why not, for the person who entered it.</summary>
    public static IReadOnlyList<InputProblem> Take(Store store, ServeOptions options, Viewer viewer, string kindName, IFormCollection form, Reader reader)
    {
        if (!viewer.MayEnter(kindName)) return [new InputProblem(null, viewer.WhyNot(kindName))];
        var kind = InputKinds.Of(kindName);
        if (viewer.IsNarrow && NotSeen(store, viewer, kind, form) is { } notSeen) return [new InputProblem(null, notSeen)];
        var problems = new List<InputProblem>();
        if (Read(kind, form, viewer.Actor, reader, problems) is not { } input)
            // What is wrong with the name of what was chosen stands where it was chosen.
            return [.. problems.Select(p => p.Field == "name" && form.Files.Count > 0 ? p with { Field = form.Files[0].Name } : p)];
        var door = new Door(store, "import", options.Clock, options.Writer) { Kpis = options.KpiIds };
        var taken = door.TakeOrSetAside([new InputUnit(0, [input])]).Units[0];
        if (taken.Status == UnitStatus.SetAside) return [new InputProblem(null, $"it could not be taken, and was set aside: {taken.Cause}")];
        return taken.Refused is { } refused ? [new InputProblem(null, refused.Message)] : [];
    }

    /// <summary>The input; null, with every problem found, where the form's fields make none.</summary>
    /// <param name="keyOtherwise">The key of a form that has none of its own.</param>
    public static Input? Read(InputKind kind, IFormCollection form, string actor, Reader reader, List<InputProblem> problems, string? keyOtherwise = null)
    {
        var draft = new InputDraft(kind);
        for (var i = 0; i < kind.Fields.Count; i++)
            if (form.TryGetValue(kind.Fields[i].Name, out var text) && text.Count == 1) Set(draft, i, text[0] ?? "", reader, problems);
            else if (kind.Fields[i].Type == FieldType.Content && form.Files.GetFile(kind.Fields[i].Name) is { FileName.Length: > 0 } file)
                SetFile(draft, i, file, problems);
        if (keyOtherwise is not null && draft.Values[kind.Ordinal("key")] is null) draft.Set(kind.Ordinal("key"), keyOtherwise, problems);
        return problems.Count > 0 ? null : kind.Build(draft, actor, problems);
    }

    /// <summary>What a person chose; where nothing else names it, under the name that it has there, without the path that some browsers tell.</summary>
    private static void SetFile(InputDraft draft, int field, IFormFile file, List<InputProblem> problems)
    {
        using (var content = new MemoryStream((int)file.Length))
        {
            file.CopyTo(content);
            draft.Set(field, content.ToArray());
        }
        var name = draft.Kind.Ordinal("name");
        if (draft.Values[name] is null) draft.Set(name, file.FileName.Split('/', '\\')[^1], problems);
    }

    /// <summary>Why somebody who sees some portfolios may not enter it, in words; null: it is of one of them.</summary>
    private static string? NotSeen(Store store, Viewer viewer, InputKind kind, IFormCollection form)
    {
        var readings = new Readings(store, viewer);
        if (kind.Ordinal("account") >= 0)
            return readings.PartyOf(form["account"].ToString()) is null ? $"there is no account {form["account"]} among those that you see" : null;
        if (kind.Ordinal("portfolio") >= 0)
            return viewer.Sees(form["portfolio"].ToString()) ? null
                : $"choose one of the portfolios that you see: {string.Join(", ", viewer.Portfolios!.Order(StringComparer.Ordinal))}";
        var told = readings.Read(_ => readings.Controlling());
        var portfolio = kind.Name switch
        {
            "cost_withdrawn" => told.Costs.Find(form["cost"].ToString())?.Cost.Portfolio,
            "target_withdrawn" => told.Targets.Find(form["target"].ToString())?.Target.Portfolio,
            "imported_figure_withdrawn" => told.Figures.Find(form["imported_figure"].ToString())?.Figure.Portfolio,
            _ => null,
        };
        return portfolio is null ? "that is not of one of the portfolios that you see" : null;
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

/// <summary>Why a form was not taken, and what had been entered: that stands in its fields still.</summary>
/// <param name="form">As it was sent.</param>
/// <param name="problems">At least one.</param>
/// <param name="shown">The fields that a person sees; what is wrong with any other is said above them.</param>
internal sealed class Refused(IFormCollection form, IReadOnlyList<InputProblem> problems, IReadOnlySet<string> shown)
{
    /// <summary>The first field that was wrong; null: none of those that are seen.</summary>
    public string? First { get; } = problems.FirstOrDefault(p => p.Field is { } field && shown.Contains(field))?.Field;

    /// <summary>What is said above the fields.</summary>
    public string Above { get; } =
        problems.Where(p => p.Field is not { } field || !shown.Contains(field)).Select(p => p.ToString()).ToList() is { Count: > 0 } others
            ? string.Join("; ", others) : "mend what is marked";

    public string? Entered(string field) => form.TryGetValue(field, out var text) ? text.ToString() : null;

    /// <summary>What was wrong with a field; null: nothing.</summary>
    public string? Of(string field) =>
        problems.Where(p => p.Field == field).Select(p => p.Message).ToList() is { Count: > 0 } wrong ? string.Join("; ", wrong) : null;
}
