using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Recoup.Core.Contact;
using Recoup.Core.Events;
using Recoup.Core.Foundation;
using Recoup.Core.Inputs;
using Recoup.Core.Parties;
using Recoup.Core.Receivables;
using Recoup.Core.Recovery;
using static Recoup.Core.Inputs.Fields;

// A field named after a kind of input that it refers to hides that kind inside the record; nothing there needs it.
#pragma warning disable CS0108

namespace Recoup.Core.Evidence;

/// <summary>What people tell of files.</summary>
public abstract record FileInput : Input.OfAccount
{
    private FileInput() { }

    /// <summary>A file that proves something about an account, or was exchanged with the customer; of one thing where one of the four names it.</summary>
    public sealed record Added : FileInput, INeedsRows
    {
        public override bool IsOfPerson => true;

        public required string Name { get; init; }

        /// <summary>The file itself.</summary>
        public required byte[] Content { get; init; }

        /// <summary>What <see cref="Content"/> is, one of <see cref="FileType.All"/>: found in it, and told by nobody.</summary>
        public required string Type { get; init; }

        /// <summary>What it is for, one of <see cref="FileChapter.Kinds"/>.</summary>
        public required string Kind { get; init; }
        public string? Invoice { get; init; }
        public string? Dispute { get; init; }
        public string? Contact { get; init; }
        public string? Payment { get; init; }

        /// <summary>What it is about, and its number or key; null: the account.</summary>
        internal (string What, string Id)? About =>
            Invoice is not null ? ("invoice", Invoice) : Dispute is not null ? ("dispute", Dispute)
            : Contact is not null ? ("contact", Contact) : Payment is not null ? ("payment", Payment) : null;

        /// <summary>Whether it is known is in the party's events alone.</summary>
        internal bool NeedsHistory(PartyState state) =>
            Contact is not null || (Dispute is not null && !state.Disputes.Any(d => d.Dispute == Dispute && d.Account == Account));

        void INeedsRows.Need(PartyState state, RowsNeeded needed)
        {
            if (Invoice is not null) needed.Row(ReceivableChapter.ItemRows, (Account, Invoice));
            if (Payment is not null) needed.Row(ReceivableChapter.CashRows, Payment);
        }
    }

    /// <summary>A file that is to be there no more; <see cref="File"/> is the key of the input that added it.</summary>
    public sealed record Withdrawn : FileInput, INeedsRows
    {
        public required string File { get; init; }
        public string? Reason { get; init; }

        void INeedsRows.Need(PartyState state, RowsNeeded needed) => needed.Row(FileChapter.Rows, File);
    }
}

/// <summary>What happened to files.</summary>
public abstract record FileEvent : Event
{
    private FileEvent() { }

    /// <summary>
    /// Somebody added it. The content lies sealed beside the journal; the digest is the SHA-256 of what lies there. The same content under
    /// the same key is sealed into the same bytes, so who has key and file can prove that it was this one, and without the key the digest
    /// tells nothing of the content.
    /// </summary>
    public sealed record Added(string File, string Name, string Type, long Bytes, string Digest, string Kind, string By) : FileEvent
    {
        /// <summary>invoice, dispute, contact or payment; null: it is of the account.</summary>
        public string? About { get; init; }

        /// <summary>The number or key of what it is about.</summary>
        public string? AboutId { get; init; }

        internal override bool HasWords => true;

        internal override Event WithWords(Func<string, string> change) => this with { Name = change(Name) };
    }

    /// <summary>Its content was destroyed.</summary>
    public sealed record Withdrawn(string File, string? Reason) : FileEvent
    {
        internal override bool HasWords => Reason is not null;

        internal override Event WithWords(Func<string, string> change) => this with { Reason = change(Reason!) };
    }
}

/// <summary>A file as it is listed.</summary>
public sealed class FileState : IFormed<FileState>
{
    public string File { get; set; } = "";
    public string Account { get; set; } = "";

    /// <summary>When it was added.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Sealed under the party's key.</summary>
    public string Name { get; set; } = "";

    /// <summary>One of <see cref="FileType.All"/>.</summary>
    public string Type { get; set; } = "";
    public long Bytes { get; set; }

    /// <summary>SHA-256 of the sealed content, in hexadecimal.</summary>
    public string Digest { get; set; } = "";

    /// <summary>One of <see cref="FileChapter.Kinds"/>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Who added it.</summary>
    public string By { get; set; } = "";

