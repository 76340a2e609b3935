using System.Text.Json.Serialization;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using static Recoup.Core.Inputs.Fields;

namespace Recoup.Core.Recovery;

/// <summary>What people tell of tags.</summary>
public abstract record TagInput : Input.OfAccount
{
    private TagInput() { }

    /// <summary>A tag of an account is set or unset.</summary>
    public sealed record Change : TagInput
    {
        public override bool IsOfPerson => Set;

        /// <summary>Spelled as <see cref="TagChapter.Spelled"/> has it.</summary>
        public required string Tag { get; init; }

        public required bool Set { get; init; }
    }
}

/// <summary>What happened to tags.</summary>
public abstract record TagEvent : Event
{
    private TagEvent() { }

    /// <summary>A tag of an account was set or unset.</summary>
    public sealed record Changed(string Tag, bool Set) : TagEvent;
}

/// <summary>A tag of an account, from a day on; where it was unset only a row of it is left.</summary>
public sealed class TagState : IFormed<TagState>
{
    public string Account { get; set; } = "";
    public string Tag { get; set; } = "";
    public DateOnly Since { get; set; }
    public bool IsSet { get; set; }

    public static TagState Blank => new();

    public static TagState Form<TForm>(ref TForm f, TagState v) where TForm : IForm, allows ref struct
    {
        v.Account = f.Word("account", v.Account);
        v.Tag = f.Word("tag", v.Tag);
        v.Since = f.Day("since", v.Since);
        v.IsSet = f.Flag("is_set", v.IsSet);
        return v;
    }
}

/// <summary>The tags that are set of a party's accounts.</summary>
public sealed class TagSlice : Slice, IFormed<TagSlice>
{
    /// <summary>In order of account and tag.</summary>
    public List<TagState> Tags { get; set; } = [];

    public override bool IsEmpty => Tags.Count == 0;

    public override void End(Handling work)
    {
        foreach (var tag in Tags.ToList()) work.Emit(new TagEvent.Changed(tag.Tag, false), account: tag.Account);
    }

    public override void Join(Slice other)
    {
        Tags.AddRange(((TagSlice)other).Tags);
        Tags.Sort(TagChapter.InOrder);
    }

    public static TagSlice Blank => new();

    public static TagSlice Form<TForm>(ref TForm f, TagSlice v) where TForm : IForm, allows ref struct
    {
        v.Tags = f.List("tags", v.Tags);
        return v;
    }
}

/// <summary>
/// Tags: words of the business's own for its accounts, such as vip or key-account. Policies ask for them, lists are narrowed by them.
/// They are codes and no personal data, so they are not sealed; with the person's erasure they are unset.
/// </summary>
public static class TagChapter
{
    /// <summary>More on one account are a second set of books.</summary>
    public const int CountMax = 20;

    public const int LengthMax = 40;

    public static readonly SliceKind<TagSlice> Slice = new("tags", 6);

    /// <summary>Beside the header for lists: by tag, the accounts that have it.</summary>
    public static readonly RowKind<(string Account, string Tag), TagState> Rows = new("account_tag", RowKeys.AccountAnd("tag"),
        static t => (t.Account, t.Tag), RowColumn<TagState>.Integer("is_set", static t => t.IsSet ? 1 : 0))
    {
        Mark = (byte)'T', Indexes = [new("by_tag", "tag, account", "is_set = 1")],
    };

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("tag", "sets or unsets a tag of an account", true,
        [
            Need("tag", FieldType.Text, "letters, digits and hyphens, such as key-account; capitals and spaces are respelled") with { IsName = true },
            Need("set", FieldType.Boolean, "false unsets it"),
        ],
        d =>
        {
            var tag = Spelled(d.Need("tag"));
            if (ProblemOf(tag) is { } problem) d.Problem("tag", problem);
            // As it is spelled it is compared, too: Key Account and key-account are one content.
            d.Values[d.Kind.Ordinal("tag")] = tag;
            return new TagInput.Change { Key = "", Account = d.Need("account"), Tag = tag, Set = d.Get<bool>("set") };
        }),
    ];

    internal static readonly EventKind[] Events = [new("tag_changed", TagJson.Default.Changed)];

    extension(PartyState party)
    {
        /// <summary>The tags that are set, in order of account and tag.</summary>
        public IReadOnlyList<TagState> Tags => Slice.Of(party)?.Tags ?? (IReadOnlyList<TagState>)[];

        public IEnumerable<string> TagsOf(string account) => party.Tags.Where(t => t.Account == account).Select(t => t.Tag);
    }

    /// <summary>The one form of a tag: in small letters, words joined by a hyphen.</summary>
    public static string Spelled(string given) =>
        string.Join('-', given.ToLowerInvariant().Split([' ', '\t', '_', '-'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>What is wrong with a tag in that form; null: nothing.</summary>
    public static string? ProblemOf(string tag) =>
        tag.Length is 0 or > LengthMax ? $"has {tag.Length} characters; 1 to {LengthMax}"
        : tag != Spelled(tag) ? $"is spelled {Spelled(tag)}"
        : tag.All(c => char.IsLetterOrDigit(c) || c == '-') ? null
        : $"'{InputDraft.Short(tag)}' has other characters than letters, digits and hyphens";

    internal static Refused? Handle(Handling work, TagInput input) => input switch
    {
        TagInput.Change i => Change(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a tag"),
    };

    private static Refused? Change(Handling work, TagInput.Change i)
    {
        var tags = work.State.TagsOf(i.Account).ToList();
        if (tags.Contains(i.Tag) == i.Set) return null;
        if (i.Set && tags.Count == CountMax)
            return new Refused(Refusal.TooManyTags,
                $"account {i.Account} has {CountMax} tags, and no account has more: unset one of {string.Join(", ", tags)}");
        work.Emit(new TagEvent.Changed(i.Tag, i.Set));
        return null;
    }

    internal static int InOrder(TagState a, TagState b) =>
        string.CompareOrdinal(a.Account, b.Account) is var order and not 0 ? order : string.CompareOrdinal(a.Tag, b.Tag);

    internal static void Fold(PartyState state, Envelope e, TagEvent happened)
    {
        if (happened is not TagEvent.Changed changed) throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a tag");
        var tags = Slice.In(state).Tags;
        tags.RemoveAll(t => t.Account == e.Account && t.Tag == changed.Tag);
        var tag = new TagState { Account = e.Account, Tag = changed.Tag, Since = e.EffectiveOn, IsSet = changed.Set };
        if (changed.Set)
        {
            tags.Add(tag);
            tags.Sort(InOrder);
        }
        var rows = (Rows<(string, string), TagState>)state.Of(Rows);
        rows[(e.Account, changed.Tag)] = tag;
        rows.Changed.Add((e.Account, changed.Tag));
        state.Touch(e);
    }
}

/// <summary>How the event is written: a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TagEvent.Changed))]
internal sealed partial class TagJson : JsonSerializerContext;
