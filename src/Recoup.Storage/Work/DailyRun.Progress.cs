using System.Text.Json;
using System.Text.Json.Serialization;

namespace Recoup.Storage.Work;

/// <content>How far a run has come, noted beside the journal.</content>
public sealed partial class DailyRun
{
    /// <summary>
    /// The run under way, noted beside the journal: a run that a crash ended goes on with it, and processes that share one
    /// know it by this.
    /// </summary>
    /// <param name="Wide">It looks at all that have something ahead, not only at who is due.</param>
    /// <param name="WorkspaceSeq">The workspace it began under; under another one it begins anew.</param>
    /// <param name="Stopped">The volume stop was met.</param>
    /// <param name="HeldBack">By actions that it was about to take then.</param>
    internal sealed record UnderWay(DateOnly AsOf, bool Wide, long WorkspaceSeq, bool Stopped, int HeldBack = 0)
    {
        private const string Name = "run_under_way";

        /// <summary>Each party as of its own day.</summary>
        public bool OwnDays { get; init; }

        public static UnderWay? Read(Store store) => Note.Read(store, Name, RunJson.Default.UnderWay);

        public void Write(Store store) => store.SetMeta(Name, JsonSerializer.Serialize(this, RunJson.Default.UnderWay));

        /// <summary>With the progress of all slots.</summary>
        public static void Clear(Store store) => store.Statement("DELETE FROM meta WHERE name >= ? AND name < ?").Bind(Name).Bind(Name + "0").Run();
    }

    /// <summary>What the run under way has done of a slot, written with each part, so that its volume stop and its summary count the whole.</summary>
    /// <param name="Through">It has looked at the parties up to this place.</param>
    /// <param name="ByCalendar">Of the actions, those whose day came by the calendar.</param>
    internal sealed record Progress(int Reviewed, int Actions, long Through, bool Done, int ByCalendar = 0)
    {
        public static readonly Progress None = new(0, 0, 0, false);

        /// <summary>What the volume stop counts.</summary>
        [JsonIgnore] public int Others => Actions - ByCalendar;

        // Behind the name of the run under way, which is cleared with it.
        private static string Name(Slot slot) => slot.TurnOf("run_under_way/slot");

        public static Progress Read(Store store, Slot slot) => Note.Read(store, Name(slot), RunJson.Default.Progress) ?? None;

        public void Write(Store store, Slot slot) => store.SetMeta(Name(slot), JsonSerializer.Serialize(this, RunJson.Default.Progress));
    }

    private static class Note
    {
        public static T? Read<T>(Store store, string name, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
        {
            if (store.Meta(name) is not { } text) return null;
            try { return JsonSerializer.Deserialize(text, type)!; }
            catch (JsonException e) { throw new StoreException($"meta holds '{text}' for {name}, which Recoup never wrote", e); }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DailyRun.UnderWay))]
[JsonSerializable(typeof(DailyRun.Progress))]
internal sealed partial class RunJson : JsonSerializerContext;