    /// <summary>invoice, dispute, contact or payment; null: it is of the account.</summary>
    public string? About { get; set; }

    public string? AboutId { get; set; }

    /// <summary>Its content was destroyed.</summary>
    public bool Withdrawn { get; set; }

    public static FileState Blank => new();

    public static FileState Form<TForm>(ref TForm f, FileState v) where TForm : IForm, allows ref struct
    {
        v.File = f.Text("file", v.File);
        v.Account = f.Word("account", v.Account);
        v.At = f.Instant("at", v.At);
        v.Name = f.Text("name", v.Name);
        v.Type = f.Word("type", v.Type);
        v.Bytes = f.Long("bytes", v.Bytes);
        v.Digest = f.Text("digest", v.Digest);
        v.Kind = f.Word("kind", v.Kind);
        v.By = f.Word("by", v.By);
        f.BeginRare(3);
        v.About = f.WordOrNull("about", v.About);
        v.AboutId = f.TextOrNull("about_id", v.AboutId);
        v.Withdrawn = f.Flag("withdrawn", v.Withdrawn);
        f.EndRare();
        return v;
    }
}

/// <summary>
/// Files: proof of delivery, contracts, what was exchanged with a customer. Nothing is decided by them, so a party's header holds none; what
/// is known of each is a row beside it, and its content lies sealed by itself, so that no list and no decision reads it.
/// </summary>
public static class FileChapter
{
    /// <summary>What a file may be for.</summary>
    public static readonly IReadOnlyList<string> Kinds =
        ["proof_of_delivery", "contract", "order", "correspondence", "proof_of_payment", "other"];

    public static readonly RowKind<string, FileState> Rows = new("file", RowKeys.Text("file"), static f => f.File,
        RowColumn<FileState>.Text("account", static f => f.Account),
        RowColumn<FileState>.Integer("at", static f => f.At.ToUnixTimeMilliseconds()),
        RowColumn<FileState>.Integer("stands", static f => f.Withdrawn ? 0 : 1))
    {
        Mark = (byte)'F', IsFoundAlone = true,
        Indexes = [new("newest", "at, file", "stands = 1"), new("account", "account, at, file", "stands = 1")],
    };

    internal static readonly InputKind[] Inputs =
    [
        InputKind.Of("file", "a file about an account: evidence, a contract, what was exchanged", true,
        [
            Need("name", FieldType.Text, $"the file's own name, without a path; it ends with one of {string.Join(", ", FileType.AllEndings)}")
                with { Personal = true, LengthMax = FileType.NameLengthMax },
            Need("content", FieldType.Content, "the file itself, in Base64; at most 10 MB; sealed, and gone with the person's erasure")
                with { Personal = true },
            Choice("kind", "what it is for; else other", [.. Kinds]),
            May("invoice", FieldType.Text, "number of the item that it is about") with { LengthMax = 100 },
            May("dispute", FieldType.Text, "or key of the dispute"), May("contact", FieldType.Text, "or key of the contact") with { IsName = true },
            May("payment", FieldType.Text, "or key of the payment; else the account"),
        ],
        d =>
        {
            if (new[] { "invoice", "dispute", "contact", "payment" }.Where(d.Has).ToList() is { Count: > 1 } named)
                d.Problem(named[1], $"a file is about one thing, and {string.Join(" and ", named)} are given");
            FileType? type = null;
            if (FileType.ProblemOfName(d.Need("name")) is { } wrong) d.Problem("name", wrong);
            else if ((type = FileType.Of(d.Need("name"), d.Get<byte[]>("content"), out var problem)) is null) d.Problem("content", problem!);
            return new FileInput.Added
            {
                Key = "", Account = d.Need("account"), Name = d.Need("name"), Content = d.Get<byte[]>("content"), Type = type?.Name ?? "",
                Kind = d.Text("kind") ?? "other", Invoice = d.Text("invoice"), Dispute = d.Text("dispute"), Contact = d.Text("contact"),
                Payment = d.Text("payment"),
            };
        }),
        InputKind.Of("file_withdrawn", "a file that is to be there no more: its content is destroyed", true,
        [Need("file", FieldType.Text, "the file's key") with { IsName = true }, May("reason", FieldType.Text, "why")],
        d => new FileInput.Withdrawn { Key = "", Account = d.Need("account"), File = d.Need("file"), Reason = d.Text("reason") }),
    ];

    internal static readonly EventKind[] Events = [new("file_added", FileJson.Default.Added), new("file_withdrawn", FileJson.Default.Withdrawn)];

    /// <param name="vault">Seals the content.</param>
    /// <param name="keep">Is given a file's key and its sealed content, to be kept together with the event.</param>
    internal static Refused? Handle(Handling work, FileInput input, IVault vault, Action<string, byte[]> keep) => input switch
    {
        FileInput.Added i => Add(work, i, vault, keep),
        FileInput.Withdrawn i => Withdraw(work, i),
        _ => throw new InvariantBrokenException($"{input.GetType().Name} is no input of a file"),
    };

    /// <summary>SHA-256 in hexadecimal, by which the journal knows a sealed content.</summary>
    public static string DigestOf(ReadOnlySpan<byte> sealedContent) => Convert.ToHexStringLower(SHA256.HashData(sealedContent));

    private static Refused? Add(Handling work, FileInput.Added i, IVault vault, Action<string, byte[]> keep)
    {
        if (WhyNotAbout(work.State, i) is { } refused) return refused;
        var content = vault.Seal(work.State.Id, i.Content);
        work.Emit(new FileEvent.Added(i.Key, i.Name, i.Type, i.Content.Length, DigestOf(content), i.Kind, i.Actor)
        {
            About = i.About?.What, AboutId = i.About?.Id,
        });
        keep(i.Key, content);
        return null;
    }

    private static Refused? WhyNotAbout(PartyState state, FileInput.Added i)
    {
        if (i.Invoice is { } invoice && state.Item(i.Account, invoice) is null)
            return new Refused(Refusal.UnknownItem, $"account {i.Account} has no item {invoice}");
        if (i.Payment is { } payment && !(state.Cash.TryGetValue(payment, out var cash) && cash.Account == i.Account))
            return new Refused(Refusal.UnknownPayment, $"account {i.Account} has no payment {payment}");
        if (i.Dispute is { } dispute && i.NeedsHistory(state)
            && !Any(state.History ?? [], i.Account, (_, happened) => happened is DisputeEvent.Opened opened && opened.Dispute == dispute))
            return new Refused(Refusal.UnknownDispute, $"account {i.Account} has, and had, no dispute {dispute}");
        if (i.Contact is { } contact
            && !Any(state.History ?? [], i.Account, (envelope, happened) => happened is ContactEvent.Made && envelope.Cause == contact))
            return new Refused(Refusal.UnknownContact, $"account {i.Account} has no contact {contact}; its key is wanted, as `recoup explain` prints it");
        return null;
    }

    /// <summary>Also among what happened to a party before it became part of this one.</summary>
    private static bool Any(IEnumerable<HistoryEvent> history, string account, Func<Envelope, Event, bool> isIt) => history.Any(h =>
        (h.Envelope.Account == account && isIt(h.Envelope, h.Event)) || (h.Joined is { } joined && Any(joined, account, isIt)));

    private static Refused? Withdraw(Handling work, FileInput.Withdrawn i)
    {
        if (((Rows<string, FileState>)work.State.Of(Rows)).GetValueOrDefault(i.File) is not { Withdrawn: false } file || file.Account != i.Account)
            return new Refused(Refusal.UnknownFile, $"account {i.Account} has no file {i.File}; `recoup files {i.Account}` lists them");
        work.Emit(new FileEvent.Withdrawn(i.File, i.Reason));
        return null;
    }

    internal static void Fold(PartyState state, Envelope e, FileEvent happened)
    {
        var rows = (Rows<string, FileState>)state.Of(Rows);
        switch (happened)
        {
            case FileEvent.Added f:
                rows[f.File] = new FileState
                {
                    File = f.File, Account = e.Account, At = DateTimeOffset.FromUnixTimeMilliseconds(e.RecordedAt), Name = f.Name, Type = f.Type,
                    Bytes = f.Bytes, Digest = f.Digest, Kind = f.Kind, By = f.By, About = f.About, AboutId = f.AboutId,
                };
                rows.Changed.Add(f.File);
                break;
            case FileEvent.Withdrawn f:
                rows[f.File].Withdrawn = true;
                rows.Changed.Add(f.File);
                break;
            default: throw new InvariantBrokenException($"{happened.GetType().Name} is no event of a file");
        }
    }
}

/// <summary>How the events are written: null is left out, and a field that is none of its own refuses the payload.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(FileEvent.Added))]
[JsonSerializable(typeof(FileEvent.Withdrawn))]
internal sealed partial class FileJson : JsonSerializerContext;
